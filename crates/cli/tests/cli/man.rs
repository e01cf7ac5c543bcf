//! `perlscan man`: a page for each command, that says what `--help` says.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use crate::support::{code, project, run, skipped, stderr, stdout};

/// The commands that `--help` lists below a command.
fn listed(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // What is indented further goes on with the text of the line before.
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// The help of each command, by the words that name it.
fn helps() -> BTreeMap<Vec<String>, String> {
    let folder = project(&[]);
    let mut helps = BTreeMap::new();
    let mut waiting = vec![Vec::<String>::new()];
    while let Some(words) = waiting.pop() {
        let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
        args.push("--help");
        let help = stdout(&run(folder.path(), &args));
        waiting.extend(listed(&help).into_iter().map(|name| {
            let mut below = words.clone();
            below.push(name);
            below
        }));
        helps.insert(words, help);
    }
    helps
}

/// The words of a help that name long options.
fn long_options(help: &str) -> Vec<String> {
    help.lines()
        .map(str::trim_start)
        .filter(|line| line.starts_with('-'))
        .filter_map(|line| line.split([' ', ',']).find(|word| word.starts_with("--")))
        .map(str::to_owned)
        .collect()
}

#[test]
fn each_command_has_a_page_that_tells_its_options() {
    let folder = project(&[]);
    let output = run(folder.path(), &["man", "pages/new"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!((stdout(&output), stderr(&output)), (String::new(), String::new()));
    let mut files: Vec<String> = fs::read_dir(folder.path().join("pages/new"))
        .expect("the folder was made")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    files.sort();

    let helps = helps();
    assert!(helps.len() > 10, "{:?}", helps.keys());
    let mut expected = Vec::new();
    let mut options = 0;
    for (words, help) in &helps {
        let mut name = vec!["perlscan".to_owned()];
        name.extend(words.iter().cloned());
        let file = format!("{}.1", name.join("-"));
        let page = fs::read_to_string(folder.path().join("pages/new").join(&file))
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        for option in long_options(help) {
            let escaped = option.replace('-', "\\-");
            assert!(page.contains(&escaped), "{file} does not tell {option}");
            options += 1;
        }
        let title = format!(
            ".TH {} 1 \"\" \"perlscan {}\" \"perlscan manual\"",
            name.join("-"),
            env!("CARGO_PKG_VERSION")
        );
        assert!(page.lines().any(|line| line == title), "{file}");
        expected.push(file);
    }
    expected.sort();
    assert_eq!(files, expected);
    assert!(options > 60, "{options} options");
}

#[test]
fn without_a_folder_the_pages_are_written_one_after_the_other() {
    let folder = project(&[]);
    assert_eq!(code(&run(folder.path(), &["man", "pages"])), 0);
    let output = run(folder.path(), &["man"]);
    assert_eq!(code(&output), 0);
    let text = stdout(&output);
    assert!(text.lines().any(|line| line.starts_with(".TH perlscan 1 ")), "{text}");
    let mut bytes = 0;
    for entry in fs::read_dir(folder.path().join("pages")).expect("the folder was made") {
        let page = fs::read_to_string(entry.expect("an entry").path()).expect("a page");
        assert!(text.contains(&page));
        bytes += page.len();
    }
    assert_eq!(text.len(), bytes);
}

#[test]
fn a_folder_that_can_t_be_made_is_named() {
    let folder = project(&[("pages", "a file is in the way")]);
    let output = run(folder.path(), &["man", "pages"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("can't make the folder 'pages'"), "{}", stderr(&output));
}

#[test]
fn mandoc_has_nothing_to_say() {
    let folder = project(&[]);
    assert_eq!(code(&run(folder.path(), &["man", "."])), 0);
    for entry in fs::read_dir(folder.path()).expect("the folder is there") {
        let page = entry.expect("an entry").path();
        let Ok(output) =
            Command::new("mandoc").args(["-T", "lint", "-W", "warning"]).arg(&page).output()
        else {
            return skipped("mandoc");
        };
        let said = stdout(&output);
        // A binary does not know the day on which it will be released; the second is
        // how clap_mangen sets lists apart.
        let known = ["missing date", "skipping paragraph macro: br"];
        let said: Vec<&str> =
            said.lines().filter(|line| !known.iter().any(|known| line.contains(known))).collect();
        assert!(said.is_empty(), "{}: {said:#?}", page.display());
    }
}
