//! From the binary form to answers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use fst::Streamer as _;

use crate::advisory::{
    AdvisoryDetail, AdvisoryRangeError, AdvisoryRecord, BundledLibrary, RecordMatcher,
};
use crate::database::block::{self, Bytes, ReadAt, word};
use crate::database::{
    Contents, CoreBlob, Counts, DATABASE_FORMAT, DistBlob, HEADER, MAGIC, RelatedAdvisory,
    unpack_module,
};
use crate::facts::{
    AdvisoryFact, BundledFact, CoreFact, DistFact, FactSet, MetaFact, ModuleFact, PerlFact,
    Release, ReleaseFact,
};
use crate::name::{DistName, ModuleName};
use crate::release_version::ReleaseVersion;
use crate::version::PerlVersion;

/// Why bytes are no database that this reader can use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The bytes are something else.
    #[error("this is no perlscan database")]
    NotADatabase,
    /// Another format.
    #[error("the database has format {found}, this perlscan reads format {DATABASE_FORMAT}")]
    Format {
        /// The format that was found.
        found: u32,
    },
    /// It lies elsewhere, and can't be read there.
    #[error("it can't be read: {0}")]
    Read(std::io::Error),
    /// Cut off or damaged.
    #[error("the database is damaged: {0}")]
    Damaged(&'static str),
    /// A range in it can't be read.
    #[error("{dist} {id}: {cause}")]
    Range {
        /// The distribution.
        dist: String,
        /// The advisory.
        id: String,
        /// What is wrong.
        cause: AdvisoryRangeError,
    },
}

/// A database that has passed its checks.
///
/// Asking decodes; callers that ask for many versions of one distribution keep
/// the [`DistEntry`].
#[derive(Debug)]
pub struct AdvisoryDb {
    bytes: Bytes,
    contents: Contents,
    dist_index: fst::Map<Cow<'static, [u8]>>,
    module_index: fst::Map<Cow<'static, [u8]>>,
    /// The names of the distributions, back to back.
    names: Cow<'static, [u8]>,
    dists: Range<u64>,
    core: Range<u64>,
    details: Range<u64>,
    links: Range<u64>,
}

/// A distribution with everything the database knows of it.
#[derive(Debug)]
pub struct DistEntry {
    /// Its name.
    pub name: DistName,
    /// The module whose version is the release's.
    pub main_module: Option<ModuleName>,
    /// Whether upstream marks it as not on CPAN.
    pub darkpan: bool,
    /// Its advisory records, sorted by id.
    pub advisories: Vec<LoadedAdvisory>,
    /// Where the records of each id stand in them, in the order of the ids.
    pub ids: Vec<Range<usize>>,
    /// Its known releases, in ascending order of their versions.
    pub releases: Vec<KnownRelease>,
    /// What its releases bundle.
    pub bundled: Vec<BundledLibrary>,
    /// Advisories of other distributions that share a CVE with one of these.
    pub related: Vec<RelatedAdvisory>,
}

/// An advisory record with its ranges read.
#[derive(Debug)]
pub struct LoadedAdvisory {
    /// The record; its links are apart, in [`Self::links`].
    pub record: AdvisoryRecord,
    links: Cow<'static, str>,
    /// Its ranges.
    pub matcher: RecordMatcher,
    /// The reviewed correction that was applied to the record, and why.
    pub correction: Option<String>,
}

impl LoadedAdvisory {
    /// Links to advisories, commits, issues and mailing lists, sorted.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.links.lines()
    }
}

/// A release that the database knows.
#[derive(Debug, Clone)]
pub struct KnownRelease {
    /// Its version.
    pub version: ReleaseVersion,
    /// When it was uploaded.
    pub date: Cow<'static, str>,
    /// The perl that it was only shipped with.
    pub perl: Option<String>,
}

