//! Sources of advisories, and what hostile ones can do.

mod private;
