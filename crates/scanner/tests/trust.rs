//! What a private mirror is held to: digests, signatures of real keys that gpg makes
//! for each test, a public index, and its own names.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it skips"
)]
#![allow(missing_docs, reason = "a test")]
#![allow(clippy::disallowed_methods, reason = "keys and files of the tests are written")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use md5::Md5;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::darkpan::examine;
use perlscan_scanner::darkpan::trust::Trust;
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::model::problem::ProblemKind;
use perlscan_scanner::report::Report;
use perlscan_scanner::scan::ScanSettings;
use perlscan_scanner::signature::clearsigned::Verifier;
use perlscan_scanner::source::MemSource;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// An archive of a release with these files in the folder of its name.
fn release(name: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (file, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, format!("{name}/{file}"), *bytes).unwrap();
    }
    gzip(&builder.into_inner().unwrap())
}

fn plain(name: &str) -> Vec<u8> {
    release(name, &[("lib/M.pm", format!("package M; # {name}\n1;\n").as_bytes())])
}

/// The files of a mirror.
#[derive(Debug, Default, Clone)]
struct Pan(Vec<(String, Vec<u8>)>);

impl Pan {
    /// An archive below an author's folder.
    fn archive(&mut self, author: &str, name: &str, bytes: Vec<u8>) -> &mut Self {
        let (one, two) = (&author[..1], &author[..2]);
        self.0.push((format!("pan/authors/id/{one}/{two}/{author}/{name}.tar.gz"), bytes));
        self
    }

    fn file(&mut self, path: &str, bytes: impl Into<Vec<u8>>) -> &mut Self {
        self.0.retain(|(known, _)| known != path);
        self.0.push((path.to_owned(), bytes.into()));
        self
    }

    fn scan(&self, trust: &Trust) -> Report {
        let database = Database::open(&DatabaseChoice::default()).unwrap();
        let files = self.0.iter();
        let files = files.map(|(path, bytes)| (SourcePath::from(path.as_str()), bytes.clone()));
        let source = MemSource::new(files.collect());
        examine(&source, &ScanSettings::default(), trust, &database, &()).unwrap().0
    }
}

/// The problems of a kind, each with its place.
fn problems(report: &Report, kind: ProblemKind) -> Vec<String> {
    let of_kind = report.problems.iter().filter(|problem| problem.kind == kind);
    of_kind.map(|problem| format!("{}: {}", problem.location, problem.message)).collect()
}

fn lost(report: &Report) -> Vec<String> {
    problems(report, ProblemKind::Lost)
}

/// The remarks: rule, subject and message.
fn remarks(report: &Report) -> Vec<(&'static str, String, String)> {
    let words = |remark: &perlscan_scanner::model::remark::Remark| {
        assert!(!remark.fails && !remark.locations.is_empty(), "{remark:?}");
        (remark.kind.rule(), remark.subject.to_string(), remark.message.clone())
    };
    report.remarks.iter().map(words).collect()
}

/// How digests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sums {
    Sha256,
    Md5,
}

/// A CHECKSUMS file of the archives below a folder.
fn checksums(pan: &Pan, folder: &str, sums: Sums, cpan_path: &str) -> String {
    let mut text = String::from("# CHECKSUMS file\n$cksum = {\n");
    for (path, bytes) in pan.0.iter().filter(|(path, _)| path.starts_with(folder)) {
        let name = path.rsplit('/').next().unwrap();
        let digest = match sums {
            Sums::Sha256 => format!("'sha256' => '{}'", hex(&Sha256::digest(bytes))),
            Sums::Md5 => format!("'md5' => '{}'", hex(&Md5::digest(bytes))),
        };
        text.push_str(&format!(
            "  '{name}' => {{\n    'cpan_path' => '{cpan_path}',\n    {digest},\n    'size' => {}\n  }},\n",
            bytes.len()
        ));
    }
    text + "};\n- 1;\n__END__\n"
}

const FOLDER: &str = "pan/authors/id/A/AB/ABC/";
const PLACE: &str = "A/AB/ABC";

