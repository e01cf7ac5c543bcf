//! `cpanfile.snapshot`, the lock file of Carton (and Carmel).
//!
//! The format is made of lines whose indent is their level: a header and
//! `DISTRIBUTIONS` at 0, a release at 2, `pathname:`, `provides:` and
//! `requirements:` at 4, their modules at 6. Carton dies at the first line that
//! it does not know. This reader goes on, says what it met, and reads a line of
//! another indent by what stands in it. It works in this order: [`line`] cuts
//! the file, this module tells what each line is, `entry` makes a package of
//! a release when it ends, `trouble` gathers what was wrong.

mod entry;
mod line;
mod trouble;

use std::collections::BTreeMap;

use perlscan_model::location::SourcePath;
use perlscan_model::name::{DistName, ModuleName};
use perlscan_model::package::{Edge, ProvidedModule};
use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::Phase;
use perlscan_model::requirement_range::RequirementRange;
use perlscan_model::version::PerlVersion;

use self::entry::{Entry, List};
use self::line::{Line, Lines, Part};
use self::trouble::{Kind, Troubles, excerpt};
use super::{Extractor, Facts, SourceFile, Wanted};

/// What the first line says before the version.
const HEADER: &[u8] = b"# carton snapshot format: version";
/// The only version there is.
const VERSION: &[u8] = b"1.0";
/// The longest line that is read; Carton's own are below a thousand bytes.
const MAX_LINE: usize = 64 * 1024;

/// Reads `cpanfile.snapshot`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Snapshot;

impl Extractor for Snapshot {
    fn name(&self) -> &'static str {
        "cpanfile.snapshot"
    }

    /// `cpanfile.snapshot`, `cpanfile.dev.snapshot`, `cpanfile-dev.snapshot`,
    /// `dev.cpanfile.snapshot`: a cpanfile's name and `.snapshot`.
    fn wants(&self, path: &SourcePath) -> Wanted {
        let name = path.file_name();
        let wanted = name.ends_with(b"cpanfile.snapshot")
            || (name.starts_with(b"cpanfile") && name.ends_with(b".snapshot"));
        wanted.into()
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let mut reader = Reader::new(file, facts);
        for line in Lines::new(file.bytes) {
            reader.read(&line);
        }
        reader.finish();
    }
}

/// Where the reader is in an unresolved merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Merge {
    Outside,
    /// Between `<<<<<<<` and `>>>>>>>`, with the line of the release that was
    /// open when it began, and its open list.
    Side(Option<(u32, Option<List>)>),
    /// Between `|||||||` and `=======`: what both sides come from.
    Base(Option<(u32, Option<List>)>),
}

struct Reader<'f, 'a> {
    facts: &'f mut Facts,
    file: SourceFile<'a>,
    troubles: Troubles,
    has_header: bool,
    has_list: bool,
    entry: Option<Entry<'a>>,
    /// The line of the first release of each distribution.
    seen: BTreeMap<DistName, u32>,
    entries: usize,
    /// Whether a release without `requirements:` has ended before the last.
    knows_short_entries: bool,
    merge: Merge,
    /// The first of the blank lines right before.
    blank: Option<Line<'a>>,
    /// The last line that is not blank.
    last: Option<Line<'a>>,
}

impl<'f, 'a> Reader<'f, 'a> {
    fn new(file: &SourceFile<'a>, facts: &'f mut Facts) -> Self {
        Self {
            facts,
            file: *file,
            troubles: Troubles::new(file.path.clone(), Snapshot.name()),
            has_header: false,
            has_list: false,
            entry: None,
            seen: BTreeMap::new(),
            entries: 0,
            knows_short_entries: false,
            merge: Merge::Outside,
            blank: None,
            last: None,
        }
    }

