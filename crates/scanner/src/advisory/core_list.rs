//! What perls bundle, as facts of Module::CoreList.

use std::collections::BTreeMap;
use std::path::Path;

use perlscan_model::facts::FactSet;
use perlscan_model::facts::{CoreFact, PerlFact};
use serde::Deserialize;

use crate::advisory::{AdvisoryError, read_file};

#[derive(Deserialize)]
struct CoreList {
    generator: String,
    released: BTreeMap<String, String>,
    modules: BTreeMap<String, Vec<(String, Option<String>)>>,
}

/// Adds the core list to the facts. Perls that only the feed knows stay listed
/// as perls, marked as not known to the core list.
///
/// # Errors
/// When the file can't be read or has another shape.
pub fn add(facts: &mut FactSet, path: &Path) -> Result<(), AdvisoryError> {
    let bytes = read_file(path)?;
    let list: CoreList = serde_json::from_slice(&bytes)
        .map_err(|cause| AdvisoryError::content(path, u64::try_from(cause.line()).ok(), cause))?;
    facts.meta.core_list = list.generator;
    facts.meta.core_list_perl = list.released.keys().next_back().cloned().unwrap_or_default();
    facts.perls.retain(|fact| !list.released.contains_key(&fact.perl));
    facts.perls.extend(list.released.into_iter().map(|(perl, date)| PerlFact {
        perl,
        date,
        listed: true,
    }));
    facts.core =
        list.modules.into_iter().map(|(module, versions)| CoreFact { module, versions }).collect();
    Ok(())
}
