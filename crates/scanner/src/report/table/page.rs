//! A page of text: words that wrap at a width, columns that line up, and
//! colour where it is wanted.
//!
//! Everything that is shown passes through here, and here it loses hidden
//! characters, and what would begin a line as a command of GitHub's runner: no
//! other place of the table has to think of them.

use anstyle::Style;

use crate::report::plain::plain;

/// Blanks between columns.
const GAP: usize = 2;
/// How much room makes it worth to wrap a sentence beside other columns.
const ROOM: usize = 30;

/// A text in one style.
#[derive(Debug, Clone)]
pub(in crate::report) struct Piece {
    text: String,
    style: Style,
}

impl Piece {
    /// Plain text.
    pub(in crate::report) fn new(text: impl AsRef<str>) -> Self {
        Self::styled(text, Style::new())
    }

    /// Text in a style.
    pub(in crate::report) fn styled(text: impl AsRef<str>, style: Style) -> Self {
        Self { text: plain(text.as_ref()).trim().to_owned(), style }
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

/// How wide each column of some rows is.
#[derive(Debug, Clone, Default)]
pub(in crate::report) struct Columns(Vec<usize>);

impl Columns {
    /// The columns that hold all of the rows.
    pub(in crate::report) fn measure<'a>(rows: impl IntoIterator<Item = &'a Vec<Piece>>) -> Self {
        let mut widths: Vec<usize> = Vec::new();
        for row in rows {
            for (at, cell) in row.iter().enumerate() {
                match widths.get_mut(at) {
                    Some(width) => *width = cell.width().max(*width),
                    None => widths.push(cell.width()),
                }
            }
        }
        Self(widths)
    }
}

/// The page.
#[derive(Debug)]
pub(in crate::report) struct Page {
    text: String,
    width: usize,
    colour: bool,
    /// How many characters the last line has.
    column: usize,
}

impl Page {
    pub(in crate::report) fn new(width: usize, colour: bool) -> Self {
        Self { text: String::new(), width, colour, column: 0 }
    }

    pub(in crate::report) fn into_text(self) -> String {
        self.text
    }

    /// An empty line, unless one is there or the page begins.
    pub(in crate::report) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A paragraph: the pieces word by word, lines after the first at `hang`.
    pub(in crate::report) fn paragraph(&mut self, indent: usize, hang: usize, pieces: &[Piece]) {
        self.blanks(indent);
        let mut start = true;
        for piece in pieces {
            self.flow(piece, hang, &mut start);
        }
        self.end_line();
    }

    /// A label, and beside it at `column` a text that wraps there.
    pub(in crate::report) fn labelled(
        &mut self,
        indent: usize,
        label: &Piece,
        column: usize,
        text: &Piece,
    ) {
        self.blanks(indent);
        self.put(label);
        if self.column + 1 > column {
            self.blanks(1);
        } else {
            self.blanks(column - self.column);
        }
        self.flow(text, column, &mut true);
        self.end_line();
    }

    /// A row in its columns. What does not fit beside the rest goes on in the
    /// next line, under the second column, or a little further in where that begins far
    /// to the right; nothing is cut. What is wider than most of the page, such as the
    /// path of a file in a file in an archive, makes no column.
    pub(in crate::report) fn row(&mut self, indent: usize, columns: &Columns, row: &[Piece]) {
        self.blanks(indent);
        let next = |width: usize| if width > 0 { width + GAP } else { 0 };
        let most = self.width.saturating_sub(ROOM).max(self.width / 2);
        let column = |at: usize| columns.0.get(at).map(|width| (*width).min(most));
        let second = indent + next(column(0).unwrap_or(0));
        let second = if second <= self.width / 2 { second } else { indent + GAP };
        let mut start = indent;
        let mut wrapped = false;
        for (at, cell) in row.iter().enumerate() {
            let here = start;
            start += next(column(at).unwrap_or_else(|| cell.width()));
            if cell.width() == 0 {
                continue;
            }
            let first = self.column == indent;
            // On a line of its own there are no columns to keep.
            let beside = if first { indent } else { self.column + GAP };
            let place = if wrapped { beside } else { here.max(beside) };
            let fits = place + cell.width() <= self.width;
            let flows = cell.text.contains(' ') && place + ROOM <= self.width;
            if fits || first || flows {
                self.blanks(place.saturating_sub(self.column));
            } else {
                self.end_line();
                self.blanks(second);
                wrapped = true;
            }
            if self.column + cell.width() > self.width {
                let hang = self.column;
                self.flow(cell, hang, &mut true);
            } else {
                self.put(cell);
            }
        }
        self.end_line();
    }