/// A byte in each of several archives of 300, in every form that CHECKSUMS has.
#[test]
fn one_flipped_byte_in_300_archives_is_found_and_no_good_one_accused() {
    let mut pan = Pan::default();
    for i in 0..300 {
        let name = format!("Acme-N{i}-1.{i}");
        let bytes = plain(&name);
        pan.archive("ABC", &name, bytes);
    }
    let path = format!("{FOLDER}CHECKSUMS");
    for sums in [Sums::Sha256, Sums::Md5] {
        let text = checksums(&pan, FOLDER, sums, PLACE);
        let clearsigned = format!(
            "0&&<<''; # this PGP-signed message is also valid perl\n\
             -----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{}-----BEGIN PGP SIGNATURE-----\n\n\
             x\n-----END PGP SIGNATURE-----\n",
            text.replace("\n- 1;", "\n- - 1;").replace("\n  'Acme-N7-", "\n-   'Acme-N7-")
        );
        for form in [text.clone(), text.replace('\n', "\r\n"), clearsigned] {
            let mut whole = pan.clone();
            whole.file(&path, form.clone());
            assert_eq!(lost(&whole.scan(&Trust::default())), [""; 0], "{sums:?}");
            let mut changed = whole;
            // The time in gzip's header: the archive unpacks as before.
            let (victim, bytes) = &mut changed.0[217];
            bytes[4] ^= 1;
            let victim = victim.clone();
            let told = lost(&changed.scan(&Trust::default()));
            assert!(told.len() == 1 && told[0].starts_with(&victim), "{sums:?}: {told:?}");
        }
    }
    let text = checksums(&pan, FOLDER, Sums::Sha256, "E/EV/EVIL");
    let told = lost(&pan.clone().file(&path, text).scan(&Trust::default()));
    assert!(told.iter().all(|one| one.starts_with(&path) && one.contains("E/EV/EVIL")), "{told:?}");
    assert!(!told.is_empty());
}

/// A home of gpg's with one key.
struct Signer {
    home: tempfile::TempDir,
}

impl Signer {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::Permissions::from_mode(0o700);
            std::fs::set_permissions(home.path(), mode).expect("its mode");
        }
        let signer = Self { home };
        signer.gpg(&["--quick-gen-key", "T <t@example.org>", "rsa2048", "sign", "never"], b"");
        signer
    }

    fn gpg(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = Command::new("gpg")
            .args(["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""])
            .args(["--no-tty", "--yes"])
            .args(arguments)
            .env("GNUPGHOME", self.home.path())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("gpg starts");
        child.stdin.take().expect("its input").write_all(input).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "gpg {arguments:?}");
        output.stdout
    }

    fn clearsign(&self, text: &str, options: &[&str]) -> Vec<u8> {
        let mut arguments = options.to_vec();
        arguments.push("--clearsign");
        self.gpg(&arguments, text.as_bytes())
    }

    fn keyring(&self) -> PathBuf {
        let path = self.home.path().join("keys.asc");
        std::fs::write(&path, self.gpg(&["--armor", "--export"], b"")).expect("written");
        path
    }

    fn trust(&self) -> Trust {
        let scratch = self.home.path().join("scratch");
        let verifier = Verifier::new(&self.keyring(), &scratch, &[]).expect("gpgv and a key");
        Trust { verifier: Some(verifier), public_index: None }
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        // The agent of this home only.
        let _ = Command::new("gpgconf")
            .args(["--kill", "gpg-agent"])
            .env("GNUPGHOME", self.home.path())
            .status();
    }
}

/// Whether gpg is there.
fn peers() -> bool {
    let has = |name: &&str| Command::new(name).arg("--version").output().is_ok();
    let there = ["gpg", "gpgv", "gpgconf"].iter().all(has);
    assert!(there || std::env::var_os("PERLSCAN_REQUIRE_PEERS").is_none(), "gpg is missing");
    if !there {
        println!("SKIPPED: no gpg");
    }
    there
}

