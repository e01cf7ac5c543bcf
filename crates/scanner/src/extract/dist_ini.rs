//! dist.ini of Dist::Zilla, in the syntax of Config::INI::Reader and
//! Config::MVP::Reader::INI.
//!
//! What plugins add is known only to them. Those of which it is known that they
//! find prereqs elsewhere (`[AutoPrereqs]`, bundles) become problems.

use std::collections::BTreeSet;
use std::ops::Range;

use perlscan_model::location::SourcePath;
use perlscan_model::name::DistName;
use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::{Phase, Relation};

use super::meta::spec;
use super::page::{Asked, Page};
use super::{Extractor, Facts, Identity, Pointer, PointerKind, SourceFile, Wanted};

/// The name of the format, in problems.
const NAME: &str = "dist-ini";

/// Plugins that add prereqs which are not in the file: found in the code, or those
/// of the tests that they write.
const FINDERS: [&str; 7] = [
    "AutoPrereqs",
    "AutoPrereq",
    "MinimumPerl",
    "MinimumPerlFast",
    "DynamicPrereqs",
    "Test::Compile",
    "Test::ReportPrereqs",
];

/// Bundles of Dist::Zilla itself and of its Git plugins, which have no plugin that
/// adds prereqs.
const PLAIN_BUNDLES: [&str; 5] =
    ["@Basic", "@Classic", "@Git", "@FakeClassic", "@Git::VersionManager"];

/// The extractor of dist.ini.
#[derive(Debug, Clone, Copy, Default)]
pub struct DistIni;

impl Extractor for DistIni {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        (path.file_name() == b"dist.ini").into()
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let mut page = Page::new(file, NAME);
        let sections = sections(file.bytes, &mut page);
        top(&sections, &mut page);
        for section in &sections {
            plugin(section, &mut page);
        }
        if page.facts.requirements.is_empty() && page.facts.problems.is_empty() {
            // Dist::Inkt has its own files, and a dist.ini of comments.
            let message = "no prereqs are stated in this file: they stand elsewhere, or there are \
                           none";
            page.problem(ProblemKind::Undecided, 0..0, message.to_owned());
        }
        page.finish(facts);
    }
}

/// Text, and where it stands.
type Placed = (String, Range<usize>);

/// `[Plugin / name]` with its keys.
#[derive(Debug, Default)]
struct Section {
    /// Empty for what stands above all sections.
    plugin: String,
    name: String,
    at: Range<usize>,
    keys: Vec<(Placed, Placed)>,
}

impl Section {
    fn get(&self, key: &str) -> Option<&Placed> {
        self.keys.iter().rev().find(|((name, _), _)| name == key).map(|(_, value)| value)
    }
}

fn sections(source: &[u8], page: &mut Page<'_>) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut start = 0;
    for line in source.split_inclusive(|byte| *byte == b'\n') {
        let whole = start..start + line.len();
        start += line.len();
        let Some(text) = trimmed(source, without_comment(source, whole)) else { continue };
        let bytes = source.get(text.clone()).unwrap_or_default();
        if let [b'[', inside @ .., b']'] = bytes {
            let inside = String::from_utf8_lossy(inside).trim().to_owned();
            let (plugin, name) = match inside.split_once('/') {
                Some((plugin, name)) if !plugin.trim().contains(' ') => {
                    (plugin.trim(), name.trim())
                }
                _ => (inside.as_str(), inside.as_str()),
            };
            let (plugin, name) = (plugin.to_owned(), name.to_owned());
            sections.push(Section { plugin, name, at: text, keys: Vec::new() });
        } else if let Some(equals) = memchr::memchr(b'=', bytes).filter(|at| *at > 0) {
            let key = trimmed(source, text.start..text.start + equals);
            let value = trimmed(source, text.start + equals + 1..text.end);
            let value = value.unwrap_or(text.end..text.end);
            if let (Some(key), Some(section)) = (key, sections.last_mut()) {
                section.keys.push((placed(source, key), placed(source, value)));
            }
        } else {
            let message = "neither a section nor `key = value`: Dist::Zilla stops here".to_owned();
            page.problem(ProblemKind::Lost, text, message);
        }
    }
    sections
}

fn placed(source: &[u8], range: Range<usize>) -> Placed {
    let text = source.get(range.clone()).unwrap_or_default();
    (String::from_utf8_lossy(text).into_owned(), range)
}

/// The line up to a `;` at its start or behind a blank.
fn without_comment(source: &[u8], line: Range<usize>) -> Range<usize> {
    let text = source.get(line.clone()).unwrap_or_default();
    let ends = |at: &usize| match at.checked_sub(1).and_then(|before| text.get(before)) {
        Some(before) => before.is_ascii_whitespace(),
        None => true,
    };
    match memchr::memchr_iter(b';', text).find(ends) {
        Some(at) => line.start..line.start + at,
        None => line,
    }
}

/// The range without blanks around; `None` when nothing is left.
fn trimmed(source: &[u8], range: Range<usize>) -> Option<Range<usize>> {
    let text = source.get(range.clone())?;
    let text =
        if range.start == 0 { text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text) } else { text };
    let start = range.end - text.trim_ascii_start().len();
    let end = start + text.trim_ascii().len();
    (start < end).then_some(start..end)
}

