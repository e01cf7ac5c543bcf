//! What a report of a change says besides: which two states were compared, and
//! what is there no more.

use perlscan_model::finding::{Change as Standing, Finding};

use super::Report;

/// How many digits of a commit's id a person is shown.
const SHORT: usize = 10;

/// Two states that were compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The earlier one.
    pub base: ChangeSide,
    /// The one that the report is about.
    pub head: ChangeSide,
    /// The findings of the earlier one that are there no more.
    pub removed: Vec<Finding>,
    /// How many remarks are as they were; the report leaves them out.
    pub known_remarks: usize,
    /// How many undecided values and notes are as they were; the report leaves
    /// them out, too. What was lost it always has.
    pub known_problems: usize,
}

/// One of two states that were compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeSide {
    /// What it is.
    pub kind: SideKind,
    /// How the user named the commit.
    pub revision: Option<String>,
    /// The commit's id.
    pub commit: Option<String>,
    /// Whether it is the commit where HEAD and the revision part.
    pub is_merge_base: bool,
    /// How many inputs of it could not be read: what they would have told may be
    /// taken for new.
    pub lost: usize,
}

/// What a compared state is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SideKind {
    /// Nothing: there is no commit yet.
    #[default]
    Nothing,
    /// A commit's tree.
    Commit,
    /// The index.
    Index,
    /// The working tree.
    WorkTree,
}

impl SideKind {
    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Commit => "commit",
            Self::Index => "index",
            Self::WorkTree => "worktree",
        }
    }
}

impl ChangeSide {
    /// What it is, in words.
    pub fn words(&self) -> String {
        let short: String = self.commit.iter().flat_map(|id| id.chars()).take(SHORT).collect();
        match (self.kind, &self.revision) {
            (SideKind::Nothing, _) => "nothing, for there is no commit yet".to_owned(),
            (SideKind::Index, _) => "the index".to_owned(),
            (SideKind::WorkTree, _) => "the working tree".to_owned(),
            (SideKind::Commit, Some(revision)) if self.is_merge_base => {
                format!("where HEAD and {revision} part ({short})")
            }
            (SideKind::Commit, Some(revision)) if *revision != short => {
                format!("{revision} ({short})")
            }
            (SideKind::Commit, _) => short,
        }
    }
}

impl Report {
    /// The findings to show: where two states are compared, those that the change
    /// brings in or makes worse.
    pub fn shown(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.change != Some(Standing::Known))
    }

    /// How many findings are as they were.
    pub fn known(&self) -> usize {
        self.findings.iter().filter(|finding| finding.change == Some(Standing::Known)).count()
    }

    /// The findings that are there no more.
    pub fn removed(&self) -> &[Finding] {
        self.change.as_ref().map(|change| change.removed.as_slice()).unwrap_or_default()
    }
}
