//! Links, followed inside of what git stores: a link that leads out of it leads
//! nowhere, for nothing outside belongs to the commit.

use std::collections::VecDeque;

use git2::{ObjectType, Oid, Repository};
use perlscan_model::location::SourcePath;

use super::content::{GitContent, Stored};

/// As many links as Linux follows for one path.
const MOST_LINKS: usize = 40;
/// The longest target of a link, in bytes.
const LONGEST_TARGET: usize = 4096;

/// What a link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A file of the same content.
    File(Oid),
    /// A folder, whose files are read where they stand.
    Folder,
    /// Out of it: a path from the root, or above the top.
    Outside,
    /// Nothing.
    Missing,
}

/// Where a path leads when every link on the way is followed.
pub(super) fn target(content: &GitContent, repository: &Repository, path: &SourcePath) -> Target {
    let mut done: Vec<Vec<u8>> = Vec::new();
    let mut rest: VecDeque<Vec<u8>> = path.parts().map(<[u8]>::to_vec).collect();
    let mut links = 0;
    let mut last = (Stored::Folder, Oid::ZERO_SHA1);
    while let Some(part) = rest.pop_front() {
        if last.0 != Stored::Folder {
            return Target::Missing;
        }
        match part.as_slice() {
            b"" | b"." => continue,
            b".." => {
                if done.pop().is_none() {
                    return Target::Outside;
                }
                continue;
            }
            _ => done.push(part),
        }
        let here = SourcePath::new(done.join(&b'/'));
        let Some(found) = content.at(repository, &here) else { return Target::Missing };
        last = found;
        if found.0 == Stored::Link {
            links += 1;
            let Some(to) = text(repository, found.1).filter(|_| links <= MOST_LINKS) else {
                return Target::Missing;
            };
            if to.first() == Some(&b'/') {
                return Target::Outside;
            }
            done.pop();
            for part in to.rsplit(|byte| *byte == b'/') {
                rest.push_front(part.to_vec());
            }
            last = (Stored::Folder, Oid::ZERO_SHA1);
        }
    }
    match last {
        (Stored::File, id) => Target::File(id),
        (Stored::Folder, _) => Target::Folder,
        (Stored::Link | Stored::Submodule, _) => Target::Missing,
    }
}

/// The text of a link.
fn text(repository: &Repository, id: Oid) -> Option<Vec<u8>> {
    let odb = repository.odb().ok()?;
    let (size, kind) = odb.read_header(id).ok()?;
    let is_text = kind == ObjectType::Blob && (1..=LONGEST_TARGET).contains(&size);
    is_text.then(|| odb.read(id).ok())?.map(|object| object.data().to_vec())
}
