//! A user's own advisories: a folder of YAML in CPANSA's form, one file a
//! distribution, for what is on a DarkPAN and not on CPAN.
//!
//! It is told from a CPANSA checkout by having no `cpansa/` folder. All its
//! distributions are marked as not on CPAN.

use std::path::Path;

use perlscan_model::facts::SourceFact;

use crate::advisory::AdvisoryError;
use crate::advisory::sources::yaml::MAX_YAML;
use crate::advisory::sources::{
    AdvisorySource, SourceData, SourceKind, SourceProblem, count_ids, cpansa_file, folder,
    last_report,
};

/// The folder.
#[derive(Debug)]
pub struct Private;

impl AdvisorySource for Private {
    fn kind(&self) -> SourceKind {
        SourceKind::Private
    }

    fn read(&self, path: &Path) -> Result<SourceData, AdvisoryError> {
        let mut data = SourceData {
            source: SourceFact {
                kind: SourceKind::Private.word().to_owned(),
                place: path.display().to_string(),
                ..SourceFact::default()
            },
            ..SourceData::default()
        };
        let files = folder::files(path, &["yml", "yaml"], &mut data.problems)?;
        if files.is_empty() && data.problems.is_empty() {
            let message = "there are no .yml files; give the folder with your advisories";
            return Err(AdvisoryError::content(path, None, message));
        }
        for file in files {
            let read =
                folder::read(&file, MAX_YAML).and_then(|bytes| cpansa_file::parse(&bytes, &file));
            match read {
                Ok(mut read) => {
                    read.dist.darkpan = true;
                    // Upstream has such a record, a user's own is a slip.
                    for advisory in
                        read.advisories.iter().filter(|one| one.fact.record.affected.is_empty())
                    {
                        data.problems.push(SourceProblem {
                            place: advisory.place.clone(),
                            message: format!(
                                "{} affects no version; write '>=0' for every one",
                                advisory.fact.record.id
                            ),
                        });
                    }
                    data.distributions.push(read.dist);
                    data.advisories.append(&mut read.advisories);
                    data.dropped.append(&mut read.dropped);
                    data.problems.append(&mut read.problems);
                }
                Err(problem) => data.problems.push(problem),
            }
        }
        data.source.epoch = last_report(&data);
        data.source.advisories = count_ids(&data);
        Ok(data)
    }
}
