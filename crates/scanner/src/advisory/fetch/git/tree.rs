//! The data files of a commit, written as plain files.

use std::path::{Path, PathBuf};

use git2::{ObjectType, Oid, Repository};

use super::Job;
use crate::advisory::fetch::FetchError;
use crate::advisory::fetch::files::{Beside, io};

/// The files that hold data; nothing else is written.
const SUFFIXES: [&str; 4] = [".json", ".yml", ".yaml", ".gz"];
/// The longest path in a tree, in bytes.
const LONGEST: usize = 1024;

impl Job<'_> {
    /// Writes the data files of a commit beside, and renames their folder.
    pub(super) fn write_tree(
        &self,
        repository: &Repository,
        commit: Oid,
        work: &Path,
        path: &Path,
    ) -> Result<(), FetchError> {
        let wrong = |error: git2::Error| self.content(error.message());
        for entry in std::fs::read_dir(work).map_err(io(work))?.flatten() {
            if entry.file_name().to_string_lossy().starts_with("tree") {
                std::fs::remove_dir_all(entry.path()).map_err(io(&entry.path()))?;
            }
        }
        let part = work.join("tree.part");
        let root =
            repository.find_commit(commit).and_then(|commit| commit.tree()).map_err(wrong)?;
        let odb = repository.odb().map_err(wrong)?;
        let (mut files, mut bytes) = (0, 0);
        let mut todo = vec![(root.id(), PathBuf::new())];
        while let Some((id, below)) = todo.pop() {
            let folder = part.join(&below);
            std::fs::create_dir_all(&folder).map_err(io(&folder))?;
            for entry in &repository.find_tree(id).map_err(wrong)? {
                let name = safe_name(entry.name_bytes()).ok_or_else(|| {
                    let name =
                        String::from_utf8_lossy(entry.name_bytes()).escape_debug().to_string();
                    self.content(&format!("a file's name is not safe to write: `{name}`"))
                })?;
                let below = below.join(name);
                if below.as_os_str().len() > LONGEST {
                    return Err(self.large("a file's path", LONGEST as u64));
                }
                files += 1;
                if files > self.limits.files {
                    return Err(self.large("the number of files", self.limits.files));
                }
                match entry.kind() {
                    Some(ObjectType::Tree) => todo.push((entry.id(), below)),
                    // A link's target is nobody's data; neither is a submodule.
                    Some(ObjectType::Blob) if entry.filemode() != 0o120_000 => {
                        if !SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) {
                            continue;
                        }
                        let (size, _) = odb.read_header(entry.id()).map_err(wrong)?;
                        bytes += size as u64;
                        if size as u64 > self.limits.file {
                            return Err(self.large(&below.display().to_string(), self.limits.file));
                        }
                        if bytes > self.limits.tree {
                            return Err(self.large("the tree", self.limits.tree));
                        }
                        let blob = repository.find_blob(entry.id()).map_err(wrong)?;
                        let mut file = Beside::new(part.join(&below))?;
                        file.write(blob.content())?;
                        file.done_unsynced()?;
                    }
                    _ => {}
                }
            }
            self.progress.at("files", files, None);
        }
        std::fs::rename(&part, path).map_err(io(path))
    }
}

/// A name that is one file name on every system.
fn safe_name(name: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(name).ok()?;
    let bad = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
    let reserved =
        text.is_empty() || text == "." || text == ".." || text.eq_ignore_ascii_case(".git");
    (!reserved && !text.contains(bad)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_name() {
        for bad in ["", ".", "..", ".git", ".GIT", "a/b", "a\\b", "C:x", "a\0b", "a\nb"] {
            assert_eq!(safe_name(bad.as_bytes()), None, "{bad:?}");
        }
        assert_eq!(safe_name(b"\xff.yml"), None);
        assert_eq!(safe_name("CPANSA-Ä..yml".as_bytes()), Some("CPANSA-Ä..yml"));
    }
}
