//! `--mirror URL`: the index, and then what a fresh install would take and nothing else.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use crate::archives::{gzip, put, tar};
use crate::mirror_server::{Machine, everything_below};
use crate::support::{code, project, run, stderr, stdout};

/// An index with four releases: one is asked for and needs another, two are not needed.
const INDEX: [&str; 4] = [
    "Acme::Client 1.0 L/LO/LOCAL/Acme-Client-1.0.tar.gz",
    "Acme::Other 1.0 L/LO/LOCAL/Acme-Other-1.0.tar.gz",
    "Net::OAuth 0.28 L/LO/LOCAL/Net-OAuth-0.28.tar.gz",
    "Acme::Gone 1.0 L/LO/LOCAL/Acme-Gone-1.0.tar.gz",
];

/// A server of that mirror, and a project without a lock in the folder `app`.
fn machine(requires: &str) -> Option<Machine> {
    let machine = Machine::new(&["Acme-Other-1.0", "Net-OAuth-0.28"], &[])?;
    let meta = r#"{"name":"Acme-Client","version":"1.0","dynamic_config":0,"meta-spec":{"version":2},
        "prereqs":{"runtime":{"requires":{"Net::OAuth":"0.20"}}}}"#;
    let module = "package Acme::Client; our $VERSION = '1.0'; 1;\n";
    let files = [
        ("Acme-Client-1.0/META.json", meta.as_bytes()),
        ("Acme-Client-1.0/lib/Acme/Client.pm", module.as_bytes()),
    ];
    put(machine.folder(), "Acme-Client-1.0.tar.gz", &gzip(&tar(&files)));
    machine.index_of(&INDEX.map(str::to_owned));
    let app = machine.folder().join("app");
    fs::create_dir(&app).unwrap();
    fs::write(app.join("cpanfile"), requires).unwrap();
    Some(machine)
}

fn resolve(machine: &Machine, before: &str, header: Option<&str>) -> Output {
    let url = machine.url(before, "pan");
    let args = ["resolve", "app", "--mirror", &url, "--perl-version", "5.36", "-f", "json"];
    machine.run(&args, header)
}

/// The releases that are taken.
fn taken(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_str(&stdout(output)).unwrap_or_else(|error| {
        panic!("{error}: {}{}", stdout(output), stderr(output));
    });
    let releases = report["projects"][0]["releases"].as_array().expect("releases").iter();
    releases.map(|one| one["pathname"].as_str().expect("a path").to_owned()).collect()
}

#[test]
fn only_what_is_needed_is_fetched_and_only_once() {
    let Some(machine) = machine("requires 'Acme::Client';\n") else { return };
    let first = resolve(&machine, "u:secret@", None);
    assert_eq!(code(&first), 0, "{}{}", stdout(&first), stderr(&first));
    let archives = ["L/LO/LOCAL/Acme-Client-1.0.tar.gz", "L/LO/LOCAL/Net-OAuth-0.28.tar.gz"];
    assert_eq!(taken(&first), archives);
    // The index by its first name is not there, by its second it is; then two archives.
    let basic = "Basic dTpzZWNyZXQ=";
    let mut expected: Vec<String> = [
        ("modules/02packages.details.txt.gz", 404),
        ("modules/02packages.details.txt", 200),
        ("authors/id/L/LO/LOCAL/Acme-Client-1.0.tar.gz", 200),
        ("authors/id/L/LO/LOCAL/Net-OAuth-0.28.tar.gz", 200),
    ]
    .iter()
    .map(|(path, status)| format!("/pan/{path} {status} {basic}"))
    .collect();
    expected.sort();
    assert_eq!(machine.answers(), expected);
    // What is kept is found again whoever asks, and nothing of it has the password.
    let again = resolve(&machine, "", Some("Bearer secret"));
    assert_eq!(stdout(&again), stdout(&first));
    // Besides the index the digests of the folder are asked for, and are not there.
    let asked = machine.answers();
    let is_other = |line: &&String| !line.contains("02packages");
    let others: Vec<&String> = asked.iter().filter(is_other).collect();
    let [sums] = others.as_slice() else { panic!("{asked:?}") };
    assert!(asked.len() == 3 && sums.contains("/L/LO/LOCAL/CHECKSUMS 404"), "{asked:?}");
    let mut kept = Vec::new();
    everything_below(&machine.folder().join("cache"), &mut kept);
    assert!(kept.iter().any(|path| path.ends_with("Net-OAuth-0.28.tar.gz")), "{kept:?}");
    for path in &kept {
        let bytes = fs::read(path).unwrap();
        assert!(!bytes.windows(6).any(|six| six == b"secret"), "{}", path.display());
    }
    // A folder with the same files says the same.
    let args = ["resolve", "app", "--mirror", "pan", "--perl-version", "5.36", "-f", "json"];
    let here = run(machine.folder(), &args);
    assert_eq!(taken(&here), taken(&first));
}

