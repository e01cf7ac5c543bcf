#![allow(clippy::disallowed_methods, reason = "the committed archives are read from the disk")]
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io::Write as _;

use ::tar::EntryType;
use flate2::write::GzEncoder;

use super::*;

/// What the real programs say of the committed archives; `generate` made both.
const EXPECTED: &str = include_str!("../../../../../test-corpus/archives/EXPECTED");

fn corpus(name: &str) -> Vec<u8> {
    let path = format!("{}/../../test-corpus/archives/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).expect(name)
}

/// Takes every file, and keeps what it is told.
#[derive(Debug, Default)]
struct All {
    files: Vec<(String, Vec<u8>)>,
    problems: Vec<(ProblemKind, String, String)>,
    limit: Option<u64>,
    modules_only: bool,
}

impl Entries for All {
    fn wants(&mut self, name: &SourcePath) -> Wanted {
        match self.modules_only && !name.as_bytes().ends_with(b".pm") {
            true => Wanted::Head,
            false => Wanted::Whole(self.limit.unwrap_or(u64::MAX), "--max-perl-bytes"),
        }
    }

    fn wants_head(&mut self, _name: &SourcePath, head: &[u8]) -> Wanted {
        match head.starts_with(b"#!") {
            true => Wanted::Whole(u64::MAX, ""),
            false => Wanted::No,
        }
    }

    fn file(&mut self, name: &SourcePath, bytes: Vec<u8>, _budget: &mut Budget) {
        self.files.push((name.to_string(), bytes));
    }

    fn problem(&mut self, kind: ProblemKind, name: Option<&SourcePath>, message: String) {
        self.problems.push((kind, name.map(ToString::to_string).unwrap_or_default(), message));
    }
}

impl All {
    fn names(&self) -> Vec<&str> {
        self.files.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn kinds(&self) -> Vec<ProblemKind> {
        self.problems.iter().map(|(kind, ..)| *kind).collect()
    }
}

fn read_into(name: &str, bytes: &[u8], limits: Limits, mut all: All) -> All {
    let format = Format::of(name.as_bytes()).expect("the name of an archive");
    let file = ArchiveFile::new(format, name.as_bytes(), bytes);
    let mut streamed = All { files: Vec::new(), problems: Vec::new(), ..all };
    read(&file, &mut file.budget(limits), &mut all);
    // Whether it is unpacked at once or as it is read makes no difference.
    let file = ArchiveFile { unpacked: None, ..file };
    read(&file, &mut file.budget(limits), &mut streamed);
    assert_eq!((&all.files, &all.problems), (&streamed.files, &streamed.problems), "{name}");
    all
}

fn read_all(name: &str, bytes: &[u8]) -> All {
    read_into(name, bytes, Limits::default(), All::default())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).expect("memory takes it");
    packer.finish().expect("memory takes it")
}

/// A tar file of these files, as the crate writes it.
fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(u64::try_from(bytes.len()).expect("small"));
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).expect("memory takes it");
    }
    builder.into_inner().expect("memory takes it")
}

#[test]
fn every_format_gives_what_the_real_programs_unpack() {
    let mut expected: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
    for line in EXPECTED.lines() {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().expect("three words");
        let (archive, digest, name) = (word(), word(), word());
        expected.entry(archive).or_default().push((name.to_owned(), digest.to_owned()));
    }
    assert_eq!(expected.len(), 18);
    for (archive, files) in expected {
        #[cfg(not(feature = "xz"))]
        if archive.ends_with(".xz") {
            continue;
        }
        let all = read_all(archive, &corpus(archive));
        let mut found: Vec<(String, String)> = all
            .files
            .iter()
            .map(|(name, bytes)| {
                let digest: String =
                    Sha256::digest(bytes).iter().take(8).map(|b| format!("{b:02x}")).collect();
                (name.clone(), digest)
            })
            .collect();
        found.sort();
        assert_eq!(found, files, "{archive}");
        let told: Vec<(ProblemKind, &str, &str)> = all
            .problems
            .iter()
            .map(|(kind, name, message)| (*kind, name.as_str(), message.as_str()))
            .collect();
        assert_eq!(told, contradictions(archive), "{archive}");
    }
}

