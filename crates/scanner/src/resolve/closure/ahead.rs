//! Archives opened ahead of the walk, level by level and side by side: as far as can
//! be told before anything is installed.

use std::collections::BTreeSet;
use std::sync::Arc;

use perlscan_model::name::ModuleName;

use super::demand::{self, Demand};
use super::{ClosureSettings, CorePerl, Indexed, Stock};
use crate::advisory::AdvisoryError;

/// Opens what will be needed for these demands.
pub(super) fn open(
    first: Vec<Demand>,
    settings: &ClosureSettings,
    perl: &CorePerl<'_>,
    stock: &dyn Stock,
) -> Result<(), AdvisoryError> {
    let mut seen: BTreeSet<ModuleName> = BTreeSet::new();
    let mut opened: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut level = first;
    while !level.is_empty() {
        let mut paths: Vec<Arc<str>> = Vec::new();
        for demand in level {
            let core = perl.version_of(&demand.module)?;
            let is_there = core.is_some_and(|version| demand.range.contains(&version));
            if demand.module.is_perl() || is_there || !seen.insert(demand.module.clone()) {
                continue;
            }
            let indexed = match &demand.pin {
                Some(pin) => Indexed::pinned(pin),
                None => stock.find(&demand.module),
            };
            let Some(indexed) = indexed else { continue };
            let fits = demand.pin.is_some() || demand.range.contains(&indexed.number());
            if fits && !indexed.is_perls_own() && opened.insert(Arc::clone(&indexed.path)) {
                paths.push(indexed.path);
            }
        }
        stock.prepare(&paths);
        level = Vec::new();
        for path in &paths {
            if let Ok(stocked) = stock.open(path) {
                let (tools, main) = demand::of_stocked(&stocked, settings, &mut Vec::new());
                level.extend(tools.into_iter().chain(main));
            }
        }
    }
    Ok(())
}