/// A CHECKSUMS with the digests that `sha256sum` tells.
fn write_sums(machine: &Machine, names: &[&str]) {
    let mut text = "$cksum = {\n".to_owned();
    for name in names {
        let output = Command::new("sha256sum").arg(name).current_dir(machine.author()).output();
        let output = output.expect("coreutils are there");
        let sum = String::from_utf8_lossy(&output.stdout)[..64].to_owned();
        text.push_str(&format!("  '{name}' => {{ 'sha256' => '{sum}' }},\n"));
    }
    fs::write(machine.author().join("CHECKSUMS"), format!("{text}}};\n")).unwrap();
}

#[test]
fn an_archive_that_was_replaced_under_its_name_is_fetched_anew() {
    let Some(machine) = machine("requires 'Acme::Client';\n") else { return };
    let names = ["Acme-Client-1.0.tar.gz", "Net-OAuth-0.28.tar.gz", "Acme-Other-1.0.tar.gz"];
    write_sums(&machine, &names);
    let first = taken(&resolve(&machine, "u:secret@", None));
    assert_eq!(first, ["L/LO/LOCAL/Acme-Client-1.0.tar.gz", "L/LO/LOCAL/Net-OAuth-0.28.tar.gz"]);
    let meta = r#"{"name":"Acme-Client","version":"1.0","dynamic_config":0,"meta-spec":{"version":2},
        "prereqs":{"runtime":{"requires":{"Acme::Other":"1"}}}}"#;
    let files = [("Acme-Client-1.0/META.json", meta.as_bytes())];
    put(machine.folder(), "Acme-Client-1.0.tar.gz", &gzip(&tar(&files)));
    write_sums(&machine, &names);
    machine.answers();
    let second = taken(&resolve(&machine, "u:secret@", None));
    assert_eq!(second, ["L/LO/LOCAL/Acme-Client-1.0.tar.gz", "L/LO/LOCAL/Acme-Other-1.0.tar.gz"]);
    let asked = machine.answers();
    let fetched: Vec<&String> = asked.iter().filter(|line| line.contains(".tar.gz 200")).collect();
    let of = |name: &str| fetched.iter().filter(|line| line.contains(name)).count();
    assert_eq!((fetched.len(), of("Acme-Client"), of("Acme-Other")), (2, 1, 1), "{asked:?}");
    // Now all is as the digests say, which are asked for once.
    assert_eq!(taken(&resolve(&machine, "u:secret@", None)), second);
    let asked = machine.answers();
    assert!(asked.iter().all(|line| !line.contains(".tar.gz 200 ") || line.contains("02packages")));
    assert_eq!(asked.iter().filter(|line| line.contains("CHECKSUMS 200")).count(), 1, "{asked:?}");
}

