//! What GitHub's runner makes of a line of a log, by the rules of its source
//! (`ActionCommand` in actions/runner), which are the only grammar there is.

use std::collections::BTreeMap;

/// A command that the runner would carry out.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) word: String,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) data: String,
}

/// The command on a line. Every word counts as one that is registered, since
/// `stop-commands` registers any.
pub(crate) fn command(line: &str) -> Option<Command> {
    new_style(line).or_else(|| old_style(line))
}

/// `::word key=value,…::data`, after any blanks.
pub(crate) fn new_style(line: &str) -> Option<Command> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (word, properties) = head.split_once(' ').unwrap_or((head, ""));
    let properties = properties.trim().split(',').filter_map(|property| {
        // Both parts lose what is empty before them.
        let (key, value) = property.trim_start_matches('=').split_once('=')?;
        let value = value.trim_start_matches('=');
        (!value.is_empty()).then(|| (key.to_owned(), unescaped(value, &PROPERTY)))
    });
    let properties = properties.collect();
    Some(Command { word: word.to_owned(), properties, data: unescaped(data, &DATA) })
}

/// `##[word key=value;…]data`, anywhere in a line that is no command of the new
/// style.
fn old_style(line: &str) -> Option<Command> {
    let (_, rest) = line.split_once("##[")?;
    let (head, data) = rest.split_once(']')?;
    let word = head.split(' ').next().unwrap_or_default().to_owned();
    Some(Command { word, properties: BTreeMap::new(), data: data.to_owned() })
}

/// In the runner's order: what was a `%` comes last.
const DATA: [(&str, &str); 3] = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")];
const PROPERTY: [(&str, &str); 5] =
    [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];

fn unescaped(text: &str, escapes: &[(&str, &str)]) -> String {
    escapes.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
