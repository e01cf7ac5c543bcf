use super::*;
use crate::perl::Lexer;

fn first(source: &str) -> Option<String> {
    let token = Lexer::new(source.as_bytes()).next().expect("a token");
    value(&token, source.as_bytes()).map(|v| String::from_utf8_lossy(&v).into_owned())
}

/// The right-hand sides are what perl 5.36 printed.
#[test]
fn strings_have_the_value_that_perl_gives_them() {
    for (source, expected) in [
        (r"'a'", "a"),
        (r"'a\'b'", "a'b"),
        (r"'a\\b\n'", r"a\b\n"),
        (r"q(a(b)c)", "a(b)c"),
        (r"q(a\)b\()", "a)b("),
        (r"q{a\)b}", r"a\)b"),
        ("q #c\n {x}", "x"),
        ("q#x#", "x"),
        ("q xax", "a"),
        (r#""a b""#, "a b"),
        (r#""a\tb\n\"\$\@""#, "a\tb\n\"$@"),
        (r#""\x41\x{42}\103\o{104}\0""#, "ABCD\0"),
        (r#""me @ home""#, "me @ home"),
        (r"qq{a\}b}", "a}b"),
        (r#""\.""#, "."),
        ("<<A;\na\\tb\nA\n", "a\tb\n"),
        ("<<'A';\na\\tb\nA\n", "a\\tb\n"),
        ("<<~A;\n    a\n      b\n\n    A\n", "a\n  b\n\n"),
        ("1.10", "1.1"),
        ("5.10.1", "v5.10.1"),
        ("v5.10", "v5.10"),
        ("foo => 1", "foo"),
        ("v5.10 => 1", "v5.10"),
        ("q §a§", "a"),
    ] {
        assert_eq!(first(source).as_deref(), Some(expected), "{source}");
    }
}

#[test]
fn what_is_dynamic_has_no_value() {
    for source in [
        r#""$x""#,
        r#""@x""#,
        r#""@{[1]}""#,
        r#""\Uabc""#,
        r#""\N{SPACE}""#,
        "`ls`",
        "<A>",
        "'abc",
        "<<A\nabc",
        "foo",
        "$x",
        r#""me@example.org""#,
    ] {
        assert_eq!(first(source), None, "{source}");
    }
}

#[test]
fn word_lists() {
    let source = br"qw( a  b\)c
  d\\ )";
    let token = Lexer::new(source).next().expect("a token");
    let all: Vec<_> = words(&token, source)
        .map(|word| String::from_utf8_lossy(&word_value(&token, word, source)).into_owned())
        .collect();
    assert_eq!(all, ["a", "b)c", r"d\"]);
    assert_eq!(words(&token, source).next(), Some(4..5));
}

#[test]
fn second_parts() {
    for (source, expected) in [
        ("s/a/b/g", "b"),
        ("s{a} #c\n {b}e", "b"),
        ("s(a)/b/", "b"),
        ("tr/a-z/A-Z/", "A-Z"),
        (r"y,a\,,b,", "b"),
        ("s §a§b§", "b"),
    ] {
        let token = Lexer::new(source.as_bytes()).next().expect("a token");
        let range = second_part(&token, source.as_bytes()).expect("two parts");
        assert_eq!(&source[range], expected, "{source}");
    }
}

/// Found by fuzzing: a delimiter that is no character, but the second byte of
/// many.
#[test]
fn a_delimiter_that_is_half_a_character() {
    let source = b"s \xbfa\xbfb\xbf";
    let token = Lexer::new(source).next().expect("a token");
    assert_eq!(second_part(&token, source), Some(5..6));
}