#[test]
fn a_scan_judges_what_would_come_from_the_url() {
    let Some(machine) = machine("requires 'Acme::Client';\n") else { return };
    let url = machine.url("u:secret@", "pan");
    // From below the project's folder its paths are shown as they are typed there.
    let args = ["app", "--mirror", &url, "--db", "embedded", "--perl-version", "5.36.3"];
    let table = machine.run(&args, None);
    let shown = machine.url("", "pan");
    assert_eq!(code(&table), 1, "{}{}", stdout(&table), stderr(&table));
    let text = stdout(&table);
    let place = format!("{shown}/authors/id/L/LO/LOCAL/Net-OAuth-0.28.tar.gz");
    for said in ["CVE-2025-22376", &place, "via Acme-Client 1.0"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    machine.answers();
    let report = machine.run(&[&args[..], &["-f", "json"]].concat(), None);
    let report: Value = serde_json::from_str(&stdout(&report)).expect("JSON");
    assert_eq!(report["projects"][0]["resolved"], Value::String(shown.clone()));
    assert_eq!(machine.answers().len(), 3, "the index by two names, and digests");
    let sarif = machine.run(&[&args[..], &["-f", "sarif"]].concat(), None);
    let sarif: Value = serde_json::from_str(&stdout(&sarif)).expect("JSON");
    let flow = &sarif["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
    let uri = |at: usize| &flow[at]["location"]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(*uri(1), Value::String(place), "a URI of its own, and no path");
}

#[test]
fn a_mirror_that_is_fetched_whole_is_not_fetched_again() {
    let Some(machine) = machine("requires 'Acme::Client';\n") else { return };
    let whole = machine.scan("u:secret@", "pan", &[], None);
    assert!(stdout(&whole).contains("Net-OAuth-0.28"), "{}", stderr(&whole));
    machine.answers();
    assert_eq!(taken(&resolve(&machine, "u:secret@", None)).len(), 2);
    let asked = machine.answers();
    assert!(asked.iter().all(|line| !line.contains("tar.gz 200")), "{asked:?}");
}

#[test]
fn an_archive_that_is_not_there_is_told_by_its_name() {
    let Some(machine) = machine("requires 'Acme::Gone';\nrequires 'Net::OAuth';\n") else { return };
    let output = resolve(&machine, "u:secret@", None);
    assert_eq!(code(&output), 2, "{}{}", stdout(&output), stderr(&output));
    assert_eq!(taken(&output), ["L/LO/LOCAL/Net-OAuth-0.28.tar.gz"]);
    let report: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let problems = report["problems"].as_array().expect("problems");
    let lost: Vec<&Value> = problems.iter().filter(|one| one["kind"] == "lost").collect();
    let [lost] = lost.as_slice() else { panic!("{problems:?}") };
    let place = format!("{}/authors/id/L/LO/LOCAL/Acme-Gone-1.0.tar.gz", machine.url("", "pan"));
    assert_eq!(lost["path"], Value::String(place));
    let message = lost["message"].as_str().expect("a message");
    assert!(
        message.contains("is not in the mirror") && message.contains("Acme::Gone"),
        "{message}"
    );
    // It is taken up when it is there, and what was fetched is not fetched again.
    machine.answers();
    let module = "package Acme::Gone; our $VERSION = '1.0'; 1;\n";
    let file = [("Acme-Gone-1.0/lib/Acme/Gone.pm", module.as_bytes())];
    put(machine.folder(), "Acme-Gone-1.0.tar.gz", &gzip(&tar(&file)));
    assert_eq!(code(&resolve(&machine, "u:secret@", None)), 0);
    let asked = machine.answers();
    assert!(asked.iter().any(|line| line.contains("Acme-Gone-1.0.tar.gz 200")), "{asked:?}");
    assert!(asked.iter().all(|line| !line.contains("Net-OAuth")), "{asked:?}");
}

#[test]
fn what_breaks_off_is_lost_and_leaves_nothing_half() {
    let Some(machine) = machine("requires 'Net::OAuth';\n") else { return };
    let cut = machine.author().join("Net-OAuth-0.28.tar.gz.cut");
    fs::write(&cut, "").unwrap();
    let output = resolve(&machine, "u:secret@", None);
    assert_eq!((code(&output), taken(&output).len()), (2, 0));
    assert!(stdout(&output).contains("can't be fetched: "), "{}", stdout(&output));
    let mut kept: Vec<PathBuf> = Vec::new();
    everything_below(&machine.folder().join("cache"), &mut kept);
    assert!(kept.iter().all(|path| !path.display().to_string().contains("OAuth")), "{kept:?}");
    fs::remove_file(cut).unwrap();
    assert_eq!(taken(&resolve(&machine, "u:secret@", None)), ["L/LO/LOCAL/Net-OAuth-0.28.tar.gz"]);
    // A limit of this machine is told with its option.
    let url = machine.url("u:secret@", "pan");
    let args = ["resolve", "app", "--mirror", &url, "--max-archive-bytes", "100"];
    let small = machine.run(&args, None);
    assert_eq!(code(&small), 2);
    assert!(stdout(&small).contains("raise --max-archive-bytes"), "{}", stdout(&small));
}

#[test]
fn a_server_that_fails_again_and_again_is_left_alone() {
    let Some(machine) = machine("requires 'Net::OAuth';\n") else { return };
    let names: Vec<String> = (0..60).map(|at| format!("Acme-M{at:02}-1.0")).collect();
    let line =
        |name: &String| format!("{} 1.0 L/LO/LOCAL/{name}.tar.gz", name[..8].replace('-', "::"));
    machine.index_of(&names.iter().map(line).collect::<Vec<_>>());
    for name in &names {
        put(machine.folder(), &format!("{name}.tar.gz"), b"not whole");
        put(machine.folder(), &format!("{name}.tar.gz.cut"), b"");
    }
    let wants: String =
        names.iter().map(|name| format!("requires 'Acme::{}';\n", &name[5..8])).collect();
    fs::write(machine.folder().join("app/cpanfile"), wants).unwrap();
    let output = resolve(&machine, "u:secret@", None);
    assert_eq!(code(&output), 2);
    assert!(stdout(&output).contains("was not asked for, since 20 others"), "{}", stdout(&output));
    // Four are under way when the twentieth fails.
    let asked = machine.answers().iter().filter(|line| line.contains(".tar.gz ")).count();
    assert!((20..=24).contains(&asked), "{asked}");
}

#[test]
fn what_stands_in_the_way_is_said() {
    let Some(machine) = machine("requires 'Net::OAuth';\n") else { return };
    for name in ["pan/nowhere", "pan"] {
        if name == "pan" {
            fs::remove_dir_all(machine.folder().join("pan/modules")).unwrap();
        }
        let url = machine.url("u:secret@", name);
        for command in ["scan", "resolve"] {
            let output = machine.run(&[command, "app", "--mirror", &url], None);
            let said = stderr(&output);
            assert_eq!(code(&output), 2, "{said}");
            for what in
                [&machine.url("", name), "is not there", "modules/02packages.details.txt.gz"]
            {
                assert!(said.contains(what), "{what}: {said}");
            }
        }
    }
    let nobody = resolve(&machine, "", None);
    assert_eq!(code(&nobody), 2);
    assert!(stderr(&nobody).contains("status 401"), "{}", stderr(&nobody));
}

#[test]
fn offline_nothing_is_asked_for() {
    let folder = project(&[("cpanfile", "requires 'Net::OAuth';\n")]);
    let url = "https://u:secret@pan.example/x";
    for args in [
        &["scan", ".", "--mirror", url, "--offline"][..],
        &["resolve", ".", "--mirror", url, "--offline"],
        &["darkpan", url, "--offline"],
    ] {
        let output = run(folder.path(), args);
        let said = stderr(&output);
        assert_eq!(code(&output), 2, "{said}");
        let told = "https://pan.example/x is on another machine, and --offline";
        assert!(said.contains(told) && !said.contains("secret"), "{said}");
    }
    // The database of an update is fetched as well; the scan goes on with what is here.
    let output = run(folder.path(), &[".", "--update", "--offline", "--perl-version", "5.36"]);
    assert!(stderr(&output).contains("--update: "), "{}", stderr(&output));
}

#[test]
fn other_urls_are_refused_without_the_password() {
    let folder = project(&[("cpanfile", "requires 'Net::OAuth';\n")]);
    for (url, said) in [
        ("http://u:secret@localhost:1/pan", "only https:// is safe"),
        ("ftp://u:secret@localhost:1/pan", "only https:// is safe"),
        ("https://u:secret@localhost:1/pan?token=secret", "without ? and #"),
        ("https://u:secret@localhost:1/pan", "localhost:1/pan"),
    ] {
        for command in ["scan", "resolve"] {
            let output = run(folder.path(), &[command, ".", "--mirror", url]);
            let errors = stderr(&output);
            assert_eq!(code(&output), 2);
            assert!(errors.contains(said) && !errors.contains("secret"), "{url}: {errors}");
        }
    }
}
