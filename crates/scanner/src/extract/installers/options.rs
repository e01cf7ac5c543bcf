//! The options of cpanm, cpm and Carton that decide where a module comes from, as
//! the programs read them: cpanm's by Menlo::CLI::Compat 1.9022 (the same as cpanm
//! 1.7046), cpm's by App::cpm::CLI, Carton's by Carton::Builder 1.0.35.

use std::ops::Range;

use super::super::mirror_url::is_public;
use super::words::Word;

/// A mirror that is named, and where.
pub(super) type Named = (String, Range<usize>);

/// The name of an option, and what gives its value: what stands behind `=`, else the
/// next word, which is then taken.
fn option<'w>(
    word: &'w Word,
    rest: &mut std::slice::Iter<'w, Word>,
) -> (&'w str, impl FnMut() -> Option<Named>) {
    let (name, own) = match word.text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (word.text.as_str(), None),
    };
    let value = move || match own {
        Some(value) => Some((value.to_owned(), word.range.clone())),
        None => rest.next().map(|next| (next.text.clone(), word.range.start..next.range.end)),
    };
    (name, value)
}

/// What a call of cpanm says, or `PERL_CPANM_OPT`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cpanm {
    /// The mirrors, in the order in which they are asked.
    pub(super) mirrors: Vec<Named>,
    /// Whether the mirrors' own indices are all that is asked.
    pub(super) only: bool,
    /// Whether an index is given in their place.
    has_index: bool,
    /// Whether what is not in that index is looked for elsewhere.
    cascades: bool,
    /// Whether a variable may hold more options.
    pub(super) is_open: bool,
}

impl Cpanm {
    pub(super) fn read(words: &[Word]) -> Self {
        let mut found = Self::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            found.is_open |= may_hold_options(&word.text);
            let (name, mut value) = option(word, &mut rest);
            match name {
                "--mirror" => found.mirrors.extend(value()),
                "--mirror-only" => found.only = true,
                "--no-mirror-only" | "--nomirror-only" => found.only = false,
                "--from" => found.from(value()),
                "--mirror-index" => found.has_index = value().is_some(),
                "--cascade-search" => found.cascades = true,
                "--no-cascade-search" | "--nocascade-search" => found.cascades = false,
                short if short.starts_with('-') && !short.starts_with("--") => {
                    // Letters may be put together; these take what follows.
                    let text = word.text.get(1..).unwrap_or_default();
                    let Some(at) = text.find(['M', 'l', 'L']) else { continue };
                    let glued = text.get(at + 1..).unwrap_or_default();
                    let taken = match glued.is_empty() {
                        true => value(),
                        false => Some((glued.to_owned(), word.range.clone())),
                    };
                    if text.get(at..).is_some_and(|text| text.starts_with('M')) {
                        found.from(taken);
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn from(&mut self, mirror: Option<Named>) {
        self.mirrors = mirror.into_iter().collect();
        self.only = true;
    }

    /// The first mirror that is not public.
    pub(super) fn private(&self) -> Option<&Named> {
        self.mirrors.iter().find(|(url, _)| !is_public(url))
    }

    /// Whether the public index is asked before the mirrors.
    pub(super) fn asks_public_first(&self) -> bool {
        !self.only && !self.is_open && !self.has_index
    }

    /// Whether a public index is among those that are asked.
    pub(super) fn asks_public_as_well(&self) -> bool {
        let cascades = self.has_index && self.cascades && !self.only && !self.is_open;
        cascades || self.mirrors.iter().any(|(url, _)| is_public(url))
    }
}

/// What a call of cpm says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cpm {
    pub(super) mirror: Option<Named>,
    /// The mirrors of its resolvers that have an index of their own.
    pub(super) resolvers: Vec<Named>,
    only: bool,
    without_defaults: bool,
    pub(super) is_open: bool,
}

impl Cpm {
    pub(super) fn read(words: &[Word]) -> Self {
        let mut found = Self::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            found.is_open |= may_hold_options(&word.text);
            let (name, mut value) = option(word, &mut rest);
            match name {
                "--mirror" => found.mirror = value(),
                "--mirror-only" => found.only = true,
                "--no-default-resolvers" => found.without_defaults = true,
                "--resolver" | "-r" => found.resolvers.extend(value().and_then(|(text, range)| {
                    let (class, rest) = text.split_once(',').unwrap_or((text.as_str(), ""));
                    // An index may be named before the mirror; without either it is
                    // that of --mirror.
                    let mirror = rest.rsplit(',').next().unwrap_or(rest);
                    class.eq_ignore_ascii_case("02packages").then(|| (mirror.to_owned(), range))
                })),
                _ => {}
            }
        }
        for resolver in found.resolvers.iter_mut().filter(|(url, _)| url.is_empty()) {
            resolver.0 = found.mirror.as_ref().map_or_else(String::new, |(url, _)| url.clone());
        }
        found.resolvers.retain(|(url, _)| !url.is_empty());
        found
    }

    /// Whether the public index is asked at last.
    pub(super) fn asks_public(&self) -> bool {
        let by_mirror = self.only && self.mirror.as_ref().is_some_and(|(url, _)| !is_public(url));
        !self.without_defaults && !by_mirror && !self.is_open
    }
}

impl Cpanm {
    /// Puts in what variables hold.
    pub(super) fn resolve(&mut self, value: &dyn Fn(&str) -> Option<String>) {
        for (url, _) in &mut self.mirrors {
            resolve(url, value);
        }
    }
}

impl Cpm {
    /// Puts in what variables hold.
    pub(super) fn resolve(&mut self, value: &dyn Fn(&str) -> Option<String>) {
        for (url, _) in self.resolvers.iter_mut().chain(&mut self.mirror) {
            resolve(url, value);
        }
    }
}

/// What a URL is that is nothing but a variable: `$PAN`, `${PAN}`, `$(PAN)`.
pub(super) fn resolve(url: &mut String, value: &dyn Fn(&str) -> Option<String>) {
    let Some(name) = url.strip_prefix('$') else { return };
    let inside = |open, close| name.strip_prefix(open)?.strip_suffix(close);
    let name = inside('{', '}').or_else(|| inside('(', ')')).unwrap_or(name);
    if let Some(found) = value(name) {
        *url = found;
    }
}

/// Whether a word is a variable that may stand for options: all arguments of a
/// script, an input of a workflow, or one that is called so.
fn may_hold_options(word: &str) -> bool {
    let Some(name) = word.strip_prefix('$') else { return false };
    let upper = name.to_ascii_uppercase();
    name.starts_with(['@', '*'])
        || name.starts_with("{@")
        || name.starts_with("{{")
        || ["OPT", "ARG", "FLAG"].iter().any(|part| upper.contains(part))
}
