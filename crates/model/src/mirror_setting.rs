//! Where a project tells installers to take distributions from, as far as that is
//! not what it seems.

use crate::location::Location;

/// What is wrong with a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MirrorFlaw {
    /// The public index is asked before the mirror.
    PublicFirst,
    /// The public index is asked for what the mirror does not have.
    PublicAsWell,
    /// The installer that is used does not read the setting.
    NotRead,
    /// The server's certificate is not looked at.
    NotVerified,
    /// The line is neither encrypted nor signed.
    PlainText,
}

/// A setting of an installer that has a flaw.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MirrorSetting {
    /// The option or variable, as it is spelled.
    pub setting: &'static str,
    /// What is wrong with it.
    pub flaw: MirrorFlaw,
    /// The mirror, without user, password and query; empty where it is none.
    pub mirror: String,
    /// Where it is set.
    pub location: Location,
}
