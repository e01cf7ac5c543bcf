//! Text as Markdown: what is code stays code, the rest is escaped.

/// Escapes what Markdown or HTML would take for its own, outside of backticks,
/// and puts the text on one line.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    for letter in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        code ^= letter == '`';
        match letter {
            '<' if !code => out.push_str("&lt;"),
            '>' if !code => out.push_str("&gt;"),
            '*' | '_' | '[' | ']' | '{' | '}' if !code => {
                out.push('\\');
                out.push(letter);
            }
            _ => out.push(letter),
        }
    }
    out
}

/// As [`prose`], for a cell of a table.
pub(super) fn cell(text: &str) -> String {
    prose(text).replace('|', "\\|")
}

/// Text as code in a cell of a table.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

#[test]
fn code_stays_code_and_the_rest_is_escaped() {
    assert_eq!(prose("a <b> `<c|d>`\n  [KIND=]X"), "a &lt;b&gt; `<c|d>` \\[KIND=\\]X");
    assert_eq!(cell("a|b"), "a\\|b");
}
