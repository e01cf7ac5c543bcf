//! A mirror of archives that mean harm, at full size: time and memory stay within
//! bounds, each is told, and a good one among them is judged as ever.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use bzip2::write::BzEncoder;
use flate2::{Compress, Compression, FlushCompress, Status};
use serde_json::Value;

use crate::archives::{checked, entry, gzip, header, put, release, tar};
use crate::support::{perlscan, project};

/// The program is far slower without optimisation, and so are the bombs smaller.
const BOMBS: u64 = if cfg!(debug_assertions) { 256 << 20 } else { 10 << 30 };
/// How long it may take, in seconds, on a machine that is busy.
const LONGEST: u64 = if cfg!(debug_assertions) { 300 } else { 60 };
/// What bombs are made of.
const PIECE: usize = 8 << 20;

/// What a gzip file may hold: members, one behind the other.
fn gzip_bomb() -> Vec<u8> {
    let mut bomb = gzip(&header("Bomb-Gzip-1/lib/Bomb.pm", BOMBS, b'0'));
    let piece = gzip(&vec![0; PIECE]);
    for _ in 0..BOMBS / PIECE as u64 {
        bomb.extend(&piece);
    }
    bomb.extend(gzip(&[0; 1024]));
    bomb
}

/// A zip file with one entry of zeroes. Behind zeroes, zeroes are packed into the same
/// bytes each time.
fn zip_bomb() -> Vec<u8> {
    let zeroes = vec![0; PIECE];
    let mut packer = Compress::new(Compression::best(), false);
    let mut pieces = Vec::new();
    for (bytes, how) in [
        (zeroes.as_slice(), FlushCompress::Full),
        (zeroes.as_slice(), FlushCompress::Full),
        (&[], FlushCompress::Finish),
    ] {
        let mut packed = Vec::with_capacity(1 << 20);
        let status = packer.compress_vec(bytes, &mut packed, how).expect("it packs");
        assert!(matches!(status, Status::Ok | Status::StreamEnd), "{status:?}");
        pieces.push(packed);
    }
    let [first, again, end] = pieces.try_into().expect("three pieces");
    let mut packed = first;
    for _ in 1..BOMBS / PIECE as u64 {
        packed.extend(&again);
    }
    packed.extend(end);
    let name = b"Bomb-Zip-1/lib/Bomb.pm";
    let sizes = |zip: &mut Vec<u8>| {
        zip.extend(0_u32.to_le_bytes());
        zip.extend(u32::try_from(packed.len()).expect("small").to_le_bytes());
        zip.extend(u32::try_from(BOMBS.min(u64::from(u32::MAX) - 1)).expect("fits").to_le_bytes());
        zip.extend(u16::try_from(name.len()).expect("short").to_le_bytes());
        zip.extend([0; 2]);
    };
    let mut zip = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0".to_vec();
    sizes(&mut zip);
    zip.extend(name);
    zip.extend(&packed);
    let directory = u32::try_from(zip.len()).expect("small");
    zip.extend(b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0");
    sizes(&mut zip);
    zip.extend([0; 14]);
    // Where the entry stands: at the start.
    zip.truncate(zip.len() - 2);
    zip.extend([0; 2]);
    zip.extend(name);
    let length = u32::try_from(zip.len()).expect("small") - directory;
    zip.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    zip.extend(length.to_le_bytes());
    zip.extend(directory.to_le_bytes());
    zip.extend([0; 2]);
    zip
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packer = BzEncoder::new(Vec::new(), bzip2::Compression::best());
    packer.write_all(bytes).expect("memory takes it");
    packer.finish().expect("memory takes it")
}

/// Zeroes that are no tar file, and zeroes behind the header of one.
fn bzip2_of_zeroes() -> Vec<u8> {
    let mut bomb = bzip2(&header("Zeroes-1/lib/Zeroes.pm", BOMBS, b'0'));
    let piece = bzip2(&vec![0; PIECE]);
    for _ in 0..BOMBS / PIECE as u64 {
        bomb.extend(&piece);
    }
    bomb
}

/// A million entries of a few hundred names.
fn million() -> Vec<u8> {
    let entries: Vec<u8> =
        (0..1000).flat_map(|n| entry(&format!("Million-1/lib/M{n}.pm"), b'0', b"")).collect();
    let member = gzip(&entries);
    let mut all = member.repeat(1000);
    all.extend(gzip(&[0; 1024]));
    all
}

/// Four GiB that take no bytes, as GNU tar stores them.
fn sparse_gnu() -> Vec<u8> {
    let mut block = header("Sparse-Gnu-1/lib/Sparse.pm", 512, b'S');
    block[257..265].copy_from_slice(b"ustar  \0");
    // One stretch of 512 bytes at 4 GiB - 512, and the real length.
    block[386..398].copy_from_slice(b"037777777000");
    block[398..410].copy_from_slice(b"00000001000\0");
    block[483..495].copy_from_slice(b"040000000000");
    let mut all = checked(block).to_vec();
    all.extend([b' '; 512]);
    all.extend([0; 1024]);
    all
}

/// The same as POSIX's archives have it, in GNU's form 1.0.
fn sparse_pax() -> Vec<u8> {
    let mut records = String::new();
    for (key, value) in [
        ("GNU.sparse.major", "1"),
        ("GNU.sparse.minor", "0"),
        ("GNU.sparse.name", "Sparse-Pax-1/lib/Sparse.pm"),
        ("GNU.sparse.realsize", "4294967296"),
    ] {
        let rest = format!(" {key}={value}\n");
        let length = rest.len() + 2;
        records.push_str(&format!("{length}{rest}"));
    }
    let mut map = b"1\n4294966784\n512\n".to_vec();
    map.resize(512, 0);
    map.extend([b' '; 512]);
    let mut all = entry("PaxHeaders/Sparse.pm", b'x', records.as_bytes());
    all.extend(entry("Sparse-Pax-1/GNUSparseFile.0/Sparse.pm", b'0', &map));
    all.extend([0; 1024]);
    all
}

/// An xz file that asks for a window of 4 GiB (xz-file-format 1.2.1, 5.3.1).
fn dictionary() -> Vec<u8> {
    let sum = |bytes: &[u8]| crc32fast::hash(bytes).to_le_bytes();
    let mut all = b"\xfd7zXZ\0\0\x01".to_vec();
    all.extend(sum(b"\0\x01"));
    let block = b"\x02\0\x21\x01\x28\0\0\0";
    all.extend(block);
    all.extend(sum(block));
    // A chunk of five bytes as they are, then the end.
    all.extend(b"\x01\0\x04hello\0");
    all.resize(200, 0);
    all
}

/// A tar file in a tar file, and so on.
fn deep() -> Vec<u8> {
    let mut inner = tar(&[("Deep.pm", b"package Deep; 1;")]);
    for depth in (0..100).rev() {
        inner = tar(&[(&format!("Deep-1/share/{depth}.tar"), &inner)]);
    }
    gzip(&inner)
}

/// Bytes that do not pack, so that an archive is as long as it should be.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// The hostile archives, and whether something of each is lost.
fn hostile() -> Vec<(String, Vec<u8>, bool)> {
    let module: &[u8] = b"package A; our $VERSION = '1'; 1;\n";
    let link = |to: &[u8], kind| {
        let mut block = header("Link-1/lib/A.pm", 0, kind);
        block[157..157 + to.len()].copy_from_slice(to);
        gzip(&[checked(block).as_slice(), &[0; 1024]].concat())
    };
    let meta = |name: &str| format!("{{\"name\":\"{name}\",\"version\":\"1\"}}").into_bytes();
    let mut all = vec![
        ("Bomb-Gzip-1.tar.gz", gzip_bomb(), true),
        ("Bomb-Zip-1.zip", zip_bomb(), true),
        ("Zeroes-1.tar.bz2", bzip2_of_zeroes(), true),
        ("Zeroes-Alone-1.tar.bz2", bzip2(&vec![0; PIECE]), false),
        ("Million-1.tar.gz", million(), true),
        ("Sparse-Gnu-1.tar", sparse_gnu(), true),
        ("Sparse-Pax-1.tar", sparse_pax(), true),
        ("Dictionary-1.tar.xz", dictionary(), true),
        ("Deep-1.tar.gz", deep(), false),
        ("Up-1.tar.gz", gzip(&tar(&[("Up-1/../../evil.pm", module)])), true),
        ("Absolute-1.tar.gz", gzip(&tar(&[("/tmp/evil.pm", module)])), true),
        ("Link-Soft-1.tar.gz", link(b"../../../../etc/passwd", b'2'), true),
        ("Link-Hard-1.tar.gz", link(b"/etc/passwd", b'1'), true),
        (
            "Twice-1.tar.gz",
            gzip(&tar(&[
                ("Twice-1/META.json", &meta("Twice")),
                ("Twice-1/META.json", &meta("Net-OAuth")),
            ])),
            false,
        ),
    ]
    .into_iter()
    .map(|(name, bytes, lost)| (name.to_owned(), bytes, lost))
    .collect::<Vec<_>>();
    let whole = gzip(&tar(&[("Cut-1/lib/A.pm", module), ("Cut-1/share/a", &noise(40_000))]));
    for at in (0..whole.len()).step_by(1000) {
        all.push((format!("Cut-0.{at:05}.tar.gz"), whole[..at].to_vec(), true));
    }
    assert!(all.len() > 50, "it is cut often");
    all
}

/// Waits for the program; what it printed, and the most memory that it had, in bytes.
fn measured(mut child: Child) -> (Value, i32, u64) {
    let status = format!("/proc/{}/status", child.id());
    let mut out = child.stdout.take().expect("a pipe");
    let reader = std::thread::spawn(move || serde_json::from_reader(&mut out).expect("a report"));
    let mut most = 0;
    let code = loop {
        if let Some(code) = child.try_wait().expect("it is ours") {
            break code.code().expect("it was not killed");
        }
        let text = fs::read_to_string(&status).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|text| text.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        most = most.max(peak.unwrap_or(0) << 10);
        std::thread::sleep(Duration::from_millis(3));
    };
    (reader.join().expect("a report"), code, most)
}

fn files_below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files_below(&path, found);
        }
        found.insert(path.display().to_string());
    }
}

