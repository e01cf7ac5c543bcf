//! The outputs of `perlscan darkpan --why`: who comes to a distribution of a mirror, for
//! people and as one JSON document.

mod json;
mod table;

use std::io;

use super::{EmitError, EmitOptions, Standpoint};
use crate::graph::MirrorGraph;
use crate::graph::why::Why;

/// An answer: the name that was asked for, and the archives that it means.
pub type Answer = (String, Vec<Why>);

/// Writes the answers for people; all ways and requirements where the options say
/// verbose, else the first ones and how many more there are.
///
/// # Errors
/// When the output refuses the bytes.
pub fn write_table(
    graph: &MirrorGraph,
    answers: &[Answer],
    standpoint: &Standpoint,
    options: &EmitOptions,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    table::write(graph, answers, standpoint, options, out)
}

/// Writes the answers as JSON, with all ways and requirements.
///
/// # Errors
/// When the output refuses the bytes.
pub fn write_json(
    graph: &MirrorGraph,
    answers: &[Answer],
    tool_version: &'static str,
    out: &mut dyn io::Write,
) -> Result<(), EmitError> {
    json::write(graph, answers, tool_version, out)
}
