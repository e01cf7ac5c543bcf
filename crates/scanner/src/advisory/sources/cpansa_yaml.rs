//! A checkout of the CPANSA repository: `cpansa/*.yml` and
//! `external_reports/*.yml`.
//!
//! It is what the feed is made of, and knows what the feed drops: GitHub's ids,
//! the mark of distributions that are not on CPAN, what carries which library.
//! It knows no releases and no modules. `generated_reports/`, upstream's own
//! derivation from the library reports, is not read: the same records are
//! derived here from what the reports say today.

use std::path::Path;

use perlscan_model::facts::SourceFact;

use crate::advisory::AdvisoryError;
use crate::advisory::sources::yaml::MAX_YAML;
use crate::advisory::sources::{
    AdvisorySource, Place, SourceData, SourceKind, SourceProblem, count_ids, cpansa_file, folder,
    last_report, library_reports,
};

/// The folder of the distributions' files.
const DISTS: &str = "cpansa";
/// The folder of the reports on libraries.
const LIBRARIES: &str = "external_reports";
/// The repository, of which a checkout is a copy wherever it lies.
const REPOSITORY: &str = "https://github.com/briandfoy/cpan-security-advisory";

/// The checkout.
#[derive(Debug)]
pub struct CpansaYaml;

impl AdvisorySource for CpansaYaml {
    fn kind(&self) -> SourceKind {
        SourceKind::CpansaYaml
    }

    /// The date is that of the last report: a checkout says no other. Whoever
    /// knows the commit puts its date there.
    fn read(&self, path: &Path) -> Result<SourceData, AdvisoryError> {
        let mut data = SourceData {
            source: SourceFact {
                kind: SourceKind::CpansaYaml.word().to_owned(),
                place: REPOSITORY.to_owned(),
                ..SourceFact::default()
            },
            ..SourceData::default()
        };
        let files = folder::files(&path.join(DISTS), &["yml", "yaml"], &mut data.problems)?;
        if files.is_empty() {
            let message = "there are no .yml files; give the top folder of the checkout";
            return Err(AdvisoryError::content(path.join(DISTS), None, message));
        }
        for file in files {
            let Some(bytes) = bytes_of(&file, &mut data) else { continue };
            match cpansa_file::parse(&bytes, &file) {
                Ok(mut read) => {
                    data.advisories.append(&mut read.advisories);
                    data.dropped.append(&mut read.dropped);
                    data.problems.append(&mut read.problems);
                    data.distributions.push(read.dist);
                }
                Err(problem) => data.problems.push(problem),
            }
        }
        let libraries = path.join(LIBRARIES);
        if libraries.is_dir() {
            for file in folder::files(&libraries, &["yml", "yaml"], &mut data.problems)? {
                let Some(bytes) = bytes_of(&file, &mut data) else { continue };
                library_reports::read(&bytes, &file, &mut data);
            }
        } else {
            data.problems.push(SourceProblem {
                place: Place { path: libraries, line: None },
                message: "the folder is missing, so flaws of bundled libraries are not known"
                    .to_owned(),
            });
        }
        data.source.epoch = last_report(&data);
        data.source.advisories = count_ids(&data);
        Ok(data)
    }
}

/// The bytes of a file; a problem where it can't be read.
fn bytes_of(file: &Path, data: &mut SourceData) -> Option<Vec<u8>> {
    match folder::read(file, MAX_YAML) {
        Ok(bytes) => Some(bytes),
        Err(problem) => {
            data.problems.push(problem);
            None
        }
    }
}