    /// Puts the words of a piece, breaking the line where one does not fit.
    fn flow(&mut self, piece: &Piece, hang: usize, start: &mut bool) {
        for word in piece.text.split_whitespace() {
            let word = Piece { text: word.to_owned(), style: piece.style };
            if !*start {
                if self.column + 1 + word.width() > self.width {
                    self.end_line();
                    self.blanks(hang);
                } else {
                    self.blanks(1);
                }
            }
            *start = false;
            self.put(&word);
        }
    }

    fn put(&mut self, piece: &Piece) {
        let line = self.text.rsplit('\n').next().unwrap_or_default();
        if piece.text.starts_with("::") && line.trim().is_empty() {
            // In the log of a GitHub workflow such a line would be a command. What
            // begins so is a path, or a sentence that was made to break there.
            let text = format!("./{}", piece.text);
            return self.put(&Piece { text, style: piece.style });
        }
        self.column += piece.width();
        if self.colour && piece.style != Style::new() && !piece.text.is_empty() {
            let style = piece.style;
            self.text.push_str(&format!("{style}{}{style:#}", piece.text));
        } else {
            self.text.push_str(&piece.text);
        }
    }

    fn blanks(&mut self, n: usize) {
        self.text.extend(std::iter::repeat_n(' ', n));
        self.column += n;
    }

    fn end_line(&mut self) {
        // Padding before nothing is no text.
        while self.text.ends_with(' ') {
            self.text.pop();
        }
        self.text.push('\n');
        self.column = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<Piece> {
        cells.iter().map(Piece::new).collect()
    }

    #[test]
    fn columns_line_up_and_nothing_is_cut() {
        let rows = [row(&["high", "CVE-1", "", "fixed in 2"]), row(&["low", "CVE-12345", "", "x"])];
        let columns = Columns::measure(&rows);
        let mut page = Page::new(40, false);
        rows.iter().for_each(|row| page.row(2, &columns, row));
        assert_eq!(page.into_text(), "  high  CVE-1      fixed in 2\n  low   CVE-12345  x\n");
        let mut page = Page::new(20, false);
        rows.iter().for_each(|row| page.row(2, &columns, row));
        assert_eq!(page.into_text(), "  high  CVE-1\n        fixed in 2\n  low   CVE-12345  x\n");
    }

    #[test]
    fn a_path_wider_than_the_page_moves_nothing_to_the_right() {
        let long = "a/".repeat(60);
        let rows = [row(&[&long, "bundled", "HTTP::Tiny"]), row(&["b", "bundled", "X"])];
        let columns = Columns::measure(&rows);
        let mut page = Page::new(80, false);
        rows.iter().for_each(|row| page.row(2, &columns, row));
        let gap = " ".repeat(51);
        let expected = format!("  {long}\n    bundled  HTTP::Tiny\n  b{gap}bundled  X\n");
        assert_eq!(page.into_text(), expected);
    }

    #[test]
    fn a_paragraph_hangs_and_a_long_word_stays_whole() {
        let mut page = Page::new(12, false);
        page.paragraph(2, 4, &[Piece::new("one two three"), Piece::new("abcdefghijklmnop")]);
        assert_eq!(page.into_text(), "  one two\n    three\n    abcdefghijklmnop\n");
    }

    #[test]
    fn no_line_begins_a_command_of_a_workflow() {
        let mut page = Page::new(12, false);
        page.paragraph(2, 2, &[Piece::new("::error::one two ::stop a::b")]);
        assert_eq!(page.into_text(), "  ./::error::one\n  two ::stop\n  a::b\n");
        let mut page = Page::new(8, false);
        page.paragraph(2, 2, &[Piece::new("twenty ::stop")]);
        assert_eq!(page.into_text(), "  twenty\n  ./::stop\n");
    }

    #[test]
    fn colour_takes_no_room_and_hidden_characters_go() {
        let bold = Style::new().bold();
        let mut page = Page::new(9, true);
        page.paragraph(0, 0, &[Piece::styled("ab\u{1b}[31m", bold), Piece::new("c")]);
        assert_eq!(page.into_text(), format!("{bold}ab[31m{bold:#} c\n"));
    }
}
