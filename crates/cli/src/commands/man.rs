//! `perlscan man`: the manual pages, made from the command line itself.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::args::{Cli, ManArgs};

/// A manual page: the name of its file, and its text.
struct Page {
    file: String,
    text: Vec<u8>,
}

pub(crate) fn run(args: &ManArgs) -> anyhow::Result<u8> {
    let pages = pages()?;
    if let Some(folder) = &args.dir {
        write(&pages, folder)?;
    } else {
        let mut out = io::stdout().lock();
        for page in &pages {
            out.write_all(&page.text)?;
        }
        out.flush()?;
    }
    Ok(0)
}

#[expect(clippy::disallowed_methods, reason = "the folder is a named output")]
fn write(pages: &[Page], folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("can't make the folder '{}'", folder.display()))?;
    for page in pages {
        let path = folder.join(&page.file);
        std::fs::write(&path, &page.text)
            .with_context(|| format!("can't write '{}'", path.display()))?;
    }
    Ok(())
}

/// The page of the command, then one for each command below it.
fn pages() -> anyhow::Result<Vec<Page>> {
    // The pages tell what `help` would.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    add(command, &mut pages)?;
    Ok(pages)
}

fn add(command: Command, pages: &mut Vec<Page>) -> anyhow::Result<()> {
    let below: Vec<Command> =
        command.get_subcommands().filter(|below| !below.is_hide_set()).cloned().collect();
    let is_main = pages.is_empty();
    pages.push(page(command, is_main)?);
    for command in below {
        add(command, pages)?;
    }
    Ok(())
}

fn page(mut command: Command, is_main: bool) -> anyhow::Result<Page> {
    // A name for each option would make a synopsis that nobody reads.
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim_start();
    let usage = match is_main {
        true => format!("perlscan [OPTIONS] [PATH]...\n{usage}"),
        false => usage.to_owned(),
    };
    let has_options = command.get_arguments().next().is_some();
    let has_commands = command.get_subcommands().next().is_some();
    let man = Man::new(command.override_usage(usage));
    let file = man.get_filename();
    let mut text = Vec::new();
    // clap_mangen writes nothing at all for a date that is empty, so that the
    // version would stand in its place. A binary knows no date of its release.
    let name = file.trim_end_matches(".1");
    let version = env!("CARGO_PKG_VERSION");
    writeln!(text, ".TH {name} 1 \"\" \"perlscan {version}\" \"perlscan manual\"")?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    if is_main {
        without_a_command().to_writer(&mut text)?;
    }
    if has_options {
        man.render_options_section(&mut text)?;
    }
    if has_commands {
        man.render_subcommands_section(&mut text)?;
    }
    if is_main {
        surroundings().to_writer(&mut text)?;
    } else {
        see_also().to_writer(&mut text)?;
    }
    Ok(Page { file, text })
}

fn without_a_command() -> Roff {
    let mut roff = Roff::new();
    roff.control("PP", []);
    roff.text([
        roman("Without a command, the given files and folders are scanned, as by "),
        bold("perlscan-scan"),
        roman("(1), which tells the options."),
    ]);
    roff
}

/// What a command line does not say of itself: exit status, variables, files.
fn surroundings() -> Roff {
    let mut roff = Roff::new();
    section(
        &mut roff,
        "EXIT STATUS",
        &[
            ("0", "Nothing that fails the run."),
            ("1", "Findings that fail the run."),
            (
                "2",
                "It could not do its work: usage, configuration, database, or something could \
                 not be read. When there are findings as well, the whole report is written all \
                 the same.",
            ),
        ],
    );
    section(
        &mut roff,
        "ENVIRONMENT",
        &[
            ("PERLSCAN_DB", "The database that is asked, as with --db."),
            ("PERLSCAN_CACHE", "The folder of the cached database."),
            (
                "SOURCE_DATE_EPOCH",
                "The present, in seconds since 1970, in place of the clock: for outputs that \
                 can be made again.",
            ),
            (
                "NO_COLOR, CLICOLOR, CLICOLOR_FORCE",
                "Whether the table is coloured, where --color says nothing.",
            ),
        ],
    );
    section(
        &mut roff,
        "FILES",
        &[
            ("perlscan.toml", "Which findings are set aside, read at the scan root only."),
            (
                ".perlscanignore",
                "What is left out, patterns as in .gitignore, read at the scan root only.",
            ),
        ],
    );
    roff
}

fn section(roff: &mut Roff, heading: &str, items: &[(&str, &str)]) {
    roff.control("SH", [heading]);
    for (term, meaning) in items {
        roff.control("TP", []);
        roff.text([bold(*term)]);
        roff.text([roman(*meaning)]);
    }
}

fn see_also() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    roff.text([bold("perlscan"), roman("(1)")]);
    roff
}
