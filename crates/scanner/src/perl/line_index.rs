//! From offsets to lines and columns.
//!
//! The lexer counts no lines: most tokens are never shown to anybody. Line feeds are
//! counted up to where a position is asked for, which costs next to nothing; the index
//! of all lines is built where so many are asked for that counting would cost more.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;

use memchr::{memchr, memchr_iter, memrchr};
use perlscan_model::location::Span;

/// The lines of a source. Lines end with a line feed (a carriage return before
/// it belongs to the line, one alone ends nothing, as in perl). Lines and
/// columns count from 1; a column is a Unicode character where the line is
/// valid UTF-8, else a byte. A byte order mark takes no column.
#[derive(Debug)]
pub struct LineIndex<'a> {
    source: &'a [u8],
    starts: OnceCell<Vec<u32>>,
    counted: Cell<Counted>,
    /// The last position that was asked for: the next one is mostly behind it on
    /// the same line, and a line may be as long as the file.
    last: Cell<Last>,
    /// For each block of [`BLOCK`] bytes how many bytes before it begin a
    /// character: made when places are asked for in no order on a long line.
    characters: OnceCell<Vec<u32>>,
    /// Which long lines are UTF-8.
    long_lines: RefCell<BTreeMap<usize, bool>>,
}

/// How many bytes lie between two counts of characters. A line is long when it
/// has more.
const BLOCK: usize = 4096;

/// How many times the length of the source is counted before the index is built.
const COUNTS: usize = 8;

/// How far line feeds have been counted while there is no index.
#[derive(Debug, Clone, Copy)]
struct Counted {
    /// A line, and where it begins.
    line: usize,
    start: usize,
    /// How many bytes have been looked at.
    bytes: usize,
}

