//! Writes every report that the tests make by hand in every format, as
//! `FOLDER/NAME.FORMAT`, for the readers of others that `.ci/formats` and
//! `.ci/sarif` hold them to. `limits.sarif` has more findings than code scanning
//! takes.

#![allow(clippy::disallowed_methods, reason = "it writes files where it is told to")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "it is of the tests")]
#![allow(clippy::print_stderr, reason = "it is a program")]
#![allow(dead_code, reason = "the samples are shared")]

#[path = "../tests/report/odd.rs"]
mod odd;
#[path = "../tests/report/sample.rs"]
mod sample;

use std::path::Path;
use std::time::Instant;

use perlscan_scanner::report::{EmitOptions, FORMATS, Format, Report};

fn main() {
    let folder = std::env::args_os().nth(1).expect("usage: reports FOLDER");
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).expect("the folder can be made");
    for (name, report) in sample::all().into_iter().chain(odd::all()) {
        for format in FORMATS {
            write(folder, name, format, &report);
        }
    }
    let sarif = Format::find("sarif").expect("a format");
    write(folder, "limits", sarif, &sample::many(25_100));
}

fn write(folder: &Path, name: &str, format: &Format, report: &Report) {
    let started = Instant::now();
    let mut bytes = Vec::new();
    format.emitter(&EmitOptions::default()).emit(report, &mut bytes).expect("a vector takes all");
    if report.findings.len() >= 10_000 {
        let (took, findings) = (started.elapsed(), report.findings.len());
        eprintln!("{name}.{}: {findings} findings, {} bytes, {took:.0?}", format.name, bytes.len());
    }
    let path = folder.join(format!("{name}.{}", format.name));
    std::fs::write(&path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
