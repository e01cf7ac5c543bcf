//! `perlscan scan`, the main command.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail};
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::model::interpreter::read_perl_version;
use perlscan_scanner::model::package::VersionState;
use perlscan_scanner::model::severity::Severity;
use perlscan_scanner::policy::{FailOn, FailPolicy};
use perlscan_scanner::report::{EmitOptions, FORMATS, Format, Report, Standpoint};
use perlscan_scanner::resolve::ResolveSettings;
use perlscan_scanner::scan::{ScanSettings, scan};
use perlscan_scanner::source::{Excludes, FsSource, Limits, find_base, relative_to};

use crate::args::{FailOnArg, ScanArgs, Unscored, When};
use crate::progress::Progress;
use crate::{clock, terminal};

pub(crate) fn run(args: &ScanArgs) -> anyhow::Result<u8> {
    let started = Instant::now();
    let outputs =
        args.output.iter().map(|text| Output::read(text)).collect::<Result<Vec<_>, _>>()?;
    let perl = args.perl_version.as_deref().map(perl).transpose()?;
    let places = Places::of(&args.paths)?;
    let excludes = Excludes::new(&places.ignore_root, &args.exclude, args.no_config)?;
    let database = Database::open(&DatabaseChoice {
        file: args.database.db.clone(),
        no_overrides: args.database.no_overrides,
    })?;
    let mut limits = Limits::default();
    if let Some(bytes) = args.max_manifest_bytes {
        limits.manifest_bytes = bytes;
    }
    let settings = ScanSettings {
        scan_roots: places.folders().iter().map(|root| relative_to(&places.base, root)).collect(),
        standpoint: places.standpoint(),
        limits,
        resolve: ResolveSettings { phases: args.phases.clone(), perl },
        policy: policy(args),
        allow_incomplete: args.allow_incomplete,
        fail_on_empty: args.fail_on_empty,
        ignore_file: excludes.ignore_file().map(|path| relative_to(&places.base, path)),
        now: clock::now()?,
    };
    let source = FsSource::new(places.base, places.roots, excludes, args.threads);
    let report = {
        let progress = Progress::start(!args.quiet);
        scan(&source, &settings, &database, &progress)?
    };
    for output in &outputs {
        output.write(args, &report)?;
    }
    let mut bytes = Vec::new();
    let format = Format::find(&args.format).context("the format is one of the library's")?;
    format.emitter(&options(args, io::stdout().is_terminal())).emit(&report, &mut bytes)?;
    let mut out = io::stdout().lock();
    out.write_all(&bytes)?;
    out.flush()?;
    if args.verbose {
        terminal::note(&format!("took {:.1} ms", started.elapsed().as_secs_f64() * 1000.0));
    }
    if args.fail_on_empty && report.projects.is_empty() {
        terminal::error("there was nothing to scan, and --fail-on-empty is given");
    }
    // The process is about to end: taking the database apart would only take time.
    std::mem::forget(database);
    Ok(report.outcome.exit_code())
}

fn perl(text: &str) -> anyhow::Result<(String, VersionState)> {
    match read_perl_version(text) {
        VersionState::Unknown(why) => bail!("--perl-version: {why}; write 5.36 or 5.36.1"),
        version => Ok((text.to_owned(), version)),
    }
}

fn policy(args: &ScanArgs) -> FailPolicy {
    FailPolicy {
        fail_on: match args.fail_on {
            FailOnArg::Any => FailOn::Any,
            FailOnArg::None => FailOn::Nothing,
            FailOnArg::Low => FailOn::AtLeast(Severity::Low),
            FailOnArg::Medium => FailOn::AtLeast(Severity::Medium),
            FailOnArg::High => FailOn::AtLeast(Severity::High),
            FailOnArg::Critical => FailOn::AtLeast(Severity::Critical),
        },
        unscored_passes: args.unscored == Unscored::Pass,
        strict: args.strict,
        phases: args.phases.clone(),
        include_fixtures: args.include_fixtures,
    }
}

