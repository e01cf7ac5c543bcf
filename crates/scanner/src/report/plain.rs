//! Text from scanned files, made harmless.
//!
//! A path, a version or a message may hold escape sequences that repaint a
//! terminal, direction marks that reorder a line, or characters that nobody
//! sees. Formats for people drop them ([`plain`]); JSON keeps them, but writes
//! them as escapes (`escape_hidden`), so that neither shows anything that is
//! not there.
//!
//! Any output may be printed into the log of a GitHub workflow, whose runner
//! takes `##[…]` anywhere in a line for a command. Neither leaves that mark.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

/// Whether a character acts on the text around it, or hides, instead of
/// standing for itself.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            // No characters at all: neither XML nor YAML has a way to write them.
            | '\u{fffe}' | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}')
}

/// What begins a command of GitHub's runner wherever it stands in a line.
const COMMAND: &str = "##[";

/// The text on one line without hidden characters: what breaks lines or moves
/// on becomes a blank, the rest is dropped. The mark of a command is parted.
pub fn plain(text: &str) -> Cow<'_, str> {
    let shown = without_hidden(text);
    if shown.contains(COMMAND) {
        return Cow::Owned(shown.replace(COMMAND, "## ["));
    }
    shown
}

fn without_hidden(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                kept.push(' ');
            }
            c if is_hidden(c) => {}
            c => kept.push(c),
        }
    }
    Cow::Owned(kept)
}

/// How many characters of upstream's description are shown.
pub const DESCRIPTION_LIMIT: usize = 1024;

/// A description as it is shown: [`plain`], in single blanks, and cut with `…`
/// where it is longer than [`DESCRIPTION_LIMIT`] characters.
pub fn description(text: &str) -> String {
    let mut shown = String::new();
    let mut count = 0;
    for word in plain(text).split_whitespace() {
        let blank = if shown.is_empty() { "" } else { " " };
        for c in blank.chars().chain(word.chars()) {
            count += 1;
            if count > DESCRIPTION_LIMIT {
                shown.pop();
                shown.push('…');
                return shown;
            }
            shown.push(c);
        }
    }
    shown
}

/// Serialised JSON with every hidden character as an escape, and the mark of a
/// command broken by one.
///
/// In JSON either can only stand inside a string (or be the blank between
/// tokens), so replacing it anywhere keeps the meaning.
pub(crate) fn escape_hidden(json: &str) -> Cow<'_, str> {
    let shown = with_escapes(json);
    if shown.contains(COMMAND) {
        return Cow::Owned(shown.replace(COMMAND, "##\\u005b"));
    }
    shown
}

fn with_escapes(json: &str) -> Cow<'_, str> {
    let acts = |c: char| c != '\n' && is_hidden(c);
    if !json.contains(acts) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if acts(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String does not fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// Takes the pieces of a JSON document as they are made and passes them on with
/// [`escape_hidden`], so that a large one is never held whole.
pub(crate) struct Visible<W>(pub(crate) W);

impl<W: io::Write> io::Write for Visible<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        // serde_json cuts strings between characters.
        let text = std::str::from_utf8(piece).map_err(io::Error::other)?;
        self.0.write_all(escape_hidden(text).as_bytes())?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_is_left() {
        assert_eq!(plain("a\u{1b}[31mb\u{9b}2Jc"), "a[31mb2Jc");
        assert_eq!(plain("one\r\ntwo\tthree"), "one  two three");
        assert_eq!(plain("\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}"), "gpj.exe");
        assert!(matches!(plain("Straße → 日本"), Cow::Borrowed(_)));
        let all: String = ('\0'..=char::MAX).collect();
        assert!(!plain(&all).contains(is_hidden));
    }

    #[test]
    fn no_command_of_a_workflow_is_left() {
        assert_eq!(plain("a ##[error]b"), "a ## [error]b");
        assert_eq!(plain("###\u{200b}[group]"), "### [group]");
        let text = "x ##[stop-commands]y \u{0}";
        let escaped = serde_json::to_string(text).unwrap();
        let escaped = escape_hidden(&escaped);
        assert!(!escaped.contains(COMMAND));
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
    }

    #[test]
    fn a_description_is_cut_between_characters() {
        assert_eq!(description(" a\u{1b}[1m\n\n b "), "a[1m b");
        let cut = description(&"é".repeat(2000));
        assert_eq!(cut.chars().count(), DESCRIPTION_LIMIT);
        assert!(cut.ends_with("é…"));
        assert_eq!(description(&"é".repeat(1024)), "é".repeat(1024));
    }

    #[test]
    fn json_keeps_its_meaning() {
        let all: String = ('\0'..=char::MAX).collect();
        let json = serde_json::to_string(&all).unwrap();
        let escaped = escape_hidden(&json);
        assert!(!escaped.contains(is_hidden));
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), all);
    }
}
