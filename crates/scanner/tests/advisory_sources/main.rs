//! Sources of advisories, and what hostile ones can do.

#![expect(clippy::disallowed_methods, reason = "the tests make their own inputs")]

mod cve5;
mod hostile;
mod private;
mod recognition;
