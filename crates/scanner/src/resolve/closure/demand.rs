//! What is asked for: of a project or a release, each module once.

use std::collections::BTreeMap;

use perlscan_model::location::Location;
use perlscan_model::name::ModuleName;
use perlscan_model::range::VersionRange;
use perlscan_model::requirement::{Phase, Relation, Requirement};
use perlscan_model::requirement_range::RequirementRange;
use perlscan_model::version::PerlVersion;

use crate::resolve::closure::{ClosureSettings, Stocked};
use crate::resolve::needs::Need;

/// The least versions of the tools that write a MYMETA, which cpanm asks for where a
/// release asks for these at all.
const TOOLS: [(&str, &str); 3] =
    [("ExtUtils::MakeMaker", "6.58"), ("Module::Build", "0.38"), ("ExtUtils::Install", "1.46")];

/// A module that is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    /// The module, or `perl`.
    pub module: ModuleName,
    /// The versions that will do for all that ask.
    pub range: VersionRange,
    /// The ranges as they are written, with commas; empty for any.
    pub text: String,
    /// Whether it can't be done without: it is required, and under no condition.
    pub required: bool,
    /// The phase in which it matters most.
    pub phase: Phase,
    /// Where the project asks for it; `None` for a release.
    pub location: Option<Location>,
    /// What is installed instead of what the index has (cpanfile's `dist`, `url`,
    /// `git`).
    pub pin: Option<String>,
}

/// Demands that are being gathered: by relation, then by module, as cpanm takes them.
#[derive(Debug, Default)]
struct Gathered {
    by_module: BTreeMap<(Relation, ModuleName), Demand>,
}

impl Gathered {
    fn add(&mut self, relation: Relation, demand: Demand) {
        let key = (relation, demand.module.clone());
        let Some(known) = self.by_module.get_mut(&key) else {
            self.by_module.insert(key, demand);
            return;
        };
        known.range = known.range.intersect(&demand.range);
        if !demand.text.is_empty() && demand.text != known.text {
            let comma = if known.text.is_empty() { "" } else { ", " };
            known.text = format!("{}{comma}{}", known.text, demand.text);
        }
        known.required |= demand.required;
        known.phase = known.phase.min(demand.phase);
        known.location = known.location.take().or(demand.location);
        known.pin = known.pin.take().or(demand.pin);
    }

    fn finish(self) -> Vec<Demand> {
        self.by_module.into_values().collect()
    }
}

fn takes(relation: Relation, settings: &ClosureSettings) -> bool {
    match relation {
        Relation::Requires => true,
        Relation::Recommends => settings.recommends,
        Relation::Suggests => settings.suggests,
        Relation::Conflicts => false,
    }
}

/// Whether a fresh install of a project takes this requirement of it.
pub fn is_taken(requirement: &Requirement, settings: &ClosureSettings) -> bool {
    let by_phase = match requirement.phase {
        Phase::Runtime | Phase::Build | Phase::Test => true,
        Phase::Develop => settings.develop,
        // Of a cpanfile cpanm does not take it; of a META or a script it does.
        Phase::Configure => settings.configure || !is_cpanfile(requirement),
    };
    let by_feature = match &requirement.feature {
        None => true,
        Some(feature) => settings.all_features || settings.features.contains(feature),
    };
    by_phase && by_feature && takes(requirement.relation, settings)
}

fn is_cpanfile(requirement: &Requirement) -> bool {
    let name = requirement.location.path.file_name();
    memchr::memmem::find(name, b"cpanfile").is_some()
}

/// What a project asks for.
pub fn of_project<'a>(requirements: impl Iterator<Item = &'a Requirement>) -> Vec<Demand> {
    let mut all = Gathered::default();
    for requirement in requirements {
        all.add(
            requirement.relation,
            Demand {
                module: requirement.module.clone(),
                range: requirement.range.clone(),
                text: shown(&requirement.range_text),
                required: requirement.relation == Relation::Requires && !requirement.conditional,
                phase: requirement.phase,
                location: Some(requirement.location.clone()),
                pin: requirement.pinned_release.clone(),
            },
        );
    }
    all.finish()
}

