//! How long a scan of one file takes, and how that grows with the file.

use std::time::Duration;

use perlscan_model::location::SourcePath;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::report::{EmitOptions, Format};
use perlscan_scanner::scan::{ScanSettings, scan};
use perlscan_scanner::source::MemSource;

/// How many times larger the second file is.
const GROWTH: usize = 8;

/// How many times longer it may take: eight times would be linear, sixty-four
/// quadratic.
const BOUND: f64 = 24.0;

/// Below this nothing can be told from the time.
const FLOOR: Duration = Duration::from_millis(2);

/// The time that this thread has run: other load on the machine does not count.
fn thread_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    match text.split(' ').next().and_then(|first| first.parse().ok()) {
        Some(nanoseconds) => Duration::from_nanos(nanoseconds),
        None => {
            static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
            START.get_or_init(std::time::Instant::now).elapsed()
        }
    }
}

/// A whole scan of one file, with its reports.
fn time(path: &str, bytes: Vec<u8>) -> Duration {
    let source = MemSource::new(vec![(SourcePath::from(path), bytes)]);
    let database = Database::open(&DatabaseChoice::default()).expect("it is sound");
    let before = thread_time();
    let report = scan(&source, &ScanSettings::default(), &database, &()).expect("it is sound");
    for format in ["json", "sarif", "table"] {
        let format = Format::find(format).expect("it is there");
        let emitter = format.emitter(&EmitOptions::default());
        emitter.emit(&report, &mut std::io::sink()).expect("a sink takes all");
    }
    thread_time() - before
}

/// Holds that a file of a shape takes time linear in its size.
pub(crate) fn is_linear(path: &str, make: impl Fn(usize) -> Vec<u8>) {
    // Larger by hand: `HOSTILE_BYTES=1000000` for files of eight megabytes.
    let size = std::env::var("HOSTILE_BYTES");
    let size: usize = size.map_or(1 << 14, |bytes| bytes.parse().expect("a number"));
    let mut ratio = f64::INFINITY;
    for _ in 0..3 {
        let small = time(path, make(size));
        let large = time(path, make(size * GROWTH));
        println!("{path}: {small:?} then {large:?}");
        ratio = ratio.min(large.as_secs_f64() / small.max(FLOOR).as_secs_f64());
        if ratio < BOUND {
            return;
        }
    }
    panic!("{path}: {GROWTH} times the bytes took {ratio:.0} times the time");
}
