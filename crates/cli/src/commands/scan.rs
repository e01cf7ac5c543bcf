//! `perlscan scan`, the main command.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail};
use perlscan_scanner::advisory::AdvisoryError;
use perlscan_scanner::advisory::database::Database;
use perlscan_scanner::config;
use perlscan_scanner::model::interpreter::read_perl_version;
use perlscan_scanner::model::package::VersionState;
use perlscan_scanner::model::severity::Severity;
use perlscan_scanner::policy::{FailOn, FailPolicy};
use perlscan_scanner::report::{EmitOptions, FORMATS, Format, Report};
use perlscan_scanner::resolve::ResolveSettings;
use perlscan_scanner::run;
use perlscan_scanner::scan::{Observer, ScanSettings};
use perlscan_scanner::source::Source;

use crate::args::{FailOnArg, RunArgs, ScanArgs, Unscored};
use crate::commands::db;
use crate::places::Places;
use crate::progress::Progress;
use crate::{clock, terminal};

pub(crate) fn run(args: &ScanArgs) -> anyhow::Result<u8> {
    judge(&args.run, run::scan, |_| Places::of(&args.source))
}

/// How much of a report is written at once, in bytes.
const AT_ONCE: usize = 1 << 16;

/// A way of scanning a source.
pub(super) type Scan =
    fn(&dyn Source, &ScanSettings, &Database, &dyn Observer) -> Result<Report, AdvisoryError>;

/// Scans the places, which may change the settings, and writes the report.
pub(super) fn judge(
    args: &RunArgs,
    scan: Scan,
    places: impl FnOnce(&mut ScanSettings) -> anyhow::Result<Places>,
) -> anyhow::Result<u8> {
    let prepare = |settings: &mut ScanSettings| {
        let places = places(settings)?;
        settle(&places, args, settings)?;
        Ok(places.into_source())
    };
    report(args, prepare, |source, settings, database, progress| {
        Ok(scan(&source, &settings, database, progress)?)
    })
}

/// What the places say of how to scan them.
pub(super) fn settle(
    places: &Places,
    args: &RunArgs,
    settings: &mut ScanSettings,
) -> anyhow::Result<()> {
    settings.scan_roots = places.scan_roots();
    settings.folder = places.folder();
    settings.standpoint = places.standpoint();
    settings.limits = places.limits;
    settings.containers = places.containers;
    settings.ignore_file = places.ignore_file();
    if let Some((path, shown)) = places.config_file(args.config.as_deref())? {
        settings.suppressions = config::read(&path, &shown)?.suppressions;
    }
    Ok(())
}

/// Prepares what `scan` needs, lets it scan, and writes the report.
pub(super) fn report<T>(
    args: &RunArgs,
    prepare: impl FnOnce(&mut ScanSettings) -> anyhow::Result<T>,
    scan: impl FnOnce(T, ScanSettings, &Database, &Progress) -> anyhow::Result<Report>,
) -> anyhow::Result<u8> {
    report_as(args, prepare, scan, |report, out| emit(args, report, out))
}

/// Writes the report as standard output takes it.
pub(super) fn emit(args: &RunArgs, report: &Report, out: &mut dyn io::Write) -> anyhow::Result<()> {
    let format = Format::find(&args.format).context("the format is one of the library's")?;
    format.emitter(&options(args, io::stdout().is_terminal())).emit(report, out)?;
    Ok(())
}

/// As [`report`], with something else for standard output.
pub(super) fn report_as<T>(
    args: &RunArgs,
    prepare: impl FnOnce(&mut ScanSettings) -> anyhow::Result<T>,
    scan: impl FnOnce(T, ScanSettings, &Database, &Progress) -> anyhow::Result<Report>,
    show: impl FnOnce(&Report, &mut dyn io::Write) -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    let started = Instant::now();
    let outputs =
        args.output.iter().map(|text| Output::read(text)).collect::<Result<Vec<_>, _>>()?;
    let perl = args.perl_version.as_deref().map(perl).transpose()?;
    let mut settings = ScanSettings {
        resolve: ResolveSettings {
            phases: args.phases.clone(),
            perl,
            ..ResolveSettings::default()
        },
        policy: policy(args),
        allow_incomplete: args.allow_incomplete,
        fail_on_empty: args.fail_on_empty,
        now: clock::now()?,
        max_database_age: args.max_db_age,
        ..ScanSettings::default()
    };
    let prepared = prepare(&mut settings)?;
    if args.update
        && let Err(error) = db::before_scan(args.network.offline)
    {
        terminal::warning(&format!("--update: {error:#}; what is here already is used"));
    }
    let database = args.database.open()?;
    let report = {
        let progress = Progress::start(!args.quiet);
        let report = scan(prepared, settings, &database, &progress)?;
        let known = progress.archives_known().filter(|_| args.verbose);
        drop(progress);
        if let Some((known, all)) = known {
            terminal::note(&format!("{known} of {all} archives were read by an earlier run"));
        }
        report
    };
    for output in &outputs {
        output.write(args, &report)?;
    }
    let mut out = BufWriter::with_capacity(AT_ONCE, io::stdout().lock());
    show(&report, &mut out)?;
    out.flush().context("can't write the report")?;
    drop(out);
    if args.verbose {
        terminal::note(&format!("took {:.1} ms", started.elapsed().as_secs_f64() * 1000.0));
    }
    if args.fail_on_empty && report.projects.is_empty() {
        terminal::error("there was nothing to scan, and --fail-on-empty is given");
    }
    if report.database.too_old {
        terminal::error(&format!(
            "the database is of {}, which is older than --max-db-age allows; run `perlscan db update`",
            report.database.date
        ));
    }
    // The process is about to end: taking the database apart would only take time.
    std::mem::forget(database);
    Ok(report.outcome.exit_code())
}

pub(super) fn perl(text: &str) -> anyhow::Result<(String, VersionState)> {
    match read_perl_version(text) {
        VersionState::Unknown(why) => bail!("--perl-version: {why}; write 5.36 or 5.36.1"),
        version => Ok((text.to_owned(), version)),
    }
}

fn policy(args: &RunArgs) -> FailPolicy {
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
        remarks: args.also_fail_on.clone(),
        phases: args.phases.clone(),
        include_fixtures: args.include_fixtures,
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

    fn write(&self, args: &RunArgs, report: &Report) -> anyhow::Result<()> {
        let emitter = self.format.emitter(&options(args, false));
        write_file(&self.path, |out| Ok(emitter.emit(report, out)?))
    }
}

/// Writes a named output: beside it and renamed, so that nobody reads half of it.
#[expect(clippy::disallowed_methods, reason = "a named output is written here")]
pub(super) fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn io::Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let to = |path: &Path| -> anyhow::Result<()> {
        let mut out = BufWriter::with_capacity(AT_ONCE, std::fs::File::create(path)?);
        write(&mut out)?;
        Ok(out.flush()?)
    };
    let context = || format!("can't write '{}'", path.display());
    if path.exists() && !path.is_file() {
        // A pipe or a device takes the bytes as they come.
        return to(path).with_context(context);
    }
    let mut beside = path.to_owned().into_os_string();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = to(&beside).and_then(|()| Ok(std::fs::rename(&beside, path)?));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written.with_context(context)
}

/// How standard output, or else a file, takes a report.
pub(super) fn options(args: &RunArgs, is_terminal: bool) -> EmitOptions {
    let mut options = EmitOptions {
        colour: terminal::colored(args.color, is_terminal),
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
