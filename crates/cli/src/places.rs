//! Where the user stands, and which files the arguments name.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use perlscan_scanner::config::CONFIG_FILE;
use perlscan_scanner::container::Limits as ContainerLimits;
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::report::Standpoint;
use perlscan_scanner::source::{Excludes, FsSource, Limits, find_base, relative_to};

use crate::args::SourceArgs;

/// What is scanned, as absolute paths.
pub(crate) struct Places {
    /// What paths of the report are relative to.
    base: PathBuf,
    /// What is walked.
    roots: Vec<PathBuf>,
    /// Where the user stands.
    here: PathBuf,
    excludes: Excludes,
    /// The folder that holds all roots.
    scan_root: PathBuf,
    /// The folder whose configuration counts in place of the scan root's.
    config_dir: Option<PathBuf>,
    /// The configuration at the scan root, where there is one and it counts.
    config_file: Option<PathBuf>,
    /// How much of a file is read.
    pub(crate) limits: Limits,
    /// How much is read out of a file that holds others.
    pub(crate) containers: ContainerLimits,
    threads: Option<usize>,
    /// Whether all of it is what one perl has installed.
    is_installed: bool,
}

impl Places {
    /// What the arguments name.
    ///
    /// # Errors
    /// When a path is not there or an exclude is no pattern.
    pub(crate) fn of(args: &SourceArgs) -> anyhow::Result<Self> {
        let absolute = |path: &PathBuf| {
            path.canonicalize().with_context(|| format!("can't scan '{}'", path.display()))
        };
        let roots = args.paths.iter().map(absolute).collect::<anyhow::Result<Vec<_>>>()?;
        let here = std::env::current_dir()
            .and_then(|path| path.canonicalize())
            .context("can't tell the current folder")?;
        let folder = |path: &Path| match path.is_dir() {
            true => path.to_owned(),
            false => path.parent().unwrap_or(path).to_owned(),
        };
        let first = roots.first().map_or_else(|| here.clone(), |root| folder(root));
        let mut common = first;
        for root in &roots {
            while !root.starts_with(&common) {
                if !common.pop() {
                    break;
                }
            }
        }
        let config_dir = args.config_dir.as_deref().map(config_folder).transpose()?;
        let configured =
            (!args.no_config).then(|| config_dir.as_deref().unwrap_or(common.as_path()));
        let excludes = Excludes::with_config_of(configured, &common, &args.exclude)?;
        let base = find_base(&common);
        let config_file =
            configured.map(|folder| folder.join(CONFIG_FILE)).filter(|path| path.is_file());
        Ok(Self {
            base,
            roots,
            here,
            excludes,
            scan_root: common,
            config_dir,
            config_file,
            limits: limits(args),
            containers: containers(args),
            threads: args.threads,
            is_installed: false,
        })
    }

    /// The folders of a perl, as one project; paths are those of the system.
    ///
    /// # Errors
    /// When a folder is not there.
    pub(crate) fn of_installed(folders: &[PathBuf]) -> anyhow::Result<Self> {
        let mut places = Self::of(&SourceArgs {
            paths: folders.to_vec(),
            exclude: Vec::new(),
            no_config: true,
            config_dir: None,
            max_manifest_bytes: None,
            max_perl_bytes: None,
            max_archive_bytes: None,
            max_archive_seconds: None,
            threads: None,
        })?;
        let root = places.roots.first().and_then(|folder| folder.ancestors().last());
        places.base = root.map_or_else(|| places.base.clone(), Path::to_owned);
        places.is_installed = true;
        Ok(places)
    }

    /// What paths of the report are relative to.
    pub(crate) fn base(&self) -> &Path {
        &self.base
    }

    /// Where the user stands, seen from the base.
    pub(crate) fn standpoint(&self) -> Standpoint {
        if self.is_installed {
            return Standpoint::Outside(relative_to(&self.here, &self.base));
        }
        if self.here.starts_with(&self.base) {
            return Standpoint::Inside(relative_to(&self.base, &self.here));
        }
        // Above the base the way there is short; from elsewhere it is absolute.
        Standpoint::Outside(relative_to(&self.here, &self.base))
    }

