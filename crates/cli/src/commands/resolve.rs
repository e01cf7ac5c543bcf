//! `perlscan resolve`: what a fresh install would take from a mirror.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use perlscan_scanner::mirrored::{self, Mirror};
use perlscan_scanner::report::closure::{Resolution, snapshot, write_json, write_table};
use perlscan_scanner::report::table::DEFAULT_WIDTH;
use perlscan_scanner::resolve::ResolveSettings;
use perlscan_scanner::scan::ScanSettings;

use crate::args::{ResolveArgs, ResolveFormat};
use crate::commands::mirror::find;
use crate::commands::scan::perl;
use crate::places::Places;
use crate::progress::Progress;
use crate::terminal;

pub(crate) fn run(args: &ResolveArgs) -> anyhow::Result<u8> {
    if let Some(path) = args.snapshot.as_deref().filter(|path| !args.force && path.exists()) {
        bail!("--snapshot: '{}' is there already; --force writes over it", path.display());
    }
    let places = Places::of(&args.source)?;
    let named = find(&args.mirror, &places, args.network.offline)?;
    let settings = ScanSettings {
        scan_roots: places.scan_roots(),
        folder: places.folder(),
        standpoint: places.standpoint(),
        limits: places.limits,
        containers: places.containers,
        ignore_file: places.ignore_file(),
        resolve: ResolveSettings {
            perl: args.perl_version.as_deref().map(perl).transpose()?,
            ..ResolveSettings::default()
        },
        ..ScanSettings::default()
    };
    let source = places.into_source();
    let database = args.database.open()?;
    let resolution = {
        let progress = Progress::start(true);
        let place = named.place.clone();
        let shelf = named.shelf(&progress)?;
        let mirror = Mirror {
            shelf: &*shelf,
            place,
            settings: args.taken.settings(),
            over_locks: args.force,
        };
        mirrored::resolve(&source, &mirror, &settings, &database, &progress)?
    };
    let code = exit_code(&resolution, args.allow_incomplete);
    // A lock that leaves something out would be taken for the whole.
    let is_whole = code == 0;
    let mut out = io::stdout().lock();
    match args.format {
        ResolveFormat::Json => write_json(&resolution, &mut out)?,
        ResolveFormat::Snapshot => {
            tell(&resolution);
            if is_whole {
                out.write_all(lock(&resolution)?.as_bytes())?;
            }
        }
        ResolveFormat::Table => {
            let is_terminal = io::stdout().is_terminal();
            let size = terminal_size::terminal_size().filter(|_| is_terminal);
            let width = size.map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0));
            let colour = terminal::colored(args.color, is_terminal);
            write_table(&resolution, width, colour, args.verbose, &mut out)?;
        }
    }
    out.flush()?;
    match &args.snapshot {
        Some(path) if is_whole => {
            write(path, &lock(&resolution)?)?;
            terminal::note(&format!("wrote {}", path.display()));
        }
        None if is_whole || args.format != ResolveFormat::Snapshot => {}
        Some(_) | None => terminal::error(
            "no lock is written, since it would leave out what can't be had or read; mend that, or \
             name a mirror that has it",
        ),
    }
    Ok(code)
}

fn exit_code(resolution: &Resolution, allow_incomplete: bool) -> u8 {
    match resolution.exit_code() {
        2 if allow_incomplete => {
            let mut all = resolution.projects.iter();
            u8::from(all.any(|project| !project.closure.unmet.is_empty()))
        }
        code => code,
    }
}

/// The lock of the one project that there is.
fn lock(resolution: &Resolution) -> anyhow::Result<String> {
    match resolution.projects.as_slice() {
        [project] => Ok(snapshot(&project.closure)),
        [] => bail!("no project to lock: none without a lock requires anything"),
        several => bail!(
            "a lock is of one project, and there are {}; name the folder of one",
            several.len()
        ),
    }
}

/// A lock has no place for what is wrong, so that goes to standard error.
fn tell(resolution: &Resolution) {
    for problem in &resolution.problems {
        terminal::warning(&format!("{}: {}", problem.location, problem.message));
    }
}

/// Written beside and renamed, so that nobody reads half a lock.
#[expect(clippy::disallowed_methods, reason = "a named output is written here")]
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut beside = path.to_owned().into_os_string();
    beside.push(format!(".{}.new", std::process::id()));
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.with_context(|| format!("can't write '{}'", path.display()))
}