/// What stands above all sections: `name`, `version`, `main_module`.
fn top(sections: &[Section], page: &mut Page<'_>) {
    let Some(top) = sections.first() else { return };
    let Some((name, at)) = top.get("name") else { return };
    let Ok(dist) = DistName::parse(name) else { return };
    let version = top.get("version").map(|(version, _)| spec::release(version));
    let location = page.location(at.clone());
    page.facts.identities.push(Identity { dist, version, location });
    let from_module = sections
        .iter()
        .any(|s| matches!(s.plugin.as_str(), "VersionFromModule" | "VersionFromMainModule"));
    if from_module {
        let (target, at) = match top.get("main_module") {
            Some((module, at)) => (module.clone(), at),
            None => (format!("lib/{}.pm", name.replace('-', "/")), at),
        };
        let (location, target) = (page.location(at.clone()), SourcePath::new(target.into_bytes()));
        let (kind, phase) = (PointerKind::Version, Phase::Configure);
        page.facts.pointers.push(Pointer { kind, target, phase, location });
    }
}

fn plugin(section: &Section, page: &mut Page<'_>) {
    let undecided = |page: &mut Page<'_>, what: &str| {
        let message = format!("[{}] {what}", section.plugin);
        page.problem(ProblemKind::Undecided, section.at.clone(), message);
    };
    match section.plugin.as_str() {
        "Prereqs" | "Prereq" => match phase_and_relation(section) {
            Some((phase, relation)) => prereqs(section, phase, relation, None, false, page),
            None => undecided(page, "names neither phase nor relationship: Dist::Zilla dies of it"),
        },
        "OSPrereqs" => {
            let (phase, relation) = options(section).unwrap_or(DEFAULT);
            prereqs(section, phase, relation, None, true, page);
        }
        "OptionalFeature" => {
            let (phase, relation) = options(section).unwrap_or(DEFAULT);
            prereqs(section, phase, relation, Some(&section.name), false, page);
        }
        "RemovePrereqs" => {
            let removals = section.keys.iter().filter(|((key, _), _)| key == "remove");
            let removed: BTreeSet<&str> = removals.map(|(_, (name, _))| name.as_str()).collect();
            page.facts.requirements.retain(|r| !removed.contains(r.module.as_str()));
        }
        "Prereqs::FromCPANfile" => {
            let message = "the prereqs stand in the cpanfile".to_owned();
            page.problem(ProblemKind::Note, section.at.clone(), message);
        }
        bundle if bundle.starts_with('@') && may_add(section) => {
            undecided(page, "may add prereqs that only its plugins know");
        }
        finder if FINDERS.contains(&finder) => {
            undecided(page, "adds prereqs that are not in this file");
        }
        _ => {}
    }
}

/// Whether a bundle has plugins that add prereqs, as far as is known: `[@Filter]`
/// stands for the bundle that it names.
fn may_add(section: &Section) -> bool {
    let name = match section.plugin.as_str() {
        "@Filter" => section.get("-bundle").map_or("", |(name, _)| name.as_str()),
        name => name,
    };
    !PLAIN_BUNDLES.contains(&name)
}

/// What prereqs are for when nothing says it.
const DEFAULT: (Phase, Relation) = (Phase::Runtime, Relation::Requires);

/// `-phase` and `-relationship` (or `-type`), where one of them is given.
fn options(section: &Section) -> Option<(Phase, Relation)> {
    let phase = section.get("-phase");
    let relation = section.get("-relationship").or_else(|| section.get("-type"));
    if phase.is_none() && relation.is_none() {
        return None;
    }
    let phase = phase.map_or(Some(Phase::Runtime), |(word, _)| Phase::from_word(word))?;
    let relation = relation.map_or(Some(Relation::Requires), |(word, _)| relation_of(word))?;
    Some((phase, relation))
}

/// What a section of prereqs is for: by its options, else by its name
/// (`TestRequires`, `Recommends`); runtime requires when it has neither.
fn phase_and_relation(section: &Section) -> Option<(Phase, Relation)> {
    if section.get("-phase").is_some()
        || section.get("-relationship").is_some()
        || section.get("-type").is_some()
    {
        return options(section);
    }
    let name = section.name.rsplit('/').next().unwrap_or_default().trim();
    if matches!(name, "Prereqs" | "Prereq") {
        return Some(DEFAULT);
    }
    let lower = name.to_ascii_lowercase();
    let (phase, rest) = Phase::ALL
        .into_iter()
        .find_map(|phase| Some((phase, lower.strip_prefix(phase.word())?)))
        .unwrap_or((Phase::Runtime, &lower));
    Some((phase, relation_of(rest)?))
}

fn relation_of(word: &str) -> Option<Relation> {
    [Relation::Requires, Relation::Recommends, Relation::Suggests, Relation::Conflicts]
        .into_iter()
        .find(|relation| relation.word() == word)
}

fn prereqs(
    section: &Section,
    phase: Phase,
    relation: Relation,
    feature: Option<&str>,
    conditional: bool,
    page: &mut Page<'_>,
) {
    for ((module, place), (range, _)) in &section.keys {
        // Options begin with `-` or `:`.
        if module.starts_with(['-', ':']) {
            continue;
        }
        let (place, range) = (place.clone(), Some(range.as_str()));
        page.ask(&Asked { module, place, range, phase, relation, feature, conditional });
    }
}

#[cfg(test)]
#[path = "dist_ini_test.rs"]
mod tests;
