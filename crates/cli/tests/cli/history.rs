//! Over a history of made-up commits `diff` says what two scans of two checkouts
//! say.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::change::snapshot;
use crate::git::{Repo, git_ok, has_git};
use crate::support::{json, skipped};

const COMMITS: usize = 60;

/// Numbers that are the same each time.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % below
    }
}

const RELEASES: [(&str, &str, [&str; 3]); 5] = [
    ("Net-OAuth", "Net::OAuth", ["0.28", "0.29", "0.31"]),
    ("Mojolicious", "Mojolicious", ["8.0", "9.19", "9.48"]),
    ("YAML-LibYAML", "YAML::XS", ["0.80", "0.83", "0.904"]),
    ("DBI", "DBI", ["1.600", "1.643", "1.652"]),
    ("Try-Tiny", "Try::Tiny", ["0.30", "0.31", "0.32"]),
];
const FOLDERS: [&str; 3] = ["", "app/", "app/inner/"];

/// One commit's worth of changes.
fn change(repo: &Repo, dice: &mut Dice) {
    for _ in 0..=dice.next(3) {
        let folder = FOLDERS[dice.next(FOLDERS.len())];
        let (dist, module, versions) = RELEASES[dice.next(RELEASES.len())];
        let version = versions[dice.next(3)];
        let file = |name: &str| format!("{folder}{name}");
        match dice.next(9) {
            0 => {
                let releases: Vec<(&str, &str, &str)> = RELEASES
                    .iter()
                    .filter_map(|(dist, module, versions)| {
                        let version = versions[dice.next(3)];
                        (dice.next(4) > 0).then_some((*dist, version, *module))
                    })
                    .collect();
                repo.write(&file("cpanfile.snapshot"), &snapshot(&releases));
            }
            1 => drop(fs::remove_file(repo.path.join(file("cpanfile.snapshot")))),
            2 => repo.write(&file("cpanfile"), &format!("# {version}\nrequires '{module}';\n")),
            3 => repo.write(&file("cpanfile"), &format!("requires '{module}', '== {version}';\n")),
            4 => {
                let name = format!("lib/A{}.pm", dice.next(4));
                repo.write(&file(&name), &format!("package A;\nuse {module};\n1;\n"));
            }
            5 => {
                let name = format!("extlib/{}.pm", module.replace("::", "/"));
                let text = format!("package {module};\nour $VERSION = '{version}';\n1;\n");
                repo.write(&file(&name), &text);
            }
            6 => drop(fs::remove_dir_all(repo.path.join(file("extlib")))),
            7 => {
                let id = ["CVE-2025-22376", "CVE-2025-40908"][dice.next(2)];
                let entry = format!("[[ignore]]\nid = \"{id}\"\nreason = \"{dist}\"\n");
                repo.write("perlscan.toml", if dice.next(2) == 0 { &entry } else { "" });
            }
            _ => repo.write(".perlscanignore", ["", "/app/inner/\n", "extlib/\n"][dice.next(3)]),
        }
    }
}

/// What tells a finding, and the rest of it as two scans should have it.
fn findings(list: &Value) -> BTreeSet<(String, String)> {
    let all = list.as_array().expect("findings").iter().map(|finding| {
        let mut rest = finding.clone();
        let object = rest.as_object_mut().expect("an object");
        // The change has its say in these.
        object.remove("change");
        object.remove("fails");
        let key = ["project", "dist", "id"].map(|name| finding[name].to_string()).join(" ");
        (key, rest.to_string())
    });
    all.collect()
}

#[test]
fn diff_says_what_two_scans_say() {
    if !has_git() {
        return skipped("git");
    }
    let repo = Repo::of(&[("cpanfile", "requires 'DBI';\n")]);
    let mut dice = Dice(42);
    let mut commits = vec![repo.git(&["rev-parse", "HEAD"])];
    for _ in 0..COMMITS {
        change(&repo, &mut dice);
        commits.push(repo.commit());
    }
    let checkout = repo.beside("checkout");
    let to = checkout.display().to_string();
    repo.git(&["worktree", "add", "-q", "--detach", &to, &commits[0]]);
    let mut before = json(&checkout, &["."]);
    let mut seen = [0; 4];
    for pair in commits.windows(2) {
        let [old, new] = pair else { continue };
        git_ok(&checkout, &["checkout", "-q", "--detach", new]);
        let after = json(&checkout, &["."]);
        let report = json(&repo.path, &["diff", old, new]);
        let (was, is) = (findings(&before["findings"]), findings(&after["findings"]));
        assert_eq!(findings(&report["findings"]), is, "{old} {new}: the findings");
        let keys = |set: &BTreeSet<(String, String)>| -> BTreeSet<String> {
            set.iter().map(|(key, _)| key.clone()).collect()
        };
        let (was_there, is_there) = (keys(&was), keys(&is));
        let gone: BTreeSet<(String, String)> =
            was.iter().filter(|(key, _)| !is_there.contains(key)).cloned().collect();
        assert_eq!(findings(&report["change"]["removed"]), gone, "{old} {new}: what is gone");
        for finding in report["findings"].as_array().expect("findings") {
            let key = ["project", "dist", "id"].map(|name| finding[name].to_string()).join(" ");
            let is_new = finding["change"] == "new";
            assert_eq!(is_new, !was_there.contains(&key), "{old} {new}: {finding}");
            let fails = finding["change"] == "known" && finding["fails"] == true;
            assert!(!fails, "what was there fails nothing");
        }
        for (field, at) in [("files_seen", "files_seen"), ("files_read", "files_read")] {
            // A checkout has one file more: the `.git` of a linked working tree.
            let more = u64::from(field == "files_seen");
            let of_scan = after["coverage"][at].as_u64().expect("a number");
            assert_eq!(report["coverage"][field].as_u64().expect("a number") + more, of_scan);
        }
        for (at, word) in ["new", "worse", "known"].into_iter().enumerate() {
            seen[at] += report["change"][word].as_u64().expect("a number");
        }
        seen[3] += report["change"]["removed"].as_array().map_or(0, Vec::len) as u64;
        before = after;
    }
    assert!(seen.iter().all(|n| *n > 20), "each kind is met often enough: {seen:?}");
}
