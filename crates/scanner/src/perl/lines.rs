//! What stands at the beginning of a line.

use super::bytes::{self, is};

/// Where the line of an offset begins.
pub(super) fn line_start(source: &[u8], at: usize) -> usize {
    let before = source.get(..at).unwrap_or_default();
    memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1)
}

/// Whether nothing but blanks stands before an offset on its line.
pub(super) fn begins_line(source: &[u8], at: usize) -> bool {
    let before = source.get(..at).unwrap_or_default();
    let blanks = before.iter().rev().take_while(|byte| is(**byte, bytes::BLANK)).count();
    let before = before.get(..before.len() - blanks).unwrap_or_default();
    before.is_empty() || before.ends_with(b"\n") || before == b"\xef\xbb\xbf"
}

/// Whether one of git's conflict markers begins at an offset.
pub(super) fn is_conflict(source: &[u8], at: usize) -> bool {
    let Some(marker) = source.get(at..at.saturating_add(7)) else { return false };
    [b"<<<<<<<", b"=======", b">>>>>>>", b"|||||||"].iter().any(|known| marker == *known)
        && (at == 0 || source.get(at - 1) == Some(&b'\n'))
}
