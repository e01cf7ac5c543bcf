//! Tests of `applied`. `crates/scanner/tests/mirrors/patches.rs` holds it to the real
//! `diff` and `patch`.

use super::*;
use crate::mirror::diff::read;

const DIFF: &str = "\
--- a/lib/Foo.pm
+++ b/lib/Foo.pm
@@ -1,4 +1,5 @@
 one
-two
+deux
+trois
 four
 five
--- a/Changes
+++ b/Changes
@@ -1 +1,2 @@
+mended
 old
";

fn told(diff: &str, files: &[(&str, &str)]) -> Applied {
    let diff = read(diff.as_bytes()).expect("it is a diff");
    let contents =
        files.iter().map(|(path, text)| (SourcePath::from(*path), text.as_bytes().to_vec()));
    applied(&diff, &contents.collect())
}

#[test]
fn the_changes_have_to_be_there_with_what_is_around_them() {
    let yes = Applied::Yes(vec!["lib/Foo.pm".into()]);
    let file = |text| told(DIFF, &[("lib/Foo.pm", text)]);
    assert_eq!(file("one\ndeux\ntrois\nfour\nfive\n"), yes);
    assert_eq!(file("zero\r\none\r\ndeux\r\ntrois\r\nfour\r\nfive\r\n"), yes);
    for text in [
        "one\ntwo\nfour\nfive\n",
        "",
        "deux\ntrois\n",
        "one\ndeux\nfour\nfive\n",
        "one\ntwo\ndeux\ntrois\nfour\nfive\n",
    ] {
        assert!(matches!(file(text), Applied::No(_)), "{text}");
    }
    assert!(matches!(told(DIFF, &[]), Applied::No(_)));
}

#[test]
fn lines_that_are_only_taken_away_have_to_be_gone() {
    let diff = "--- Foo-1/Foo.pm\n+++ Foo-1/Foo.pm\n@@ -1,2 +1 @@\n a\n-b\n";
    assert_eq!(told(diff, &[("Foo.pm", "a\nc\n")]), Applied::Yes(vec!["Foo.pm".into()]));
    assert!(matches!(told(diff, &[("Foo.pm", "a\nb\n")]), Applied::No(_)));
    let bare = "--- Foo.pm\n+++ Foo.pm\n@@ -2 +1,0 @@\n-b\n";
    assert!(matches!(told(bare, &[("Foo.pm", "a\nb\n")]), Applied::No(_)));
}

#[test]
fn what_does_not_decide_shows_nothing() {
    let diff = "--- a/t/a.t\n+++ b/t/a.t\n@@ -1 +1 @@\n-a\n+b\n";
    assert!(matches!(told(diff, &[("t/a.t", "b\n")]), Applied::Unknown(_)));
    let removes = "--- a/Foo.pm\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n";
    assert!(matches!(told(removes, &[]), Applied::Unknown(_)));
    assert!(matches!(told(removes, &[("Foo.pm", "a\n")]), Applied::No(_)));
}

#[test]
fn a_search_without_end_is_given_up() {
    let (mut before, mut after) = (String::new(), String::new());
    for _ in 0..2000 {
        before.push_str(" x\n");
        after.push_str("x\n");
    }
    let diff = format!("--- a/A.pm\n+++ b/A.pm\n@@ -1,2000 +1,2001 @@\n{before}+y\n");
    let text = after.repeat(100);
    assert!(matches!(told(&diff, &[("A.pm", &text)]), Applied::Unknown(_)));
}
