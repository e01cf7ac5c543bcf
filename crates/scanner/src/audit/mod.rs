//! From an inventory and the database to findings.

pub mod advice;
pub mod check;
pub mod groups;
pub mod judge;
