//! A page of Markdown as the commands that it shows.
//!
//! A fenced block of `sh` is a piece of a session. A block of output that follows
//! it, with nothing but blank lines between, is what it prints; without one it
//! prints nothing. A comment before it says what is special:
//!
//! - `<!-- test: exit 1 -->`: the last command ends with that code;
//! - `<!-- test: copy PATH -->`: a folder of the repository is copied into the
//!   page's folder first;
//! - `<!-- test: needs prove -->`: a program that may be missing;
//! - `<!-- test: not run -->`: it can't be run here; the test lists why;
//! - `<!-- test: awaits WORD -->`: a command or option that is not there yet.

use std::ops::Range;

/// The languages in which output is shown.
const OUTPUT: [&str; 4] = ["text", "json", "xml", "markdown"];

/// A piece of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// The line of its first command, from 1.
    pub(super) line: usize,
    /// The commands.
    pub(super) script: String,
    /// The output that is shown: its place among the page's lines, and the text.
    pub(super) shown: Option<(Range<usize>, String)>,
    /// What the comments before it say.
    pub(super) marks: Vec<Mark>,
}

impl Block {
    /// The first line of its commands.
    pub(super) fn first(&self) -> &str {
        self.script.lines().next().unwrap_or_default()
    }

    /// The code with which it ends.
    pub(super) fn exit(&self) -> i32 {
        self.marks
            .iter()
            .find_map(|mark| match mark {
                Mark::Exit(code) => Some(*code),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// Whether it is run.
    pub(super) fn is_run(&self) -> bool {
        !self.marks.iter().any(|mark| matches!(mark, Mark::NotRun | Mark::Awaits(_)))
    }
}

/// What a comment says of the block after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    Exit(i32),
    Copy(String),
    Needs(String),
    NotRun,
    Awaits(String),
}

impl Mark {
    fn parse(text: &str) -> Option<Self> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        match (word, rest) {
            ("exit", code) => code.parse().ok().map(Self::Exit),
            ("copy", path) => Some(Self::Copy(path.to_owned())),
            ("needs", program) => Some(Self::Needs(program.to_owned())),
            ("awaits", word) => Some(Self::Awaits(word.to_owned())),
            ("not", "run") => Some(Self::NotRun),
            _ => None,
        }
    }
}

/// The blocks of a page.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.lines().collect();
    let mut blocks: Vec<Block> = Vec::new();
    let mut marks = Vec::new();
    // Whether nothing but blank lines stand between here and the last `sh`.
    let mut follows = false;
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        at += 1;
        if line.trim().is_empty() {
            continue;
        }
        if let Some(said) = line.strip_prefix("<!-- test: ") {
            let said = said.strip_suffix(" -->").unwrap_or_else(|| panic!("line {at}: {line}"));
            marks.push(Mark::parse(said).unwrap_or_else(|| panic!("line {at}: {line}")));
            follows = false;
            continue;
        }
        let Some(language) = line.strip_prefix("```") else {
            assert!(marks.is_empty(), "line {at}: a mark without its block");
            follows = false;
            continue;
        };
        let first = at;
        while lines.get(at).is_some_and(|line| *line != "```") {
            at += 1;
        }
        assert!(at < lines.len(), "line {first}: a block without an end");
        let body: String = lines[first..at].iter().map(|line| format!("{line}\n")).collect();
        if language == "sh" {
            let marks = std::mem::take(&mut marks);
            blocks.push(Block { line: first + 1, script: body, shown: None, marks });
        } else if follows && OUTPUT.contains(&language) {
            let block = blocks.last_mut().expect("it follows a block");
            block.shown = Some((first..at, body));
        }
        assert!(marks.is_empty(), "line {first}: a mark without its block");
        follows = language == "sh";
        at += 1;
    }
    blocks
}

#[test]
fn a_page_is_read_as_its_blocks() {
    let text = "# T\n\n```toml\na = 1\n```\n\n<!-- test: exit 1 -->\n```sh\nls\nfalse\n```\n\n\
                ```text\nout\n```\n\n```sh\ntrue\n```\n\nBut:\n\n```text\nnot its output\n```\n";
    let blocks = blocks(text);
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[0].first(), "ls");
    assert_eq!(blocks[0].line, 9);
    assert_eq!(blocks[0].exit(), 1);
    assert_eq!(blocks[0].shown, Some((13..14, "out\n".to_owned())));
    assert_eq!(blocks[1], Block { line: 18, script: "true\n".into(), ..Block::default() });
}