/// The version of a core module in some perl.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoreVersion {
    /// The perl bundles the module at this version.
    Bundled(PerlVersion),
    /// The perl bundles it, without a version that can be read.
    Unversioned,
    /// The perl does not bundle it.
    NotCore,
    /// The core list does not know this perl.
    PerlNotListed,
}

impl AdvisoryDb {
    /// Checks the bytes and reads the table of contents. Of bytes that are part of the
    /// program only the head is checked here, and each record when it is asked for.
    ///
    /// # Errors
    /// When the bytes are no database, of another format, or damaged.
    pub fn load(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, DatabaseError> {
        Self::read(Bytes::Here(bytes.into()))
    }

    /// Checks so many bytes that stay where they are, and reads their head. Records
    /// are read when they are asked for, and checked again.
    ///
    /// # Errors
    /// As [`Self::load`], and when they can't be read.
    pub fn open(there: Box<dyn ReadAt>, length: u64) -> Result<Self, DatabaseError> {
        Self::read(Bytes::There(there, length))
    }

    fn read(bytes: Bytes) -> Result<Self, DatabaseError> {
        let header = bytes.range(0..HEADER.min(bytes.length()))?.into_owned();
        if !header.starts_with(MAGIC) {
            return Err(DatabaseError::NotADatabase);
        }
        let found = word(&header, 8)?;
        if found != DATABASE_FORMAT {
            return Err(DatabaseError::Format { found });
        }
        let head_end = HEADER + u64::from(word(&header, 20)?);
        let differs = DatabaseError::Damaged("its checksum does not agree with its content");
        let mut at = HEADER;
        let head = match bytes.own_range(HEADER..head_end) {
            Some(own) => Cow::Borrowed(own),
            None => Cow::Owned(bytes.range(HEADER..head_end)?.into_owned()),
        };
        if word(&header, 12)? != crc32fast::hash(&head) {
            return Err(differs);
        }
        // The program's own bytes are as sound as the program.
        if !bytes.are_own() && word(&header, 16)? != bytes.checksum_from(head_end)? {
            return Err(differs);
        }
        let mut section = |length: u32| -> Range<u64> {
            let start = at;
            at += u64::from(length);
            start..at
        };
        let of_head = |range: &Range<u64>| -> Result<Cow<'static, [u8]>, DatabaseError> {
            let place = |at: u64| usize::try_from(at.saturating_sub(HEADER)).unwrap_or(usize::MAX);
            let range = place(range.start)..place(range.end);
            let cut_off = || DatabaseError::Damaged("a section is cut off");
            match &head {
                Cow::Borrowed(own) => own.get(range).map(Cow::Borrowed).ok_or_else(cut_off),
                Cow::Owned(head) => {
                    head.get(range).map(|part| Cow::Owned(part.to_vec())).ok_or_else(cut_off)
                }
            }
        };
        let contents: Contents = postcard::from_bytes(&of_head(&section(word(&header, 24)?))?)
            .map_err(|_| DatabaseError::Damaged("its table of contents can't be read"))?;
        let dist_index = read_index(of_head(&section(contents.dist_index))?)?;
        let module_index = read_index(of_head(&section(contents.module_index))?)?;
        let names = of_head(&section(contents.names))?;
        let [dists, core, details, links] =
            [contents.dists, contents.core, contents.details, contents.links].map(&mut section);
        if dists.start != head_end || links.end != bytes.length() {
            return Err(DatabaseError::Damaged("its sections are not as long as it says"));
        }
        Ok(Self { bytes, contents, dist_index, module_index, names, dists, core, details, links })
    }

    /// Where the data comes from.
    pub fn meta(&self) -> &MetaFact {
        &self.contents.meta
    }

    /// How much there is.
    pub fn counts(&self) -> Counts {
        self.contents.counts
    }

    /// The releases of perl, ascending.
    pub fn perls(&self) -> &[PerlFact] {
        &self.contents.perls
    }

    /// Whether the database knows advisories of the distribution.
    pub fn has_dist(&self, name: &str) -> bool {
        self.dist_index.contains_key(name)
    }

