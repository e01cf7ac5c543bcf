//! Files in memory, for tests and for callers that have the bytes already.

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::problem::{Problem, ProblemKind};

use crate::source::{HEAD_BYTES, Limits, Sink, Source, TAIL_BYTES, Visited, Want};

/// Files in memory.
#[derive(Debug, Clone, Default)]
pub struct MemSource {
    files: Vec<(SourcePath, Vec<u8>)>,
}

impl MemSource {
    /// A source of these files.
    pub fn new(files: Vec<(SourcePath, Vec<u8>)>) -> Self {
        Self { files }
    }
}

impl Source for MemSource {
    fn visit(&self, limits: &Limits, sink: &dyn Sink) -> Visited {
        let mut visited = Visited::default();
        for (path, bytes) in &self.files {
            visited.files_seen += 1;
            let want = match sink.wants(path) {
                Want::Head => {
                    let head = bytes.get(..HEAD_BYTES.min(bytes.len())).unwrap_or_default();
                    sink.wants_head(path, head)
                }
                want => want,
            };
            let want = match want {
                Want::Tail => {
                    let from = bytes.len().saturating_sub(TAIL_BYTES);
                    sink.wants_tail(path, bytes.get(from..).unwrap_or_default())
                }
                want => want,
            };
            if matches!(want, Want::No | Want::Head | Want::Tail) {
                continue;
            }
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            if size > limits.of(want).0 {
                sink.problem(too_large(path, size, limits.of(want)));
                continue;
            }
            visited.files_read += 1;
            sink.file(path, bytes);
        }
        visited
    }
}

/// The problem of a file above the limit.
pub(super) fn too_large(path: &SourcePath, size: u64, (limit, option): (u64, &str)) -> Problem {
    Problem {
        location: Location::file(path.clone()),
        kind: ProblemKind::Lost,
        by: "walk",
        message: format!(
            "it has {size} bytes, more than the limit of {limit}; raise {option} to read it"
        ),
    }
}
