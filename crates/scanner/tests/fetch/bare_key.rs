//! Keys without any signature of their owner, as the program's own: made of what
//! gpg exports, and held to what gpg says of the whole key. Upstream's own
//! signature is checked where its feed is at hand.

use std::path::{Path, PathBuf};

use perlscan_scanner::signature::{
    CPANSA_KEY, Checker, Keyring, SignatureError, Verified, verify_by,
};

use crate::{Folder, have, run};

/// 2020-06-01T00:00:00Z.
const TIME: (&str, i64) = ("20200601T000000!", 1_590_969_600);

/// Every way has to say the same: what checks a bare key is neither.
const CHECKERS: &[Checker] = &[
    Checker::Gpgv,
    #[cfg(feature = "pgp")]
    Checker::Library,
];

/// A home of gpg's with an RSA key of 2020.
struct Signer {
    folder: Folder,
    home: String,
    fingerprint: String,
}

impl Signer {
    fn new() -> Self {
        let folder = Folder::new("bare");
        let home = folder.0.join("h");
        std::fs::create_dir(&home).expect("a home");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).expect("mode");
        }
        let home = home.to_str().expect("a name").to_owned();
        let mut signer = Self { folder, home, fingerprint: String::new() };
        let made = "20200101T000000!";
        signer.gpg(made, &["--quick-gen-key", "T <t@example.org>", "rsa2048", "sign", "never"]);
        let list = signer.gpg(made, &["--with-colons", "--list-keys"]);
        let line = list.lines().find(|line| line.starts_with("fpr")).expect("a fingerprint");
        signer.fingerprint = line.split(':').nth(9).expect("a fingerprint").to_owned();
        signer.folder.file("data", b"[\"advisories\"]\n");
        signer
    }

    fn gpg(&self, time: &str, arguments: &[&str]) -> String {
        let mut all = vec!["--batch", "--quiet", "--pinentry-mode", "loopback", "--yes"];
        all.extend(["--passphrase", "", "--faked-system-time", time]);
        all.extend(arguments);
        run(&self.folder.0, &[("GNUPGHOME", &self.home)], "gpg", &all)
    }

    fn sign(&self, options: &[&str]) {
        let mut arguments = options.to_vec();
        arguments.extend(["-o", "signature", "--detach-sign", "data"]);
        self.gpg(TIME.0, &arguments);
    }

    /// The key's packet alone: gpg writes it first, with a length of two bytes.
    fn bare(&self) -> Vec<u8> {
        self.gpg(TIME.0, &["-o", "whole", "--export", &self.fingerprint]);
        let whole = std::fs::read(self.folder.0.join("whole")).expect("the key");
        assert_eq!(whole[0], 0x99);
        let length = usize::from(whole[1]) << 8 | usize::from(whole[2]);
        whole[..3 + length].to_vec()
    }

    /// What is said with these keys, by every way alike.
    fn verify(&self, keys: &[u8]) -> Result<Verified, SignatureError> {
        let keyring = Keyring::default().with_file(self.folder.file("keys", keys));
        self.verify_with(&keyring)
    }

    fn verify_with(&self, keyring: &Keyring) -> Result<Verified, SignatureError> {
        let file = |name| self.folder.0.join(name);
        let (data, signature, scratch) = (file("data"), file("signature"), file("scratch"));
        let mut all =
            CHECKERS.iter().map(|one| verify_by(*one, &data, &signature, keyring, &scratch));
        let first = all.next().expect("one at least");
        for other in all {
            assert_eq!(format!("{first:?}"), format!("{other:?}"));
        }
        first
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        // The agent of this home only.
        let _ = std::process::Command::new("gpgconf")
            .args(["--homedir", &self.home, "--kill", "gpg-agent"])
            .status();
    }
}

fn peers() -> bool {
    have(&["gpg", "gpgv", "gpgconf"])
}

#[test]
fn a_signature_counts_as_by_the_whole_key() {
    if !peers() {
        return;
    }
    let signer = Signer::new();
    let bare = signer.bare();
    let whole = std::fs::read(signer.folder.0.join("whole")).expect("the key");
    let user = [&bare[..], b"\xb4\x01T"].concat();
    for options in
        [&[][..], &["--armor"], &["--digest-algo", "SHA384"], &["--digest-algo", "SHA512"]]
    {
        signer.sign(options);
        let good = signer.verify(&whole).expect("gpgv takes the whole key");
        let said = Verified::Good { fingerprint: signer.fingerprint.clone(), made_at: TIME.1 };
        assert_eq!(good, said);
        assert_eq!(signer.verify(&bare).expect("good"), good, "{options:?}");
        assert_eq!(signer.verify(&user).expect("good"), good, "{options:?}");
    }
}