#[test]
fn a_signature_around_checksums_counts_or_is_told() {
    if !peers() {
        return;
    }
    let (signer, other) = (Signer::new(), Signer::new());
    let mut pan = Pan::default();
    pan.archive("ABC", "Acme-1", plain("Acme-1")).archive("ABC", "Acme-2", plain("Acme-2"));
    let path = format!("{FOLDER}CHECKSUMS");
    let text = checksums(&pan, FOLDER, Sums::Sha256, PLACE);
    let signed = signer.clearsign(&text, &[]);
    assert!(String::from_utf8_lossy(&signed).contains("\n- - 1;"), "gpg escapes dashes");
    let trust = signer.trust();
    let told = |bytes: &[u8], trust: &Trust| {
        let report = pan.clone().file(&path, bytes).scan(trust);
        (lost(&report), remarks(&report))
    };
    assert_eq!(told(&signed, &trust), (vec![], vec![]));
    // Nothing stays of what gpgv was given.
    let scratch = signer.home.path().join("scratch");
    assert_eq!(std::fs::read_dir(&scratch).expect("it was made").count(), 0);
    // Without a keyring nobody asks.
    assert_eq!(told(text.as_bytes(), &Trust::default()), (vec![], vec![]));

    let line = String::from_utf8_lossy(&signed)
        .lines()
        .position(|line| line == "-----BEGIN PGP SIGNATURE-----")
        .expect("a signature")
        + 1;
    let changed = String::from_utf8(signed.clone()).unwrap().replace("'size' => ", "'size' =>  ");
    let (lost_of, none) = told(changed.as_bytes(), &trust);
    assert_eq!(none, []);
    let [bad] = lost_of.as_slice() else { panic!("{lost_of:?}") };
    assert!(bad.starts_with(&format!("{path}:{line}")) && bad.contains("not of these"), "{bad}");

    let (lost_of, none) = told(&other.clearsign(&text, &[]), &trust);
    assert!(
        none.is_empty() && lost_of.len() == 1 && lost_of[0].contains("none of the keys"),
        "{lost_of:?}"
    );

    for (bytes, why) in [
        (text.clone().into_bytes(), "not signed"),
        (signer.clearsign(&text, &["--digest-algo", "SHA1"]), "SHA-1"),
    ] {
        let (lost_of, remarks) = told(&bytes, &trust);
        assert_eq!(lost_of, [""; 0]);
        let [(rule, subject, message)] = remarks.as_slice() else { panic!("{remarks:?}") };
        assert_eq!((*rule, subject), ("unsigned-checksums", &path));
        assert!(message.contains(why), "{message}");
    }

    // Text of a stranger's before what was signed: another hash than the signed one.
    let forged = text.replace("'size'", "'sise'");
    for bytes in [
        [forged.as_bytes(), b"\n", &signed].concat(),
        [b"-----BEGIN PGP SIGNED MESSAGE-----\n\n", forged.as_bytes(), b"\n", &signed].concat(),
    ] {
        let (lost_of, _) = told(&bytes, &trust);
        assert!(!lost_of.is_empty() || told(&bytes, &trust).1.is_empty(), "{lost_of:?}");
        let read = perlscan_scanner::mirror::checksums::read(&bytes).expect("it is read");
        let is_forged = read.files.iter().all(|file| file.size.is_none());
        assert_eq!(is_forged, !lost_of.is_empty(), "what is read was signed, or it is told");
    }
}

/// A SIGNATURE of these files, as Module::Signature writes it.
fn signature(files: &[(&str, &[u8])], is_old: bool) -> String {
    let line = |(name, bytes): &(&str, &[u8])| match is_old {
        true => format!("SHA1 {} {name}\n", hex(&Sha1::digest(bytes))),
        false => format!("SHA256 {} {name}\n", hex(&Sha256::digest(bytes))),
    };
    files.iter().map(line).collect()
}

