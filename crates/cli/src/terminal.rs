//! What goes to standard error.

use std::io::{self, Write as _};

use crate::args::When;

/// Tells what went wrong.
pub(crate) fn error(message: &str) {
    say("error", message);
}

/// Tells what may not be as it was meant.
pub(crate) fn warning(message: &str) {
    say("warning", message);
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

/// The words of the user, then NO_COLOR, CLICOLOR_FORCE and CLICOLOR, then
/// whether it is a terminal (bixense.com/clicolors, no-color.org).
pub(crate) fn colored(when: When, is_terminal: bool) -> bool {
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
