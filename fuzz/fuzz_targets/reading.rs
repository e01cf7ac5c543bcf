//! Any bytes as Perl source: the statement reader with all that look on. What
//! is told stands where it says: a package's name is the text at its place but
//! for `'`, a module that is loaded is written there, and a version behind it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_scanner::perl::module_version::packages;
use perlscan_scanner::perl::reading::read;
use perlscan_scanner::perl::statement::{FaultKind, Piece, Statements};

fuzz_target!(|bytes: &[u8]| {
    let reading = read(bytes);
    assert!(reading == read(bytes), "the same each time");
    for load in &reading.loads {
        let text = bytes.get(load.range.clone()).expect("a load lies inside");
        if !load.module.is_perl() {
            assert!(loads(text, load.module.as_str()), "{load:?} at {text:?}");
        }
        if let Some(minimum) = &load.minimum {
            let rest = &bytes[load.range.start..];
            assert!(memmem(rest, minimum.as_bytes()), "{load:?}");
        }
    }
    let places: Vec<_> = reading.packages.iter().map(|found| found.range.start).collect();
    assert!(places.is_sorted(), "packages come in the order of the file");
    for found in &reading.packages {
        let text = bytes.get(found.range.clone()).expect("a package lies inside");
        assert!(is_name(text, found.module.as_str()), "{found:?} at {text:?}");
    }
    let mut names: Vec<_> = reading.packages.iter().map(|found| &found.module).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), reading.packages.len(), "each package once");
    assert!(reading.packages == packages(bytes), "alone or beside the others");
    for fault in &reading.faults {
        assert!(fault.start < fault.end && fault.end <= bytes.len(), "{fault:?}");
    }
    pieces(bytes, reading.faults.iter().any(|fault| fault.kind == FaultKind::TooDeep));
});

/// What opens is closed, and tokens ascend.
fn pieces(bytes: &[u8], is_over: bool) {
    let mut statements = Statements::new(bytes, &[]);
    let mut depth = 0_usize;
    let mut end = 0;
    loop {
        let piece = statements.next_piece();
        for token in statements.tokens() {
            assert!(token.start >= end && token.end > token.start, "{token:?} at {end}");
            end = token.end;
        }
        match piece {
            Piece::Open => depth += 1,
            Piece::Close => depth = depth.checked_sub(1).expect("it was opened"),
            Piece::Statement => assert!(!statements.tokens().is_empty()),
            Piece::End => break,
        }
        assert_eq!(depth, statements.depth());
    }
    assert_eq!(depth, 0, "all that opened is closed at the end");
    assert!(end as usize <= bytes.len());
    assert!(is_over || statements.position() >= end as usize);
}

/// Whether a package statement's text is a module's name.
fn is_name(text: &[u8], name: &str) -> bool {
    String::from_utf8_lossy(text).replace('\'', "::") == name
}

/// Whether a text loads a module: it is the name as a word, as a file or in the
/// short form of a framework's lists (`Foo` of `Catalyst::Plugin::Foo`, `foo_bar`
/// of `FooBar`).
fn loads(text: &[u8], name: &str) -> bool {
    let text = String::from_utf8_lossy(text);
    let plain = |text: &str| text.replace('_', "").to_lowercase();
    let whole = text.replace(['\'', '/'], "::");
    let last = name.rsplit("::").next().unwrap_or(name);
    // An escape in a string is longer than what it writes.
    whole.contains(name) || plain(&text).contains(&plain(last)) || text.contains('\\')
}

fn memmem(text: &[u8], part: &[u8]) -> bool {
    part.is_empty() || text.windows(part.len()).any(|window| window == part)
}
