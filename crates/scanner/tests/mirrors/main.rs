//! What is read of mirrors besides their archives' modules, and that a scan of a tree
//! meets them. The verdicts that are expected are upstream's own words on these
//! releases.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]
#![allow(missing_docs, reason = "a test")]

mod met;
mod patches;
mod said;
mod tree;