    /// The distribution of this name.
    ///
    /// # Errors
    /// When its record is damaged, which the checksum makes improbable.
    pub fn dist(&self, name: &str) -> Result<Option<DistEntry>, DatabaseError> {
        match self.dist_index.get(name) {
            Some(at) => self.dist_at(at).map(Some),
            None => Ok(None),
        }
    }

    /// The advised distribution that ships a module today.
    ///
    /// # Errors
    /// As [`Self::dist`].
    pub fn dist_of_module(&self, module: &ModuleName) -> Result<Option<DistName>, DatabaseError> {
        let value = self.module_index.get(module.as_str()).unwrap_or_default();
        match unpack_module(value).0 {
            Some(at) => self.name_at(at).map(Some),
            None => Ok(None),
        }
    }

    /// How many modules each advised distribution ships today.
    ///
    /// # Errors
    /// As [`Self::dist`].
    pub fn module_counts(&self) -> Result<BTreeMap<DistName, usize>, DatabaseError> {
        let mut by_place: BTreeMap<u32, usize> = BTreeMap::new();
        let mut modules = self.module_index.stream();
        while let Some((_, value)) = modules.next() {
            if let (Some(at), _) = unpack_module(value) {
                *by_place.entry(at).or_default() += 1;
            }
        }
        by_place.into_iter().map(|(at, count)| Ok((self.name_at(at)?, count))).collect()
    }

    /// The name that stands at a place of the names.
    fn name_at(&self, at: u32) -> Result<DistName, DatabaseError> {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let name: &str = decode(self.names.get(at..).unwrap_or_default())?;
        DistName::parse(name).map_err(|_| DatabaseError::Damaged("a name in it is none"))
    }

    /// Whether any perl has bundled the module.
    pub fn is_core(&self, module: &ModuleName) -> bool {
        let value = self.module_index.get(module.as_str()).unwrap_or_default();
        unpack_module(value).1.is_some()
    }

    /// The version of a module that a perl bundles.
    ///
    /// # Errors
    /// As [`Self::dist`].
    pub fn core_version(
        &self,
        module: &ModuleName,
        perl: &PerlVersion,
    ) -> Result<CoreVersion, DatabaseError> {
        let value = self.module_index.get(module.as_str()).unwrap_or_default();
        let Some(at) = unpack_module(value).1 else { return Ok(CoreVersion::NotCore) };
        let listed = |fact: &&PerlFact| {
            fact.listed && PerlVersion::parse(&fact.perl).is_ok_and(|version| version == *perl)
        };
        let Some(wanted) = self.contents.perls.iter().position(|fact| listed(&fact)) else {
            return Ok(CoreVersion::PerlNotListed);
        };
        let blob: CoreBlob = decode(&self.block(&self.core, u64::from(at))?)?;
        let entry =
            blob.versions.iter().take_while(|(perl, _)| usize::from(*perl) <= wanted).last();
        Ok(match entry {
            None | Some((_, None)) => CoreVersion::NotCore,
            Some((_, Some(text))) => match PerlVersion::parse(text) {
                Ok(version) if text != "0" => CoreVersion::Bundled(version),
                _ => CoreVersion::Unversioned,
            },
        })
    }

    /// Every distribution with advisories, in order of their names.
    ///
    /// # Errors
    /// As [`Self::dist`].
    pub fn dists(&self) -> Result<Vec<DistEntry>, DatabaseError> {
        let mut all = Vec::with_capacity(self.dist_index.len());
        let mut names = self.dist_index.stream();
        while let Some((_, at)) = names.next() {
            all.push(self.dist_at(at)?);
        }
        Ok(all)
    }

    /// The main modules of the distributions with advisories, in order of the
    /// distributions' names.
    ///
    /// # Errors
    /// As [`Self::dist`].
    pub fn main_modules(&self) -> Result<Vec<String>, DatabaseError> {
        let mut all = Vec::with_capacity(self.dist_index.len());
        let mut names = self.dist_index.stream();
        while let Some((_, at)) = names.next() {
            // It stands before all that is known of the distribution, which is not read.
            let fact: DistFact = decode(&self.block(&self.dists, at)?)?;
            all.extend(fact.main_module);
        }
        Ok(all)
    }

