//! What can't be had while a closure is walked, and what is told of it.

use std::collections::BTreeMap;

use perlscan_model::location::Location;
use perlscan_model::name::ModuleName;
use perlscan_model::problem::{Problem, ProblemKind};

use super::Unmet;
use super::demand::Demand;
use super::there::{There, shown};

/// Who says what could not be resolved.
const BY: &str = "resolve";

/// A release that is being installed.
pub(super) struct UnderWay {
    /// The module that was asked for.
    pub(super) module: ModuleName,
    /// The release, as its archive is called.
    pub(super) name: String,
}

/// What is missing, and why.
pub(super) struct Missing {
    /// Why a module can't be had, and whether that is the root of it.
    why: BTreeMap<ModuleName, (String, bool)>,
    /// Where the project asks for what is being looked at.
    asked_at: Location,
    unmet: Vec<Unmet>,
    problems: Vec<Problem>,
}

impl Missing {
    /// Nothing yet, of what is asked for here.
    pub(super) fn at(asked_at: Location) -> Self {
        Self { why: BTreeMap::new(), asked_at, unmet: Vec::new(), problems: Vec::new() }
    }

    /// Where the project asks for what is being looked at.
    pub(super) fn asked_at(&self) -> Location {
        self.asked_at.clone()
    }

    /// From here on the project asks in this place.
    pub(super) fn ask_at(&mut self, location: Location) {
        self.asked_at = location;
    }

    /// Says what is wrong.
    pub(super) fn problem(&mut self, location: Location, kind: ProblemKind, message: String) {
        self.problems.push(Problem { location, kind, by: BY, message });
    }

    /// A module can't be had for this reason, unless there is one already.
    pub(super) fn because(&mut self, module: &ModuleName, why: String) {
        self.why.entry(module.clone()).or_insert((why, true));
    }

    /// How much is missing by now.
    pub(super) fn count(&self) -> usize {
        self.unmet.len()
    }

    /// A release can't be installed, for want of what was missed since.
    pub(super) fn not_built(&mut self, module: &ModuleName, name: &str, since: usize) {
        // What was missed first lies deepest: it is the root of the rest.
        let why = match self.unmet.get(since) {
            Some(root) => format!("{name} can't be installed without {}", root.module),
            None => format!("{name} can't be installed"),
        };
        self.why.entry(module.clone()).or_insert((why, false));
    }

    /// Tells that something required is not there.
    pub(super) fn miss(&mut self, demand: &Demand, under_way: &[UnderWay], there: &There<'_>) {
        let (why, is_root) = if demand.range.is_empty() {
            (format!("no version is in '{}'", demand.text), true)
        } else if demand.module.is_perl() {
            (format!("the perl is {}", there.perl.text), true)
        } else {
            match self.why.get(&demand.module) {
                Some(known) => known.clone(),
                None => (not_enough(demand, under_way, there), true),
            }
        };
        let path: Vec<String> = under_way.iter().map(|one| one.name.clone()).collect();
        let location = match (&demand.location, path.is_empty()) {
            (Some(location), true) => location.clone(),
            _ => self.asked_at(),
        };
        if is_root || path.is_empty() {
            let range =
                if demand.text.is_empty() { String::new() } else { format!(" {}", demand.text) };
            let by = match path.is_empty() {
                true => String::new(),
                false => format!(" (asked for by {})", path.join(" > ")),
            };
            let message = format!("a fresh install has no {}{range}{by}: {why}", demand.module);
            self.problem(location, ProblemKind::Undecided, message);
        }
        let unmet = Unmet { module: demand.module.clone(), range: demand.text.clone(), path, why };
        self.unmet.push(unmet);
    }

    /// What is missing, and what was told, each in order and once.
    pub(super) fn finish(mut self) -> (Vec<Unmet>, Vec<Problem>) {
        self.unmet.sort();
        self.unmet.dedup();
        self.problems.sort();
        self.problems.dedup();
        (self.unmet, self.problems)
    }
}

/// Why a module that is there, or was taken to be, is not enough.
fn not_enough(demand: &Demand, under_way: &[UnderWay], there: &There<'_>) -> String {
    if under_way.iter().any(|one| one.module == demand.module) {
        return "it is needed by what it needs itself, so neither can be first".to_owned();
    }
    match there.taken(&demand.module) {
        Some(version) => format!("{} is taken", shown(version)),
        None => "the archive that the index names for it does not bring it".to_owned(),
    }
}
