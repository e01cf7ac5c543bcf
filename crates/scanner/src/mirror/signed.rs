//! Text with a signature around it, as far as it can be read without checking it
//! (RFC 9580, section 7).

use std::borrow::Cow;

use perlscan_model::location::Span;

use crate::perl::LineIndex;

/// What stands before and behind signed text.
const SIGNED: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &[u8] = b"\n-----BEGIN PGP SIGNATURE-----";

/// A text, signed or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedText<'a> {
    /// The text, without what a signature puts around it and before its lines.
    pub text: Cow<'a, [u8]>,
    /// How many lines of the file stand before it.
    pub lines_before: u32,
    /// Where the signature begins; `None` for a text without any.
    pub signature: Option<Span>,
}

/// Takes the signature off.
pub fn read(bytes: &[u8]) -> SignedText<'_> {
    let unsigned = || SignedText { text: Cow::Borrowed(bytes), lines_before: 0, signature: None };
    let begins = |at: &usize| *at == 0 || bytes.get(at - 1) == Some(&b'\n');
    let Some(from) = memchr::memmem::find_iter(bytes, SIGNED).find(begins) else {
        return unsigned();
    };
    // Behind its own headers and a blank line.
    let rest = bytes.get(from..).unwrap_or_default();
    let blank = [&b"\n\n"[..], b"\n\r\n"]
        .iter()
        .filter_map(|blank| memchr::memmem::find(rest, blank).map(|at| at + blank.len()))
        .min();
    let start = from + blank.unwrap_or(rest.len());
    let text = bytes.get(start..).unwrap_or_default();
    let end = memchr::memmem::find(text, SIGNATURE);
    let index = LineIndex::new(bytes);
    let signature = match end {
        Some(end) => start + end + 1..start + end + SIGNATURE.len(),
        None => bytes.len()..bytes.len(),
    };
    SignedText {
        text: without_dashes(text.get(..end.unwrap_or(text.len())).unwrap_or_default()),
        lines_before: index.line(start).saturating_sub(1),
        signature: Some(index.span(signature)),
    }
}

/// A line that begins with a dash has `- ` before it; any line may.
fn without_dashes(text: &[u8]) -> Cow<'_, [u8]> {
    let has = text.starts_with(b"- ") || memchr::memmem::find(text, b"\n- ").is_some();
    if !has {
        return Cow::Borrowed(text);
    }
    let lines = text.split_inclusive(|byte| *byte == b'\n');
    Cow::Owned(lines.flat_map(|line| line.strip_prefix(b"- ").unwrap_or(line)).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_taken_off_and_lines_are_counted() {
        let file = "about\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\na\n- -b\n- c\n\
                    -----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n";
        let found = read(file.as_bytes());
        assert_eq!(&*found.text, b"a\n-b\nc");
        let at = |found: &SignedText<'_>, file: &str| {
            let span = found.signature.expect("a signature");
            assert_eq!(span.text(file.as_bytes()), b"-----BEGIN PGP SIGNATURE-----");
            (found.lines_before, span.line)
        };
        assert_eq!(at(&found, file), (5, 9));
        let windows = file.replace('\n', "\r\n");
        let found = read(windows.as_bytes());
        assert_eq!(&*found.text, b"a\r\n-b\r\nc\r");
        assert_eq!(at(&found, &windows), (5, 9));
        let plain = read(b"- a\nx -----BEGIN PGP SIGNED MESSAGE-----\n\n");
        assert_eq!((plain.text.len(), plain.signature), (42, None));
    }
}