    /// What is known of the advisories of a distribution besides what verdicts
    /// rest on, in the order of its records; empty where nothing is.
    ///
    /// # Errors
    /// As [`Self::dist`].
    pub fn details(&self, name: &str) -> Result<Vec<AdvisoryDetail>, DatabaseError> {
        let Some(at) = self.dist_index.get(name) else { return Ok(Vec::new()) };
        let block = self.block(&self.dists, at)?;
        let blob: DistBlob<'_> = decode(&block)?;
        self.details_at(blob.details)
    }

    fn details_at(&self, one_based: u32) -> Result<Vec<AdvisoryDetail>, DatabaseError> {
        match one_based.checked_sub(1) {
            Some(at) => decode(&self.block(&self.details, u64::from(at))?),
            None => Ok(Vec::new()),
        }
    }

    /// The facts that the database was made of, as far as it keeps them: what
    /// distributions without advisories bundle is not in it, and main modules
    /// stand among the modules.
    ///
    /// # Errors
    /// As [`Self::dist`].
    pub fn to_facts(&self) -> Result<FactSet, DatabaseError> {
        let mut facts = FactSet {
            meta: self.contents.meta.clone(),
            perls: self.contents.perls.clone(),
            ..FactSet::default()
        };
        let mut dists = self.dist_index.stream();
        while let Some((_, at)) = dists.next() {
            let block = self.block(&self.dists, at)?;
            let blob: DistBlob<'_> = decode(&block)?;
            let name = blob.dist.dist.clone();
            let mut details = self.details_at(blob.details)?.into_iter();
            for record in blob.records {
                let (mut record, links) = record.into_record();
                record.references = self.links_at(links)?.lines().map(str::to_owned).collect();
                let detail = details.next().unwrap_or_default();
                facts.advisories.push(AdvisoryFact { dist: name.clone(), record, detail });
            }
            facts.releases.extend(blob.releases.into_iter().map(|release| ReleaseFact {
                dist: name.clone(),
                release: Release {
                    version: release.version.to_owned(),
                    date: release.date.to_owned(),
                    perl: release.perl.map(str::to_owned),
                },
            }));
            let bundled = blob.bundled.into_iter();
            facts
                .bundled
                .extend(bundled.map(|bundled| BundledFact { dist: name.clone(), bundled }));
            facts.distributions.push(blob.dist);
        }
        let mut modules = self.module_index.stream();
        while let Some((module, value)) = modules.next() {
            let module = String::from_utf8_lossy(module).into_owned();
            let (dist, core) = unpack_module(value);
            if let Some(at) = core {
                let blob: CoreBlob = decode(&self.block(&self.core, u64::from(at))?)?;
                let mut versions = Vec::with_capacity(blob.versions.len());
                for (perl, version) in blob.versions {
                    let fact = self.contents.perls.get(usize::from(perl));
                    let fact =
                        fact.ok_or(DatabaseError::Damaged("it names a perl that it lacks"))?;
                    versions.push((fact.perl.clone(), version));
                }
                facts.core.push(CoreFact { module: module.clone(), versions });
            }
            if let Some(at) = dist {
                let dist = self.name_at(at)?.to_string();
                facts.modules.push(ModuleFact { module, dist });
            }
        }
        Ok(facts)
    }

