//! `authors/01mailrc.txt`: the names of the authors by their CPAN ids.

use std::collections::BTreeMap;

use perlscan_model::about::About;

use super::lines::{self, Begins, IndexFault};

/// The most bytes of the file that are read, unpacked. CPAN's own has 1 million.
pub const LIMIT: u64 = 64 << 20;

/// The authors of a mirror.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authors {
    /// Names by CPAN id. Their mail addresses are not kept.
    pub names: BTreeMap<Box<str>, Box<str>>,
    /// What was wrong, each with its line.
    pub faults: Vec<IndexFault>,
}

/// Reads the file, packed by gzip or not: `alias ID "Name <address>"` a line.
pub fn read(bytes: &[u8]) -> Authors {
    let mut names = BTreeMap::new();
    let faults = lines::read(bytes, LIMIT, Begins::AtOnce, |text, _| {
        let (id, name) = entry(text).ok_or("alias ID \"Name <address>\" is expected")?;
        names.insert(id.into(), About::kept(name).into());
        Ok(())
    });
    Authors { names, faults }
}

fn entry(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("alias")?;
    let (id, rest) = rest.trim_start().split_once(char::is_whitespace)?;
    let quoted = rest.trim().strip_prefix('"')?.strip_suffix('"')?;
    let name = quoted.rsplit_once('<').map_or(quoted, |(name, _)| name);
    Some((id, name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_without_addresses() {
        let text = "alias ABC        \"A. B. C. <abc@example.org>\"\n\
                    alias DEF \"D\u{e9} <x> <CENSORED>\"\nalias G \"G\"\n";
        let found = read(text.as_bytes());
        let names: Vec<(&str, &str)> =
            found.names.iter().map(|(id, name)| (&**id, &**name)).collect();
        let expected = [("ABC", "A. B. C."), ("DEF", "D\u{e9} <x>"), ("G", "G")];
        assert_eq!((names.as_slice(), found.faults.len()), (&expected[..], 0));
    }

    #[test]
    fn other_lines_are_told() {
        let found = read(b"alias ABC \"A <a>\"\nalias\nalias X Y\n# Z\n");
        let lines: Vec<u32> = found.faults.iter().map(|fault| fault.line).collect();
        assert_eq!((lines.as_slice(), found.names.len()), (&[2, 3, 4][..], 1));
        assert_eq!(read(b"\x1f\x8b").faults.len(), 1);
    }
}
