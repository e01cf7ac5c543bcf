//! What the exit codes of each command mean, from the commands' help.

use std::fmt::Write as _;

use super::command_line::{commands, parser};
use super::markdown::cell;

/// How a command's help begins to tell them.
const BEGINNING: &str = "Exit codes: ";

pub(super) fn page() -> String {
    let mut page = String::from(
        "# Exit codes\n\nWhat the number means with which a command ends. The same three numbers \
         mean the same things everywhere: 0 is good, 1 is about what was found, 2 says that the \
         answer is not complete. A usage error is 2 for every command.\n\n\
         | command | 0 | 1 | 2 |\n|---|---|---|---|\n",
    );
    let parser = parser();
    for (name, command) in commands(&parser) {
        if command.is_subcommand_required_set() {
            continue;
        }
        let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let codes = after
            .lines()
            .find_map(|line| line.strip_prefix(BEGINNING))
            .unwrap_or_else(|| panic!("the help of {name} does not tell its exit codes"))
            .trim_end_matches('.');
        let mut row = [""; 3];
        for part in codes.split("; ") {
            let (number, meaning) =
                part.split_once(' ').unwrap_or_else(|| panic!("{name}: {part}"));
            let number: usize = number.parse().unwrap_or_else(|_| panic!("{name}: {part}"));
            row[number] = meaning;
        }
        let [zero, one, two] = row.map(cell);
        let _ = writeln!(page, "| `{name}` | {zero} | {one} | {two} |");
    }
    page.push_str(
        "\nWhen a scan has both findings that fail it and something that could not be read, it \
         ends with 2, and the whole report is written all the same; JSON names both, in \
         [`outcome`](report.md#outcome). What fails a run is told \
         [here](../explanation/verdicts.md).\n",
    );
    page
}
