//! From facts to the binary form.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::advisory::{AdvisoryDetail, AdvisoryRangeError, RecordMatcher};
use crate::database::{
    Contents, CoreBlob, DATABASE_FORMAT, DistBlob, MAGIC, RecordBlob, RelatedAdvisory, ReleaseBlob,
    block, pack_module,
};
use crate::facts::{AdvisoryFact, FACTS_FORMAT, FactSet};

/// Why facts can't become a database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The facts are of another format.
    #[error("the facts have format {found}, this build reads format {FACTS_FORMAT}")]
    Format {
        /// The format that was found.
        found: u32,
    },
    /// A fact names a distribution that the distributions file does not list.
    #[error("{file} names the distribution '{dist}', which is not listed")]
    UnknownDist {
        /// The facts file.
        file: &'static str,
        /// The name.
        dist: String,
    },
    /// A core fact names a perl that the perls file does not list.
    #[error("core module '{module}' names perl '{perl}', which is not listed")]
    UnknownPerl {
        /// The module.
        module: String,
        /// The perl.
        perl: String,
    },
    /// A range that can't be read.
    #[error("{dist} {id}: {cause}")]
    Range {
        /// The distribution.
        dist: String,
        /// The advisory.
        id: String,
        /// What is wrong with it.
        cause: AdvisoryRangeError,
    },
    /// The database would be larger than its offsets can say.
    #[error("the database would be larger than 4 GiB")]
    TooLarge,
    /// A record could not be serialised.
    #[error("can't write a record: {0}")]
    Record(#[from] postcard::Error),
    /// An index could not be built.
    #[error("can't build an index: {0}")]
    Index(#[from] fst::Error),
}

impl FactSet {
    /// The binary form: the same facts give the same bytes.
    ///
    /// # Errors
    /// When the facts are of another format, name what they do not list, or
    /// hold a range that can't be read.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        if self.meta.format != FACTS_FORMAT {
            return Err(EncodeError::Format { found: self.meta.format });
        }
        let mut links = LinkLists::default();
        let mut dists = self.dist_blobs(&mut links)?;
        let mut dist_bytes = Vec::new();
        let mut dist_offsets = BTreeMap::new();
        let mut name_bytes = Vec::new();
        let mut name_offsets = BTreeMap::new();
        let mut detail_bytes = Vec::new();
        let related = self.related();
        let mut details = self.details();
        for (name, blob) in &mut dists {
            blob.releases.sort();
            blob.related = related.get(name).cloned().unwrap_or_default();
            if let Some(details) = details.remove(name) {
                blob.details =
                    offset(&detail_bytes)?.checked_add(1).ok_or(EncodeError::TooLarge)?;
                push_block(&mut detail_bytes, &details)?;
            }
            name_offsets.insert(*name, offset(&name_bytes)?);
            name_bytes.extend(postcard::to_allocvec(name)?);
            dist_offsets.insert(*name, offset(&dist_bytes)?);
            push_block(&mut dist_bytes, blob)?;
        }
        let (core_bytes, core_offsets) = self.core_blobs()?;

        let mut modules: BTreeMap<&str, (Option<u32>, Option<u32>)> = BTreeMap::new();
        for fact in &self.modules {
            let dist = name_offsets.get(fact.dist.as_str()).copied();
            let dist = dist.ok_or_else(|| unknown_dist(crate::facts::MODULES_FILE, &fact.dist))?;
            modules.insert(&fact.module, (Some(dist), None));
        }
        for fact in &self.distributions {
            // Some distributions have no module map; their main module is still theirs.
            if let Some(main) = &fact.main_module {
                let dist = name_offsets.get(fact.dist.as_str()).copied();
                modules.entry(main).or_insert((dist, None));
            }
        }
        for (module, at) in core_offsets {
            modules.entry(module).or_insert((None, None)).1 = Some(at);
        }

        let dist_index = index(dist_offsets.iter().map(|(name, at)| (*name, u64::from(*at))))?;
        let module_index =
            index(modules.iter().map(|(name, (dist, core))| (*name, pack_module(*dist, *core))))?;
        let contents = postcard::to_allocvec(&Contents {
            meta: self.meta.clone(),
            counts: self.counts(),
            dist_index: offset(&dist_index)?,
            module_index: offset(&module_index)?,
            names: offset(&name_bytes)?,
            dists: offset(&dist_bytes)?,
            core: offset(&core_bytes)?,
            details: offset(&detail_bytes)?,
            links: offset(&links.bytes)?,
            perls: self.perls.clone(),
        })?;
        let head = [&contents, &dist_index, &module_index, &name_bytes].map(Vec::as_slice).concat();
        let body = [&dist_bytes, &core_bytes, &detail_bytes, &links.bytes].map(Vec::as_slice);
        let body = body.concat();
        let mut bytes = MAGIC.to_vec();
        for word in [
            DATABASE_FORMAT,
            crc32fast::hash(&head),
            crc32fast::hash(&body),
            offset(&head)?,
            offset(&contents)?,
        ] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend(head);
        bytes.extend(body);
        Ok(bytes)
    }

    fn dist_blobs(
        &self,
        links: &mut LinkLists,
    ) -> Result<BTreeMap<&str, DistBlob<'_>>, EncodeError> {
        let mut dists: BTreeMap<&str, DistBlob<'_>> = BTreeMap::new();
        for fact in &self.distributions {
            let blob = DistBlob {
                dist: fact.clone(),
                records: Vec::new(),
                releases: Vec::new(),
                bundled: Vec::new(),
                related: Vec::new(),
                details: 0,
            };
            dists.insert(&fact.dist, blob);
        }
        for fact in self.ordered_advisories() {
            RecordMatcher::new(&fact.record).map_err(|cause| EncodeError::Range {
                dist: fact.dist.clone(),
                id: fact.record.id.clone(),
                cause,
            })?;
            dists
                .get_mut(fact.dist.as_str())
                .ok_or_else(|| unknown_dist(crate::facts::ADVISORIES_FILE, &fact.dist))?
                .records
                .push(RecordBlob::of(&fact.record, links.place(&fact.record.references)?));
        }
        for fact in &self.releases {
            dists
                .get_mut(fact.dist.as_str())
                .ok_or_else(|| unknown_dist(crate::facts::RELEASES_FILE, &fact.dist))?
                .releases
                .push(ReleaseBlob {
                    version: &fact.release.version,
                    date: &fact.release.date,
                    perl: fact.release.perl.as_deref(),
                });
        }
        for fact in &self.bundled {
            // A library may be bundled by distributions that have no advisory.
            if let Some(blob) = dists.get_mut(fact.dist.as_str()) {
                blob.bundled.push(fact.bundled.clone());
            }
        }
        Ok(dists)
    }

    /// For each distribution of which details are known, those of its records,
    /// in the order of the records.
    fn details(&self) -> BTreeMap<&str, Vec<&AdvisoryDetail>> {
        let mut details: BTreeMap<&str, Vec<&AdvisoryDetail>> = BTreeMap::new();
        for fact in self.ordered_advisories() {
            details.entry(&fact.dist).or_default().push(&fact.detail);
        }
        details.retain(|_, details| details.iter().any(|detail| !detail.is_empty()));
        details
    }

    /// The records as they stand in the database: sorted, whatever their order here.
    fn ordered_advisories(&self) -> Vec<&AdvisoryFact> {
        let mut ordered: Vec<&AdvisoryFact> = self.advisories.iter().collect();
        ordered.sort();
        ordered
    }

    /// For each distribution, the advisories of others that share a CVE with it.
    fn related(&self) -> BTreeMap<&str, Vec<RelatedAdvisory>> {
        let mut by_cve: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
        for fact in &self.advisories {
            for cve in &fact.record.cves {
                by_cve.entry(cve).or_default().insert((&fact.dist, &fact.record.id));
            }
        }
        let mut related: BTreeMap<&str, Vec<RelatedAdvisory>> = BTreeMap::new();
        for (cve, holders) in by_cve {
            let dists: BTreeSet<&str> = holders.iter().map(|(dist, _)| *dist).collect();
            for own in dists {
                let others = holders.iter().filter(|(dist, _)| *dist != own);
                related.entry(own).or_default().extend(others.map(|(dist, id)| RelatedAdvisory {
                    cve: cve.to_owned(),
                    dist: (*dist).to_owned(),
                    id: (*id).to_owned(),
                }));
            }
        }
        related
    }

    fn core_blobs(&self) -> Result<(Vec<u8>, BTreeMap<&str, u32>), EncodeError> {
        let perls: BTreeMap<&str, u16> =
            self.perls.iter().zip(0..).map(|(fact, i)| (fact.perl.as_str(), i)).collect();
        let mut bytes = Vec::new();
        let mut offsets = BTreeMap::new();
        for fact in &self.core {
            let versions = fact
                .versions
                .iter()
                .map(|(perl, version)| match perls.get(perl.as_str()) {
                    Some(i) => Ok((*i, version.clone())),
                    None => Err(EncodeError::UnknownPerl {
                        module: fact.module.clone(),
                        perl: perl.clone(),
                    }),
                })
                .collect::<Result<Vec<_>, _>>()?;
            offsets.insert(fact.module.as_str(), offset(&bytes)?);
            push_block(&mut bytes, &CoreBlob { versions })?;
        }
        Ok((bytes, offsets))
    }
}

