//! perlscan as a library: from a tree of files to a report.
//!
//! The way of the data is one direction, and the modules follow it; see
//! ARCHITECTURE.md.

pub use perlscan_model as model;

pub mod extract;
pub mod perl;
pub mod report;
