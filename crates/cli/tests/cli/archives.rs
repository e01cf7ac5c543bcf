//! Archives for tests, block by block, so that they can be as wrong as they like.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

/// Where a mirror has an author's archives.
pub(super) const AUTHOR: &str = "pan/authors/id/L/LO/LOCAL";

/// The header of a tar file's entry (POSIX.1-1988), of a kind.
pub(super) fn header(name: &str, size: u64, kind: u8) -> [u8; 512] {
    let mut block = [0; 512];
    let mut put = |at: usize, text: &[u8]| block[at..at + text.len()].copy_from_slice(text);
    put(0, &name.as_bytes()[..name.len().min(100)]);
    put(100, b"0000644\0");
    if size < 1 << 33 {
        put(124, format!("{size:011o}\0").as_bytes());
    } else {
        // GNU's form for what octal digits can't say.
        put(124, &(u128::from(size) | 1 << 95).to_be_bytes()[4..]);
    }
    put(136, b"00000000000\0");
    put(156, &[kind]);
    put(257, b"ustar\x0000");
    checked(block)
}

/// The header with its checksum.
pub(super) fn checked(mut block: [u8; 512]) -> [u8; 512] {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

/// An entry with its bytes, filled up to a block.
pub(super) fn entry(name: &str, kind: u8, bytes: &[u8]) -> Vec<u8> {
    let mut all = header(name, bytes.len() as u64, kind).to_vec();
    all.extend(bytes);
    all.resize(all.len().next_multiple_of(512), 0);
    all
}

/// A tar file of these files.
pub(super) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all: Vec<u8> =
        files.iter().flat_map(|(name, bytes)| entry(name, b'0', bytes)).collect();
    all.extend([0; 1024]);
    all
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).expect("memory takes it");
    packer.finish().expect("memory takes it")
}

/// A release of one module.
pub(super) fn release(name: &str, module: &str, version: &str) -> Vec<u8> {
    let path = format!("{name}/lib/{}.pm", module.replace("::", "/"));
    let text = format!("package {module}; our $VERSION = '{version}'; 1;\n");
    gzip(&tar(&[(&path, text.as_bytes())]))
}

/// Puts an archive into a mirror below `folder`.
pub(super) fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(AUTHOR).join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("the folder");
    fs::write(&path, bytes).expect("the archive");
    path
}
