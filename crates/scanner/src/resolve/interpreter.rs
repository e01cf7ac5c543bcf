//! Which perl a project runs on.
//!
//! What the user says counts first, then what is installed, then what the
//! project says of its deployment (DESIGN, Projects): the last `FROM perl:X`
//! stage, `.perl-version`, `.tool-versions`, `mise.toml`. A minimum (`use
//! v5.10`) or a CI matrix is no evidence.

use perlscan_model::interpreter::Interpreter;
use perlscan_model::location::SourcePath;
use perlscan_model::package::VersionState;

use crate::resolve::ResolveSettings;
use crate::resolve::project::Project;

/// The perl of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectPerl {
    /// The version as it was written.
    pub text: String,
    /// What it means: a release or a series.
    pub version: VersionState,
    /// Where it is written; `None` when the user named it.
    pub evidence: Option<Interpreter>,
}

/// What says which perl it is, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    InstalledTree,
    Image,
    PerlVersionFile,
    ToolVersions,
    Mise,
}

/// The perl that a project runs on, where it is known.
pub fn of(project: &Project, settings: &ResolveSettings) -> Option<ProjectPerl> {
    if let Some((text, version)) = &settings.perl {
        let evidence = settings.perl_at.clone().map(|location| Interpreter {
            text: text.clone(),
            version: version.clone(),
            location,
        });
        return Some(ProjectPerl { text: text.clone(), version: version.clone(), evidence });
    }
    let known = |found: &&Interpreter| !matches!(found.version, VersionState::Unknown(_));
    let all = project.files.iter().flat_map(|file| &file.facts.interpreters).filter(known);
    // Of one image file the last stage is what is deployed; of other files the
    // one nearest to the project's root speaks for the project.
    let key = |found: &Interpreter| {
        let depth = found.location.path.parts().count();
        let offset = found.location.span.map_or(0, |span| span.offset);
        let source = source(&found.location.path);
        let late_first = std::cmp::Reverse(offset);
        (source, depth, found.location.path.clone(), late_first)
    };
    let best = all.min_by_key(|found| key(found))?;
    Some(ProjectPerl {
        text: best.text.clone(),
        version: best.version.clone(),
        evidence: Some(best.clone()),
    })
}

fn source(path: &SourcePath) -> Source {
    match path.file_name() {
        b".perl-version" => Source::PerlVersionFile,
        b".tool-versions" => Source::ToolVersions,
        name if name.ends_with(b".toml") => Source::Mise,
        name if name.to_ascii_lowercase().windows(4).any(|part| part == b"file") => Source::Image,
        _ => Source::InstalledTree,
    }
}