/// What a release asks for in phases; its features are nobody's choice. Ranges that
/// can't be read are told, and ask for nothing.
pub fn of_release(
    needs: &[Need],
    phases: &[Phase],
    settings: &ClosureSettings,
    told: &mut Vec<String>,
) -> Vec<Demand> {
    let mut all = Gathered::default();
    for need in needs {
        let is_taken = need.feature.is_none() && takes(need.relation, settings);
        if !is_taken || !phases.contains(&need.phase) {
            continue;
        }
        let (range, text) = match RequirementRange::parse(&need.range) {
            Ok(range) => (range.to_range(), shown(&need.range)),
            Err(error) => {
                told.push(format!("its requirement of {}: {error}; any will do", need.module));
                (VersionRange::any(), String::new())
            }
        };
        all.add(
            need.relation,
            Demand {
                module: need.module.clone(),
                range,
                text,
                required: need.relation == Relation::Requires && !need.conditional,
                phase: need.phase,
                location: None,
                pin: None,
            },
        );
    }
    all.finish()
}

/// What a release asks for: to be configured, and then.
pub(super) fn of_stocked(
    stocked: &Stocked,
    settings: &ClosureSettings,
    told: &mut Vec<String>,
) -> (Vec<Demand>, Vec<Demand>) {
    let of = |phases: &[Phase], told: &mut Vec<String>| {
        of_release(&stocked.needs, phases, settings, told)
    };
    let mut tools = of(&[Phase::Configure], told);
    with_tools(&mut tools, stocked.has_build_script);
    let mut main = match settings.no_tests {
        true => of(&[Phase::Build, Phase::Runtime], told),
        false => of(&[Phase::Build, Phase::Test, Phase::Runtime], told),
    };
    if stocked.has_module_install {
        for demand in &mut main {
            if demand.module.as_str() == "ExtUtils::MakeMaker" {
                demand.range = VersionRange::any();
                demand.text.clear();
            }
        }
    }
    (tools, main)
}

/// Adds what cpanm asks for to configure a release: Module::Build for a Build.PL that
/// names nothing, and versions of the tools that write a MYMETA.
pub fn with_tools(demands: &mut Vec<Demand>, has_build_script: bool) {
    if has_build_script && demands.is_empty() {
        demands.extend(tool("Module::Build"));
    }
    let asks = |name: &str, demands: &[Demand]| {
        demands.iter().position(|demand| demand.required && demand.module.as_str() == name)
    };
    if let Some(at) = asks("ExtUtils::MakeMaker", demands) {
        narrow(demands, at);
    } else if let Some(at) = asks("Module::Build", demands) {
        narrow(demands, at);
        match asks("ExtUtils::Install", demands) {
            Some(at) => narrow(demands, at),
            None => demands.extend(tool("ExtUtils::Install")),
        }
    }
}

fn narrow(demands: &mut [Demand], at: usize) {
    let Some(demand) = demands.get_mut(at) else { return };
    if let Some(tool) = tool(demand.module.as_str()) {
        demand.range = demand.range.intersect(&tool.range);
    }
}

fn tool(name: &str) -> Option<Demand> {
    let (name, version) = TOOLS.iter().find(|(tool, _)| *tool == name)?;
    Some(Demand {
        module: ModuleName::parse(name).ok()?,
        range: VersionRange::at_least(PerlVersion::parse(version).ok()?),
        text: (*version).to_owned(),
        required: true,
        phase: Phase::Configure,
        location: None,
        pin: None,
    })
}

/// A range as it is shown: on one line, and `0` is any.
fn shown(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words == ["0"] { String::new() } else { words.join(" ") }
}

/// Whether any version will do, as the text of the range says it to cpanm.
pub(super) fn is_any(demand: &Demand) -> bool {
    demand.text.is_empty()
}
