//! What the words of a cpanfile mean (Module::CPANfile::Environment).

use perlscan_model::mirror_setting::{MirrorFlaw, MirrorSetting};
use perlscan_model::name::ModuleName;
use perlscan_model::problem::ProblemKind;
use perlscan_model::range::VersionRange;
use perlscan_model::requirement::{Phase, Relation, Requirement};
use perlscan_model::requirement_range::RequirementRange;

use super::super::mirror_url;
use super::book::Book;
use super::trouble::Troubles;
use crate::perl::expression::{Known, Value};

/// A word of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// A requirement, in a phase of its own or in the one around it.
    Prereq(Relation, Option<Phase>),
    On,
    Feature,
    Mirror,
    Osname,
}

/// The words, as they begin statements.
pub(super) const WORDS: &[&[u8]] = &[
    b"requires",
    b"recommends",
    b"suggests",
    b"conflicts",
    b"configure_requires",
    b"build_requires",
    b"test_requires",
    b"author_requires",
    b"on",
    b"feature",
    b"mirror",
    b"osname",
];

impl Word {
    /// The word of this spelling.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        Some(match text {
            b"requires" => Self::Prereq(Relation::Requires, None),
            b"recommends" => Self::Prereq(Relation::Recommends, None),
            b"suggests" => Self::Prereq(Relation::Suggests, None),
            b"conflicts" => Self::Prereq(Relation::Conflicts, None),
            b"configure_requires" => Self::Prereq(Relation::Requires, Some(Phase::Configure)),
            b"build_requires" => Self::Prereq(Relation::Requires, Some(Phase::Build)),
            b"test_requires" => Self::Prereq(Relation::Requires, Some(Phase::Test)),
            b"author_requires" => Self::Prereq(Relation::Requires, Some(Phase::Develop)),
            b"on" => Self::On,
            b"feature" => Self::Feature,
            b"mirror" => Self::Mirror,
            b"osname" => Self::Osname,
            _ => return None,
        })
    }
}

/// Where a requirement stands.
#[derive(Debug, Clone)]
pub(super) struct Context {
    /// The phase; `None` for one that CPAN::Meta does not know and drops.
    pub(super) phase: Option<Phase>,
    pub(super) feature: Option<String>,
    pub(super) conditional: bool,
    /// Whether the code runs before all other code (`BEGIN`).
    pub(super) is_early: bool,
}

impl Context {
    /// That of the file itself.
    pub(super) fn top() -> Self {
        Self { phase: Some(Phase::Runtime), feature: None, conditional: false, is_early: false }
    }

    /// That of code that runs when perl has read it.
    pub(super) fn early() -> Self {
        Self { is_early: true, ..Self::top() }
    }
}

/// The options that tools know: Carton's `dist`, `mirror`, cpanm's `url`, `git`,
/// `ref`, cpm's `branch`, `commit`, `tag`; and `version`, `name`, which set
/// fields of the real module's object.
const OPTIONS: [&[u8]; 11] = [
    b"dist",
    b"mirror",
    b"url",
    b"git",
    b"ref",
    b"branch",
    b"commit",
    b"tag",
    b"version",
    b"name",
    b"install_to",
];

/// The arguments behind the module, as `requirement_for` takes them: a version
/// when their number is odd, then options.
#[derive(Default)]
struct Arguments {
    version: Option<Value>,
    pinned: Option<String>,
    mirror: Option<Known>,
}

/// A requirement: `values` are the arguments, `at` is where the word stands.
pub(super) fn prereq(
    relation: Relation,
    values: &[Value],
    context: &Context,
    at: std::ops::Range<usize>,
    book: &mut Book,
    troubles: &mut Troubles<'_>,
) {
    let Some((module, rest)) = values.split_first() else {
        let message = format!("'{relation}' without a module: the real module dies of it");
        return troubles.add(ProblemKind::Undecided, at, message);
    };
    let names: &[Known] = match module {
        Value::Known(known) => std::slice::from_ref(known),
        Value::Either(all) => all,
        Value::Unknown { range, .. } => {
            let message = "which module is meant can't be told without running the code; \
                           write its name as a literal";
            return troubles.add(ProblemKind::Undecided, range.clone(), message.to_owned());
        }
    };
    let conditional = context.conditional || names.len() > 1;
    let arguments = arguments(rest, troubles);
    if let Some(url) = &arguments.mirror {
        // Only a release that is named by its path is fetched from there.
        mirror("mirror =>", url, arguments.pinned.is_none(), book, troubles);
    }
    for name in names {
        let (range, range_text) = version_range(arguments.version.as_ref(), name, troubles);
        let text = String::from_utf8_lossy(&name.text);
        let module = match ModuleName::parse(&text) {
            Ok(module) => module,
            Err(error) => {
                let message = format!("{error}: it is not judged");
                troubles.add(ProblemKind::Undecided, name.range.clone(), message);
                continue;
            }
        };
        let Some(phase) = context.phase else { continue };
        let requirement = Requirement {
            module,
            range,
            range_text,
            phase,
            relation,
            feature: context.feature.clone(),
            conditional,
            pinned_release: arguments.pinned.clone(),
            location: troubles.location(name.range.clone()),
        };
        if let Some(line) = book.add(requirement, context.is_early) {
            let message = format!(
                "'{text}' is in this phase twice: this replaces line {line}, they are not combined"
            );
            troubles.add(ProblemKind::Note, name.range.clone(), message);
        }
    }
}