#[test]
fn hostile_archives_take_bounded_time_and_memory_and_are_told() {
    let folder = project(&[]);
    put(folder.path(), "Net-OAuth-0.28.tar.gz", &release("Net-OAuth-0.28", "Net::OAuth", "0.28"));
    let all = hostile();
    for (name, bytes, _) in &all {
        put(folder.path(), name, bytes);
    }
    let mut before = BTreeSet::new();
    files_below(folder.path(), &mut before);
    let mut command = perlscan(folder.path());
    command.args(["darkpan", "pan", "--no-cache", "-f", "json", "--db", "embedded"]);
    let started = Instant::now();
    let child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
    let (report, code, memory) = measured(child);
    let seconds = started.elapsed().as_secs();
    let mut after = BTreeSet::new();
    files_below(folder.path(), &mut after);
    assert_eq!(before, after, "nothing is written");
    assert_eq!(code, 2);
    // Each thread may hold a file of 16 MiB, xz its window of 80.
    assert!(memory < 256 << 20, "{memory} bytes");
    assert!(seconds < LONGEST, "{seconds} seconds");
    let findings = report["findings"].as_array().expect("findings");
    let of: BTreeSet<&str> =
        findings.iter().map(|finding| finding["project"].as_str().expect("a path")).collect();
    assert!(of.len() == 1 && of.iter().all(|of| of.contains("Net-OAuth-0.28")), "{of:?}");
    assert!(!findings.is_empty());
    let problems = report["problems"].as_array().expect("problems");
    assert!(problems.len() < 20 * all.len(), "{} problems", problems.len());
    for (name, _, is_lost) in &all {
        let told = problems.iter().filter(|problem| {
            problem["path"].as_str().is_some_and(|path| path.ends_with(name.as_str()))
        });
        let kinds: BTreeSet<&str> =
            told.map(|problem| problem["kind"].as_str().expect("a kind")).collect();
        assert!(!kinds.is_empty(), "{name} is not told");
        assert!(!is_lost || kinds.contains("lost"), "{name}: {kinds:?}");
    }
    assert!(problems.iter().all(|problem| !problem["path"].to_string().contains("Net-OAuth")));
}
