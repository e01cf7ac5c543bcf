//! What goes to standard error.

use std::io::{self, Write as _};

/// Tells what went wrong.
pub(crate) fn error(message: &str) {
    say("error", message);
}

/// Tells what may be of interest.
pub(crate) fn note(message: &str) {
    say("note", message);
}

/// Tells what to do next.
pub(crate) fn hint(message: &str) {
    say("hint", message);
}

fn say(kind: &str, message: &str) {
    // Where standard error is gone, there is nobody to tell.
    let _ = writeln!(io::stderr(), "{kind}: {message}");
}

/// Whether an error only means that the reader of our output has gone.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
    })
}
