//! A file as lines, without copying, and places in them.

use perlscan_model::location::Span;

/// A line without its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Counted from 1.
    pub(super) number: u32,
    /// Where it begins in the file.
    pub(super) offset: usize,
    /// What stands in it.
    pub(super) bytes: &'a [u8],
    /// How many blanks it begins with.
    pub(super) indent: usize,
    /// Whether a line end follows.
    pub(super) is_ended: bool,
}

/// A stretch of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    /// Where it begins in the line.
    at: usize,
    /// What stands there.
    pub(super) bytes: &'a [u8],
}

/// The lines of a file; a byte order mark belongs to none.
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    offset: usize,
    number: u32,
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let offset = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Self { bytes, offset, number: 0 }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = self.bytes.get(self.offset..).filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr(b'\n', rest);
        let bytes = rest.get(..end.unwrap_or(rest.len()))?;
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let indent = bytes.iter().position(|b| !is_blank(*b)).unwrap_or(bytes.len());
        self.number = self.number.saturating_add(1);
        let offset = self.offset;
        self.offset += end.map_or(rest.len(), |end| end + 1);
        Some(Line { number: self.number, offset, bytes, indent, is_ended: end.is_some() })
    }
}

impl<'a> Line<'a> {
    /// The whole line.
    pub(super) fn whole(&self) -> Part<'a> {
        Part { at: 0, bytes: self.bytes }
    }

    /// The line without blanks around.
    pub(super) fn body(&self) -> Part<'a> {
        self.whole().trimmed()
    }

    /// The indent, where it is one that Carton writes: of blanks only, and even.
    pub(super) fn level(&self) -> Option<usize> {
        let spaces = self.bytes.get(..self.indent)?.iter().all(|b| *b == b' ');
        (spaces && matches!(self.indent, 0 | 2 | 4 | 6)).then_some(self.indent)
    }
}

impl<'a> Part<'a> {
    fn trimmed(self) -> Self {
        let front = self.bytes.iter().position(|b| !is_blank(*b)).unwrap_or(self.bytes.len());
        let back = self.bytes.iter().rposition(|b| !is_blank(*b)).map_or(front, |last| last + 1);
        let bytes = self.bytes.get(front..back).unwrap_or_default();
        Self { at: self.at + front, bytes }
    }

    /// At most so many bytes of the part's beginning.
    pub(super) fn start(self, length: usize) -> Self {
        Self { bytes: self.bytes.get(..length).unwrap_or(self.bytes), ..self }
    }

    /// The end of this part that `rest` is, without blanks around.
    pub(super) fn tail(self, rest: &'a [u8]) -> Self {
        let at = self.at + self.bytes.len().saturating_sub(rest.len());
        Self { at, bytes: rest }.trimmed()
    }

    /// The first word and the rest.
    pub(super) fn split_word(self) -> (Self, Self) {
        let end = self.bytes.iter().position(|b| is_blank(*b)).unwrap_or(self.bytes.len());
        let (word, rest) = self.bytes.split_at_checked(end).unwrap_or((self.bytes, &[]));
        (Self { at: self.at, bytes: word }, self.tail(rest))
    }

    /// Where the part stands in the file. Columns are characters where the line
    /// up to the part's end is UTF-8, else bytes.
    pub(super) fn span(self, line: &Line<'_>) -> Span {
        let before = line.bytes.get(..self.at).unwrap_or_default();
        let width = |bytes| std::str::from_utf8(bytes).map(|text| text.chars().count());
        let (skipped, taken) = match (width(before), width(self.bytes)) {
            (Ok(skipped), Ok(taken)) => (skipped, taken),
            _ => (self.at, self.bytes.len()),
        };
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span {
            line: line.number,
            column: number(skipped + 1),
            end_line: line.number,
            end_column: number(skipped + 1 + taken),
            offset: number(line.offset + self.at),
            length: number(self.bytes.len()),
        }
    }
}

/// Perl's `\s` on ASCII.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0b
}
