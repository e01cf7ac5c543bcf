//! Source that means harm: every reader ends, without a panic, in time that is
//! linear in the bytes, and what it gives out lies inside the file.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test reads its corpus, and fails by panicking"
)]

mod deep;
mod measure;
mod properties;
mod shapes;