/// A mirror that is named: what is unsafe about it.
pub(super) fn mirror(
    setting: &'static str,
    url: &Known,
    is_not_read: bool,
    book: &mut Book,
    troubles: &Troubles<'_>,
) {
    let text = String::from_utf8_lossy(&url.text);
    let mut add = |flaw| {
        book.mirrors.push(MirrorSetting {
            setting,
            flaw,
            mirror: mirror_url::shown(&text),
            location: troubles.location(url.range.clone()),
        });
    };
    if is_not_read && !mirror_url::is_public(&text) {
        add(MirrorFlaw::NotRead);
    }
    if mirror_url::is_plain(&text) {
        add(MirrorFlaw::PlainText);
    }
}

fn arguments(rest: &[Value], troubles: &mut Troubles<'_>) -> Arguments {
    let dynamic = rest.iter().find(|value| matches!(value, Value::Unknown { is_list: true, .. }));
    if let (Some(value), true) = (dynamic, rest.len() > 1) {
        // How many arguments there are decides which one is the version.
        return Arguments { version: Some(value.clone()), ..Arguments::default() };
    }
    let (mut version, options) = match rest.split_first() {
        Some((version, options)) if rest.len() % 2 == 1 => (Some(version.clone()), options),
        _ => (None, rest),
    };
    let mut dist = None;
    let mut url = None;
    let mut git = None;
    let mut mirror = None;
    for pair in options.chunks(2) {
        let [Value::Known(option), value] = pair else {
            if let Some(option) = pair.first() {
                let message = "an option that can't be told without running the code";
                troubles.add(ProblemKind::Undecided, option.range(), message.to_owned());
            }
            continue;
        };
        let text = match value {
            Value::Known(known) => Some(String::from_utf8_lossy(&known.text).into_owned()),
            _ => None,
        };
        match option.text.as_slice() {
            b"dist" => dist = text,
            b"url" => url = text,
            b"git" => git = text,
            b"mirror" => {
                if let Value::Known(known) = value {
                    mirror = Some(known.clone());
                }
            }
            b"version" => version = Some(value.clone()),
            known if OPTIONS.contains(&known) => {}
            other => {
                let name = String::from_utf8_lossy(other);
                let message = format!(
                    "'{name}' is read as the name of an option, as the real module reads it: it \
                     is neither a version nor a module here; one module a call, one version each"
                );
                troubles.add(ProblemKind::Note, option.range.clone(), message);
            }
        }
    }
    Arguments { version, pinned: dist.or(url).or(git), mirror }
}

/// The range of a version argument and its text. What is false in Perl is "any"
/// (`$args{version} ||= 0`); what is refused is "any" as well, with a problem.
fn version_range(
    version: Option<&Value>,
    module: &Known,
    troubles: &mut Troubles<'_>,
) -> (VersionRange, String) {
    let known = match version {
        None => return (VersionRange::any(), String::new()),
        Some(Value::Known(known)) => known,
        Some(value) => {
            let message = format!(
                "the version of '{}' can't be told without running the code: any is assumed",
                String::from_utf8_lossy(&module.text)
            );
            troubles.add(ProblemKind::Undecided, value.range(), message);
            return (VersionRange::any(), String::new());
        }
    };
    let text = String::from_utf8_lossy(&known.text).into_owned();
    if matches!(text.as_str(), "" | "0") {
        return (VersionRange::any(), text);
    }
    match RequirementRange::parse(&text) {
        Ok(range) => (range.to_range(), text),
        Err(error) => {
            let message = format!(
                "the range of '{}' is refused ({error}): any is assumed, the real module dies of it",
                String::from_utf8_lossy(&module.text)
            );
            troubles.add(ProblemKind::Undecided, known.range.clone(), message);
            (VersionRange::any(), text)
        }
    }
}