/// What is scanned, as absolute paths.
struct Places {
    /// What paths of the report are relative to.
    base: PathBuf,
    /// What is walked.
    roots: Vec<PathBuf>,
    /// Where the user stands.
    here: PathBuf,
    /// Whose ignore file is read.
    ignore_root: PathBuf,
}

impl Places {
    fn of(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let absolute = |path: &PathBuf| {
            path.canonicalize().with_context(|| format!("can't scan '{}'", path.display()))
        };
        let roots = paths.iter().map(absolute).collect::<anyhow::Result<Vec<_>>>()?;
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
        Ok(Self { base: find_base(&common), roots, here, ignore_root: common })
    }

    /// Where the user stands, seen from the base.
    fn standpoint(&self) -> Standpoint {
        if self.here.starts_with(&self.base) {
            return Standpoint::Inside(relative_to(&self.base, &self.here));
        }
        // Above the base the way there is short; from elsewhere it is absolute.
        Standpoint::Outside(relative_to(&self.here, &self.base))
    }

    /// The folders among the roots; for a file the folder that holds it.
    fn folders(&self) -> Vec<PathBuf> {
        let folder = |root: &PathBuf| match root.is_dir() {
            true => root.clone(),
            false => root.parent().unwrap_or(root).to_owned(),
        };
        self.roots.iter().map(folder).collect()
    }
}

/// A file that the report is also written to.
struct Output {
    format: &'static Format,
    path: PathBuf,
}

impl Output {
    /// `FORMAT=PATH`, or a path whose suffix tells the format.
    fn read(text: &str) -> anyhow::Result<Self> {
        let named = text.split_once('=').and_then(|(name, path)| Some((Format::find(name)?, path)));
        if let Some((format, path)) = named {
            return Ok(Self { format, path: path.into() });
        }
        let Some(format) = Format::for_file_name(text) else {
            let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
            bail!(
                "--output '{text}': its suffix tells no format; write FORMAT=PATH with one of {}",
                names.join(", ")
            )
        };
        Ok(Self { format, path: text.into() })
    }

    /// Written beside and renamed, so that nobody reads half a report.
    #[expect(clippy::disallowed_methods, reason = "a named output is written here")]
    fn write(&self, args: &ScanArgs, report: &Report) -> anyhow::Result<()> {
        let mut bytes = Vec::new();
        self.format.emitter(&options(args, false)).emit(report, &mut bytes)?;
        let context = || format!("can't write '{}'", self.path.display());
        if self.path.exists() && !self.path.is_file() {
            // A pipe or a device takes the bytes as they come.
            return std::fs::write(&self.path, bytes).with_context(context);
        }
        let mut beside = self.path.clone().into_os_string();
        beside.push(format!(".{}.new", std::process::id()));
        let written =
            std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, &self.path));
        if written.is_err() {
            let _ = std::fs::remove_file(&beside);
        }
        written.with_context(context)
    }
}

fn options(args: &ScanArgs, is_terminal: bool) -> EmitOptions {
    let mut options = EmitOptions {
        colour: colored(args.color, is_terminal),
        verbose: args.verbose,
        quiet: args.quiet,
        category: args.category.clone(),
        ..EmitOptions::default()
    };
    if let Some((width, _)) = terminal_size::terminal_size().filter(|_| is_terminal) {
        options.width = usize::from(width.0);
    }
    options
}

/// The words of the user, then NO_COLOR, CLICOLOR_FORCE and CLICOLOR, then
/// whether it is a terminal (bixense.com/clicolors, no-color.org).
fn colored(when: When, is_terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR").is_some() => false,
        When::Auto if set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        When::Auto if set("CLICOLOR").is_some_and(|value| value == "0") => false,
        When::Auto => is_terminal && set("TERM").is_none_or(|term| term != "dumb"),
    }
}
