//! Notifications: what could not be read or decided, and the account of the run.

use perlscan_model::problem::{Problem, ProblemKind};
use perlscan_rules::Level;

use super::objects::{Descriptor, Notification, Place, Reference, Text};
use super::place::place;
use super::{SHOWN, escaped};
use crate::report::{Report, account};

/// Notifications have no limit of their own; a tree of unreadable files must
/// not make a report that can't be uploaded.
const NOTIFICATION_LIMIT: usize = 5_000;

/// A kind of notification.
struct Kind {
    id: &'static str,
    name: &'static str,
    means: &'static str,
    help: &'static str,
}

const NOTIFICATIONS: [Kind; 4] = [
    Kind {
        id: "problem/lost",
        name: "LostInput",
        means: "Something was not read, so findings may be missing.",
        help: "Mend the input or give access to it, and run the scan again.",
    },
    Kind {
        id: "problem/undecided",
        name: "UndecidedValue",
        means: "A value can't be told without running the code, which perlscan never does.",
        help: "Write the value as a literal where you want it judged.",
    },
    Kind {
        id: "problem/note",
        name: "InputNote",
        means: "Something was read and decided that its author should know.",
        help: "Check whether the input means what it says.",
    },
    Kind {
        id: "account",
        name: "RunAccount",
        means: "What the run read and judged, and from which data.",
        help: "Nothing needs to be done; it says how far a result without findings reaches.",
    },
];

/// Where the account stands among the kinds.
const ACCOUNT: usize = 3;

/// The descriptors of all kinds, in the order that notifications refer to.
pub(super) fn descriptors() -> Vec<Descriptor> {
    NOTIFICATIONS.iter().map(descriptor).collect()
}

fn descriptor(kind: &Kind) -> Descriptor {
    Descriptor {
        id: kind.id.to_owned(),
        name: kind.name.to_owned(),
        short_description: Text::new(kind.means),
        full_description: Text::new(kind.means),
        help: Some(Text::new(kind.help)),
        help_uri: None,
        default_configuration: None,
        properties: None,
    }
}

fn notification(index: usize, level: Level, message: &str, locations: Vec<Place>) -> Notification {
    let id = NOTIFICATIONS.get(index).map_or("account", |kind| kind.id);
    Notification {
        descriptor: Reference { id, index },
        level: level.word(),
        message: Text::new(escaped(message)),
        locations,
    }
}

fn cut_text(cut: usize, kept: usize) -> String {
    let cut = account::count(cut, "result was", "results were");
    let kept = account::count(kept, "is", "are");
    format!("{cut} cut, the least grave ones; {kept} here. The JSON report has all.")
}

/// That results were cut, and nothing else, for a run that has no account.
pub(super) fn of_cut(cut: usize, kept: usize) -> Vec<Notification> {
    let text = (cut > 0).then(|| cut_text(cut, kept));
    text.iter().map(|text| notification(ACCOUNT, Level::Warning, text, Vec::new())).collect()
}

/// What could not be read or decided, the worst first, and the account of the
/// run.
pub(super) fn all(report: &Report, cut: usize, kept: usize) -> Vec<Notification> {
    let mut problems: Vec<&Problem> = report.problems.iter().collect();
    problems.sort_by_key(|problem| problem.kind);
    let mut notifications: Vec<Notification> = problems
        .iter()
        .take(NOTIFICATION_LIMIT)
        .map(|problem| {
            let (index, level) = match problem.kind {
                ProblemKind::Lost => (0, Level::Error),
                ProblemKind::Undecided => (1, Level::Warning),
                ProblemKind::Note => (2, Level::Note),
            };
            let message = format!("{}: {}", problem.by, problem.message);
            notification(index, level, &message, vec![place(&problem.location, None)])
        })
        .collect();
    let mut say =
        |level, text: String| notifications.push(notification(ACCOUNT, level, &text, Vec::new()));
    if problems.len() > NOTIFICATION_LIMIT {
        let more = account::count(
            problems.len() - NOTIFICATION_LIMIT,
            "more problem is",
            "more problems are",
        );
        say(
            Level::Warning,
            format!("{more} not listed here; the table and the JSON report have all."),
        );
    }
    if cut > 0 {
        say(Level::Warning, cut_text(cut, kept));
    }
    if kept > SHOWN {
        let shown = account::count(SHOWN, "result", "results");
        say(
            Level::Warning,
            format!(
                "Code scanning shows {shown} of a run, the gravest ones; the rest are counted."
            ),
        );
    }
    say(Level::Note, format!("Result: {}.", account::result(report)));
    if let Some(text) = account::compared(report) {
        say(Level::Note, format!("Compared: {text}."));
    }
    if !report.projects.is_empty() {
        say(Level::Note, format!("Read: {}.", account::read(report)));
        say(Level::Note, format!("Judged: {}.", account::judged(report)));
    }
    for text in account::not_judged(report) {
        say(Level::Note, format!("Not judged: {text}."));
    }
    if let Some(text) = account::excluded(report, usize::MAX) {
        say(Level::Note, format!("Excluded: {text}."));
    }
    if let Some(text) = account::skipped(report) {
        say(Level::Note, format!("Skipped: {text}."));
    }
    let level = match (report.database.too_old, report.database.stale) {
        (true, _) => Level::Error,
        (false, true) => Level::Warning,
        (false, false) => Level::Note,
    };
    say(level, format!("Database: {}.", account::database(&report.database)));
    notifications
}