/// What is told of the archives of which programs see different things.
fn contradictions(archive: &str) -> Vec<(ProblemKind, &'static str, &'static str)> {
    use ProblemKind::{Lost, Undecided};
    let (link, pipe) = ("it is a link, and was not followed", "it is a pipe, and was left out");
    let names = "several headers say what it is called, and programs that unpack it differ about \
                 which counts: it was read as tar would name it";
    match archive {
        "lengths.tar" => vec![(Lost, "soft", link), (Lost, "hard", link), (Lost, "pipe", pipe)],
        "junk.tar" => vec![(
            Lost,
            "",
            "it is damaged at byte 1024 of its tar file, and not read up to the next sound header: \
             there is no checksum of a header",
        )],
        "full-folder.tar" => vec![(
            Lost,
            "",
            "it is damaged at byte 1536 of its tar file, and not read up to the next sound header: \
             there is no checksum of a header",
        )],
        "behind.tar" => vec![(
            Undecided,
            "",
            "it has entries behind its end, which Archive::Tar unpacks and tar does not: they were \
             read too",
        )],
        "names.tar" => {
            ["pax.pm", "pax2.pm", "second.pm", "solaris.pm"].map(|name| (Lost, name, names)).into()
        }
        "continuous.tar" => vec![(Lost, "A.pm", DISPUTED)],
        _ => Vec::new(),
    }
}

const DISPUTED: &str = "programs that unpack it differ about whether an entry of its kind has \
                        contents, and so about which entry is next: it was read as tar does";

#[test]
fn headers_that_programs_read_differently_are_told() {
    for (archive, files, told) in [
        ("global-name.tar", "First.pm", "gives all entries behind it the same name or length"),
        ("pax-length.tar", "First.pm", "a pax header in it is damaged, and was read in part"),
        ("pax-size.tar", "First.pm", "a pax header in it is damaged, and was read in part"),
        ("label.tar", "Last.pm", "and so about which entry is next"),
    ] {
        let all = read_all(archive, &corpus(archive));
        assert_eq!(all.names(), [files], "{archive}");
        let first = all.problems.first().map(|(kind, _, message)| (*kind, message.contains(told)));
        assert_eq!(first, Some((ProblemKind::Lost, true)), "{archive}: {:?}", all.problems);
    }
}

#[test]
fn a_name_does_not_decide_how_an_archive_is_packed() {
    assert_eq!(read_all("wrong-name.tar.gz", &corpus("wrong-name.tar.gz")).files.len(), 5);
    assert_eq!(read_all("x.tar.gz", &corpus("zip.zip")).files.len(), 5);
    assert_eq!(read_all("x.zip", &corpus("gnu.tar.gz")).files.len(), 5);
    assert_eq!(read_all("Bar.pm.gz", &corpus("Bar.pm.gz")).names(), ["Bar.pm"]);
    assert_eq!(read_all("Bar.pm", b"package Bar;").names(), ["Bar.pm"]);
    for name in ["a.tar.gz", "A.TGZ", "a.tar.bz2", "a.txz", "a.zip", "a.pm.gz", "a.pm"] {
        assert!(Format::of(name.as_bytes()).is_some(), "{name}");
    }
    for name in [".tar.gz", "a.gz", "a.tar.gz.asc", "CHECKSUMS", "a.meta", "a.readme", ""] {
        assert_eq!(Format::of(name.as_bytes()), None, "{name}");
    }
}

