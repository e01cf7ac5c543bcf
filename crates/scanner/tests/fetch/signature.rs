//! Signatures by real keys, which gpg makes for each test.

use std::path::PathBuf;

use perlscan_scanner::signature::{Checker, Keyring, SignatureError, Verified, verify, verify_by};

use crate::{Folder, have, run};

/// 2020-06-01T00:00:00Z and a year and more after.
const OLD: (&str, i64) = ("20200601T000000!", 1_590_969_600);
const YOUNG: &str = "20220601T000000!";

/// All that can check signatures here: each has to say the same.
const CHECKERS: &[Checker] = &[
    Checker::Gpgv,
    #[cfg(feature = "pgp")]
    Checker::Library,
];

/// A home of gpg's with a key of 2020.
struct Signer {
    folder: Folder,
    home: String,
    fingerprint: String,
}

impl Signer {
    fn new(expires: &str) -> Self {
        let folder = Folder::new("gpg");
        let home = folder.0.join("h");
        std::fs::create_dir(&home).expect("a home");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).expect("mode");
        }
        let home = home.to_str().expect("a name").to_owned();
        let mut signer = Self { folder, home, fingerprint: String::new() };
        signer.gpg(
            Some("20200101T000000!"),
            &["--quick-gen-key", "T <t@example.org>", "ed25519", "sign", expires],
        );
        let list = signer.gpg(None, &["--with-colons", "--list-keys"]);
        let line = list.lines().find(|line| line.starts_with("fpr")).expect("a fingerprint");
        signer.fingerprint = line.split(':').nth(9).expect("a fingerprint").to_owned();
        signer.folder.file("data", b"[\"advisories\"]\n");
        signer
    }

    fn gpg(&self, time: Option<&str>, arguments: &[&str]) -> String {
        let mut all =
            vec!["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", "--yes"];
        if let Some(time) = time {
            all.extend(["--faked-system-time", time]);
        }
        all.extend(arguments);
        run(&self.folder.0, &[("GNUPGHOME", &self.home)], "gpg", &all)
    }

    fn sign(&self, time: &str, options: &[&str]) -> PathBuf {
        let mut arguments = options.to_vec();
        arguments.extend(["-o", "signature", "--detach-sign", "data"]);
        self.gpg(Some(time), &arguments);
        self.folder.0.join("signature")
    }

    fn keys(&self, options: &[&str]) -> PathBuf {
        let mut arguments = options.to_vec();
        arguments.extend(["-o", "keys", "--export", &self.fingerprint]);
        self.gpg(None, &arguments);
        self.folder.0.join("keys")
    }

    fn verify(&self, keys: PathBuf) -> Result<Verified, SignatureError> {
        let keyring = Keyring::default().with_file(keys);
        let scratch = self.folder.0.join("scratch");
        let (data, signature) = (self.folder.0.join("data"), self.folder.0.join("signature"));
        let mut verdicts = CHECKERS
            .iter()
            .map(|checker| (verify_by(*checker, &data, &signature, &keyring, &scratch), checker));
        let (first, _) = verdicts.next().expect("one at least");
        for (other, checker) in verdicts {
            let same = match (&first, &other) {
                (Ok(one), Ok(two)) => one == two,
                (Err(one), Err(two)) => {
                    std::mem::discriminant(one) == std::mem::discriminant(two)
                        // What is no signature any more has several names.
                        || matches!(one, SignatureError::Unchecked { .. } | SignatureError::Unsigned)
                        || matches!(two, SignatureError::Unchecked { .. })
                }
                _ => false,
            };
            assert!(same, "gpgv: {first:?}, {checker:?}: {other:?}");
        }
        assert_eq!(std::fs::read_dir(&scratch).map_or(0, Iterator::count), 0, "nothing stays");
        first
    }

    fn good(&self) -> Verified {
        Verified::Good { fingerprint: self.fingerprint.clone(), made_at: OLD.1 }
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
fn a_good_signature_counts_armored_or_not() {
    if !peers() {
        return;
    }
    let signer = Signer::new("never");
    for signature in [&[][..], &["--armor"]] {
        signer.sign(OLD.0, signature);
        for keys in [&[][..], &["--armor"]] {
            let verdict = signer.verify(signer.keys(keys));
            assert_eq!(verdict.expect("good"), signer.good(), "{signature:?} {keys:?}");
        }
    }
    // Not by the program's own keys, of which this is none.
    let data = signer.folder.0.join("data");
    let verdict =
        verify(&data, &signer.folder.0.join("signature"), &Keyring::release(), &signer.folder.0);
    assert!(matches!(verdict, Err(SignatureError::MissingKey { .. })), "{verdict:?}");
}

#[test]
fn changed_or_cut_bytes_do_not_count() {
    if !peers() {
        return;
    }
    let signer = Signer::new("never");
    let signature = signer.sign(OLD.0, &[]);
    let keys = signer.keys(&[]);
    for changed in [&b"[\"advisorieS\"]\n"[..], b"[\"advisories\"]", b"", b"[\"advisories\"]\r\n"] {
        signer.folder.file("data", changed);
        let verdict = signer.verify(keys.clone());
        assert!(matches!(verdict, Err(SignatureError::Bad)), "{verdict:?}");
    }
    signer.folder.file("data", b"[\"advisories\"]\n");
    let whole = std::fs::read(&signature).expect("the signature");
    // Each cut is refused, and each flipped bit of the signature's last number. Bits
    // before it can be of no meaning to anybody: unhashed subpackets, and the number's
    // own count of bits, of which the last three are rounded away. That count stands 32
    // bytes from the end when the number begins with a zero, as one in 256 does.
    for cut in 0..whole.len() {
        signer.folder.file("signature", &whole[..cut]);
        assert!(signer.verify(keys.clone()).is_err(), "cut at {cut}");
    }
    for last in 1..=16 {
        let mut flipped = whole.clone();
        let at = flipped.len() - last;
        flipped[at] ^= 1;
        signer.folder.file("signature", flipped);
        assert!(signer.verify(keys.clone()).is_err(), "flipped at {last} from the end");
    }
}

#[test]
fn a_foreign_key_is_named_with_what_to_do() {
    if !peers() {
        return;
    }
    let signer = Signer::new("never");
    let other = Signer::new("never");
    signer.sign(OLD.0, &[]);
    let error = signer.verify(other.keys(&[])).expect_err("a foreign key");
    assert!(matches!(error, SignatureError::MissingKey { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains(&signer.fingerprint[24..]) && text.contains("--keyring FILE"), "{text}");
}

#[test]
fn only_a_signature_older_than_the_keys_expiry_counts() {
    if !peers() {
        return;
    }
    let signer = Signer::new("1y");
    let keys = signer.keys(&[]);
    signer.sign(OLD.0, &[]);
    assert_eq!(signer.verify(keys.clone()).expect("made before"), signer.good());
    // With the expiry taken back, gpg signs; the exported keys still have it.
    signer.gpg(Some("20200102T000000!"), &["--quick-set-expire", &signer.fingerprint, "never"]);
    signer.sign(YOUNG, &[]);
    let verdict = signer.verify(keys);
    assert!(matches!(verdict, Err(SignatureError::KeyExpired { .. })), "{verdict:?}");
}

#[test]
fn a_revoked_key_a_weak_digest_and_an_expired_signature_do_not_count() {
    if !peers() {
        return;
    }
    let signer = Signer::new("never");
    signer.sign(OLD.0, &["--digest-algo", "SHA1"]);
    let verdict = signer.verify(signer.keys(&[]));
    assert!(matches!(verdict, Err(SignatureError::WeakDigest { .. })), "{verdict:?}");

    signer.sign(OLD.0, &["--default-sig-expire", "1y"]);
    let verdict = signer.verify(signer.keys(&[]));
    assert!(matches!(verdict, Err(SignatureError::Expired { .. })), "{verdict:?}");

    signer.sign(OLD.0, &[]);
    assert!(signer.verify(signer.keys(&[])).is_ok());
    // gpg makes a revocation with each key, and breaks it by a colon.
    let file = format!("h/openpgp-revocs.d/{}.rev", signer.fingerprint);
    let text = std::fs::read_to_string(signer.folder.0.join(file)).expect("the revocation");
    let revocation = signer.folder.file("revocation", text.replace(":-----BEGIN", "-----BEGIN"));
    signer.gpg(None, &["--import", revocation.to_str().expect("a name")]);
    let verdict = signer.verify(signer.keys(&[]));
    assert!(matches!(verdict, Err(SignatureError::Revoked { .. })), "{verdict:?}");
}

#[test]
fn a_signed_message_is_no_detached_signature() {
    if !peers() {
        return;
    }
    let signer = Signer::new("never");
    signer.gpg(Some(OLD.0), &["-o", "signature", "--compress-algo", "none", "--sign", "data"]);
    let error = signer.verify(signer.keys(&[])).expect_err("a message").to_string();
    assert!(
        error.contains("no detached OpenPGP signature") || error.contains("in parts"),
        "{error}"
    );
}
