//! What holds of every extractor, whatever the bytes: the same facts from disk
//! and from memory, and places that lie inside the file.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use perlscan_model::location::{Location, SourcePath, Span};
use perlscan_scanner::container::{Limits, copy::copies};
use perlscan_scanner::extract::{Facts, SourceFile, Wanted, extractors};
use perlscan_scanner::scan::{ScanSettings, survey};
use perlscan_scanner::source::{Excludes, FsSource, HEAD_BYTES, MemSource, Source};
use proptest::prelude::*;

/// A tree with a file for each extractor.
fn corpus() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-corpus/hostile/run");
    folder.canonicalize().expect("the corpus is there")
}

static FILES: LazyLock<Vec<(SourcePath, Vec<u8>)>> = LazyLock::new(|| {
    let base = corpus();
    let mut files = Vec::new();
    let mut folders = vec![base.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("it can be read").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&base).expect("below").to_string_lossy().into_owned();
            files.push((SourcePath::from(name.as_str()), std::fs::read(path).expect("read")));
        }
    }
    files.sort();
    files
});

/// The extractors that want a file.
fn wanting<'b>(path: &'b SourcePath, bytes: &'b [u8]) -> impl Iterator<Item = &'static str> + 'b {
    let head = &bytes[..HEAD_BYTES.min(bytes.len())];
    let wants = move |one: &Wanted| *one == Wanted::Yes;
    extractors()
        .iter()
        .filter(move |one| {
            wants(&one.wants(path)) || one.wants(path) == Wanted::Peek && one.wants_head(head)
        })
        .map(|one| one.name())
}

fn facts(path: &SourcePath, bytes: &[u8]) -> Facts {
    let mut facts = Facts::default();
    let file = SourceFile { path, bytes };
    let names: Vec<_> = wanting(path, bytes).collect();
    for extractor in extractors().iter().filter(|one| names.contains(&one.name())) {
        extractor.extract(&file, &mut facts);
    }
    copies(&file, Limits::default(), &mut facts);
    facts
}

/// The first span that does not lie inside a file of this many bytes.
fn outside(facts: &Facts, length: usize) -> Option<String> {
    let places = facts.requirements.iter().map(|one| &one.location);
    let places = places.chain(facts.problems.iter().map(|one| &one.location));
    let places = places.chain(facts.packages.iter().map(|one| &one.location));
    let places = places.chain(facts.bundled.iter().map(|one| &one.location));
    let places = places.chain(facts.interpreters.iter().map(|one| &one.location));
    let places = places.chain(facts.identities.iter().map(|one| &one.location));
    let places = places.chain(facts.pointers.iter().map(|one| &one.location));
    let places = places.chain(facts.installations.iter().map(|one| &one.location));
    let spans = places.filter_map(|location: &Location| location.span);
    let spans = spans.chain(facts.edges.iter().filter_map(|one| one.span));
    let spans = spans.chain(facts.uses.iter().map(|one| one.span));
    let mut spans = spans.chain(facts.modules.iter().map(|one| one.span));
    let is_outside = |span: &Span| {
        let end = u64::from(span.offset) + u64::from(span.length);
        end > length as u64
            || span.line < 1
            || span.column < 1
            || (span.line, span.column) > (span.end_line, span.end_column)
    };
    spans.find(is_outside).map(|span| format!("{span:?} of {length} bytes"))
}

#[test]
fn each_extractor_has_a_file() {
    for extractor in extractors() {
        let reads = |(path, bytes): &(SourcePath, Vec<u8>)| {
            wanting(path, bytes).any(|name| name == extractor.name())
                && facts(path, bytes) != Facts::default()
        };
        assert!(FILES.iter().any(reads), "no file for {}", extractor.name());
    }
}

#[test]
fn disk_and_memory_have_the_same_facts() {
    let settings =
        ScanSettings { scan_roots: vec![SourcePath::default()], ..ScanSettings::default() };
    let told = |source: &dyn Source| {
        let mut told = survey(source, &settings, &());
        told.problems.sort();
        format!("{told:#?}")
    };
    let memory = told(&MemSource::new(FILES.clone()));
    assert!(memory.contains("Hostile::InPar") && memory.contains("Hostile::Used"));
    let excludes = Excludes::new(&corpus(), &[], true).expect("no patterns");
    for threads in [1, 4] {
        let disk = FsSource::new(corpus(), vec![corpus()], excludes.clone(), Some(threads));
        assert!(told(&disk) == memory, "{threads} threads");
    }
}

#[test]
fn a_file_that_is_cut_anywhere_has_its_places_inside() {
    for (path, bytes) in FILES.iter() {
        for end in 0..bytes.len() {
            let cut = &bytes[..end];
            let wrong = outside(&facts(path, cut), end);
            assert_eq!(wrong, None, "{path} cut at {end}");
        }
    }
}

/// Pieces that break what they are put into.
const PIECES: [&[u8]; 16] = [
    b"{",
    b"}",
    b"(",
    b"'",
    b"\"",
    b"<<A\n",
    b"\n=pod\n",
    b"\0",
    b"\xff",
    b"\xc3",
    b"q{",
    b";",
    b"\n",
    b"\r",
    b"\xef\xbb\xbf",
    b"\\",
];

proptest! {
    #[test]
    fn a_file_that_is_damaged_has_its_places_inside(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        removed in 0..20_usize,
        pieces in prop::collection::vec(0..PIECES.len(), 0..4),
    ) {
        let (path, bytes) = which.get(&FILES);
        let at = at.index(bytes.len());
        let mut damaged = bytes[..at].to_vec();
        damaged.extend(pieces.iter().flat_map(|piece| PIECES[*piece]));
        damaged.extend(bytes.iter().skip(at + removed));
        let wrong = outside(&facts(path, &damaged), damaged.len());
        prop_assert_eq!(wrong, None, "{}: {:?}", path, String::from_utf8_lossy(&damaged));
    }
}
