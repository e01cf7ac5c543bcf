//! Unified diffs, read as far as is needed to tell whether one is applied.

use perlscan_model::location::SourcePath;

/// What a diff changes in one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileDiff {
    /// The file's path as it is written, after the change; `None` where the diff
    /// removes it.
    pub path: Option<SourcePath>,
    /// Its path before; `None` where the diff makes it.
    pub old_path: Option<SourcePath>,
    /// Its changes, in their order.
    pub hunks: Vec<Hunk>,
}

/// Lines that a diff changes, with the lines around them, without their line ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hunk {
    /// As they were.
    pub before: Vec<Vec<u8>>,
    /// As they are to be.
    pub after: Vec<Vec<u8>>,
}

/// Why a diff can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiffError {
    /// It has no changed files.
    #[error("it is no unified diff")]
    NoFiles,
    /// It changes a file that has no lines, or where a file lies.
    #[error("line {0}: it changes more than lines, which can't be held to an archive")]
    NotLines(u32),
    /// The lines are not as many as its head says.
    #[error("line {0}: its lines are not as many as it says")]
    Hunk(u32),
}

/// Reads a diff as `diff -u` and git write it; text around it is passed over.
///
/// # Errors
/// When something of it can't be read: what is left out could be the very fix.
pub fn read(bytes: &[u8]) -> Result<Vec<FileDiff>, DiffError> {
    let mut files: Vec<FileDiff> = Vec::new();
    let mut lines = Lines { rest: bytes, number: 0 };
    let mut old: Option<&[u8]> = None;
    while let Some(line) = lines.next() {
        let refused = [&b"GIT binary patch"[..], b"Binary files ", b"rename from ", b"copy from "];
        if refused.iter().any(|start| line.starts_with(start)) {
            return Err(DiffError::NotLines(lines.number));
        }
        if let (Some(from), Some(to)) = (old.take(), line.strip_prefix(b"+++ ")) {
            let (path, old_path) = (named(to), named(from));
            files.push(FileDiff { path, old_path, hunks: Vec::new() });
        } else if let Some(from) = line.strip_prefix(b"--- ") {
            old = Some(from);
        } else if line.starts_with(b"@@ ") {
            let at = lines.number;
            let hunk = hunk(line, &mut lines).ok_or(DiffError::Hunk(at))?;
            files.last_mut().ok_or(DiffError::Hunk(at))?.hunks.push(hunk);
        }
    }
    if files.iter().all(|file| file.hunks.is_empty()) {
        return Err(DiffError::NoFiles);
    }
    Ok(files)
}

/// The lines of a text, counted.
struct Lines<'a> {
    rest: &'a [u8],
    number: u32,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', self.rest).unwrap_or(self.rest.len());
        let line = self.rest.get(..end)?;
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        self.number = self.number.saturating_add(1);
        Some(without_return(line))
    }
}

/// The lines of a file, as those of a diff are.
pub fn lines_of(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines = Lines { rest: bytes, number: 0 };
    std::iter::from_fn(|| lines.next()).collect()
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The path of a `---` or `+++` line: up to a tab, behind which a time stands.
fn named(text: &[u8]) -> Option<SourcePath> {
    let path = text.split(|byte| *byte == b'\t').next().unwrap_or_default();
    let path = path.trim_ascii_end();
    (path != b"/dev/null").then(|| SourcePath::new(path.strip_prefix(b"./").unwrap_or(path)))
}

/// The lines behind `@@ -FROM,COUNT +FROM,COUNT @@`.
fn hunk(head: &[u8], lines: &mut Lines<'_>) -> Option<Hunk> {
    let head = std::str::from_utf8(head.get(..head.len().min(100))?).ok();
    // What stands behind the second `@@` may be any bytes.
    let mut words = head?.split(' ').skip(1);
    let count = |word: &str, sign: char| -> Option<usize> {
        let range = word.strip_prefix(sign)?;
        range.split_once(',').map_or(Some(1), |(_, count)| count.parse().ok())
    };
    let (mut old, mut new) = (count(words.next()?, '-')?, count(words.next()?, '+')?);
    let mut hunk = Hunk::default();
    while old > 0 || new > 0 {
        let line = lines.next()?;
        let (sign, text) = match line.split_first() {
            Some((sign, text)) => (*sign, text),
            // Mail programs take the blank of an empty line away.
            None => (b' ', &b""[..]),
        };
        match sign {
            b' ' => {
                (old, new) = (old.checked_sub(1)?, new.checked_sub(1)?);
                hunk.before.push(text.to_vec());
                hunk.after.push(text.to_vec());
            }
            b'-' => {
                old = old.checked_sub(1)?;
                hunk.before.push(text.to_vec());
            }
            b'+' => {
                new = new.checked_sub(1)?;
                hunk.after.push(text.to_vec());
            }
            b'\\' => {}
            _ => return None,
        }
    }
    Some(hunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF: &str = "\
From: somebody
Subject: mend it

--- a/lib/Foo.pm\t2025-01-01 00:00:00
+++ b/lib/Foo.pm\t2025-01-02 00:00:00
@@ -1,3 +1,4 @@ sub one
 a
--- b
+++ c
+d

@@ -9 +10,0 @@
-x
\\ No newline at end of file
--- /dev/null
+++ b/t/new.t
@@ -0,0 +1 @@
+ok 1;
-- 
2.40
";

    #[test]
    fn files_and_their_lines_are_read() {
        let files = read(DIFF.as_bytes()).expect("it is a diff");
        let [first, second] = files.as_slice() else { panic!("{files:?}") };
        assert_eq!(first.path, Some("b/lib/Foo.pm".into()));
        let text = |lines: &[Vec<u8>]| String::from_utf8_lossy(&lines.join(&b'|')).into_owned();
        let hunks: Vec<_> = first.hunks.iter().map(|h| (text(&h.before), text(&h.after))).collect();
        let expected = [("a|-- b|", "a|++ c|d|"), ("x", "")];
        assert_eq!(hunks, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert_eq!((second.old_path.as_ref(), second.hunks.len()), (None, 1));
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        let cut = &DIFF[..DIFF.find("+d").expect("it is there")];
        assert_eq!(read(cut.as_bytes()), Err(DiffError::Hunk(6)));
        assert_eq!(read(b"no diff"), Err(DiffError::NoFiles));
        assert_eq!(read(b""), Err(DiffError::NoFiles));
        assert_eq!(read(b"@@ -1 +1 @@\n-a\n+b\n"), Err(DiffError::Hunk(1)));
        let binary = format!("{DIFF}GIT binary patch\n");
        assert!(matches!(read(binary.as_bytes()), Err(DiffError::NotLines(_))));
    }
}
