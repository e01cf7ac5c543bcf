#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use std::io::{Cursor, Write as _};

use super::*;
use crate::container::{Limits, Opened, open, takes};
use crate::extract::SourceFile;
use perlscan_model::problem::Problem;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const APP: &[u8] = include_bytes!("../../../../test-corpus/par/app.par");

/// The inner files by their places, and the problems.
fn read(bytes: &[u8], limits: Limits) -> (Vec<String>, Vec<Problem>) {
    let path = SourcePath::from("app.par");
    let (mut seen, mut problems) = (Vec::new(), Vec::new());
    let wanted = |name: &SourcePath| name.as_bytes().ends_with(b".pm");
    let mut each = |inner: &Opened<'_>| {
        let names: Vec<String> = inner.inside.names().iter().map(ToString::to_string).collect();
        assert_eq!(inner.outer(0), None, "an archive's bytes have no lines");
        seen.push(names.join("!"));
    };
    open(&SourceFile { path: &path, bytes }, limits, &wanted, &mut each, &mut problems);
    (seen, problems)
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a new entry");
        writer.write_all(bytes).expect("memory takes it");
    }
    writer.finish().expect("memory takes it").into_inner()
}

fn kinds(problems: &[Problem]) -> Vec<ProblemKind> {
    problems.iter().map(|problem| problem.kind).collect()
}

/// What the zip program packed; the fat-packed script inside is opened, too.
#[test]
fn modules_are_found_and_so_is_what_is_packed_in_a_script() {
    let (seen, problems) = read(APP, Limits::default());
    let packed = |name: &str| format!("script/packed.pl!Tiny/{name}.pm");
    let mut expected = vec!["lib/HTTP/Tiny.pm".to_owned(), "lib/Tiny/Thing.pm".to_owned()];
    expected.extend(["Caf", "Data", "Dotted", "NoEnd", "Thing"].map(packed));
    assert_eq!(seen, expected);
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn an_archive_appended_to_a_program_is_read_too() {
    let program = [&b"\x7fELF made up"[..], &[0; 5000], APP].concat();
    assert_eq!(read(&program, Limits::default()).0.len(), 7);
    let packed = [&program[..], b"\0CACHE\0\0\0\0\nPAR.pm\n"].concat();
    for (name, bytes, expected) in [
        ("bin/app", &packed, true),
        ("app.exe", &packed, true),
        ("bin/app", &program, false),
        ("app.so", &packed, false),
        ("bin/app", &b"#!/bin/sh\n\nPAR.pm\n".to_vec(), false),
        ("app.par", &b"anything".to_vec(), true),
    ] {
        assert_eq!(takes(&Par, &name.into(), bytes), expected, "{name}");
    }
    let (mut seen, mut problems) = (0, Vec::new());
    let path = SourcePath::from("bin/app");
    let file = SourceFile { path: &path, bytes: &packed };
    open(&file, Limits::default(), &|_| true, &mut |_| seen += 1, &mut problems);
    assert!(seen >= 7 && problems.is_empty(), "{seen} {problems:?}");
}

#[test]
fn a_bomb_ends_the_reading() {
    let zeros = vec![0; 20 << 20];
    let bomb = archive(&[("lib/Bomb.pm", &zeros), ("lib/A.pm", b"package A;")]);
    assert!(bomb.len() < 1 << 16, "it is a bomb");
    let (seen, problems) = read(&bomb, Limits::default());
    assert_eq!((seen.len(), kinds(&problems)), (0, vec![ProblemKind::Lost]));
}

#[test]
fn a_large_entry_is_told_and_the_rest_is_read() {
    let limits = Limits { entry_bytes: 1000, ..Limits::default() };
    let files: [(&str, &[u8]); 3] =
        [("lib/Large.pm", &[b' '; 1001]), ("lib/Full.pm", &[b' '; 1000]), ("lib/A.pm", b"1;")];
    let (seen, problems) = read(&archive(&files), limits);
    assert_eq!(seen, ["lib/Full.pm", "lib/A.pm"]);
    assert_eq!(kinds(&problems), [ProblemKind::Lost]);
    let told = problems.first().map(|problem| problem.location.to_string());
    assert_eq!(told.as_deref(), Some("app.par!lib/Large.pm"));
}

#[test]
fn many_entries_of_moderate_size_reach_the_ratio() {
    let zeros = vec![0; 1 << 20];
    let names: Vec<String> = (0..64).map(|i| format!("lib/M{i}.pm")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &zeros[..])).collect();
    let bytes = archive(&files);
    let (seen, problems) = read(&bytes, Limits::default());
    let most = (16_usize << 20).max(bytes.len() * 200);
    assert_eq!(seen.len(), most >> 20, "{} bytes", bytes.len());
    assert!(seen.len() < 64);
    assert_eq!(kinds(&problems), [ProblemKind::Lost]);
}

#[test]
fn too_many_entries_are_told() {
    let names: Vec<String> = (0..30).map(|i| format!("lib/M{i}.pm")).collect();
    let files: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), &b"package A;"[..])).collect();
    let limits = Limits { entries: 29, ..Limits::default() };
    let (seen, problems) = read(&archive(&files), limits);
    assert_eq!((seen.len(), kinds(&problems)), (0, vec![ProblemKind::Lost]));
    assert_eq!(read(&archive(&files), Limits { entries: 30, ..limits }).0.len(), 30);
}

#[test]
fn nesting_ends() {
    let mut inner = archive(&[("lib/Deep.pm", b"package Deep;")]);
    let mut depths = Vec::new();
    for _ in 0..6 {
        let (seen, problems) = read(&inner, Limits::default());
        depths.push((seen.len(), kinds(&problems).len()));
        inner = archive(&[("inner.par", &inner)]);
    }
    assert_eq!(depths, [(1, 0), (1, 0), (1, 0), (1, 0), (0, 1), (0, 1)]);
}

#[test]
fn damage_is_told_and_never_a_panic() {
    for (name, bytes) in
        [("empty", &b""[..]), ("text", b"not a zip"), ("end only", b"PK\x05\x06 and no more")]
    {
        assert_eq!(kinds(&read(bytes, Limits::default()).1), [ProblemKind::Lost], "{name}");
    }
    for end in 0..APP.len() {
        let cut = APP.get(..end).expect("shorter");
        let (_, problems) = read(cut, Limits::default());
        assert!(!problems.is_empty(), "cut at {end}");
    }
    // Each byte wrong in turn: read, told or harmless, but the reader comes back.
    for at in 0..APP.len() {
        let mut bytes = APP.to_vec();
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 0xff;
        }
        let _ = read(&bytes, Limits::default());
    }
}
