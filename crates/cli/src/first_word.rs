//! What the first word means: a command, or a path to scan.
//!
//! `perlscan [PATH…]` is `perlscan scan`. A command wins over a folder of the
//! same name, and says how to scan the folder instead.

use std::ffi::OsString;
use std::path::Path;

use crate::terminal;

/// The commands; a test holds the list to the parser's, which would take longer
/// to build than a small scan takes.
const COMMANDS: [&str; 12] = [
    "scan",
    "check",
    "diff",
    "installed",
    "inventory",
    "darkpan",
    "resolve",
    "db",
    "explain",
    "completions",
    "man",
    "help",
];

/// Puts `scan` before words that name no command.
///
/// # Errors
/// When the first word is neither a command, nor an option, nor a path.
pub(crate) fn settle(mut words: Vec<OsString>) -> Result<Vec<OsString>, String> {
    let Some(first) = words.get(1) else {
        words.push("scan".into());
        return Ok(words);
    };
    let text = first.to_string_lossy().into_owned();
    if COMMANDS.contains(&text.as_str()) {
        if Path::new(&text).is_dir() {
            terminal::hint(&format!(
                "'{text}' is read as the command; to scan the folder of that name: perlscan ./{text}"
            ));
        }
        return Ok(words);
    }
    if matches!(text.as_str(), "-h" | "--help" | "-V" | "--version") {
        return Ok(words);
    }
    if !text.starts_with('-') && !Path::new(first).exists() {
        let nearest = COMMANDS
            .iter()
            .map(|command| (distance(command, &text), command))
            .filter(|(distance, _)| *distance <= 2)
            .min();
        let hint = match nearest {
            Some((_, command)) => format!("did you mean the command '{command}'?"),
            None => format!("the commands are {}", COMMANDS.join(", ")),
        };
        return Err(format!("'{text}' is neither a path nor a command; {hint}"));
    }
    words.insert(1, "scan".into());
    Ok(words)
}

/// How many letters have to change to make one word the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], i: usize| row.get(i).copied().unwrap_or(usize::MAX / 2);
            let replace = at(&row, j) + usize::from(x != *y);
            next.push(replace.min(at(&row, j + 1) + 1).min(at(&next, j) + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(words: &[&str]) -> Result<Vec<String>, String> {
        let words = std::iter::once("perlscan").chain(words.iter().copied());
        settle(words.map(OsString::from).collect())
            .map(|words| words.into_iter().skip(1).map(|w| w.to_string_lossy().into()).collect())
    }

    #[test]
    fn the_list_is_the_parsers() {
        use clap::CommandFactory as _;
        let command = crate::args::Cli::command();
        let mut parsed: Vec<&str> = command.get_subcommands().map(|c| c.get_name()).collect();
        parsed.push("help");
        assert_eq!(parsed, COMMANDS);
    }

    #[test]
    fn a_path_or_an_option_means_scan() {
        assert_eq!(settled(&[]), Ok(vec!["scan".into()]));
        assert_eq!(settled(&["."]), Ok(vec!["scan".into(), ".".into()]));
        assert_eq!(settled(&["-f", "json"]), Ok(vec!["scan".into(), "-f".into(), "json".into()]));
        assert_eq!(settled(&["check", "x"]), Ok(vec!["check".into(), "x".into()]));
        assert_eq!(settled(&["--help"]), Ok(vec!["--help".into()]));
    }

    #[test]
    fn a_slip_names_the_nearest_command() {
        let error = settled(&["chekc"]).expect_err("no such command");
        assert!(error.contains("'check'"), "{error}");
        let error = settled(&["no-such-thing"]).expect_err("no such path");
        assert!(error.contains("neither a path nor a command"), "{error}");
    }
}
