//! The files that `--graph` names.

use std::path::PathBuf;

use anyhow::bail;
use perlscan_scanner::graph::MirrorGraph;
use perlscan_scanner::report::graph::{GRAPH_FORMATS, GraphFormat};

use crate::commands::scan::write_file;

/// A file that the graph is written to.
pub(super) struct GraphOutput {
    format: &'static GraphFormat,
    path: PathBuf,
}

impl GraphOutput {
    /// `FORMAT=PATH`, or a path whose suffix tells the format.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let named =
            text.split_once('=').and_then(|(name, path)| Some((GraphFormat::find(name)?, path)));
        if let Some((format, path)) = named {
            return Ok(Self { format, path: path.into() });
        }
        let Some(format) = GraphFormat::for_file_name(text) else {
            let names: Vec<&str> = GRAPH_FORMATS.iter().map(|format| format.name).collect();
            bail!(
                "--graph '{text}': its suffix tells no format; write FORMAT=PATH with one of {}",
                names.join(", ")
            )
        };
        Ok(Self { format, path: text.into() })
    }

    pub(super) fn write(&self, graph: &MirrorGraph) -> anyhow::Result<()> {
        write_file(&self.path, |out| {
            Ok(self.format.write(graph, env!("CARGO_PKG_VERSION"), out)?)
        })
    }
}
