//! The outputs of `perlscan inventory`: everything that was found, for people
//! and as one JSON document (`schemas/perlscan-inventory.schema.json`).

mod json;
mod table;

use std::io;

use perlscan_model::problem::Problem;

use super::{Coverage, EmitError, Standpoint};
use crate::resolve::inventory::Inventory;

/// An inventory and what belongs to it.
#[derive(Debug, Clone)]
pub struct InventoryReport {
    /// The version of perlscan.
    pub tool_version: &'static str,
    /// Where the user stands.
    pub standpoint: Standpoint,
    /// How many projects were found.
    pub projects: usize,
    /// What was found.
    pub inventory: Inventory,
    /// What could not be read or decided, sorted.
    pub problems: Vec<Problem>,
    /// What was looked at.
    pub coverage: Coverage,
    /// Whether to list every `package` statement too.
    pub with_modules: bool,
}

/// Writes the inventory as JSON.
///
/// # Errors
/// When the output refuses the bytes.
pub fn write_json(report: &InventoryReport, out: &mut dyn io::Write) -> Result<(), EmitError> {
    json::write(report, out)
}

/// Writes the inventory for people, in lines of `width` characters.
///
/// # Errors
/// When the output refuses the bytes.
pub fn write_table(
    report: &InventoryReport,
    width: usize,
    colour: bool,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    table::write(report, width, colour, out)
}
