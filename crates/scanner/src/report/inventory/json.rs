//! The JSON document of an inventory. As in [`super::super::json`], the structs
//! *are* the format, and only grow.

use std::io::{self, Write as _};

use perlscan_model::advisory::BundledLibrary;
use perlscan_model::location::Location;
use perlscan_model::package::VersionState;
use serde::Serialize;

use super::InventoryReport;
use crate::report::EmitError;
use crate::report::json::{
    CoverageObject, PathObject, PlaceObject, ProblemObject, SCHEMA_VERSION, Tool,
};
use crate::report::plain::Visible;
use crate::resolve::inventory::{
    FoundInterpreter, FoundModule, FoundPackage, FoundRequirement, version_text,
};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: &'static str,
    tool: Tool,
    packages: Vec<PackageObject<'a>>,
    requirements: Vec<RequirementObject<'a>>,
    interpreters: Vec<InterpreterObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    modules: Option<Vec<ModuleObject<'a>>>,
    problems: Vec<ProblemObject<'a>>,
    coverage: CoverageObject<'a>,
}

#[derive(Serialize)]
struct PackageObject<'a> {
    project: PathObject<'a>,
    dist: &'a str,
    /// Null where no version can be told.
    version: Option<&'a str>,
    origin: &'static str,
    author: Option<&'a str>,
    purl: String,
    locations: Vec<PlaceObject<'a>>,
    components: Vec<ComponentObject<'a>>,
}

/// A library that a release bundles.
#[derive(Serialize)]
struct ComponentObject<'a> {
    name: &'a str,
    version: &'a str,
    purl: String,
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct RequirementObject<'a> {
    project: PathObject<'a>,
    module: &'a str,
    range: &'a str,
    phase: &'static str,
    relation: &'static str,
    origin: &'static str,
    optional: bool,
    conditional: bool,
    #[serde(flatten)]
    place: PlaceObject<'a>,
}

#[derive(Serialize)]
struct InterpreterObject<'a> {
    project: PathObject<'a>,
    /// As it is written.
    version: &'a str,
    /// What it means: a release, a range of releases, or null with the reason.
    meaning: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<&'a str>,
    #[serde(flatten)]
    place: PlaceObject<'a>,
}

#[derive(Serialize)]
struct ModuleObject<'a> {
    project: PathObject<'a>,
    module: &'a str,
    /// Null where the source gives it none, or none that can be told.
    version: Option<String>,
    /// Why no version can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<&'a str>,
    #[serde(flatten)]
    place: PlaceObject<'a>,
}

pub(super) fn write(report: &InventoryReport, out: &mut dyn io::Write) -> Result<(), EmitError> {
    let inventory = &report.inventory;
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::of(report.tool_version),
        packages: inventory.packages.iter().map(package).collect(),
        requirements: inventory.requirements.iter().map(requirement).collect(),
        interpreters: inventory.interpreters.iter().map(interpreter).collect(),
        modules: report.with_modules.then(|| inventory.modules.iter().map(module).collect()),
        problems: report.problems.iter().map(ProblemObject::of).collect(),
        coverage: CoverageObject::of(&report.coverage),
    };
    let mut buffered = Visible(io::BufWriter::new(out));
    // A reader that has gone is an error of the output, not of the document.
    serde_json::to_writer_pretty(&mut buffered, &document).map_err(io::Error::from)?;
    buffered.write_all(b"\n")?;
    buffered.flush()?;
    Ok(())
}

fn package(found: &FoundPackage) -> PackageObject<'_> {
    PackageObject {
        project: PathObject::of(&found.project),
        dist: found.dist.as_str(),
        version: Some(found.version.as_str()).filter(|version| !version.is_empty()),
        origin: found.origin.word(),
        author: found.author.as_deref(),
        purl: found.purl.to_string(),
        locations: found.locations.iter().map(place).collect(),
        components: found.libraries.iter().map(component).collect(),
    }
}

fn component(library: &BundledLibrary) -> ComponentObject<'_> {
    ComponentObject {
        name: &library.library,
        version: &library.library_version,
        purl: library.purl(),
        url: library.url.as_deref(),
    }
}

fn requirement(found: &FoundRequirement) -> RequirementObject<'_> {
    RequirementObject {
        project: PathObject::of(&found.project),
        module: found.module.as_str(),
        range: &found.range,
        phase: found.phase.word(),
        relation: found.relation.word(),
        origin: found.origin.word(),
        optional: found.optional,
        conditional: found.conditional,
        place: place(&found.location),
    }
}

fn interpreter(found: &FoundInterpreter) -> InterpreterObject<'_> {
    let (meaning, unknown) = split(Some(&found.interpreter.version));
    InterpreterObject {
        project: PathObject::of(&found.project),
        version: &found.interpreter.text,
        meaning,
        unknown,
        place: place(&found.interpreter.location),
    }
}

fn module(found: &FoundModule) -> ModuleObject<'_> {
    let (version, unknown) = split(found.version.as_ref());
    ModuleObject {
        project: PathObject::of(&found.project),
        module: found.module.as_str(),
        version,
        unknown,
        place: place(&found.location),
    }
}

fn split(version: Option<&VersionState>) -> (Option<String>, Option<&str>) {
    match version {
        None => (None, None),
        Some(VersionState::Unknown(why)) => (None, Some(why)),
        Some(known) => (Some(version_text(known)), None),
    }
}

fn place(location: &Location) -> PlaceObject<'_> {
    PlaceObject::of(location)
}