    fn read(&mut self, line: &Line<'a>) {
        if line.number == 1 && line.offset > 0 {
            let message =
                "a byte order mark before the first line, at which Carton dies: remove it";
            self.troubles.add(ProblemKind::Note, line.whole().span(line), message.to_owned());
        }
        let whole = line.body();
        if whole.bytes.is_empty() {
            self.blank.get_or_insert(*line);
            return;
        }
        // Blank lines at the end do no harm, others make Carton die.
        if let Some(blank) = self.blank.take() {
            self.troubles.count(Kind::Comment, &blank);
        }
        self.last = Some(*line);
        if whole.bytes.len() > MAX_LINE {
            return self.troubles.count(Kind::LongLine, line);
        }
        if memchr::memchr(0, whole.bytes).is_some() {
            return self.troubles.count(Kind::Nul, line);
        }
        if self.read_marker(line) || matches!(self.merge, Merge::Base(_)) {
            return;
        }
        if std::str::from_utf8(whole.bytes).is_err() {
            self.troubles.count(Kind::NotUtf8, line);
        }
        match whole.bytes {
            [b'#', ..] => self.read_comment(line),
            b"DISTRIBUTIONS" if line.indent == 0 => self.has_list = true,
            _ => self.read_entry_line(line),
        }
    }

    /// The header; other comments say nothing.
    fn read_comment(&mut self, line: &Line<'a>) {
        let Some(version) = line.bytes.strip_prefix(HEADER) else {
            return self.troubles.count(Kind::Comment, line);
        };
        let version = version.trim_ascii();
        if !self.has_header && version != VERSION {
            let message = format!(
                "the snapshot's format is version '{}' and only 1.0 is known: what differs is not read",
                excerpt(version)
            );
            self.troubles.add(ProblemKind::Lost, line.body().span(line), message);
        }
        self.has_header = true;
    }

    /// Whether the line is a mark of an unresolved merge.
    fn read_marker(&mut self, line: &Line<'a>) -> bool {
        let is = |mark: &[u8]| {
            line.bytes
                .strip_prefix(mark)
                .is_some_and(|rest| rest.first().is_none_or(|byte| byte.is_ascii_whitespace()))
        };
        let open = self.entry.as_ref().map(|entry| (entry.line, entry.list));
        let before = match self.merge {
            Merge::Outside => None,
            Merge::Side(before) | Merge::Base(before) => Some(before),
        };
        if is(b"<<<<<<<") || (is(b">>>>>>>") && before.is_none()) {
            let message = "an unresolved merge, of which both sides are read: resolve it and run 'carton install'";
            self.troubles.add(ProblemKind::Lost, line.body().span(line), message.to_owned());
            self.merge = if is(b"<<<<<<<") { Merge::Side(open) } else { Merge::Outside };
            return true;
        }
        let Some(before) = before else { return false };
        if is(b"|||||||") {
            self.merge = Merge::Base(before);
        } else if is(b"=======") {
            self.merge = Merge::Side(before);
            self.resume(before);
        } else if is(b">>>>>>>") {
            self.merge = Merge::Outside;
        } else {
            return false;
        }
        true
    }

    /// Goes back to where the first side of a merge began. A release that the
    /// first side opened ends here.
    fn resume(&mut self, before: Option<(u32, Option<List>)>) {
        match (&mut self.entry, before) {
            (Some(entry), Some((line, list))) if entry.line == line => entry.list = list,
            _ => self.close_entry(),
        }
    }

    /// A line of the list of releases. Its indent tells its level; where that is
    /// none that Carton writes, its words do.
    fn read_entry_line(&mut self, line: &Line<'a>) {
        let body = line.body();
        if let Some(path) = body.bytes.strip_prefix(b"pathname:") {
            self.check_indent(line, 4);
            return self.read_pathname(line, body.tail(path));
        }
        let list = match body.bytes {
            b"provides:" => Some(List::Provides),
            b"requirements:" => Some(List::Requirements),
            _ => None,
        };
        if let Some(list) = list {
            self.check_indent(line, 4);
            match &mut self.entry {
                Some(entry) => entry.open(list),
                None => self.troubles.count(Kind::Stray, line),
            }
            return;
        }
        let (first, rest) = body.split_word();
        let in_list = self.entry.as_ref().is_some_and(|entry| entry.list.is_some());
        let is_property = first.bytes.ends_with(b":") && !first.bytes.ends_with(b"::");
        let is_named = looks_like_release(first.bytes);
        let is_entry = !is_property
            && match line.level() {
                Some(2) => is_named || rest.bytes.is_empty(),
                Some(6) if in_list => false,
                _ => rest.bytes.is_empty() && (is_named || !in_list),
            };
        // At the left margin anything may stand; only a release counts there. And
        // what stands at a release's place without being a module ends the list.
        let is_no_module = line.level() == Some(2) && value_text(rest.bytes).0.is_empty();
        if (line.indent == 0 && !(is_entry && is_named)) || (is_no_module && !is_entry) {
            self.close_entry();
            return self.troubles.count(Kind::Stray, line);
        }
        if is_entry {
            self.check_indent(line, 2);
            if !rest.bytes.is_empty() {
                self.troubles.count(Kind::Words, line);
            }
            self.close_entry();
            self.entries += 1;
            let in_merge = self.merge != Merge::Outside;
            self.entry = Some(Entry::new(line, first, in_merge));
        } else if is_property {
            if let Some(entry) = &mut self.entry {
                entry.list = None;
            }
            self.troubles.count(Kind::Property, line);
        } else if in_list {
            self.check_indent(line, 6);
            self.read_module(line, first, rest);
        } else {
            self.troubles.count(Kind::Stray, line);
        }
    }