#[test]
fn what_is_changed_or_cut_does_not_count() {
    if !peers() {
        return;
    }
    let signer = Signer::new();
    let bare = signer.bare();
    signer.sign(&[]);
    for changed in [&b"[\"advisorieS\"]\n"[..], b"[\"advisories\"]", b"", b"[\"advisories\"]\r\n"] {
        signer.folder.file("data", changed);
        let verdict = signer.verify(&bare);
        assert!(matches!(verdict, Err(SignatureError::Bad)), "{verdict:?}");
    }
    signer.folder.file("data", b"[\"advisories\"]\n");
    let sound = std::fs::read(signer.folder.0.join("signature")).expect("the signature");
    for cut in 0..sound.len() {
        signer.folder.file("signature", &sound[..cut]);
        assert!(signer.verify(&bare).is_err(), "cut at {cut}");
    }
    // Behind three bytes of the packet's head and six of the signature's comes what
    // is hashed, then what is not: an id of the key, and two bytes of the digest.
    let hashed = 9 + (usize::from(sound[7]) << 8 | usize::from(sound[8]));
    let unhashed = 2 + (usize::from(sound[hashed]) << 8 | usize::from(sound[hashed + 1]));
    let free = hashed..hashed + unhashed + 2;
    for at in (0..sound.len()).filter(|at| !free.contains(at)) {
        let mut flipped = sound.clone();
        flipped[at] ^= 1;
        signer.folder.file("signature", flipped);
        assert!(signer.verify(&bare).is_err(), "flipped at {at}");
    }
    signer.folder.file("signature", &sound);
    assert!(signer.verify(&bare).is_ok());
    // Another time of making, exponent or modulus is another key.
    for at in [7, bare.len() - 1, bare.len() - 9] {
        let mut other = bare.clone();
        other[at] ^= 2;
        let verdict = signer.verify(&other);
        assert!(matches!(verdict, Err(SignatureError::MissingKey { .. })), "{at}: {verdict:?}");
    }
}

#[test]
fn weak_expired_and_other_signatures_do_not_count() {
    if !peers() {
        return;
    }
    let signer = Signer::new();
    let bare = signer.bare();
    signer.sign(&["--digest-algo", "SHA1"]);
    let verdict = signer.verify(&bare);
    assert!(matches!(verdict, Err(SignatureError::WeakDigest { .. })), "{verdict:?}");
    signer.sign(&["--default-sig-expire", "1y"]);
    let verdict = signer.verify(&bare);
    assert!(matches!(verdict, Err(SignatureError::Expired { .. })), "{verdict:?}");
    for (options, why) in [
        (&["--textmode"][..], "of class 01"),
        (&["--sig-notation", "!a@example.org=b"], "a condition that is not known"),
    ] {
        signer.sign(options);
        let error = signer.verify(&bare).expect_err(why).to_string();
        assert!(error.contains(why), "{error}");
    }
    signer.sign(&[]);
    let error = signer.verify_with(&Keyring::release()).expect_err("a foreign key").to_string();
    assert!(error.contains(&signer.fingerprint) && error.contains("--keyring FILE"), "{error}");
}

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("keys/cpansa.asc")
}

#[test]
fn gpg_finds_the_pinned_fingerprint_in_the_committed_key() {
    if !peers() {
        return;
    }
    let folder = Folder::new("show");
    let home = folder.0.to_str().expect("a name").to_owned();
    let file = committed();
    let file = file.to_str().expect("a name");
    let args = ["--batch", "--quiet", "--with-colons", "--show-keys", file];
    let list = run(&folder.0, &[("GNUPGHOME", &home)], "gpg", &args);
    let found: Vec<&str> = list
        .lines()
        .filter(|line| line.starts_with("fpr"))
        .filter_map(|line| line.split(':').nth(9))
        .collect();
    assert_eq!(found.first(), Some(&CPANSA_KEY), "{list}");
}

/// `PERLSCAN_UPSTREAM` names a folder with upstream's feed and its signature; they
/// are not part of the project.
#[test]
fn upstreams_own_signature_counts() {
    let Some(upstream) = std::env::var_os("PERLSCAN_UPSTREAM").map(PathBuf::from) else {
        println!("SKIPPED: PERLSCAN_UPSTREAM names no folder with upstream's feed");
        return;
    };
    let folder = Folder::new("upstream");
    let feed = upstream.join("cpan-security-advisory.json");
    let signature = upstream.join("cpan-security-advisory.json.gpg");
    // When it was made is what gpg reads in it.
    let home = folder.0.to_str().expect("a name").to_owned();
    let args = ["--batch", "--list-packets", signature.to_str().expect("a name")];
    let packets = run(&folder.0, &[("GNUPGHOME", &home)], "gpg", &args);
    let time = packets.split("created ").nth(1).and_then(|rest| rest.split(',').next());
    let made_at: i64 = time.and_then(|time| time.parse().ok()).expect("a time");
    let good = Verified::Good { fingerprint: CPANSA_KEY.to_owned(), made_at };
    for checker in CHECKERS {
        let verify = |data: &Path, signature: &Path| {
            verify_by(*checker, data, signature, &Keyring::release(), &folder.0.join("s"))
        };
        assert_eq!(verify(&feed, &signature).expect("upstream's signature"), good);
        let sound = std::fs::read(&feed).expect("the feed");
        for at in [0, sound.len() / 2, sound.len() - 1] {
            let mut flipped = sound.clone();
            flipped[at] ^= 1;
            let verdict = verify(&folder.file("flipped", flipped), &signature);
            assert!(matches!(verdict, Err(SignatureError::Bad)), "{at}: {verdict:?}");
        }
        let cut = folder.file("cut", &sound[..sound.len() - 1]);
        assert!(matches!(verify(&cut, &signature), Err(SignatureError::Bad)));
    }
}
