//! Every command and option, from clap.

use std::fmt::Write as _;

use clap::{Arg, ArgAction, Command, CommandFactory as _};

use super::markdown::prose;

/// The parser with all commands, under their full names.
pub(super) fn parser() -> Command {
    let mut parser = crate::args::Cli::command();
    parser.build();
    parser
}

/// Every command below this one, in its order, with the words that call it.
pub(super) fn commands(command: &Command) -> Vec<(String, &Command)> {
    let mut all = Vec::new();
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let name = sub.get_bin_name().unwrap_or(sub.get_name()).to_owned();
        all.push((name, sub));
        all.extend(commands(sub));
    }
    all
}

pub(super) fn page() -> String {
    let parser = parser();
    let mut page = String::from(
        "# Command line\n\nEvery command with its arguments and options, as `--help` tells them. \
         `perlscan PATH…` is `perlscan scan PATH…`; what the exit codes mean is on \
         [a page of its own](exit-codes.md).\n\n",
    );
    let all = commands(&parser);
    page.push_str("| command | what it does |\n|---|---|\n");
    for (name, command) in &all {
        let anchor = name.replace(' ', "-");
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(page, "| [`{name}`](#{anchor}) | {} |", prose(&about));
    }
    for (name, command) in all {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let usage = command.clone().render_usage().to_string();
        let usage = usage.trim_start_matches("Usage:").trim();
        let _ = write!(page, "\n## {name}\n\n{}.\n\n", prose(&about));
        let _ = write!(page, "```console\n{usage}\n```\n");
        arguments(command, &mut page);
        if let Some(after) = command.get_after_help() {
            let _ = write!(page, "\n{}\n", prose(&after.to_string()));
        }
    }
    page
}

fn arguments(command: &Command, page: &mut String) {
    let shown =
        |arg: &&Arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version");
    let arguments: Vec<&Arg> = command.get_arguments().filter(shown).collect();
    let mut headings: Vec<&str> = Vec::new();
    for arg in &arguments {
        let heading = heading(arg);
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    headings.sort_by_key(|heading| match *heading {
        "Arguments" => 0,
        "Options" => 1,
        _ => 2,
    });
    for name in headings {
        let _ = write!(page, "\n**{name}**\n\n");
        for arg in arguments.iter().filter(|arg| heading(arg) == name) {
            argument(arg, page);
        }
    }
}

fn heading(arg: &Arg) -> &str {
    match arg.get_help_heading() {
        Some(heading) => heading,
        None if arg.is_positional() => "Arguments",
        None => "Options",
    }
}

fn argument(arg: &Arg, page: &mut String) {
    let value = arg
        .get_value_names()
        .filter(|_| takes_value(arg))
        .map(|names| names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" "));
    let name = match (arg.get_short(), arg.get_long()) {
        (Some(short), Some(long)) => format!("-{short}, --{long}"),
        (None, Some(long)) => format!("--{long}"),
        (Some(short), None) => format!("-{short}"),
        (None, None) => String::new(),
    };
    let called = match value {
        Some(value) if name.is_empty() => value,
        Some(value) if value.starts_with('[') => format!("{name} {value}"),
        Some(value) => format!("{name} <{value}>"),
        None => name,
    };
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let _ = write!(page, "- `{called}`: {}.", prose(&help));
    let defaults: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|value| format!("`{}`", value.to_string_lossy()))
        .collect();
    if takes_value(arg) && !defaults.is_empty() {
        let _ = write!(page, " Default: {}.", defaults.join(", "));
    }
    if matches!(arg.get_action(), ArgAction::Append) && !arg.is_positional() {
        page.push_str(" May be given several times.");
    }
    if let Some(variable) = arg.get_env() {
        let _ =
            write!(page, " The environment variable `{}` sets it too.", variable.to_string_lossy());
    }
    page.push('\n');
    for value in arg.get_possible_values().iter().filter(|_| takes_value(arg)) {
        let help = value.get_help().map(|help| format!(": {}", prose(&help.to_string())));
        let _ = writeln!(page, "  - `{}`{}", value.get_name(), help.unwrap_or_default());
    }
}

fn takes_value(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Set | ArgAction::Append)
}

#[test]
fn every_option_stands_on_the_page() {
    let page = page();
    let parser = parser();
    let mut options = 0;
    for (name, command) in commands(&parser) {
        assert!(page.contains(&format!("\n## {name}\n")), "{name}");
        let part = page.split(&format!("\n## {name}\n")).nth(1).unwrap_or_default();
        let part = part.split("\n## ").next().unwrap_or_default();
        for long in command.get_arguments().filter_map(Arg::get_long) {
            if long != "help" && long != "version" {
                assert!(part.contains(&format!("--{long}")), "{name} --{long}");
                options += 1;
            }
        }
    }
    assert!(options > 50, "{options} options");
}