/// The lists of links, each once.
#[derive(Debug, Default)]
struct LinkLists {
    bytes: Vec<u8>,
    places: BTreeMap<String, u32>,
}

impl LinkLists {
    /// Where a list stands, from 1; 0 for none.
    fn place(&mut self, links: &[String]) -> Result<u32, EncodeError> {
        if links.is_empty() {
            return Ok(0);
        }
        let text = links.join("\n");
        if let Some(place) = self.places.get(&text) {
            return Ok(*place);
        }
        let place = offset(&self.bytes)?.checked_add(1).ok_or(EncodeError::TooLarge)?;
        push_block(&mut self.bytes, &text)?;
        self.places.insert(text, place);
        Ok(place)
    }
}

fn unknown_dist(file: &'static str, dist: &str) -> EncodeError {
    EncodeError::UnknownDist { file, dist: dist.to_owned() }
}

fn offset(bytes: &[u8]) -> Result<u32, EncodeError> {
    u32::try_from(bytes.len()).map_err(|_| EncodeError::TooLarge)
}

fn push_block(section: &mut Vec<u8>, record: &impl Serialize) -> Result<(), EncodeError> {
    let content = postcard::to_allocvec(record)?;
    block::push(section, &content, offset(&content)?);
    Ok(())
}

fn index<'a>(entries: impl Iterator<Item = (&'a str, u64)>) -> Result<Vec<u8>, EncodeError> {
    let mut builder = fst::MapBuilder::memory();
    for (name, value) in entries {
        builder.insert(name, value)?;
    }
    Ok(builder.into_inner()?)
}
