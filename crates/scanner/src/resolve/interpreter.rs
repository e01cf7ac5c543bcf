//! Which perl a project runs on.
//!
//! What the user says counts first, then what is installed, then what the
//! project says of its deployment (DESIGN, Projects): the last `FROM perl:X`
//! stage, `.perl-version`, `.tool-versions`, `mise.toml`. A minimum (`use
//! v5.10`) or a CI matrix is no evidence.

use perlscan_model::interpreter::{Interpreter, read_perl_version};
use perlscan_model::location::{Location, SourcePath};
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

/// The files that say which perl it is, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
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
    if let Some(evidence) = of_trees(project) {
        let Interpreter { text, version, .. } = evidence.clone();
        return Some(ProjectPerl { text, version, evidence: Some(evidence) });
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

/// The perl that an installed tree is for, by its folder for a version
/// (`lib/perl5/5.36.0`); `None` where there is none, or more than one.
fn of_trees(project: &Project) -> Option<Interpreter> {
    let versions =
        project.sources.iter().filter_map(|source| Some((source, version_of(&source.path)?)));
    let mut found: Option<(&SourcePath, &str)> = None;
    for (source, version) in versions {
        match found {
            Some((_, known)) if known != version => return None,
            Some(_) => {}
            None => found = Some((&source.path, version)),
        }
    }
    let (path, text) = found?;
    Some(Interpreter {
        text: text.to_owned(),
        version: read_perl_version(text),
        location: Location::file(path.clone()),
    })
}

/// The folder for a version on the way to an installed module.
fn version_of(path: &SourcePath) -> Option<&str> {
    let mut parts = path.parts().skip_while(|part| *part != b"perl5").skip(1);
    let version = parts.find(|part| !matches!(*part, b"site_perl" | b"vendor_perl"))?;
    let text = std::str::from_utf8(version).ok()?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let parts = text.split('.').collect::<Vec<_>>();
    (parts.len() == 3 && parts.first() == Some(&"5") && parts.iter().all(|part| is_number(part)))
        .then_some(text)
}

fn source(path: &SourcePath) -> Source {
    match path.file_name() {
        b".perl-version" => Source::PerlVersionFile,
        b".tool-versions" => Source::ToolVersions,
        name if name.ends_with(b".toml") => Source::Mise,
        _ => Source::Image,
    }
}