    fn check_indent(&mut self, line: &Line<'a>, level: usize) {
        if line.level() != Some(level) {
            self.troubles.count(Kind::Indent, line);
        }
    }

    fn read_pathname(&mut self, line: &Line<'a>, path: Part<'a>) {
        let in_merge = self.merge != Merge::Outside;
        let follows_lists = |entry: &Entry<'_>| entry.pathname.is_some() && entry.has_lists;
        if self.entry.as_ref().is_none_or(|entry| !in_merge && follows_lists(entry)) {
            // The line with the name is lost: the pathname must not end up as
            // that of the release before.
            self.close_entry();
            let message = "a pathname without the name of a release before it: read as a release";
            self.troubles.add(ProblemKind::Note, path.span(line), message.to_owned());
            self.entries += 1;
            self.entry = Some(Entry::new(line, path.start(0), in_merge));
        }
        let Some(entry) = &mut self.entry else { return };
        entry.list = None;
        if let Some((_, earlier)) = &entry.pathname {
            if !in_merge {
                let message = format!(
                    "a second pathname of '{}', after line {}: Carton takes the last",
                    excerpt(entry.name),
                    earlier.line
                );
                self.troubles.add(ProblemKind::Note, path.span(line), message);
            } else {
                let mut side = entry.clone();
                side.in_merge = true;
                entry.in_merge = true;
                entry.provides.clear();
                entry.edges.clear();
                self.close(side);
            }
        }
        if let Some(entry) = &mut self.entry {
            entry.pathname = Some((path.bytes, path.span(line)));
        }
    }

    /// A module of `provides:` or `requirements:` with its version or range.
    fn read_module(&mut self, line: &Line<'a>, name: Part<'a>, value: Part<'a>) {
        let Some(entry) = &mut self.entry else { return };
        let Some(module) =
            std::str::from_utf8(name.bytes).ok().and_then(|name| ModuleName::parse(name).ok())
        else {
            if looks_like_release(name.bytes) {
                return self.troubles.count(Kind::Stray, line);
            }
            let message = format!("'{}' is no module's name: not read", excerpt(name.bytes));
            return self.troubles.add(ProblemKind::Note, name.span(line), message);
        };
        let (text, complete) = value_text(value.bytes);
        let mut doubt = match complete {
            _ if value.bytes.is_empty() => Some("has no version".to_owned()),
            false if text.is_empty() => {
                Some(format!("'{}' is no version: not read", excerpt(value.bytes)))
            }
            false => Some(format!("'{}' is read as '{text}'", excerpt(value.bytes))),
            true => None,
        };
        if entry.list == Some(List::Requirements) {
            if let Err(error) = RequirementRange::parse(text) {
                doubt = Some(error.to_string());
            }
            let range = if text.is_empty() { "0" } else { text };
            entry.edges.push(Edge {
                module: module.clone(),
                range: range.to_owned(),
                phase: Phase::Runtime,
                optional: false,
                span: Some(name.span(line)),
            });
        } else {
            let is_known = text != "undef" && !text.is_empty();
            let version = is_known.then(|| PerlVersion::parse(text));
            if let Some(Err(error)) = &version {
                doubt = Some(format!("'{}' is no version: {error}", excerpt(value.bytes)));
            }
            let version = version.and_then(Result::ok);
            entry.provides.push(ProvidedModule { module: module.clone(), version });
        }
        if !name.bytes.is_ascii() {
            doubt = Some("a name that Carton does not read".to_owned());
        }
        if let Some(doubt) = doubt {
            let span = line.body().span(line);
            self.troubles.add(ProblemKind::Note, span, format!("module {module}: {doubt}"));
        }
    }

