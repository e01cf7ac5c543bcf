//! The command as a user runs it: a real binary on real folders.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test makes files, starts the binary and fails by panicking"
)]

mod archives;
mod bundled;
mod change;
mod darkpan;
mod darkpan_cache;
mod darkpan_progress;
mod darkpan_remote;
mod database;
mod db_data;
mod db_export;
mod db_update;
mod db_update_remote;
mod fingerprints;
mod git;
mod history;
mod hostile;
mod hostile_archives;
mod hostile_source;
mod installed;
mod judging;
mod man;
mod mirror_remote;
mod mirror_server;
mod mirror_trust;
mod mirrors;
mod nothing_runs;
mod output;
mod remembered;
mod remote;
mod support;
mod suppressions;
mod usage;
mod uses;
mod walk;