#[test]
fn what_is_no_file_is_told_and_not_followed() {
    use ProblemKind::{Lost, Undecided};
    let all = read_all("links.tar", &corpus("links.tar"));
    assert_eq!(all.names(), ["A.pm"]);
    let told: Vec<(&str, ProblemKind)> =
        all.problems.iter().map(|(kind, name, _)| (name.as_str(), *kind)).collect();
    let expected = [("hard.pm", Lost), ("soft.pm", Lost), ("out.pm", Lost), ("pipe.pm", Lost)];
    assert_eq!(told, expected);
    for archive in ["sparse-gnu.tar", "sparse-pax.tar"] {
        let all = read_all(archive, &corpus(archive));
        assert_eq!(all.names(), ["A.pm"], "{archive}");
        assert!(all.kinds().contains(&Lost), "{archive}: {:?}", all.problems);
        assert!(all.problems.len() <= 2, "{archive}: {:?}", all.problems);
    }
    let many = read_all("sparse-many.tar", &corpus("sparse-many.tar"));
    assert_eq!((many.names(), many.kinds()), (vec!["A.pm", "Z.pm"], vec![Lost]));
    for archive in ["up.tar", "absolute.tar"] {
        let all = read_all(archive, &corpus(archive));
        assert_eq!((all.names().len(), all.kinds()), (0, vec![Lost]), "{archive}");
    }
    let twice = read_all("twice.tar", &corpus("twice.tar"));
    assert_eq!((twice.names(), twice.kinds()), (vec!["A.pm", "A.pm"], vec![Undecided]));
}

#[test]
fn a_zip_files_directory_hides_nothing_by_its_count() {
    // The end of the directory counts its entries twice, 12 and 14 bytes before the file's
    // end. With a lower count unzip and Archive::Zip unpack all the same.
    let whole = corpus("zip.zip");
    let count = whole.len() - 12;
    let entries = *whole.get(count).expect("the end");
    let mut low = whole.clone();
    for at in [count - 2, count] {
        *low.get_mut(at).expect("the end") = entries - 1;
    }
    // A program may stand before it.
    for before in [&b""[..], b"#!/usr/bin/perl\n"] {
        let all = read_all("a.zip", &[before, &low].concat());
        assert_eq!(all.kinds(), [ProblemKind::Lost], "{:?}", all.problems);
        let message = &all.problems.first().expect("one").2;
        let expected = format!("has {entries} entries and says that it has {}", entries - 1);
        assert!(message.contains(&expected), "{message}");
    }
}

#[test]
fn a_folder_of_a_zip_file_hides_no_contents() {
    // Archive::Zip makes a file of it, unzip a folder.
    let mut bytes = corpus("zip.zip");
    for at in memchr::memmem::find_iter(&bytes.clone(), b"t/basic.t") {
        *bytes.get_mut(at + 8).expect("the name") = b'/';
    }
    let all = read_all("a.zip", &bytes);
    assert_eq!((all.names().len(), all.kinds()), (4, vec![ProblemKind::Lost]));
    assert!(all.problems.iter().all(|(_, name, _)| name == "Foo-Bar-1.02/t/basic."));
}

#[test]
fn names_that_lead_out_are_not_read() {
    for (raw, expected) in [
        ("a/b.pm", Some("a/b.pm")),
        ("./a//b.pm", Some("a/b.pm")),
        ("a/./b", Some("a/b")),
        ("..a/b", Some("..a/b")),
        ("a/../b", None),
        ("..", None),
        ("/a", None),
        ("C:/a", None),
        ("a\0b", None),
        (".", None),
        ("", None),
    ] {
        let found = inner_path(raw.as_bytes()).map(|path| path.to_string());
        assert_eq!(found.as_deref(), expected, "{raw}");
    }
}

