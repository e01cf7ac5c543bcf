//! Source that means harm: every reader ends, without a panic, in time that is
//! linear in the bytes, and what it gives out lies inside the file.

#![allow(missing_docs, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "the time of a thread stands in a file")]
#![allow(clippy::print_stdout, reason = "times are printed")]

mod deep;
mod measure;
mod shapes;
