//! Any bytes as Perl: tokens come in order, are not empty, do not overlap and
//! lie inside the source, with and without comments alike, and reading their
//! values does no harm.
#![no_main]

use libfuzzer_sys::fuzz_target;
use perlscan_scanner::perl::{Lexer, LineIndex, TokenKind, literal};

fuzz_target!(|bytes: &[u8]| {
    let lines = LineIndex::new(bytes);
    let mut end = 0;
    let mut code = Vec::new();
    for token in Lexer::new(bytes).with_trivia() {
        assert!(token.start >= end, "{token:?} overlaps");
        assert!(token.end > token.start, "{token:?} is empty");
        assert!(token.end as usize <= bytes.len(), "{token:?} is beyond the end");
        let body = token.body_range();
        assert!(body.start <= body.end && body.end <= bytes.len(), "{token:?}");
        if let Some(value) = literal::value(&token, bytes)
            && !matches!(token.kind, TokenKind::Number | TokenKind::VString)
        {
            // `\x{...}` at its shortest is longer than what it writes.
            assert!(value.len() <= body.len(), "{token:?}");
        }
        for word in literal::words(&token, bytes) {
            assert!(body.start <= word.start && word.end <= body.end && !word.is_empty());
        }
        if let Some(second) = literal::second_part(&token, bytes) {
            assert!(body.end <= second.start && second.end <= token.end as usize, "{token:?}");
        }
        let (line, column) = lines.position(token.start as usize);
        assert!(line >= 1 && column >= 1);
        if !matches!(token.kind, TokenKind::Comment | TokenKind::Pod) {
            code.push(token);
        }
        end = token.end;
    }
    assert!(Lexer::new(bytes).eq(code), "comments change the code");
});
