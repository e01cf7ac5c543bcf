use proptest::prelude::*;

thread_local! {
    /// How often this thread began to read each length of source.
    static BEGUN: std::cell::RefCell<Vec<usize>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Notes that a source is read from its start.
pub(super) fn count(source: &[u8]) {
    BEGUN.with_borrow_mut(|begun| begun.push(source.len()));
}

/// The lengths of the sources that this thread has begun to read since the last
/// call.
pub(crate) fn take_begun() -> Vec<usize> {
    BEGUN.take()
}

use super::*;

/// The tokens as one line: a letter or sign for the kind, then the text.
fn dump(source: &str) -> String {
    let tokens: Vec<_> = Lexer::new(source.as_bytes())
        .map(|token| {
            let text = String::from_utf8_lossy(token.text(source.as_bytes())).replace('\n', "␤");
            let kind = match token.kind {
                TokenKind::Word => "W",
                TokenKind::QuotedWord => "Q",
                TokenKind::Method => "M",
                TokenKind::Variable => "V",
                TokenKind::Cast => "C",
                TokenKind::Number => "N",
                TokenKind::VString => "S",
                TokenKind::Single
                | TokenKind::Double
                | TokenKind::Command
                | TokenKind::WordList
                | TokenKind::Match
                | TokenKind::Substitution
                | TokenKind::Transliteration => "q",
                TokenKind::ReadLine => "R",
                TokenKind::HereDoc => "H",
                TokenKind::Format => "F",
                TokenKind::FileTest => "T",
                TokenKind::Prototype => "P",
                TokenKind::AttributeArguments => "A",
                TokenKind::Operator => "o",
                TokenKind::End => "E",
                TokenKind::Unknown => "U",
                _ => "",
            };
            let mark = if token.is_unterminated() { "!" } else { "" };
            let block = if token.is_block() { "b" } else { "" };
            format!("{kind}{block}{mark}{text}")
        })
        .collect();
    tokens.join(" ")
}

/// Every source here was given to perl 5.36 (or its grammar to toke.c), and the
/// right-hand side written by hand.
const TRAPS: &[(&str, &str)] = &[
    // Regex or divide.
    ("$x / 2 / 3", "V$x o/ N2 o/ N3"),
    ("split /,/, $x", "Wsplit q/,/ , V$x"),
    ("f($x) / 2; /b/", "Wf ( V$x ) o/ N2 ; q/b/"),
    ("$h{a} / $a[0] / 1", "V$h { Qa } o/ V$a [ N0 ] o/ N1"),
    ("if ($x) { 1 } /x/", "Wif ( V$x ) b{ N1 b} q/x/"),
    ("do { 4 } / 2", "Wdo b{ N4 b} o/ N2"),
    ("sub { 4 } / 2", "Wsub b{ N4 b} o/ N2"),
    ("shift // 0", "Wshift o// N0"),
    ("$x //= 1; $x // 2", "V$x o//= N1 ; V$x o// N2"),
    ("split //, $x", "Wsplit q// , V$x"),
    ("time / 2; PI / 2; PI /2; ok /2/", "Wtime o/ N2 ; WPI o/ N2 ; WPI o/ N2 ; Wok q/2/"),
    ("$$ / $$", "V$$ o/ V$$"),
    ("$#{$x} / $#x / 1", "C$# { V$x } o/ V$#x o/ N1"),
    ("@{$x}{a} / 1", "C@ { V$x } { Qa } o/ N1"),
    ("$x->y / 2 + $x->[0]/3", "V$x -> My o/ N2 o+ V$x -> [ N0 ] o/ N3"),
    ("return /x/ ? 1 : 2", "Wreturn q/x/ o? N1 o: N2"),
    ("$x ? /a/ : /b/", "V$x o? q/a/ o: q/b/"),
    ("$i++ / 2", "V$i o++ o/ N2"),
    ("} / 2 /", "b} q/ 2 /"),
    // Quotes.
    ("q{a{b}c} q(a\\)b) q<a> q[b]", "qq{a{b}c} qq(a\\)b) qq<a> qq[b]"),
    ("q #c\n (x)", "qq #c␤ (x)"),
    ("q#x# . 1", "qq#x# o. N1"),
    ("s{a} #c\n {b}e . y/a/b/r", "qs{a} #c␤ {b}e o. qy/a/b/r"),
    ("s/\\//x/g; s,a,b,; tr[a-z][A-Z]", "qs/\\//x/g ; qs,a,b, ; qtr[a-z][A-Z]"),
    ("m?a? + qr'x'i", "qm?a? o+ qqr'x'i"),
    ("q\\a\\ . 1", "qq\\a\\ o. N1"),
    ("print qw(a b)", "Wprint qqw(a b)"),
    ("'a\\'b' \"c\\\"d\" `e`", "q'a\\'b' q\"c\\\"d\" q`e`"),
    ("s::x:y", "qs::x:y"),
    // Words that are no quotes.
    ("s => 1, y\n=> 2, q #c\n => 3, tr=>4", "Qs => N1 , Qy => N2 , Qq => N3 , Qtr => N4"),
    (
        "$h{s} + $h{ y } + $h{-q} + $x->{m}",
        "V$h { Qs } o+ V$h { Qy } o+ V$h { o- Qq } o+ V$x -> { Qm }",
    ),
    ("$x->y->s(1)", "V$x -> My -> Ms ( N1 )"),
    ("&s(1); sub y { 8 } %s, @y, $q, *m", "V&s ( N1 ) ; Wsub Wy b{ N8 b} V%s , V@y , V$q , V*m"),
    ("-s => 1, -foo => 2; -s $f; -e 'x'", "o- Qs => N1 , o- Qfoo => N2 ; T-s V$f ; T-e q'x'"),
    ("use s; no y; package q; ${ s } @{y}", "Wuse Ws ; Wno Wy ; Wpackage Wq ; V${ s } V@{y}"),
    ("print => 1; __END__ => 2", "Qprint => N1 ; Q__END__ => N2"),
    ("Foo::s => isn't, Foo'Bar", "QFoo::s => Wisn't , WFoo'Bar"),
    ("print'a' eq'b'", "Wprint q'a' Weq q'b'"),
    // Variables.
    ("$x $::y $a'b ${^W} $^W $# $#a $$x", "V$x V$::y V$a'b V${^W} V$^W V$# V$#a C$ V$x"),
    ("$' $\" $; $, $/ $\\ $& $` $! $@ $0 $1", "V$' V$\" V$; V$, V$/ V$\\ V$& V$` V$! V$@ V$0 V$1"),
    (
        "$)[0] $] $[ $< $> $( $-{a} $+{b} $%",
        "V$) [ N0 ] V$] V$[ V$< V$> V$( V$- { Qa } V$+ { Qb } V$%",
    ),
    ("%$x; 5 % $x; %+; %h % 3", "C% V$x ; N5 o% V$x ; V%+ ; V%h o% N3"),
    (
        "*a = *b; *{\"x\"} = \\&y; 2 * 3 ** 4",
        "V*a o= V*b ; C* { q\"x\" } o= o\\ V&y ; N2 o* N3 o** N4",
    ),
    ("*RS = */\t; *X = *\";", "V*RS o= V*/ ; V*X o= V*\" ;"),
    (
        "$x->@* + $x->$#* + $x->%{a} + $x->@[0]",
        "V$x -> o@* o+ V$x -> o$#* o+ V$x -> C% { Qa } o+ V$x -> C@ [ N0 ]",
    ),
    ("$x->$m(1) / 2", "V$x -> V$m ( N1 ) o/ N2"),
    ("&$f && &f & 1 &&= 2", "C& V$f o&& V&f o& N1 o&&= N2"),
    // Braces.
    ("map { $_ => 1 } @x", "Wmap b{ V$_ => N1 b} V@x"),
    ("map { 'a' => 1 }, 2", "Wmap { q'a' => N1 } , N2"),
    ("map {; a => 1 } 2", "Wmap b{ ; Qa => N1 b} N2"),
    ("f({ a => 1 }, {}); { local $x; }", "Wf ( { Qa => N1 } , { } ) ; b{ Wlocal V$x ; b}"),
    ("{ no strict; use X }", "b{ Wno Wstrict ; Wuse WX b}"),
    ("print {$fh} /x/; print {*STDOUT} 1", "Wprint b{ V$fh b} q/x/ ; Wprint b{ V*STDOUT b} N1"),
    ("on 'test' => sub { 1 };", "Won q'test' => Wsub b{ N1 b} ;"),
    ("package Foo 1.2 { 1 } class A::B { 2 }", "Wpackage WFoo N1.2 b{ N1 b} Wclass WA::B b{ N2 b}"),
    (
        "try { 1 } catch { 2 }; method foo { 3 } /x/",
        "Wtry b{ N1 b} Wcatch b{ N2 b} ; Wmethod Wfoo b{ N3 b} q/x/",
    ),
    ("if (1) { } else { } BEGIN { } /x/", "Wif ( N1 ) b{ b} Welse b{ b} WBEGIN b{ b} q/x/"),
    ("for my $x (@y) { } $f->(1){x} / 2", "Wfor Wmy V$x ( V@y ) b{ b} V$f -> ( N1 ) { Qx } o/ N2"),
    // Subs.
    ("sub f($$;@) { } sub (\\@) { 1 } / 2", "Wsub Wf P($$;@) b{ b} Wsub P(\\@) b{ N1 b} o/ N2"),
    (
        "sub f ($x, $=, $y = 3/2, @) { $x / 2 }",
        "Wsub Wf ( V$x , o$ o= , V$y o= N3 o/ N2 , o@ ) b{ V$x o/ N2 b}",
    ),
    ("sub f :Path('/x(') :lv { }", "Wsub Wf o: WPath A!('/x(') :lv { }"),
    ("sub f :Path('/x') :lv { }", "Wsub Wf o: WPath A('/x') o: Wlv b{ b}"),
    ("FOO: while (1) { next FOO }", "WFOO o: Wwhile ( N1 ) b{ Wnext WFOO b}"),
    // Numbers.
    (
        "1..3, 1.5.2, v5.10, v5, 1.e3 .5, 0x1F, 1_000",
        "N1 o.. N3 , S1.5.2 , Sv5.10 , Sv5 , N1.e3 o. N5 , N0x1F , N1_000",
    ),
    ("(.5, 0b1, 010, 1e-3, v1)", "( N.5 , N0b1 , N010 , N1e-3 , Sv1 )"),
    (
        "v5.10 => 1, $h{v1}, v1abc, sub v1 {}",
        "Qv5.10 => N1 , V$h { Qv1 } , Wv1abc , Wsub Wv1 b{ b}",
    ),
    ("\"-\" x3 . 'a' x 2", "q\"-\" ox N3 o. q'a' ox N2"),
    // Heredocs.
    ("f(<<A, <<'B', 1);\na\nA\nb\nB\nend", "Wf ( H<<A , H<<'B' , N1 ) ; Wend"),
    ("print <<~A . 1;\n  x\n  A\n2", "Wprint H<<~A o. N1 ; N2"),
    ("print <<\"A B\";\nx\nA B\n2", "Wprint H<<\"A B\" ; N2"),
    ("print $fh <<A; 1 << 2; $x <<A\nb\nA\n", "Wprint V$fh H<<A ; N1 o<< N2 ; V$x o<< WA"),
    ("print << \"\";\nx\n\n2", "Wprint H<< \"\" ; N2"),
    ("f(<<A, \"b\nA text\nA\nc\");1", "Wf ( H<<A , q\"b␤A text␤A␤c\" ) ; N1"),
    ("f(<<A);\r\nx\r\nA\r\n1", "Wf ( H<<A ) ; N1"),
    ("<<A;\nx\nA", "H<<A ;"),
    ("<<A;\nuse X;\n", "H!<<A ; Wuse WX ;"),
    // Angles.
    (
        "<$fh>, <STDIN>, <>, <<>>, <*.c>, 1 < 2 > 3",
        "R<$fh> , R<STDIN> , R<> , R<<>> , R<*.c> , N1 o< N2 o> N3",
    ),
    ("(<$f>, <<>>, $x <=> 1, shift < 3)", "( R<$f> , R<<>> , V$x o<=> N1 , Wshift o< N3 )"),
    // POD, comments, the end.
    ("1;\n\n=head1 X\n\nuse Y;\n\n=cut\n\n2", "N1 ; N2"),
    ("=cut\n\n1;\n\n=cut\n\n2", "N2"),
    ("=pod\n\n=cutter\n\n1\n\n=cut2\n\n2", "N2"),
    ("$x\n=pod; 1", "V$x o= Wpod ; N1"),
    ("(1,\n\n=pod\n\n=cut\n\n2)", "( N1 , N2 )"),
    ("1 # use X\n#=pod\n; 2", "N1 ; N2"),
    ("1;\n__END__\nuse X", "N1 ; E__END__"),
    ("1;\n__DATA__\nuse X", "N1 ; E__DATA__"),
    ("1; \x04 use X", "N1 ; E\x04"),
    ("format STDOUT =\n@<< / '\n$x\n.\n1", "Wformat WSTDOUT o= F@<< / '␤$x␤. N1"),
    ("format => 1", "Qformat => N1"),
    // What is broken.
    ("'abc\nuse X", "q!'abc Wuse WX"),
    ("q{a\nuse X", "q!q{a Wuse WX"),
    ("\x01\x02 use X", "U\x01\x02 Wuse WX"),
    ("q", "Wq"),
    ("$", "U$"),
    ("}})])", "b} b} ) ] )"),
    ("...; 1 ... 2", "o... ; N1 o... N2"),
];

#[test]
fn traps() {
    let failures: Vec<_> = TRAPS
        .iter()
        .map(|(source, expected)| (source, *expected, dump(source)))
        .filter(|(_, expected, ours)| ours != expected)
        .collect();
    for (source, expected, ours) in &failures {
        println!("{source:?}\n  expected {expected}\n  ours     {ours}");
    }
    assert!(failures.is_empty(), "{} of {}", failures.len(), TRAPS.len());
}

#[test]
fn statements_begin_where_perl_begins_them() {
    let source = b"use A; { no B; use C } if (1) { use D } L: use E; my %h = (use => 1); f(use F)";
    let begins: Vec<_> = Lexer::new(source)
        .filter(|token| token.is_word(source, b"use") || token.is_word(source, b"no"))
        .map(|token| token.begins_statement())
        .collect();
    assert_eq!(begins, [true, true, true, true, true, false]);
}

#[test]
fn trivia_on_request() {
    let source = b"1; # a\n\n=pod\n\nx\n\n=cut\n2 # b";
    let kinds: Vec<_> = Lexer::new(source).with_trivia().map(|token| token.kind).collect();
    use TokenKind::{Comment, Number, Pod, Semicolon};
    assert_eq!(kinds, [Number, Semicolon, Comment, Pod, Number, Comment]);
}

#[test]
fn bodies() {
    let source = b"f(<<A, q (x), 'y');\nbody\nA\n__END__\nrest";
    let bodies: Vec<_> = Lexer::new(source)
        .filter(|token| !matches!(token.kind, TokenKind::Comma))
        .map(|token| String::from_utf8_lossy(token.body(source)).into_owned())
        .collect();
    assert_eq!(bodies, ["f", "(", "body\n", "x", "y", ")", ";", "\nrest"]);
}

/// Checks what the lexer promises of any input, and gives the tokens' number.
fn check(source: &[u8]) -> usize {
    let mut end = 0;
    let mut count = 0;
    for token in Lexer::new(source).with_trivia() {
        assert!(token.start >= end, "{token:?} after {end}");
        assert!(token.end > token.start, "{token:?} is empty");
        assert!(token.end as usize <= source.len(), "{token:?} beyond the end");
        let body = token.body_range();
        assert!(body.start <= body.end && body.end <= source.len(), "{token:?}");
        let _ = crate::perl::literal::value(&token, source);
        let _ = crate::perl::literal::words(&token, source).count();
        let _ = crate::perl::literal::second_part(&token, source);
        end = token.end;
        count += 1;
    }
    count
}

/// Perl-like fragments, so that the properties meet more than rubbish.
const FRAGMENTS: &[&str] = &[
    "q",
    "qq{",
    "s{a}",
    "{b}",
    "y/",
    "tr",
    "m",
    "<<A",
    "<<~\"B\"",
    "\nA\n",
    "\n  B\n",
    "'",
    "\"",
    "`",
    "/",
    "//",
    "\\",
    "#",
    "\n",
    "\n=pod\n",
    "\n=cut\n",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ";",
    "=>",
    "->",
    ",",
    "$",
    "@",
    "%",
    "&",
    "*",
    "$x",
    "@{",
    "$#",
    "${^",
    "x",
    "=",
    "<",
    ">",
    "?",
    ":",
    "::",
    "print ",
    "map ",
    "sub f",
    "sub ",
    "format F =\n",
    "\n.\n",
    "__END__",
    "1",
    "1.2.3",
    "v5",
    "0x",
    ".",
    "..",
    "-e",
    " ",
    "Foo::Bar",
    "use ",
    "if ",
    "return ",
    "\r\n",
    "\0",
    "é",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(source in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&source);
    }

    #[test]
    fn any_fragments(picks in proptest::collection::vec(0..FRAGMENTS.len(), 0..60)) {
        let source: String = picks.iter().map(|pick| FRAGMENTS[*pick]).collect();
        check(source.as_bytes());
    }

    /// What follows a complete statement is read the same wherever it stands.
    #[test]
    fn concatenation(pick in 0..TRAPS.len()) {
        let (source, expected) = TRAPS[pick];
        prop_assume!(!source.starts_with("=") && !source.starts_with('}'));
        prop_assert_eq!(dump(&format!("1;\n{source}")), format!("N1 ; {expected}"));
    }
}

#[test]
fn hostile_inputs_take_linear_time() {
    let deep = "{".repeat(50_000) + &"}".repeat(50_000);
    assert_eq!(check(deep.as_bytes()), 100_000);
    // Each of these is quadratic in a lexer that looks ahead without a limit;
    // at this size it would not end while anybody waits.
    for unit in [
        "<",
        "<<",
        "<<A\n",
        "<<A;",
        "'\n",
        "q{",
        "s{",
        "s{}",
        "a #\n",
        "map{",
        "{'",
        "{\"a",
        "/",
        "a /b",
        "$x <",
        "f(",
        "sub(",
        "sub f($x",
        "[",
        "(]",
        "$",
        "@",
        "=pod\n",
        "\n=pod\n",
        "\\",
        "\"\\",
        "qw(",
        "format =\n",
        "x ",
        "a::",
        "a'",
        "1.",
        "1_",
        "print $x <<",
        "%",
        "&",
        "*",
        "${",
        "${^",
        "=>",
        "q #\n",
        "-e ",
        "sub f:a(",
        "\0",
        "A:",
        "L:L",
        "{a,",
        "<<~A <",
    ] {
        let source = unit.repeat(200_000 / unit.len());
        check(source.as_bytes());
    }
}