#[test]
fn an_archive_that_is_cut_anywhere_is_told_and_keeps_what_came_before() {
    let whole = corpus("gnu.tar.gz");
    let all = read_all("a.tar.gz", &whole);
    for end in 0..whole.len() {
        let cut = read_all("a.tar.gz", whole.get(..end).expect("shorter"));
        assert_eq!(cut.kinds(), [ProblemKind::Lost], "cut at {end}: {:?}", cut.problems);
        for file in &cut.files {
            assert!(all.files.contains(file), "cut at {end}: {}", file.0);
        }
    }
    let tar = corpus("gnu.tar");
    let all = read_all("a.tar", &tar);
    for end in (0..tar.len()).step_by(97) {
        let cut = read_all("a.tar", tar.get(..end).expect("shorter"));
        for file in &cut.files {
            assert!(all.files.contains(file), "cut at {end}: {}", file.0);
        }
        // Behind the last file there is nothing but zeroes.
        assert!(cut.files.len() == all.files.len() || !cut.problems.is_empty(), "cut at {end}");
    }
}

#[test]
fn any_wrong_byte_is_told_or_harmless() {
    for name in ["gnu.tar.gz", "gnu.tar.bz2", "zip.zip"] {
        let whole = corpus(name);
        let all = read_all(name, &whole);
        // Nothing guards the names in a zip file's directory.
        let guarded = memchr::memmem::find(&whole, b"PK\x01\x02").unwrap_or(whole.len());
        for at in 0..guarded {
            let mut bytes = whole.clone();
            *bytes.get_mut(at).expect("within") ^= 0x41;
            let wrong = read_all(name, &bytes);
            let same = wrong.files == all.files;
            assert!(same || !wrong.problems.is_empty(), "{name} at {at}");
        }
    }
}

#[test]
fn a_bomb_ends_the_reading() {
    let zeroes = vec![0; 20 << 20];
    let bomb = gzip(&tar_of(&[("A.pm", b"1;"), ("Bomb.bin", &zeroes), ("B.pm", b"1;")]));
    assert!(bomb.len() < 1 << 17, "it is a bomb");
    // Whether somebody wants the entry or not.
    for modules_only in [false, true] {
        let all = All { modules_only, ..All::default() };
        let read = read_into("a.tar.gz", &bomb, Limits::default(), all);
        assert_eq!((read.names(), read.kinds()), (vec!["A.pm"], vec![ProblemKind::Lost]));
    }
    let generous = Limits { ratio: 10_000, ..Limits::default() };
    let all = All { modules_only: true, ..All::default() };
    assert_eq!(read_into("a.tar.gz", &bomb, generous, all).names(), ["A.pm", "B.pm"]);
}

#[test]
fn what_is_small_and_sound_is_unpacked_at_once() {
    let held = |bytes: &[u8]| {
        let file = ArchiveFile::new(Format::Tar, b"a.tar.gz", bytes);
        file.unpacked.map(|unpacked| unpacked.bytes().to_vec())
    };
    let whole = corpus("gnu.tar.gz");
    assert_eq!(held(&whole), Some(corpus("gnu.tar")));
    // What says to be shorter or longer than it is, is cut, has bytes behind, is large.
    let end = whole.len() - 4;
    let with_length = |length: u32| {
        let mut bytes = whole.clone();
        bytes.splice(end.., length.to_le_bytes());
        held(&bytes)
    };
    assert_eq!(with_length(0), None);
    assert_eq!(with_length(1000), None);
    assert_eq!(with_length(1 << 20), None);
    assert_eq!(with_length(u32::MAX), None);
    assert_eq!(held(whole.get(..end).expect("shorter")), None);
    assert_eq!(held(&[whole.as_slice(), b"more than an archive has"].concat()), None);
    assert_eq!(held(&gzip(&vec![b'x'; (2 << 20) + 1])), None);
    assert_eq!(held(&gzip(&vec![b'x'; 2 << 20])).map(|bytes| bytes.len()), Some(2 << 20));
    assert_eq!((held(b""), held(b"\x1f\x8b"), held(&corpus("gnu.tar"))), (None, None, None));
}

