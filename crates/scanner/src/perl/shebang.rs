//! How a file without a suffix tells that it is Perl.

use memchr::memmem;

/// Whether a file begins with the `#!` of a Perl script, or with the lines that
/// let a shell hand it to perl.
pub fn is_perl_script(head: &[u8]) -> bool {
    let line = |text: &[u8]| {
        let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
        text.get(..end).is_some_and(|line| memmem::find(line, b"perl").is_some())
    };
    let Some(first) = head.strip_prefix(b"#!") else { return false };
    let second = memchr::memchr(b'\n', first).and_then(|end| first.get(end + 1..));
    line(first) || second.is_some_and(|rest| rest.starts_with(b"eval") && line(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_known_by_their_first_lines() {
        for head in
            ["#!/usr/bin/perl\n", "#!/usr/bin/env perl -w", "#!/bin/sh\neval 'exec perl -x'\n"]
        {
            assert!(is_perl_script(head.as_bytes()), "{head}");
        }
        for head in ["", "#!/bin/sh\necho perl\n", "perl", "\x7fELF", "#!"] {
            assert!(!is_perl_script(head.as_bytes()), "{head}");
        }
    }
}