impl Default for Counted {
    fn default() -> Self {
        Self { line: 1, start: 0, bytes: 0 }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Last {
    /// One-based; 0 for none.
    line: usize,
    is_utf8: bool,
    offset: usize,
    column: u32,
}

impl<'a> LineIndex<'a> {
    /// An index of a source; nothing is counted yet.
    pub fn new(source: &'a [u8]) -> Self {
        let source = source.get(..u32::MAX as usize).unwrap_or(source);
        Self {
            source,
            starts: OnceCell::new(),
            counted: Cell::default(),
            last: Cell::default(),
            characters: OnceCell::new(),
            long_lines: RefCell::default(),
        }
    }

    fn starts(&self) -> &[u32] {
        self.starts.get_or_init(|| {
            let after = memchr_iter(b'\n', self.source).map(|at| at as u32 + 1);
            std::iter::once(0).chain(after).collect()
        })
    }

    /// The line of an offset, and where it begins.
    fn line_at(&self, offset: usize) -> (usize, usize) {
        let mut counted = self.counted.get();
        if offset < counted.start {
            counted = Counted { bytes: counted.bytes, ..Counted::default() };
        }
        let between = self.source.get(counted.start..offset).unwrap_or_default();
        counted.bytes = counted.bytes.saturating_add(between.len());
        if self.starts.get().is_some() || counted.bytes / COUNTS > self.source.len() {
            let line = self.starts().partition_point(|start| *start as usize <= offset).max(1);
            return (line, self.starts().get(line - 1).copied().unwrap_or(0) as usize);
        }
        counted.line += memchr_iter(b'\n', between).count();
        counted.start += memrchr(b'\n', between).map_or(0, |at| at + 1);
        self.counted.set(counted);
        (counted.line, counted.start)
    }

    /// The line and column of an offset; of the end, when it lies beyond.
    pub fn position(&self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.source.len());
        let (line, start) = self.line_at(offset);
        let mut last = self.last.get();
        if last.line != line {
            let is_utf8 = self.is_utf8(line, start);
            last = Last { line, is_utf8, offset: start, column: 1 };
        }
        if offset < last.offset {
            last = Last { offset: start, column: 1, ..last };
        }
        if last.offset == 0 && self.source.starts_with(b"\xef\xbb\xbf") {
            last.offset = offset.min(3);
        }
        let characters = if last.is_utf8 {
            self.characters(last.offset, offset)
        } else {
            offset.saturating_sub(last.offset)
        };
        last.column = last.column.saturating_add(characters as u32);
        last.offset = offset;
        self.last.set(last);
        (line as u32, last.column)
    }

    fn is_utf8(&self, line: usize, start: usize) -> bool {
        let rest = self.source.get(start..).unwrap_or_default();
        let is_text = |text: &[u8]| std::str::from_utf8(text).is_ok();
        let near = rest.get(..BLOCK).unwrap_or(rest);
        if let Some(end) = memchr(b'\n', near).or((near.len() == rest.len()).then_some(rest.len()))
        {
            return is_text(near.get(..end).unwrap_or_default());
        }
        // A long line is gone over once, however often its places are asked for.
        let end = || memchr(b'\n', rest).unwrap_or(rest.len());
        let check = || is_text(rest.get(..end()).unwrap_or_default());
        *self.long_lines.borrow_mut().entry(line).or_insert_with(check)
    }

    /// How many characters begin in a stretch.
    fn characters(&self, from: usize, to: usize) -> usize {
        let count = |from: usize, to: usize| beginnings(self.source.get(from..to).unwrap_or(&[]));
        if to.saturating_sub(from) <= BLOCK {
            return count(from, to);
        }
        let before = |offset: usize| {
            let block = offset / BLOCK;
            let counted = self.blocks().get(block).copied().unwrap_or(0) as usize;
            counted + count(block * BLOCK, offset)
        };
        before(to).saturating_sub(before(from))
    }

    fn blocks(&self) -> &[u32] {
        self.characters.get_or_init(|| {
            let mut counts = vec![0];
            let mut sum = 0;
            for block in self.source.chunks(BLOCK) {
                sum += beginnings(block) as u32;
                counts.push(sum);
            }
            counts
        })
    }

    /// The line of an offset.
    pub fn line(&self, offset: usize) -> u32 {
        self.position(offset).0
    }

    /// The span of a stretch of the source.
    pub fn span(&self, range: std::ops::Range<usize>) -> Span {
        let (line, column) = self.position(range.start);
        let (end_line, end_column) = self.position(range.end);
        Span {
            line,
            column,
            end_line,
            end_column,
            offset: range.start as u32,
            length: range.end.saturating_sub(range.start) as u32,
        }
    }
}

/// How many bytes begin a character of UTF-8.
fn beginnings(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_characters_where_the_line_is_utf8() {
        let index = LineIndex::new("aé€b\n\tx".as_bytes());
        assert_eq!(index.position(0), (1, 1));
        assert_eq!(index.position(6), (1, 4));
        assert_eq!(index.position(8), (2, 1));
        assert_eq!(index.position(9), (2, 2));
        // Back on the line, and beyond the end.
        assert_eq!(index.position(1), (1, 2));
        assert_eq!(index.position(99), (2, 3));
        let latin = LineIndex::new(b"a\xe9b\n\xc3\xa9b");
        assert_eq!(latin.position(2), (1, 3));
        assert_eq!(latin.position(6), (2, 2));
    }

    #[test]
    fn places_on_a_long_line_in_any_order() {
        let text = "é€x".repeat(5000);
        let characters: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let index = LineIndex::new(text.as_bytes());
        for column in [14_999, 0, 7_000, 14_000, 1, 9_999] {
            let offset = characters[column];
            assert_eq!(index.position(offset), (1, column as u32 + 1));
            assert_eq!(LineIndex::new(text.as_bytes()).position(offset), (1, column as u32 + 1));
        }
    }

    #[test]
    fn places_in_any_order_and_number_are_those_of_a_count_by_hand() {
        let text = "one\n\ntwo é\r\n\nthree".repeat(50);
        let by_hand = |offset: usize| {
            let before = &text[..offset];
            let line = before.matches('\n').count() as u32 + 1;
            (line, before.rsplit('\n').next().expect("a line").chars().count() as u32 + 1)
        };
        let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let mixed = offsets.iter().map(|at| (at * 7919) % text.len());
        let mixed: Vec<usize> = mixed.filter(|at| text.is_char_boundary(*at)).collect();
        let index = LineIndex::new(text.as_bytes());
        for offset in mixed.iter().chain(&offsets).chain(offsets.iter().rev()) {
            assert_eq!(index.position(*offset), by_hand(*offset), "{offset}");
            let fresh = LineIndex::new(text.as_bytes());
            assert_eq!(fresh.position(*offset), by_hand(*offset), "{offset}");
        }
        assert!(index.starts.get().is_some(), "so many were worth an index");
    }

    #[test]
    fn crlf_lone_cr_and_byte_order_mark() {
        let index = LineIndex::new(b"\xef\xbb\xbfab\r\nc\rd\n");
        assert_eq!(index.position(3), (1, 1));
        assert_eq!(index.position(4), (1, 2));
        assert_eq!(index.position(7), (2, 1));
        assert_eq!(index.position(9), (2, 3));
        assert_eq!(index.position(11), (3, 1));
        assert_eq!(LineIndex::new(b"").position(0), (1, 1));
    }

    #[test]
    fn a_span_holds_its_text() {
        let source = "x 'é'\ny".as_bytes();
        let span = LineIndex::new(source).span(2..6);
        assert_eq!(span.text(source), "'é'".as_bytes());
        assert_eq!((span.line, span.column, span.end_line, span.end_column), (1, 3, 1, 6));
    }
}
