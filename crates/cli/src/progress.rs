//! Progress on a terminal, for scans that take longer than half a second.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use perlscan_scanner::advisory::fetch;
use perlscan_scanner::scan::Observer;

use crate::terminal;

/// Below this nobody wonders.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is drawn anew.
const REDRAW: Duration = Duration::from_millis(100);
/// Over how many drawings the rate is taken: five seconds. Archives that are known
/// go by faster than those that are read.
const SAMPLES: usize = 50;
/// Takes the line away.
const CLEAR: &str = "\r\x1b[K";

/// A line on standard error that counts files or archives. It is drawn on a
/// terminal only, and taken away when the scan ends.
pub(crate) struct Progress {
    counts: Arc<Counts>,
    drawing: Option<(Sender<()>, JoinHandle<()>)>,
}

#[derive(Default)]
struct Counts {
    files: AtomicU64,
    /// How many files of a mirror were fetched, and how many are to be.
    fetched: AtomicU64,
    to_fetch: AtomicU64,
    /// How many archives there are; 0 where nobody has counted them.
    archives: AtomicU64,
    done: AtomicU64,
    /// How many of them earlier runs had read.
    known: AtomicU64,
}

impl Progress {
    /// Begins to wait; `wanted` is false where the user wants quiet.
    pub(crate) fn start(wanted: bool) -> Self {
        let counts = Arc::new(Counts::default());
        let drawing = (wanted && io::stderr().is_terminal()).then(|| {
            let (stop, stopped) = mpsc::channel();
            let counts = Arc::clone(&counts);
            let thread = std::thread::spawn(move || {
                let mut wait = PATIENCE;
                let mut samples = Samples::default();
                let mut drawn = false;
                while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    wait = REDRAW;
                    drawn = true;
                    let _ = write!(io::stderr(), "{CLEAR}{}", line(&counts, &mut samples));
                }
                if drawn {
                    let _ = write!(io::stderr(), "{CLEAR}");
                }
            });
            (stop, thread)
        });
        Self { counts, drawing }
    }

    /// How many archives were known from earlier runs, and how many there were;
    /// `None` where no archive was looked at.
    pub(crate) fn archives_known(&self) -> Option<(u64, u64)> {
        let done = self.counts.done.load(Ordering::Relaxed);
        (done > 0).then(|| (self.counts.known.load(Ordering::Relaxed), done))
    }
}

fn line(counts: &Counts, samples: &mut Samples) -> String {
    let (all, to_fetch) =
        (counts.archives.load(Ordering::Relaxed), counts.to_fetch.load(Ordering::Relaxed));
    let (mut line, all, done) = match (all, to_fetch) {
        (0, 0) => {
            // Archives that a closure asks for come one after the other, and the files
            // of the project before them.
            return match counts.fetched.load(Ordering::Relaxed) {
                0 => format!("scanning: {} files", counts.files.load(Ordering::Relaxed)),
                fetched => format!("fetching: {fetched} archives"),
            };
        }
        (0, all) => {
            let done = counts.fetched.load(Ordering::Relaxed);
            (format!("fetching: {done} of {all} files"), all, done)
        }
        (all, _) => {
            let done = counts.done.load(Ordering::Relaxed);
            (format!("scanning: {done} of {all} archives"), all, done)
        }
    };
    if let Some(rate) = samples.rate(Instant::now(), done) {
        let left = Duration::try_from_secs_f64(all.saturating_sub(done) as f64 / rate);
        line.push_str(&format!(", {rate:.0}/s"));
        if let Ok(left) = left {
            line.push_str(&format!(", {} left", clock(left.as_secs())));
        }
    }
    line
}

/// Seconds as a person says them.
fn clock(seconds: u64) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s:02} s"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}

/// How far it was when.
#[derive(Default)]
struct Samples(VecDeque<(Instant, u64)>);

impl Samples {
    /// Archives a second of late; `None` where nothing can be told yet.
    fn rate(&mut self, now: Instant, done: u64) -> Option<f64> {
        if self.0.len() == SAMPLES {
            self.0.pop_front();
        }
        self.0.push_back((now, done));
        let (since, before) = *self.0.front()?;
        let seconds = now.duration_since(since).as_secs_f64();
        let rate = done.saturating_sub(before) as f64 / seconds;
        (seconds > 0.0 && rate > 0.0).then_some(rate)
    }
}

impl fetch::Progress for Progress {
    fn at(&self, _what: &str, done: u64, total: Option<u64>) {
        self.counts.to_fetch.store(total.unwrap_or(0), Ordering::Relaxed);
        self.counts.fetched.fetch_max(done, Ordering::Relaxed);
    }
}

impl Observer for Progress {
    fn file_seen(&self) {
        self.counts.files.fetch_add(1, Ordering::Relaxed);
    }

    fn archives(&self, count: &dyn Fn() -> u64) {
        if self.drawing.is_some() {
            self.counts.archives.store(count(), Ordering::Relaxed);
        }
    }

    fn archive_done(&self) {
        self.counts.done.fetch_add(1, Ordering::Relaxed);
    }

    fn archives_known(&self, known: u64) {
        self.counts.known.store(known, Ordering::Relaxed);
    }

    fn warning(&self, message: &str) {
        if self.drawing.is_some() {
            let _ = write!(io::stderr(), "{CLEAR}");
        }
        terminal::warning(message);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.drawing.take() {
            let _ = stop.send(());
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_late() {
        let start = Instant::now();
        let mut samples = Samples::default();
        assert_eq!(samples.rate(start, 0), None);
        // A thousand that were known at once, then two each tenth of a second.
        for tick in 1..=100_u32 {
            let rate = samples.rate(start + REDRAW * tick, 1000 + u64::from(tick) * 2);
            if tick == 100 {
                assert!(rate.is_some_and(|rate| (rate - 20.0).abs() < 0.01), "{rate:?}");
            }
        }
        assert_eq!(Samples::default().rate(start, 7), None);
    }

    #[test]
    fn remaining_time_is_said_as_people_say_it() {
        let said = [0, 59, 61, 3599, 3600, 90_061].map(clock);
        let expected = ["0 s", "59 s", "1 min 01 s", "59 min 59 s", "1 h 00 min", "25 h 01 min"];
        assert_eq!(said, expected);
    }
}
