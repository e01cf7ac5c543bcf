//! `SIGNATURE`: the digests of the files of a distribution, as Module::Signature
//! writes them into an archive, with its author's signature around.

use perlscan_model::location::SourcePath;

/// The digests that are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// What Module::Signature wrote before 0.82.
    Sha1,
    /// What it writes today.
    Sha256,
}

/// What is said of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDigest {
    /// Its path, from the distribution's own folder on.
    pub path: SourcePath,
    /// Which digest is given.
    pub algorithm: Algorithm,
    /// The digest, in lower-case hexadecimal digits.
    pub digest: String,
    /// Its line in the text, from 1.
    pub line: u32,
}

/// The digests in a text without its signature, and the first line that is none.
pub fn read(text: &[u8]) -> (Vec<FileDigest>, Option<u32>) {
    let (mut files, mut odd) = (Vec::new(), None);
    for (line, number) in text.split(|byte| *byte == b'\n').zip(1_u32..) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.trim_ascii().is_empty() {
            continue;
        }
        match file(line, number) {
            Some(file) => files.push(file),
            None => odd = odd.or(Some(number)),
        }
    }
    (files, odd)
}

fn file(line: &[u8], number: u32) -> Option<FileDigest> {
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let (name, digest, path) = (words.next()?, words.next()?, words.next()?);
    let (algorithm, length) = match name {
        b"SHA1" => (Algorithm::Sha1, 40),
        b"SHA256" => (Algorithm::Sha256, 64),
        _ => return None,
    };
    let is_digest = digest.len() == length && digest.iter().all(u8::is_ascii_hexdigit);
    let digest = String::from_utf8_lossy(digest).to_ascii_lowercase();
    (is_digest && !path.is_empty()).then(|| FileDigest {
        path: SourcePath::new(path),
        algorithm,
        digest,
        line: number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_module_signature_writes_them() {
        let one = "a9993e364706816aba3e25717850c26c9cd0d89d";
        let other = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
        let text =
            format!("SHA1 {one} lib/A.pm\nSHA256 {other} t/a b.t\r\n\nMD5 x y\nSHA1 {other} z\n");
        let (files, odd) = read(text.as_bytes());
        let [first, second] = files.as_slice() else { panic!("{files:?}") };
        assert_eq!((first.path.to_string().as_str(), first.line), ("lib/A.pm", 1));
        assert_eq!(
            (second.algorithm, second.path.to_string()),
            (Algorithm::Sha256, "t/a b.t".into())
        );
        assert_eq!((second.digest.as_str(), odd), (other.to_ascii_lowercase().as_str(), Some(4)));
    }
}
