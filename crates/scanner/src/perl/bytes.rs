//! What each byte can be part of, in one table, so that the loops that eat
//! identifiers and blanks cost one look-up a byte.

/// A letter, digit or underscore, or any byte of a character beyond ASCII:
/// under `use utf8` those may be letters, and without it they are errors that
/// do no harm inside a word.
pub(super) const WORD: u8 = 1;
/// A byte that may begin an identifier.
pub(super) const START: u8 = 1 << 1;
/// A blank that does not end a line.
pub(super) const BLANK: u8 = 1 << 2;
/// A digit.
pub(super) const DIGIT: u8 = 1 << 3;
/// What a prototype consists of (perlsub, "Prototypes"), with blanks.
pub(super) const PROTOTYPE: u8 = 1 << 4;
/// A punctuation character that can name a variable after `$` (perlvar).
pub(super) const PUNCTUATION: u8 = 1 << 5;
/// A control character that is no blank.
pub(super) const CONTROL: u8 = 1 << 6;
/// A line feed.
pub(super) const NEWLINE: u8 = 1 << 7;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let byte = i as u8;
        let mut class = 0;
        if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 {
            class |= WORD | START;
        }
        if byte.is_ascii_digit() {
            class |= WORD | DIGIT;
        }
        if matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c) {
            class |= BLANK;
        }
        if byte == b'\n' {
            class |= NEWLINE;
        }
        if matches!(byte, b'$' | b'@' | b'%' | b'&' | b'*' | b';' | b'\\' | b'[' | b']')
            || matches!(byte, b'+' | b'_' | b' ' | b'\t' | b'\r' | b'\n')
        {
            class |= PROTOTYPE;
        }
        if byte.is_ascii_punctuation() && !matches!(byte, b'{' | b'}' | b'#' | b'_') {
            class |= PUNCTUATION;
        }
        if byte.is_ascii_control() && class & (BLANK | NEWLINE) == 0 {
            class |= CONTROL;
        }
        table[i] = class;
        i += 1;
    }
    table
}

/// Whether the byte has one of the classes.
#[inline(always)]
pub(super) fn is(byte: u8, classes: u8) -> bool {
    CLASSES[byte as usize] & classes != 0
}
