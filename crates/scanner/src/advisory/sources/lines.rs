//! The lines on which parts of a JSON document stand.

use serde_json::value::RawValue;

/// Counts lines forwards: parts that are asked for in the order of the document
/// cost one pass together.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, line: 1 }
    }

    /// The line, from 1, on which a part of the document begins; that of the
    /// part before it where it is not borrowed from these bytes or lies further
    /// up.
    pub(super) fn of(&mut self, part: &RawValue) -> u64 {
        let offset = part.get().as_ptr().addr().checked_sub(self.bytes.as_ptr().addr());
        let between = offset.and_then(|offset| Some((offset, self.bytes.get(self.at..offset)?)));
        if let Some((offset, text)) = between {
            self.line += memchr::memchr_iter(b'\n', text).count() as u64;
            self.at = offset;
        }
        self.line
    }
}
