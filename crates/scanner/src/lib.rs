//! perlscan as a library: from a tree of files to a report.
//!
//! The way of the data is one direction, and the modules follow it; see
//! ARCHITECTURE.md.

pub use perlscan_model as model;
pub use perlscan_rules as rules;

pub mod advisory;
pub mod audit;
pub mod config;
pub mod container;
pub mod darkpan;
pub mod extract;
pub mod graph;
pub mod mirror;
pub mod mirrored;
mod nearest;
pub mod perl;
pub mod policy;
mod programs;
#[cfg(feature = "https")]
pub mod remote;
pub mod report;
pub mod resolve;
pub mod run;
pub mod scan;
pub mod signature;
pub mod source;
pub mod system;
