//! The shared libraries that a compiled module is linked with (DT_NEEDED).

use object::elf;
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::{Endianness, FileKind};

/// The longest name that is read, in bytes.
const LONGEST: usize = 4096;

/// The most names that are read of one file; none has nearly as many.
const LIMIT: usize = 1000;

/// The names, as `libsqlite3.so.0`; `None` for what is no such file.
pub fn needed(bytes: &[u8]) -> Option<Vec<String>> {
    match FileKind::parse(bytes).ok()? {
        FileKind::Elf32 => of::<elf::FileHeader32<Endianness>>(bytes),
        FileKind::Elf64 => of::<elf::FileHeader64<Endianness>>(bytes),
        _ => None,
    }
}

fn of<Header: FileHeader<Endian = Endianness>>(bytes: &[u8]) -> Option<Vec<String>> {
    let header = Header::parse(bytes).ok()?;
    let endian = header.endian().ok()?;
    let segments = header.program_headers(endian, bytes).ok()?;
    let dynamic =
        segments.iter().find_map(|segment| segment.dynamic(endian, bytes).ok().flatten())?;
    let value = |tag: u32| {
        let entry = dynamic.iter().find(|entry| entry.tag32(endian) == Some(tag))?;
        Some(entry.d_val(endian).into())
    };
    let (address, size): (u64, u64) = (value(elf::DT_STRTAB)?, value(elf::DT_STRSZ)?);
    let strings = segments
        .iter()
        .find_map(|segment| segment.data_range(endian, bytes, address, size).ok().flatten())?;
    let names = dynamic
        .iter()
        .filter(|entry| entry.tag32(endian) == Some(elf::DT_NEEDED))
        .filter_map(|entry| {
            let at = usize::try_from(Into::<u64>::into(entry.d_val(endian))).ok()?;
            let name = strings.get(at..)?;
            let name = name.get(..LONGEST.min(name.len()))?.split(|byte| *byte == 0).next()?;
            Some(String::from_utf8_lossy(name).into_owned())
        });
    Some(names.take(LIMIT).collect())
}

/// Whether a shared library of this file name is the library that advisories call
/// so: `libsqlite3.so.0` is `sqlite`.
pub(super) fn is_library(file: &str, library: &str) -> bool {
    let Some((stem, _)) = file.split_once(".so") else { return false };
    let plain = |name: &str| {
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("lib").unwrap_or(&name).to_owned();
        // Versions are part of some names: libpng16, libpcre2-8, libsqlite3.
        name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '.')).to_owned()
    };
    let (stem, library) = (plain(stem), plain(library));
    match library.as_str() {
        "zlib" => stem == "z",
        "brotli" => stem.starts_with("brotli"),
        "svn" | "subversion" => stem.starts_with("svn"),
        "openssl" => matches!(stem.as_str(), "ssl" | "crypto"),
        _ => stem == library,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_go_by_more_than_one_name() {
        for (file, library) in [
            ("libsqlite3.so.0", "sqlite"),
            ("libz.so.1", "zlib"),
            ("libpng16.so.16", "libpng"),
            ("libpcre2-8.so.0", "libpcre2"),
            ("libzstd.so.1", "zstd"),
            ("libgit2.so.1.5", "libgit2"),
        ] {
            assert!(is_library(file, library), "{file} {library}");
        }
        for (file, library) in
            [("libc.so.6", "zlib"), ("libz.so.1", "zstd"), ("libzstd.so.1", "zlib")]
        {
            assert!(!is_library(file, library), "{file} {library}");
        }
    }

    #[test]
    fn what_is_no_such_file_has_none() {
        assert_eq!(needed(b""), None);
        assert_eq!(needed(b"\x7fELF\x02\x01\x01"), None);
        assert_eq!(needed(&[0x7f; 4096]), None);
    }
}
