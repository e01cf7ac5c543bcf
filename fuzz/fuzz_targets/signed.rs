//! Any bytes as a file with a signature around it, and as the digests in one: places
//! are in the file, and what is read of a text without a signature is all of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_scanner::mirror::{checksums, signature_file, signed};

fuzz_target!(|bytes: &[u8]| {
    let read = signed::read(bytes);
    assert!(read.text.len() <= bytes.len());
    match read.signature {
        None => assert!(&*read.text == bytes && read.lines_before == 0),
        Some(span) => {
            assert!(span.offset as usize + span.length as usize <= bytes.len());
            assert!(span.line > read.lines_before);
        }
    }
    let lines = read.text.split(|byte| *byte == b'\n').count();
    let (files, odd) = signature_file::read(&read.text);
    for line in files.iter().map(|file| file.line).chain(odd) {
        assert!(line >= 1 && line as usize <= lines);
    }
    if let Ok(found) = checksums::read(bytes) {
        assert!(found.files.iter().all(|file| file.line > read.lines_before));
        assert_eq!(found.signature, read.signature);
    }
});
