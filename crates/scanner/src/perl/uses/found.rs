//! What has been found, and what is still open about it.

use std::ops::Range;

use perlscan_model::name::ModuleName;

use super::Load;
use super::code::Code;
use super::list::Item;
use crate::perl::token::Token;

/// What holds for loading at a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Guard {
    /// Failure is taken.
    pub(super) optional: bool,
    /// Only running the code decides whether it happens.
    pub(super) conditional: bool,
}

/// Something that a condition behind it may still make conditional.
#[derive(Debug, Clone, Copy)]
enum Open {
    Load(usize),
    Code(usize),
}

/// What has been found in one piece of code.
#[derive(Debug)]
pub(super) struct Found<'a> {
    pub(super) loads: Vec<Load>,
    pub(super) codes: Vec<Code<'a>>,
    /// In the order of their places; each is taken off at most once, so that
    /// marking is linear however statements nest.
    open: Vec<Open>,
    /// Where the source begins in the file.
    pub(super) base: usize,
    pub(super) interpolates: bool,
    pub(super) is_cut: bool,
}

impl<'a> Found<'a> {
    pub(super) fn new(base: usize, interpolates: bool, is_cut: bool) -> Self {
        let (loads, codes, open) = (Vec::new(), Vec::new(), Vec::new());
        Self { loads, codes, open, base, interpolates, is_cut }
    }

    /// How much is open: what is added from now on comes behind it.
    pub(super) fn open(&self) -> usize {
        self.open.len()
    }

    /// Makes conditional what was added behind a place.
    pub(super) fn make_conditional(&mut self, from: usize) {
        for open in self.open.drain(from.min(self.open.len())..) {
            match open {
                Open::Load(at) => {
                    if let Some(load) = self.loads.get_mut(at) {
                        load.conditional = true;
                    }
                }
                Open::Code(at) => {
                    if let Some(code) = self.codes.get_mut(at) {
                        code.guard.conditional = true;
                    }
                }
            }
        }
    }

    /// Takes back that failure is taken, for the loads from one on.
    pub(super) fn make_required(&mut self, from: usize) {
        for load in self.loads.get_mut(from..).unwrap_or_default() {
            load.optional = false;
        }
    }

    pub(super) fn add_code(&mut self, code: Code<'a>) {
        if !code.guard.conditional {
            self.open.push(Open::Code(self.codes.len()));
        }
        self.codes.push(code);
    }
}

/// Where recognisers tell what is loaded, with what holds for it.
#[derive(Debug)]
pub(super) struct Sink<'f, 's, 'a> {
    pub(super) source: &'s [u8],
    pub(super) found: &'f mut Found<'a>,
    pub(super) guard: Guard,
    /// Whether a condition behind it in its statement counts: not for `use`,
    /// which is carried out when perl has read it.
    pub(super) at_runtime: bool,
}

impl Sink<'_, '_, '_> {
    /// Tells a load, if what is written is a module's name and all of it.
    pub(super) fn tell(&mut self, name: &[u8], minimum: Option<&Token>, range: Range<usize>) {
        let minimum = minimum.filter(|version| self.is_whole(&version.range()));
        let minimum = minimum.and_then(|version| version_text(version, self.source));
        self.tell_with(name, minimum, range, false);
    }

    /// As [`Self::tell`], where the version may be a string, and another
    /// condition may hold.
    pub(super) fn tell_with(
        &mut self,
        name: &[u8],
        minimum: Option<Box<str>>,
        range: Range<usize>,
        is_branch: bool,
    ) {
        let Ok(text) = std::str::from_utf8(name) else { return };
        let Ok(module) = ModuleName::parse(text) else { return };
        if !self.is_whole(&range) {
            return;
        }
        let Guard { optional, conditional } = self.guard;
        let conditional = conditional || is_branch;
        if self.at_runtime && !conditional {
            self.found.open.push(Open::Load(self.found.loads.len()));
        }
        let base = self.found.base;
        let range = base + range.start..base + range.end;
        self.found.loads.push(Load { module, minimum, optional, conditional, range });
    }

    /// Tells the module that an element names as a string.
    pub(super) fn tell_item(&mut self, item: &Item<'_, '_>, minimum: Option<&Item<'_, '_>>) {
        self.tell_named(item, minimum, <[u8]>::to_vec);
    }

    /// As [`Self::tell_item`], where the module's name is made of the string.
    pub(super) fn tell_named(
        &mut self,
        item: &Item<'_, '_>,
        minimum: Option<&Item<'_, '_>>,
        name: impl FnOnce(&[u8]) -> Vec<u8>,
    ) {
        if let Item::Text { value, range, is_branch } = item {
            let minimum = minimum.and_then(|minimum| self.version(minimum));
            self.tell_with(&name(value), minimum, range.clone(), *is_branch);
        }
    }

    /// A version that is written as a number or as a string.
    fn version(&self, item: &Item<'_, '_>) -> Option<Box<str>> {
        match item {
            Item::Version(token) => version_text(token, self.source),
            Item::Text { value, .. } => {
                let text = std::str::from_utf8(value).ok()?.trim();
                let is_version = text
                    .strip_prefix('v')
                    .unwrap_or(text)
                    .starts_with(|c: char| c.is_ascii_digit());
                is_version.then(|| Box::from(text))
            }
            _ => None,
        }
    }

    /// Whether a stretch is a word of the code, and not only the part of one
    /// that is written in a string before a variable.
    fn is_whole(&self, range: &Range<usize>) -> bool {
        match self.source.get(range.end) {
            None => !self.found.is_cut,
            Some(next) => !self.found.interpolates || !b"$@:".contains(next),
        }
    }
}

/// A version as it is written.
pub(super) fn version_text(token: &Token, source: &[u8]) -> Option<Box<str>> {
    std::str::from_utf8(token.text(source)).ok().map(Box::from)
}
