//! Progress on a terminal, for scans that take longer than half a second.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use perlscan_scanner::scan::Observer;

/// Below this nobody wonders.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the line is drawn anew.
const REDRAW: Duration = Duration::from_millis(100);

/// A line on standard error that counts files. It is drawn on a terminal only,
/// and taken away when the scan ends.
pub(crate) struct Progress {
    files: Arc<AtomicU64>,
    drawing: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins to wait; `wanted` is false where the user wants quiet.
    pub(crate) fn start(wanted: bool) -> Self {
        let files = Arc::new(AtomicU64::new(0));
        let drawing = (wanted && io::stderr().is_terminal()).then(|| {
            let (stop, stopped) = mpsc::channel();
            let count = Arc::clone(&files);
            let thread = std::thread::spawn(move || {
                let mut wait = PATIENCE;
                let mut drawn = false;
                while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    wait = REDRAW;
                    drawn = true;
                    let files = count.load(Ordering::Relaxed);
                    let _ = write!(io::stderr(), "\r\x1b[Kscanning: {files} files");
                }
                if drawn {
                    let _ = write!(io::stderr(), "\r\x1b[K");
                }
            });
            (stop, thread)
        });
        Self { files, drawing }
    }
}

impl Observer for Progress {
    fn file_seen(&self) {
        self.files.fetch_add(1, Ordering::Relaxed);
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