    /// The name of the base's folder.
    pub(crate) fn folder(&self) -> Option<Vec<u8>> {
        Some(relative_to(self.base.parent()?, &self.base).as_bytes().to_vec())
    }

    /// The folders among the roots, relative to the base; for a file the folder
    /// that holds it.
    pub(crate) fn scan_roots(&self) -> Vec<SourcePath> {
        if self.is_installed {
            return vec![SourcePath::default()];
        }
        let folder = |root: &PathBuf| match root.is_dir() {
            true => relative_to(&self.base, root),
            false => relative_to(&self.base, root.parent().unwrap_or(root)),
        };
        self.roots.iter().map(folder).collect()
    }

    /// The configuration that is read, from where the user stands, and its path in
    /// reports: what is named, else the scan root's own.
    ///
    /// # Errors
    /// When the named file is not there.
    pub(crate) fn config_file(
        &self,
        named: Option<&Path>,
    ) -> anyhow::Result<Option<(PathBuf, SourcePath)>> {
        let path = match named {
            Some(path) => Some(
                path.canonicalize().with_context(|| format!("can't read '{}'", path.display()))?,
            ),
            None => self.config_file.clone(),
        };
        Ok(path.map(|path| {
            let shown = self.shown(&path);
            (path.strip_prefix(&self.here).map(Path::to_owned).unwrap_or(path), shown)
        }))
    }

    /// The ignore file that is read, relative to the base.
    pub(crate) fn ignore_file(&self) -> Option<SourcePath> {
        self.excludes.ignore_file().map(|path| self.shown(path))
    }

    /// The path of a configuration file in reports: what stands in for a file of
    /// the scan root is called as that one.
    fn shown(&self, path: &Path) -> SourcePath {
        let inside = self.config_dir.as_ref().and_then(|folder| path.strip_prefix(folder).ok());
        match inside {
            Some(name) => relative_to(&self.base, &self.scan_root.join(name)),
            None => relative_to(&self.base, path),
        }
    }

    /// What is walked, relative to the base.
    #[cfg(feature = "git")]
    pub(crate) fn roots(&self) -> Vec<SourcePath> {
        self.roots.iter().map(|root| relative_to(&self.base, root)).collect()
    }

    /// How many threads read, where the user has not said so.
    pub(crate) fn set_threads(&mut self, threads: usize) {
        self.threads.get_or_insert(threads);
    }

    /// The tree to read.
    pub(crate) fn into_source(self) -> FsSource {
        FsSource::new(self.base, self.roots, self.excludes, self.threads)
    }
}

/// The way from a folder to another one, both absolute and without links: up as far
/// as needed, so that no report has a path of this machine alone.
pub(crate) fn way_to(from: &Path, to: &Path) -> SourcePath {
    let above = from.ancestors().enumerate().find(|(_, above)| to.starts_with(above));
    let (steps, shared) = above.unwrap_or((0, from));
    let up = SourcePath::new(vec!["..".to_owned(); steps].join("/").into_bytes());
    match relative_to(shared, to) {
        way if way.as_bytes().is_empty() => up,
        way => up.join(way.as_bytes()),
    }
}

/// How much of a file is read, as the arguments say.
pub(crate) fn limits(args: &SourceArgs) -> Limits {
    let mut limits = Limits::default();
    limits.manifest_bytes = args.max_manifest_bytes.unwrap_or(limits.manifest_bytes);
    limits.perl_bytes = args.max_perl_bytes.unwrap_or(limits.perl_bytes);
    limits.archive_bytes = args.max_archive_bytes.unwrap_or(limits.archive_bytes);
    limits
}

/// How much is read out of a file that holds others, as the arguments say.
pub(crate) fn containers(args: &SourceArgs) -> ContainerLimits {
    let mut limits = ContainerLimits::default();
    limits.archive_seconds = args.max_archive_seconds.unwrap_or(limits.archive_seconds);
    limits
}

fn config_folder(path: &Path) -> anyhow::Result<PathBuf> {
    let folder =
        path.canonicalize().with_context(|| format!("--config-dir '{}'", path.display()))?;
    anyhow::ensure!(folder.is_dir(), "--config-dir '{}' is no folder", path.display());
    Ok(folder)
}
