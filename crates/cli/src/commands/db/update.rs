//! `perlscan db update`: a new database for the cache.

use std::cell::Cell;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use perlscan_scanner::advisory::acceptance::{Accepted, Refusal};
use perlscan_scanner::advisory::fetch::{Progress, Remote};
use perlscan_scanner::advisory::update::{
    NamedSource, PATIENCE, UpdateError, UpdateSettings, update,
};
use perlscan_scanner::report::plain::plain;

use crate::args::{DbUpdateArgs, cache_folder};
use crate::{clock, terminal};

/// How much of a list is shown.
const SHOWN: usize = 50;

pub(super) fn run(args: &DbUpdateArgs) -> anyhow::Result<u8> {
    perform(args, &mut io::stdout())?;
    Ok(0)
}

/// Updates the cache before a scan; what comes of it is told beside the report.
///
/// # Errors
/// When nothing newer could be had: the scan goes on with what is there.
pub(in crate::commands) fn before_scan(offline: bool) -> anyhow::Result<()> {
    perform(&DbUpdateArgs { offline, ..DbUpdateArgs::default() }, &mut io::stderr())
}

fn perform(args: &DbUpdateArgs, out: &mut dyn io::Write) -> anyhow::Result<()> {
    let cache =
        cache_folder().context("there is no folder for the cache: set PERLSCAN_CACHE, or HOME")?;
    let sources =
        args.source.iter().map(|text| NamedSource::parse(text)).collect::<Result<Vec<_>, _>>()?;
    let mirrors = args.mirror.iter().map(|text| mirror(text)).collect::<Result<Vec<_>, _>>()?;
    let settings = UpdateSettings {
        cache,
        sources,
        mirrors,
        offline: args.offline,
        keyrings: args.keyring.clone(),
        accepted: Accepted {
            rollback: args.allow_rollback,
            unsigned: args.allow_unsigned,
            removals: args.accept_removals,
        },
        patience: PATIENCE,
        now: clock::now()?,
    };
    let line = Line::default();
    let result = update(&settings, &line);
    line.clear();
    let outcome = match result {
        Ok(outcome) => outcome,
        Err(UpdateError::Refused(refusals)) => {
            for refusal in &refusals {
                refuse(refusal);
            }
            return Err(UpdateError::Refused(refusals).into());
        }
        Err(error) => return Err(error.into()),
    };
    for problem in &outcome.problems {
        terminal::warning(&plain(&problem.to_string()));
    }
    if !outcome.problems.is_empty() {
        terminal::note(&format!("{} problems in the sources", outcome.problems.len()));
    }
    for warning in &outcome.warnings {
        terminal::warning(&plain(warning));
    }
    let (meta, counts) = (outcome.db.meta(), outcome.db.counts());
    let done = if outcome.unchanged { "already up to date" } else { "updated" };
    writeln!(
        out,
        "{done}: {} advisories on {} distributions, of {} ({})",
        counts.advisories,
        counts.distributions,
        meta.date,
        meta.trust.word(),
    )?;
    Ok(())
}

fn mirror(text: &str) -> anyhow::Result<Remote> {
    match Remote::parse(text)? {
        Remote::Git { .. } => {
            let place = plain(text);
            bail!(
                "{place}: a mirror is the feed, as a file or an HTTPS URL; name repositories by --source"
            )
        }
        other => Ok(other),
    }
}

fn refuse(refusal: &Refusal) {
    terminal::error(&format!("{}; {} accepts that", refusal.why, refusal.option));
    let mut err = io::stderr().lock();
    for line in refusal.list.iter().take(SHOWN) {
        let _ = writeln!(err, "  {}", plain(line));
    }
    if let Some(more) = refusal.list.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(err, "  and {more} more");
    }
}

/// One line on a terminal that says how far it is.
#[derive(Default)]
struct Line {
    drawn: Cell<Option<Instant>>,
}

impl Line {
    fn clear(&self) {
        if self.drawn.get().is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

impl Progress for Line {
    fn at(&self, what: &str, done: u64, total: Option<u64>) {
        let often = Duration::from_millis(100);
        let recent = self.drawn.get().is_some_and(|drawn| drawn.elapsed() < often);
        if recent || !io::stderr().is_terminal() {
            return;
        }
        self.drawn.set(Some(Instant::now()));
        let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
        let _ = write!(io::stderr(), "\r\x1b[K{}: {done}{of}", plain(what));
    }
}