const FILES: [(&str, &[u8]); 3] = [
    ("MANIFEST", b"MANIFEST\nlib/A.pm\nt/a b.t\n"),
    ("lib/A.pm", b"package A;\nour $VERSION = '1';\n1;\n"),
    ("t/a b.t", b"1;\r\n"),
];

#[test]
fn the_files_of_an_archive_are_held_to_its_signature() {
    if !peers() {
        return;
    }
    let (signer, other) = (Signer::new(), Signer::new());
    let trust = signer.trust();
    let about = "This file contains message digests of all files listed in MANIFEST,\n\n";
    for is_old in [true, false] {
        let text = signature(&FILES, is_old);
        let signed = [about.as_bytes(), &signer.clearsign(&text, &[])].concat();
        let scan = |files: &[(&str, &[u8])], signature: &[u8], trust: &Trust| {
            let mut files = files.to_vec();
            files.insert(1, ("SIGNATURE", signature));
            let mut pan = Pan::default();
            pan.archive("ABC", "Acme-A-1", release("Acme-A-1", &files));
            let report = pan.scan(trust);
            (lost(&report), problems(&report, ProblemKind::Undecided))
        };
        let none = Trust::default();
        assert_eq!(scan(&FILES, &signed, &trust), (vec![], vec![]));
        assert_eq!(scan(&FILES, &signed, &none), (vec![], vec![]));
        // Lines may end as another system ends them.
        let windows = FILES[1].1.to_vec();
        let windows = String::from_utf8(windows).unwrap().replace('\n', "\r\n");
        let others = [FILES[0], ("lib/A.pm", windows.as_bytes()), ("t/a b.t", b"1;\n")];
        assert_eq!(scan(&others, &signed, &trust), (vec![], vec![]));

        let place = format!("{FOLDER}Acme-A-1.tar.gz!Acme-A-1/SIGNATURE");
        let changed = [FILES[0], ("lib/A.pm", b"package A;\nour $VERSION = '2';\n1;\n"), FILES[2]];
        // The text's second line; two lines above the block, and three of it.
        let expected = format!("{place}: line 7: lib/A.pm is not the file that was signed");
        let (lost_of, open) = scan(&changed, &signed, &trust);
        assert!(
            open.is_empty() && lost_of.len() == 1 && lost_of[0].starts_with(&expected),
            "{lost_of:?}"
        );
        // Whoever has not proven the digests can't say which of both is wrong.
        let (lost_of, open) = scan(&changed, &signed, &none);
        assert!(
            lost_of.is_empty() && open.len() == 1 && open[0].starts_with(&expected),
            "{open:?}"
        );

        let more = [FILES[0], FILES[1], ("Build.PL", b"system 'x'")];
        let (lost_of, open) = scan(&more, &signed, &trust);
        assert!(lost_of.is_empty() && open.len() == 2, "{open:?}");
        assert!(open.iter().any(|one| one.contains("t/a b.t was signed and is not")), "{open:?}");
        assert!(open.iter().any(|one| one.contains("Build.PL is in the archive")), "{open:?}");

        let forged = String::from_utf8(signed.clone()).unwrap().replacen("A.pm", "B.pm", 1);
        let (lost_of, _) = scan(&FILES, forged.as_bytes(), &trust);
        assert!(lost_of.len() == 1 && lost_of[0].contains("not of these digests"), "{lost_of:?}");
        let (lost_of, open) = scan(&FILES, &other.clearsign(&text, &[]), &trust);
        assert!(lost_of.is_empty() && open.len() == 1, "{lost_of:?} {open:?}");
        assert!(open[0].contains("not in the keyring"), "{open:?}");
        let (lost_of, open) = scan(&FILES, text.as_bytes(), &trust);
        assert!(
            lost_of.is_empty() && open.len() == 1 && open[0].contains("no signature"),
            "{open:?}"
        );
    }
}