    /// The content of the block that begins at `at` in a section.
    fn block(&self, section: &Range<u64>, at: u64) -> Result<Cow<'_, [u8]>, DatabaseError> {
        let (range, checksum) = self.bytes.block(section, at)?;
        block::checked(self.bytes.range(range)?, checksum)
    }

    fn dist_at(&self, at: u64) -> Result<DistEntry, DatabaseError> {
        let (range, checksum) = self.bytes.block(&self.dists, at)?;
        // What is part of the program need not be copied out of it.
        if let Some(own) = self.bytes.own_range(range.clone()) {
            let blob: DistBlob<'static> = decode(block::checked(own, checksum)?)?;
            return DistEntry::from_blob(blob, Cow::Borrowed, |at| self.links_at(at));
        }
        let block = block::checked(self.bytes.range(range)?, checksum)?;
        let blob: DistBlob<'_> = decode(&block)?;
        let keep = |text: &str| Cow::Owned(text.to_owned());
        DistEntry::from_blob(blob, keep, |at| self.links_at(at))
    }

    /// The links that stand at a place of their section, a line each.
    fn links_at(&self, one_based: u32) -> Result<Cow<'static, str>, DatabaseError> {
        let Some(at) = one_based.checked_sub(1) else { return Ok(Cow::Borrowed("")) };
        let (range, checksum) = self.bytes.block(&self.links, u64::from(at))?;
        if let Some(own) = self.bytes.own_range(range.clone()) {
            return decode(block::checked(own, checksum)?).map(Cow::Borrowed);
        }
        let block = block::checked(self.bytes.range(range)?, checksum)?;
        decode(&block).map(|text: &str| Cow::Owned(text.to_owned()))
    }
}

impl DistEntry {
    /// `keep` makes texts last that are read in place, `links_at` finds the links.
    fn from_blob<'a>(
        blob: DistBlob<'a>,
        keep: impl Fn(&'a str) -> Cow<'static, str>,
        links_at: impl Fn(u32) -> Result<Cow<'static, str>, DatabaseError>,
    ) -> Result<Self, DatabaseError> {
        let damaged = |_| DatabaseError::Damaged("a name in it is none");
        let advisories = blob
            .records
            .into_iter()
            .map(|record| {
                let (record, links) = record.into_record();
                let links = links_at(links)?;
                match RecordMatcher::new(&record) {
                    Ok(matcher) => Ok(LoadedAdvisory { record, links, matcher, correction: None }),
                    Err(cause) => {
                        let dist = blob.dist.dist.clone();
                        Err(DatabaseError::Range { dist, id: record.id, cause })
                    }
                }
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut ids = Vec::new();
        let mut start = 0;
        for chunk in advisories.chunk_by(|a: &LoadedAdvisory, b| a.record.id == b.record.id) {
            ids.push(start..start + chunk.len());
            start += chunk.len();
        }
        let mut releases: Vec<KnownRelease> = blob
            .releases
            .into_iter()
            .filter_map(|release| {
                let version = ReleaseVersion::read(release.version)?;
                let perl = release.perl.map(str::to_owned);
                Some(KnownRelease { version, date: keep(release.date), perl })
            })
            .collect();
        releases.sort_by(|a, b| {
            a.version
                .version
                .cmp(&b.version.version)
                .then_with(|| a.version.text.cmp(&b.version.text))
        });
        Ok(Self {
            name: DistName::parse(&blob.dist.dist).map_err(damaged)?,
            main_module: blob
                .dist
                .main_module
                .map(|name| ModuleName::parse(&name))
                .transpose()
                .map_err(damaged)?,
            darkpan: blob.dist.darkpan,
            advisories,
            ids,
            releases,
            bundled: blob.bundled,
            related: blob.related,
        })
    }
}

fn read_index(section: Cow<'static, [u8]>) -> Result<fst::Map<Cow<'static, [u8]>>, DatabaseError> {
    let map =
        fst::Map::new(section).map_err(|_| DatabaseError::Damaged("an index can't be read"))?;
    // Damaged fst bytes can panic when asked: a checksum of their own guards them.
    map.as_fst().verify().map_err(|_| DatabaseError::Damaged("an index fails its check"))?;
    Ok(map)
}

fn decode<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, DatabaseError> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, _)) => Ok(value),
        Err(_) => Err(DatabaseError::Damaged("a record can't be read")),
    }
}