    fn close_entry(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.knows_short_entries |= !entry.has_requirements;
            self.close(entry);
        }
    }

    /// Makes a package of a release.
    fn close(&mut self, entry: Entry<'a>) {
        let (line, span, in_merge) = (entry.line, entry.span, entry.in_merge);
        let Some(package) = entry.package(self.file.path, &mut self.troubles) else { return };
        match self.seen.get(&package.dist) {
            Some(first) if !in_merge => {
                let message =
                    format!("{} has another entry on line {first}: both are judged", package.dist);
                self.troubles.add(ProblemKind::Note, span, message);
            }
            Some(_) => {}
            None => {
                self.seen.insert(package.dist.clone(), line);
            }
        }
        self.facts.packages.push(package);
    }

    /// Ends the last release and says what the file as a whole lacks.
    fn finish(mut self) {
        let is_short = self.entry.as_ref().is_some_and(|entry| !entry.has_requirements);
        let (entries, knows_short_entries) = (self.entries, self.knows_short_entries);
        self.close_entry();
        let Some(last) = self.last else {
            let message = "the snapshot is empty: run 'carton install' to write it".to_owned();
            self.troubles.lack(ProblemKind::Lost, message);
            return self.troubles.into_facts(self.facts);
        };
        let last_span = last.body().span(&last);
        let ends_in_line_end = last.is_ended || last.bytes.len() > MAX_LINE;
        if matches!(self.merge, Merge::Base(_)) {
            let message = "the file ends within an unresolved merge".to_owned();
            self.troubles.add(ProblemKind::Lost, last_span, message);
        }
        if entries == 0 && !(self.has_header && self.has_list) {
            let message = if self.has_header {
                "the file ends before its list 'DISTRIBUTIONS': it is cut short"
            } else {
                "this is no cpanfile.snapshot: nothing in it is a release"
            };
            self.troubles.add(ProblemKind::Lost, last_span, message.to_owned());
        } else if is_short && (!ends_in_line_end || (entries > 1 && !knows_short_entries)) {
            let message = "the file ends within a release: it is cut short".to_owned();
            self.troubles.add(ProblemKind::Lost, last_span, message);
        } else if !ends_in_line_end {
            let message = "the last line has no end: the file may be cut short".to_owned();
            self.troubles.add(ProblemKind::Note, last_span, message);
        }
        if entries > 0 && !self.has_header {
            let message = "the first line, '# carton snapshot format: version 1.0', is missing: read as that version";
            self.troubles.lack(ProblemKind::Note, message.to_owned());
        }
        if entries > 0 && !self.has_list {
            let message = "the line 'DISTRIBUTIONS' before the releases is missing";
            self.troubles.lack(ProblemKind::Note, message.to_owned());
        }
        self.troubles.into_facts(self.facts);
    }
}

/// The start of a value that Carton reads: version characters, comparison signs
/// and blanks, or `undef`; and whether that is all of it.
fn value_text(value: &[u8]) -> (&str, bool) {
    if value.starts_with(b"undef") {
        return ("undef", value.len() == 5);
    }
    let known = |b: &u8| b.is_ascii_digit() || b.is_ascii_whitespace() || b"v._,=!<>".contains(b);
    let end = value.iter().position(|b| !known(b)).unwrap_or(value.len());
    let text = value.get(..end).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default();
    (text.trim_ascii_end(), end == value.len())
}

/// Whether a word has the shape of a release's name, `Dist-Name-1.23`.
fn looks_like_release(word: &[u8]) -> bool {
    memchr::memmem::find(word, b"::").is_none()
        && word
            .windows(2)
            .any(|pair| matches!(pair, [b'-', next] if next.is_ascii_digit() || *next == b'v'))
}

#[cfg(test)]
#[path = "snapshot/snapshot_test.rs"]
mod tests;
