//! An export's files onto the disk.
//!
//! A folder that is not there yet is made beside its place and renamed when it is
//! whole. In one that is, a file whose bytes are there already is not touched, so
//! that its time stays; each other is written beside its place and renamed.
//! [`MANIFEST`] lists what the export is made of; only what an earlier one lists is
//! ever removed.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::advisory::export::{Files, Format, names};
use crate::advisory::{AdvisoryError, read_file};

/// The list of an export's files, in its folder.
pub const MANIFEST: &str = "manifest.json";

/// What writing an export did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Files that are new or have other bytes now.
    pub written: usize,
    /// Files that had these bytes already.
    pub unchanged: usize,
    /// Files of an earlier export that are no longer part of it.
    pub removed: usize,
    /// Files of an earlier export that somebody has changed since, and stay.
    pub left: usize,
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: String,
    files: BTreeMap<String, Entry>,
}

/// A file of an export.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Its SHA-256, in lower-case hexadecimal digits.
    pub(super) sha256: String,
    /// Its length.
    pub(super) bytes: usize,
}

/// Writes the files of an export into a folder.
///
/// # Errors
/// When the folder is a link or a file, holds an export of another format or
/// a damaged manifest, or something can't be read or written.
pub fn write(files: &Files, format: Format, folder: &Path) -> Result<Written, AdvisoryError> {
    if !is_there(folder)? {
        if let (Some(name), Some(parent)) = (folder.file_name(), folder.parent()) {
            return write_new(files, format, folder, &parent.join(beside(name)));
        }
        std::fs::create_dir_all(folder).map_err(AdvisoryError::io(folder))?;
    }
    let old = read_manifest(folder, format)?;
    let (made, mut done) = write_all(folder, files, write_one)?;
    for (name, entry) in old.iter().filter(|(name, _)| !files.contains_key(*name)) {
        let Some(path) = place(folder, name, false)? else { continue };
        if !std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
            continue;
        }
        if names::hex(&Sha256::digest(read_file(&path)?), 32) == entry.sha256 {
            std::fs::remove_file(&path).map_err(AdvisoryError::io(&path))?;
            done.removed += 1;
            // Only an empty folder lets itself be removed.
            if let Some(parent) = path.parent().filter(|parent| *parent != folder) {
                let _ = std::fs::remove_dir(parent);
            }
        } else {
            done.left += 1;
        }
    }
    let path = folder.join(MANIFEST);
    done.count(write_one(&path, &manifest_text(&path, format, made)?)?);
    Ok(done)
}

/// Writes an export into a folder that is made for it `beside` its place, and puts it
/// there when it is whole.
fn write_new(
    files: &Files,
    format: Format,
    folder: &Path,
    beside: &Path,
) -> Result<Written, AdvisoryError> {
    let above = beside.parent().filter(|above| *above != Path::new(""));
    if let Some(above) = above {
        std::fs::create_dir_all(above).map_err(AdvisoryError::io(above))?;
    }
    // Only if this fails is what stands there somebody else's.
    std::fs::create_dir(beside).map_err(AdvisoryError::io(beside))?;
    let fill = || {
        // What is wrong is told of the place where the file is to be.
        let create = |path: &Path, bytes: &[u8]| {
            let place = path.strip_prefix(beside).map_or_else(|_| path.into(), |p| folder.join(p));
            create(path, bytes).map(|()| true).map_err(AdvisoryError::io(place))
        };
        let (made, mut done) = write_all(beside, files, create)?;
        let path = beside.join(MANIFEST);
        done.count(create(&path, &manifest_text(&path, format, made)?)?);
        std::fs::rename(beside, folder).map_err(AdvisoryError::io(folder))?;
        Ok(done)
    };
    let filled = fill();
    if filled.is_err() {
        let _ = std::fs::remove_dir_all(beside);
    }
    filled
}

fn manifest_text(
    path: &Path,
    format: Format,
    files: BTreeMap<String, Entry>,
) -> Result<Vec<u8>, AdvisoryError> {
    let manifest = Manifest { format: format.word().to_owned(), files };
    let mut text = serde_json::to_vec_pretty(&manifest)
        .map_err(|cause| AdvisoryError::content(path, None, cause))?;
    text.push(b'\n');
    Ok(text)
}

/// Writes all files by `write_one`, several at a time, since it is the system that
/// takes the time. Of several errors the first by name is told.
fn write_all(
    folder: &Path,
    files: &Files,
    write_one: impl Fn(&Path, &[u8]) -> Result<bool, AdvisoryError> + Sync,
) -> Result<(BTreeMap<String, Entry>, Written), AdvisoryError> {
    /// More would only wait for each other.
    const MOST: usize = 8;
    // The folders are made here, one after another; each is looked at once.
    let mut folders: BTreeMap<&str, PathBuf> = BTreeMap::new();
    let mut places = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let wrong = || refused(&folder.join(name), "this can't be the name of a file");
        let (above, last) = name.rsplit_once('/').unwrap_or(("", name));
        let path = match folders.get(above) {
            Some(known) if is_plain(last) && name != MANIFEST => known.join(last),
            _ => {
                let path = place(folder, name, true)?.ok_or_else(wrong)?;
                folders.insert(above, path.parent().unwrap_or(folder).to_owned());
                path
            }
        };
        places.push((name.as_str(), path, bytes.as_slice()));
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST);
    let part = places.len().div_ceil(threads).max(1);
    let write = |(name, path, bytes): &(&str, PathBuf, &[u8])| {
        let entry = Entry { sha256: names::hex(&Sha256::digest(bytes), 32), bytes: bytes.len() };
        Ok(((*name).to_owned(), write_one(path, bytes)?, entry))
    };
    let (mut made, mut done) = (BTreeMap::new(), Written::default());
    std::thread::scope(|scope| {
        let write = &write;
        let parts: Vec<_> = places
            .chunks(part)
            .map(|part| scope.spawn(move || part.iter().map(write).collect::<Vec<_>>()))
            .collect();
        for part in parts {
            let part = part.join().map_err(|_| refused(folder, "writing here was broken off"))?;
            for written in part {
                let (name, written, entry) = written?;
                done.count(written);
                made.insert(name, entry);
            }
        }
        Ok((made, done))
    })
}

