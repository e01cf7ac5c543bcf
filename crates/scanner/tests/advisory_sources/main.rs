//! Sources of advisories, and what hostile ones can do.

mod cve5;
mod private;
