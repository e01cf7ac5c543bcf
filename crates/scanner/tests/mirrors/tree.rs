//! A tree in memory with a mirror in it.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use perlscan_scanner::advisory::database::{Database, DatabaseChoice};
use perlscan_scanner::model::location::SourcePath;
use perlscan_scanner::model::remark::RemarkKind;
use perlscan_scanner::report::Report;
use perlscan_scanner::scan::ScanSettings;
use perlscan_scanner::source::MemSource;
use perlscan_scanner::{darkpan, run};

/// Of Net-OAuth CVE-2025-22376 holds up to 0.28.
pub(crate) const CVE: &str = "CVE-2025-22376";

/// A folder of an author, below a mirror.
pub(crate) const LOCAL: &str = "authors/id/L/LO/LOCAL";

#[derive(Debug, Default, Clone)]
pub(crate) struct Tree {
    files: Vec<(String, Vec<u8>)>,
}

impl Tree {
    pub(crate) fn file(mut self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.files.push((path.to_owned(), bytes.as_ref().to_vec()));
        self
    }

    /// A release in the folder of an author, `pan/authors/id/...`, with the folder of its
    /// name around its files.
    pub(crate) fn release(self, folder: &str, name: &str, files: &[(&str, &str)]) -> Self {
        let files: Vec<_> =
            files.iter().map(|(path, text)| (format!("{name}/{path}"), *text)).collect();
        self.file(&format!("{folder}/{name}.tar.gz"), archive(&files))
    }

    /// An index of packages, each with its version and archive.
    pub(crate) fn index(self, mirror: &str, entries: &[(&str, &str, &str)]) -> Self {
        let mut text = format!("File: 02packages.details.txt\nLine-Count: {}\n\n", entries.len());
        for (module, version, path) in entries {
            text.push_str(&format!("{module}  {version}  {path}\n"));
        }
        self.file(&format!("{mirror}/modules/02packages.details.txt"), text)
    }

    pub(crate) fn source(&self) -> MemSource {
        let files = self.files.iter();
        let files = files.map(|(path, bytes)| (SourcePath::from(path.as_str()), bytes.clone()));
        MemSource::new(files.collect())
    }

    /// As `perlscan .` sees it.
    pub(crate) fn scan(&self) -> Report {
        run::scan(&self.source(), &settings(), &database(), &()).unwrap()
    }

    /// As `perlscan darkpan .` sees it.
    pub(crate) fn darkpan(&self) -> Report {
        darkpan::scan(&self.source(), &settings(), &database(), &()).unwrap()
    }
}

pub(crate) fn archive(files: &[(String, &str)]) -> Vec<u8> {
    let packer = GzEncoder::new(Vec::new(), Compression::fast());
    let mut builder = tar::Builder::new(packer);
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// The scan root is the base.
pub(crate) fn settings() -> ScanSettings {
    ScanSettings { scan_roots: vec![SourcePath::default()], ..ScanSettings::default() }
}

pub(crate) fn database() -> Database {
    Database::open(&DatabaseChoice::default()).unwrap()
}

/// The remarks of a kind, each with its subject and words.
pub(crate) fn remarks(report: &Report, kind: RemarkKind) -> Vec<(String, String)> {
    let of_kind = report.remarks.iter().filter(|remark| remark.kind == kind);
    of_kind.map(|remark| (remark.subject.as_str().to_owned(), remark.message.clone())).collect()
}

/// The problems, as they are shown.
pub(crate) fn problems(report: &Report) -> Vec<String> {
    let words = report.problems.iter();
    words.map(|one| format!("{} {}: {}", one.kind.word(), one.location, one.message)).collect()
}
