//! `modules/02packages.details.txt`: which archive an installer takes for a module.
//!
//! Headers up to a blank line, then `Package::Name  1.23|undef  A/AB/ABC/Dist.tar.gz`
//! a line, as CPAN.pm and cpanm read it: words between blanks, and what follows the
//! third is a comment.

use std::collections::HashMap;
use std::sync::Arc;

use perlscan_model::name::ModuleName;

use super::lines::{self, Begins};

pub use super::lines::IndexFault;

/// The most bytes of an index that are read, unpacked. CPAN's own has 25 million.
pub const LIMIT: u64 = 256 << 20;

/// An index of packages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageIndex {
    /// Its entries, in the order in which they stand there.
    pub entries: Vec<IndexEntry>,
    /// What was wrong, each with its line.
    pub faults: Vec<IndexFault>,
}

/// One package in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// The package.
    pub module: ModuleName,
    /// Its version as it is written; `None` for `undef`.
    pub version: Option<Box<str>>,
    /// The archive's path below `authors/id/`; shared by the packages of one.
    pub path: Arc<str>,
}

/// Reads an index, packed by gzip or not.
pub fn read(bytes: &[u8]) -> PackageIndex {
    let mut entries = Vec::new();
    let faults = each(bytes, &mut |entry| entries.push(entry));
    PackageIndex { entries, faults }
}

/// Gives out an index's entries one by one, and tells what was wrong: for who needs
/// only some of a large one.
pub fn each(bytes: &[u8], give: &mut dyn FnMut(IndexEntry)) -> Vec<IndexFault> {
    let mut paths: HashMap<Box<str>, Arc<str>> = HashMap::new();
    lines::read(bytes, LIMIT, Begins::WithHeaders, |text, _| {
        give(entry(text, &mut paths)?);
        Ok(())
    })
}

fn entry(text: &str, paths: &mut HashMap<Box<str>, Arc<str>>) -> Result<IndexEntry, String> {
    let mut words = text.split_whitespace();
    let (Some(module), Some(version), Some(path)) = (words.next(), words.next(), words.next())
    else {
        return Err("a package, its version and an archive are expected".to_owned());
    };
    let module = ModuleName::parse(module).map_err(|error| error.to_string())?;
    let path = match paths.get(path) {
        Some(known) => Arc::clone(known),
        None => {
            let shared: Arc<str> = Arc::from(path);
            paths.insert(path.into(), Arc::clone(&shared));
            shared
        }
    };
    let version = (version != "undef").then(|| version.into());
    Ok(IndexEntry { module, version, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
File:         02packages.details.txt
Columns:      package name, version, path
Line-Count:   4

A               1.10  A/AB/ABC/A-1.10.tar.gz
A::B           undef  A/AB/ABC/A-1.10.tar.gz
Foo::Bar   v1.2.3_4   X/XY/XYZ/sub/Foo-Bar-v1.2.3_4.tgz  a comment
Local::It          0  L/LO/LOCAL/Local-It-0.zip
";

    #[test]
    fn packages_are_read_as_cpan_reads_them() {
        let index = read(TEXT.as_bytes());
        let found: Vec<_> = index
            .entries
            .iter()
            .map(|e| (e.module.as_str(), e.version.as_deref(), &*e.path))
            .collect();
        let expected = [
            ("A", Some("1.10"), "A/AB/ABC/A-1.10.tar.gz"),
            ("A::B", None, "A/AB/ABC/A-1.10.tar.gz"),
            ("Foo::Bar", Some("v1.2.3_4"), "X/XY/XYZ/sub/Foo-Bar-v1.2.3_4.tgz"),
            ("Local::It", Some("0"), "L/LO/LOCAL/Local-It-0.zip"),
        ];
        assert_eq!((found, index.faults), (expected.to_vec(), Vec::new()));
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_line() {
        let index = read(TEXT.replace("undef  A/AB/ABC/A-1.10.tar.gz", "undef").as_bytes());
        assert_eq!(index.entries.len(), 3);
        let lines: Vec<u32> = index.faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [6]);
        let cut = read(TEXT.split("Foo::Bar").next().unwrap_or_default().as_bytes());
        assert_eq!((cut.entries.len(), cut.faults.len()), (2, 1));
        assert_eq!(read(b"File: x\n").faults.len(), 1);
        assert_eq!(read(b"").faults.len(), 1);
        assert_eq!(read(b"\x1f\x8bno gzip").faults.len(), 1);
    }
}
