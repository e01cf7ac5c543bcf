//! Texts that many archives have, each in memory once.
//!
//! Archives require the same few modules, from files of the same name, and what is read
//! back from the cache of facts has a copy of its own each time: of a large mirror these
//! copies would be half of all memory.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use perlscan_model::location::SourcePath;
use perlscan_model::name::ModuleName;

use crate::darkpan::release::Release;
use crate::graph::need::Asked;

/// The texts that were met.
#[derive(Debug, Default)]
pub(super) struct Shared {
    modules: HashSet<ModuleName>,
    paths: HashSet<SourcePath>,
    asked: HashSet<Arc<Asked>>,
}

impl Shared {
    /// Puts the one copy of each text into a release, and takes away what only its
    /// facts are kept for.
    pub(super) fn share(&mut self, release: &mut Release) {
        for need in &mut release.needs {
            once(&mut self.asked, &mut need.asked);
            once(&mut self.paths, &mut need.manifest);
        }
        for brought in &mut release.brings {
            once(&mut self.modules, &mut brought.module);
        }
        release.needs.shrink_to_fit();
        release.brings.shrink_to_fit();
        release.passed_over = Vec::new();
    }
}

fn once<T: Eq + Hash + Clone>(known: &mut HashSet<T>, text: &mut T) {
    match known.get(text) {
        Some(first) => *text = first.clone(),
        None => {
            known.insert(text.clone());
        }
    }
}