#[test]
fn limits_of_entries_and_of_files_are_told() {
    let files: Vec<(String, Vec<u8>)> =
        (0..30).map(|i| (format!("M{i}.pm"), vec![b' '; 100 + i])).collect();
    let files: Vec<(&str, &[u8])> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let tar = tar_of(&files);
    let few = Limits { entries: 29, ..Limits::default() };
    let read = read_into("a.tar", &tar, few, All::default());
    assert_eq!((read.files.len(), read.kinds()), (29, vec![ProblemKind::Lost]));
    let all = All { limit: Some(110), ..All::default() };
    let read = read_into("a.tar", &tar, Limits::default(), all);
    assert_eq!((read.files.len(), read.problems.len()), (11, 19));
    let (_, name, message) = read.problems.first().expect("one");
    assert_eq!(name, "M11.pm");
    assert!(message.contains("--max-perl-bytes"), "{message}");
}

/// With no time at all the first look at the clock ends the reading.
#[test]
fn the_time_for_an_archive_is_looked_at_where_it_is_spent() {
    const OVER: &str =
        "it took longer than 0 s: the rest is not read; raise --max-archive-seconds to read it";
    let data = vec![b'x'; 3 << 20];
    let names: Vec<String> = (0..300).map(|i| format!("data/{i}")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    for (what, name, bytes) in [
        ("before a file is given out", "a.tar", tar_of(&[("A.pm", b"1;"), ("B.pm", b"1;")])),
        ("the same of a zip file", "a.zip", corpus("zip.zip")),
        ("the same of a module", "A.pm.gz", gzip(b"1;")),
        ("in bytes that nobody wants", "a.tar", tar_of(&[("data", &data)])),
        ("the same at the end of the stream", "A.pm.gz", gzip(&data)),
        ("among entries that nobody wants", "a.tar", tar_of(&many)),
    ] {
        let with = |archive_seconds| {
            let limits = Limits { archive_seconds, ..Limits::default() };
            read_into(name, &bytes, limits, All { modules_only: true, ..All::default() })
        };
        let told = (ProblemKind::Lost, String::new(), OVER.to_owned());
        let read = with(0);
        assert_eq!((read.names(), &read.problems), (vec![], &vec![told]), "{what}");
        for seconds in [Limits::ARCHIVE_SECONDS, u64::MAX] {
            assert_eq!(with(seconds).problems, [], "{what}");
        }
    }
    // What is read at once needs no clock.
    let limits = Limits { archive_seconds: 0, ..Limits::default() };
    let all = All { modules_only: true, ..All::default() };
    assert_eq!(read_into("a.tar", &tar_of(&[("data", b"x")]), limits, all).problems, []);
}

#[test]
fn a_long_name_takes_no_more_memory_than_it_may() {
    let long = "d/".repeat(4000) + "A.pm";
    let mut tar = ::tar::Builder::new(Vec::new());
    let mut header = ::tar::Header::new_gnu();
    header.set_entry_type(EntryType::GNULongName);
    header.set_size(u64::try_from(long.len()).expect("small"));
    header.set_cksum();
    tar.append(&header, long.as_bytes()).expect("memory takes it");
    let mut tar = tar.into_inner().expect("memory takes it");
    tar.truncate(tar.len() - 1024);
    tar.extend(tar_of(&[("A.pm", b"1;"), ("B.pm", b"1;")]));
    let read = read_all("a.tar", &tar);
    assert_eq!((read.names(), read.kinds()), (vec!["B.pm"], vec![ProblemKind::Lost]));
}

#[test]
fn the_head_decides_where_the_name_leaves_it_open() {
    let tar = tar_of(&[("bin/app", b"#!/usr/bin/perl\n"), ("bin/data", b"data"), ("A.pm", b"1;")]);
    let all = All { modules_only: true, ..All::default() };
    let read = read_into("a.tar", &tar, Limits::default(), all);
    assert_eq!(read.names(), ["bin/app", "A.pm"]);
    let (_, script) = read.files.first().expect("one");
    assert_eq!(script, b"#!/usr/bin/perl\n");
}
