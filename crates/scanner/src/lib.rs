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
mod nearest;
pub mod perl;
pub mod policy;
pub mod report;
pub mod resolve;
pub mod scan;
pub mod source;
pub mod system;