#[test]
fn one_name_with_other_bytes_is_told_with_both_places() {
    let mut pan = Pan::default();
    pan.archive("ABC", "Acme-1.0", plain("Acme-1.0")).archive("XYZ", "Acme-1.0", plain("other"));
    pan.archive("ABC", "Same-1.0", plain("Same-1.0")).archive("XYZ", "Same-1.0", plain("Same-1.0"));
    let report = pan.scan(&Trust::default());
    let [(rule, subject, message)] = &remarks(&report)[..] else { panic!("{:?}", report.remarks) };
    assert_eq!((*rule, subject.as_str()), ("same-name-other-content", "Acme-1.0.tar.gz"));
    assert!(message.contains("A/AB/ABC") && message.contains("X/XY/XYZ"), "{message}");
    assert_eq!(report.remarks[0].locations.len(), 2);
    assert_eq!(report.outcome.exit_code(), 0);
}

fn index(entries: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut text = format!("File: 02packages.details.txt\nLine-Count: {}\n\n", entries.len());
    for (module, version, path) in entries {
        text.push_str(&format!("{module}  {version}  {path}\n"));
    }
    text.into_bytes()
}

fn public(entries: &[(&str, &str, &str)]) -> Trust {
    let public_index = Some((SourcePath::from("public.txt"), gzip(&index(entries))));
    Trust { verifier: None, public_index }
}

