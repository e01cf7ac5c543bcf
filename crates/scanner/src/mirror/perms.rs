//! `modules/06perms.txt`: who may release which package.
//!
//! Of its three hundred thousand lines few are kept: those by which somebody says that
//! a package should have another maintainer.

use perlscan_model::name::ModuleName;

use super::lines::{self, Begins, IndexFault};

/// The most bytes of the file that are read, unpacked. CPAN's own has 10 million.
pub const LIMIT: u64 = 256 << 20;

/// The packages for which a maintainer is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Permissions {
    /// In the order in which they stand there.
    pub wanted: Vec<Wanted>,
    /// What was wrong, each with its line.
    pub faults: Vec<IndexFault>,
}

/// A package for which a maintainer is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The package.
    pub module: ModuleName,
    /// Why.
    pub why: Why,
    /// The line that says so.
    pub line: u32,
}

/// Why a maintainer is looked for, as PAUSE's own users say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// ADOPTME has it (`f`, `m`): it may be adopted.
    Adoptable,
    /// ADOPTME shares it (`c`): its maintainer can't be reached.
    Gone,
    /// HANDOFF: its maintainer wants to hand it over.
    Handoff,
    /// NEEDHELP: its maintainer asks for help.
    NeedsHelp,
}

impl Why {
    /// The user, and what it means, as a clause.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Adoptable => "ADOPTME has it: it may be adopted",
            Self::Gone => "ADOPTME shares it: its maintainer can't be reached",
            Self::Handoff => "HANDOFF shares it: its maintainer wants to hand it over",
            Self::NeedsHelp => "NEEDHELP shares it: its maintainer asks for help",
        }
    }
}

/// Reads the file, packed by gzip or not.
pub fn read(bytes: &[u8]) -> Permissions {
    let mut wanted = Vec::new();
    let faults = lines::read(bytes, LIMIT, Begins::WithHeaders, |text, line| {
        let mut parts = text.split(',').map(str::trim);
        let (Some(module), Some(user), Some(permission), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("a package, a user and a permission are expected".to_owned());
        };
        let why = match (user, permission) {
            ("ADOPTME", "c") => Why::Gone,
            ("ADOPTME", _) => Why::Adoptable,
            ("HANDOFF", _) => Why::Handoff,
            ("NEEDHELP", _) => Why::NeedsHelp,
            _ => return Ok(()),
        };
        let module = ModuleName::parse(module).map_err(|error| error.to_string())?;
        wanted.push(Wanted { module, why, line });
        Ok(())
    });
    Permissions { wanted, faults }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
File:        06perms.txt
Columns:     package,userid,best-permission
Line-Count:  6

A::B,SOMEONE,f
A::B,NEEDHELP,c
Acme::Gone,ADOPTME,c
Acme::Free,ADOPTME,f
Acme::Give,HANDOFF,c
Acme::Keep,NOXFER,c
";

    #[test]
    fn who_looks_for_a_maintainer_is_kept() {
        let found = read(TEXT.as_bytes());
        let wanted: Vec<_> =
            found.wanted.iter().map(|one| (one.module.as_str(), one.why, one.line)).collect();
        let expected = [
            ("A::B", Why::NeedsHelp, 6),
            ("Acme::Gone", Why::Gone, 7),
            ("Acme::Free", Why::Adoptable, 8),
            ("Acme::Give", Why::Handoff, 9),
        ];
        assert_eq!((wanted.as_slice(), found.faults.len()), (&expected[..], 0));
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_line() {
        let lines = |text: &str| -> Vec<u32> {
            read(text.as_bytes()).faults.iter().map(|fault| fault.line).collect()
        };
        assert_eq!(lines(&TEXT.replace("A::B,SOMEONE,f", "A::B SOMEONE f")), [5]);
        assert_eq!(lines(&TEXT.replace("Acme::Gone", "Acme Gone")), [7]);
        assert_eq!(lines(TEXT.split("Acme::Give").next().unwrap_or_default()), [0]);
        assert_eq!(lines(""), [0]);
        assert_eq!(lines("\u{1f}\u{8b}"), [0]);
        assert_eq!(read(b"\x1f\x8bno gzip").faults.len(), 1);
    }
}
