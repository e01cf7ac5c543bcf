//! `.meta/Dist-Version/MYMETA.json`, what an installed release requires itself.
//!
//! These are edges of the graph, never requirements of the project. What a
//! release needs for developing it is never installed with it.

use perlscan_model::location::SourcePath;
use perlscan_model::package::Edge;
use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::{Phase, Relation};

use super::meta_json::MetaJson;
use super::{Extractor, Facts, SourceFile, Wanted};

/// Reads `MYMETA.json` below `.meta`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mymeta;

impl Extractor for Mymeta {
    fn name(&self) -> &'static str {
        "MYMETA.json"
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        // Asked of every file of a tree: the folder only where the name fits.
        let is_in_meta = || path.parent().parent().file_name() == b".meta";
        (path.file_name() == b"MYMETA.json" && is_in_meta()).into()
    }

    fn is_project_input(&self) -> bool {
        false
    }

    fn tells_of_installs(&self) -> bool {
        true
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let mut read = Facts::default();
        MetaJson.extract(file, &mut read);
        let kept = read.requirements.into_iter().filter(|required| {
            required.phase != Phase::Develop
                && required.relation != Relation::Conflicts
                && !required.module.is_perl()
        });
        facts.edges.extend(kept.map(|required| Edge {
            optional: required.is_optional(),
            module: required.module,
            range: required.range_text,
            phase: required.phase,
            span: required.location.span,
        }));
        // The release is judged all the same, so only the way to it is missing.
        let lost = read.problems.into_iter().filter(|problem| problem.kind == ProblemKind::Lost);
        facts.problems.extend(lost.map(|mut problem| {
            problem.kind = ProblemKind::Undecided;
            problem.message.push_str("; what the release requires is not known");
            problem
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_required_is_edges() {
        let path = SourcePath::from("l/x-linux/.meta/Foo-1/MYMETA.json");
        let text = br#"{"name":"Foo","version":"1","dynamic_config":0,"meta-spec":{"version":2},
            "prereqs":{"runtime":{"requires":{"perl":"5.8","A":"1.2"},"recommends":{"B":0}},
            "test":{"requires":{"T":0}},"develop":{"requires":{"D":0}}}}"#;
        assert_eq!(Mymeta.wants(&path), Wanted::Yes);
        assert_eq!(Mymeta.wants(&SourcePath::from("MYMETA.json")), Wanted::No);
        let mut facts = Facts::default();
        Mymeta.extract(&SourceFile { path: &path, bytes: text }, &mut facts);
        let edges: Vec<_> =
            facts.edges.iter().map(|e| (e.module.as_str(), e.phase, e.optional)).collect();
        assert_eq!(
            edges,
            [("A", Phase::Runtime, false), ("B", Phase::Runtime, true), ("T", Phase::Test, false)]
        );
        let span = facts.edges.first().and_then(|edge| edge.span).expect("it has a place");
        assert_eq!(span.text(text), b"A");
        let facts = Facts { edges: Vec::new(), ..facts };
        assert_eq!(facts, Facts::default());
    }
}
