//! Whether an installer would take an archive of a mirror.

/// What an archive is to the index of its mirror.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// An installer takes it today: the index names it.
    Indexed,
    /// The index has another archive of the distribution: this path.
    Superseded(String),
    /// The index has no archive of the distribution.
    Unindexed,
}

impl Standing {
    /// The word that outputs use.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Indexed => "indexed",
            Self::Superseded(_) => "superseded",
            Self::Unindexed => "unindexed",
        }
    }

    /// What it means, as a clause.
    pub fn meaning(&self) -> String {
        match self {
            Self::Indexed => "the mirror's index names it: installers take it today".to_owned(),
            Self::Superseded(by) => format!(
                "superseded: the index has {by}; this one is taken only where somebody asks for it \
                 by its version or path"
            ),
            Self::Unindexed => "the index has no archive of this distribution: it is taken only \
                                where somebody asks for it by its path"
                .to_owned(),
        }
    }
}
