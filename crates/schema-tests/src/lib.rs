//! Nothing but tests: they hold committed outputs to their JSON Schemas.
//!
//! A crate of its own, because a validator is heavy and only these tests need
//! it. The outputs are those that `crates/scanner/tests/report.rs` keeps equal
//! to what the formats write.