impl Written {
    fn count(&mut self, written: bool) {
        *(if written { &mut self.written } else { &mut self.unchanged }) += 1;
    }
}

fn refused(path: &Path, message: &str) -> AdvisoryError {
    AdvisoryError::content(path, None, message)
}

/// Whether the folder of an export is there. A link and a file are errors.
pub(super) fn is_there(folder: &Path) -> Result<bool, AdvisoryError> {
    match std::fs::symlink_metadata(folder) {
        Ok(found) if found.is_symlink() => {
            Err(refused(folder, "this is a link; name the folder that it leads to"))
        }
        Ok(found) if !found.is_dir() => {
            Err(refused(folder, "this is no folder; name another one, or remove it"))
        }
        Ok(_) => Ok(true),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(AdvisoryError::io(folder)(cause)),
    }
}

/// The files of an earlier export; none where there was no export.
pub(super) fn read_manifest(
    folder: &Path,
    format: Format,
) -> Result<BTreeMap<String, Entry>, AdvisoryError> {
    let path = folder.join(MANIFEST);
    match std::fs::symlink_metadata(&path) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Err(refused(&path, "this is no file; name another folder")),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(cause) => return Err(AdvisoryError::io(&path)(cause)),
    }
    let manifest: Manifest = serde_json::from_slice(&read_file(&path)?).map_err(|cause| {
        let line = u64::try_from(cause.line()).ok();
        let message = format!("this is no list of an export ({cause}); name another folder");
        AdvisoryError::content(&path, line, message)
    })?;
    if manifest.format != format.word() {
        let message =
            format!("the folder holds an export of the format '{}'; name another", manifest.format);
        return Err(AdvisoryError::content(&path, None, message));
    }
    Ok(manifest.files)
}

/// Where a file of an export is; `None` where its name would lead elsewhere.
/// The folders above it are made, and must not be links.
pub(super) fn place(
    folder: &Path,
    name: &str,
    make: bool,
) -> Result<Option<PathBuf>, AdvisoryError> {
    let parts: Vec<&str> = name.split('/').collect();
    if !parts.iter().all(|part| is_plain(part)) || name == MANIFEST {
        return Ok(None);
    }
    let mut path = folder.to_owned();
    let (last, above) = parts.split_last().map_or(("", &[][..]), |(last, above)| (*last, above));
    for part in above {
        path.push(part);
        match std::fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => {}
            Ok(_) if !make => return Ok(None),
            Ok(_) => return Err(refused(&path, "a folder has to be here; remove what is")),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound && !make => return Ok(None),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                std::fs::create_dir(&path).map_err(AdvisoryError::io(&path))?;
            }
            Err(cause) => return Err(AdvisoryError::io(&path)(cause)),
        }
    }
    path.push(last);
    Ok(Some(path))
}

/// Whether a text is one component of a path, and nothing else, on every system.
fn is_plain(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('.')
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._%~+-".contains(&byte))
}

/// Whether the file had to be written.
fn write_one(path: &Path, bytes: &[u8]) -> Result<bool, AdvisoryError> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => {
            if usize::try_from(found.len()).is_ok_and(|length| length == bytes.len())
                && read_file(path)? == bytes
            {
                return Ok(false);
            }
        }
        Ok(found) if found.is_dir() => {
            return Err(refused(path, "a file has to be here; remove the folder"));
        }
        // A link is replaced by the file, and never followed.
        Ok(_) => {}
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
        Err(cause) => return Err(AdvisoryError::io(path)(cause)),
    }
    let beside = path.with_file_name(beside(path.file_name().unwrap_or_default()));
    let put = || create(&beside, bytes).and_then(|()| std::fs::rename(&beside, path));
    put().map_err(|cause| {
        if cause.kind() != std::io::ErrorKind::AlreadyExists {
            let _ = std::fs::remove_file(&beside);
        }
        AdvisoryError::io(path)(cause)
    })?;
    Ok(true)
}

/// The name under which something is written before it is put into its place.
fn beside(name: &OsStr) -> String {
    format!(".{}.{}.new", name.to_string_lossy(), std::process::id())
}

/// Writes a file that is new: it never follows what somebody has put there.
fn create(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)
}

#[cfg(test)]
#[path = "write_test.rs"]
mod tests;