#[test]
fn names_that_a_public_index_has_for_other_archives_are_told() {
    let ours = [
        ("Corp::Pay", "1.2", "L/LO/LOCAL/Corp-Pay-1.2.tar.gz"),
        ("Corp::Pay::Card", "1.2", "L/LO/LOCAL/Corp-Pay-1.2.tar.gz"),
        ("Corp::Only", "1", "L/LO/LOCAL/Corp-Only-1.tar.gz"),
        ("Local::Thing", "1", "L/LO/LOCAL/Local-Thing-1.tar.gz"),
        ("_Private", "1", "L/LO/LOCAL/_Private-1.tar.gz"),
        ("Old", "1.0", "A/AB/ABC/Old-1.0.tar.gz"),
        ("Same", "1.0", "A/AB/ABC/Same-1.0.tar.gz"),
        ("Corp::login", "1", "L/LO/LOCAL/Corp-login-1.tar.gz"),
        ("strict", "1", "F/FA/FAKE/perl-5.36.0.tar.gz"),
    ];
    let theirs = [
        ("Corp::Pay", "99.0", "E/EV/EVIL/Corp-Pay-99.0.tar.gz"),
        ("Corp::Pay::Card", "99.0", "E/EV/EVIL/Corp-Pay-99.0.tar.gz"),
        ("Local::Thing", "9", "E/EV/EVIL/Local-Thing-9.tar.gz"),
        ("_Private", "9", "E/EV/EVIL/_Private-9.tar.gz"),
        ("Old", "2.0", "A/AB/ABC/Old-2.0.tar.gz"),
        ("Same", "1.0", "A/AB/ABC/Same-1.0.tar.gz"),
        ("Corp::Login", "3", "E/EV/EVIL/Corp-Login-3.tar.gz"),
        ("strict", "1", "X/XS/XSAWYERX/perl-5.36.0.tar.gz"),
        ("Unrelated", "1", "B/BC/BCD/Unrelated-1.tar.gz"),
    ];
    let mut pan = Pan::default();
    for (_, _, path) in ours.iter().filter(|entry| !entry.2.starts_with("F/")) {
        let path = format!("pan/authors/id/{path}");
        pan.file(&path, plain(&path));
    }
    pan.file("pan/modules/02packages.details.txt", index(&ours));
    assert_eq!(remarks(&pan.scan(&Trust::default())), []);
    let report = pan.scan(&public(&theirs));
    assert_eq!(lost(&report), [""; 0]);
    let found = remarks(&report);
    let names: Vec<(&str, &str)> = found.iter().map(|one| (one.0, one.1.as_str())).collect();
    assert_eq!(
        names,
        [("name-on-public-index", "Corp-Pay"), ("name-differs-in-case", "Corp-login")],
        "{found:?}"
    );
    let message = &found[0].2;
    for part in ["Corp::Pay, Corp::Pay::Card", "1.2", "99.0", "E/EV/EVIL", "higher version"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    // A lower version there wins only where that index is asked first.
    let report = pan.scan(&public(&[("Corp::Pay", "0.1", "E/EV/EVIL/Corp-Pay-0.1.tar.gz")]));
    let found = remarks(&report);
    assert!(found.len() == 1 && !found[0].2.contains("higher version"), "{found:?}");
    // A cut index is told, and what it has counts.
    let cut = Trust {
        public_index: Some((SourcePath::from("public.txt"), b"File: x\n".to_vec())),
        verifier: None,
    };
    let told = lost(&pan.scan(&cut));
    assert!(told.len() == 1 && told[0].starts_with("public.txt"), "{told:?}");
    // Without an index in the mirror its archives' names are all there is.
    pan.0.retain(|(path, _)| !path.contains("02packages"));
    let found = remarks(&pan.scan(&public(&theirs)));
    let names: Vec<(&str, &str)> = found.iter().map(|one| (one.0, one.1.as_str())).collect();
    assert!(names.contains(&("name-on-public-index", "Corp-Pay")), "{found:?}");
    assert!(!names.iter().any(|name| matches!(name.1, "Old" | "Same" | "Corp-Only")), "{found:?}");
}

#[test]
fn names_of_the_mirror_that_differ_in_case_only_are_told_once() {
    let mut pan = Pan::default();
    pan.archive("ABC", "Acme-Foo-1", plain("a")).archive("XYZ", "Acme-foo-1", plain("b"));
    pan.archive("ABC", "Bar-1", plain("c")).archive("ABC", "Baz-1", plain("d"));
    pan.file(
        "pan/modules/02packages.details.txt",
        index(&[
            ("Acme::Foo", "1", "A/AB/ABC/Acme-Foo-1.tar.gz"),
            ("Acme::foo", "1", "X/XY/XYZ/Acme-foo-1.tar.gz"),
            ("Bar::Util", "1", "A/AB/ABC/Bar-1.tar.gz"),
            ("Bar::util", "1", "A/AB/ABC/Baz-1.tar.gz"),
        ]),
    );
    let found = remarks(&pan.scan(&Trust::default()));
    let names: Vec<(&str, &str)> = found.iter().map(|one| (one.0, one.1.as_str())).collect();
    let rule = "name-differs-in-case";
    assert_eq!(names, [(rule, "Acme-Foo"), (rule, "Bar::Util")], "{found:?}");
}

#[test]
fn a_repository_that_looks_like_another_distributions_is_told() {
    let meta = |author: &str, url: &str| {
        format!(r#"{{"author":["{author}"],"resources":{{"repository":{{"url":"{url}"}}}}}}"#)
    };
    let dist = |name: &str, author: &str, url: &str| {
        release(name, &[("META.json", meta(author, url).as_bytes()), ("lib/M.pm", b"1;")])
    };
    let plack = "https://github.com/plack/Plack.git";
    let mut pan = Pan::default();
    pan.archive("MIYAGAWA", "Plack-1", dist("Plack-1", "Tatsuhiko Miyagawa", plack));
    pan.archive("EVIL", "Pay-Fast-1", dist("Pay-Fast-1", "E", "git@github.com:plack/plack"));
    pan.archive("EVIL", "Log-In-1", dist("Log-In-1", "E", "https://github.com/torvalds/linux"));
    pan.archive("ABC", "Own-One-1", dist("Own-One-1", "A B C", "https://github.com/abc/stuff"));
    let found = remarks(&pan.scan(&Trust::default()));
    let names: Vec<(&str, &str)> = found.iter().map(|one| (one.0, one.1.as_str())).collect();
    assert_eq!(
        names,
        [("repository-claim", "Log-In"), ("repository-claim", "Pay-Fast")],
        "{found:?}"
    );
    assert!(found[0].2.contains("github.com/torvalds/linux"), "{found:?}");
    assert!(found[1].2.contains("Plack by MIYAGAWA"), "{found:?}");
}
