//! Every format of advisory data, with data that somebody made to do harm: it is
//! refused or told, at once, and nothing of it leads out of a folder. A new format
//! has to say here how a document of it looks.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use perlscan_model::facts::FactSet;
use perlscan_scanner::advisory::AdvisoryError;
use perlscan_scanner::advisory::merge::merge;
use perlscan_scanner::advisory::sources::{self, SourceData, SourceKind};

/// A way in which a format comes to be read.
struct Form {
    kind: SourceKind,
    /// The file in the folder; the source is the folder where `is_folder`.
    file: &'static str,
    is_folder: bool,
    /// A sound document of a distribution DIST, with an advisory ID whose
    /// affected range is RANGE.
    sound: &'static str,
    is_yaml: bool,
}

const YAML: &str =
    "distribution: \"DIST\"\nadvisories:\n- id: \"ID\"\n  affected_versions: 'RANGE'\n";

const FORMS: [Form; 7] = [
    Form { kind: SourceKind::Private, file: "a.yml", is_folder: true, sound: YAML, is_yaml: true },
    Form {
        kind: SourceKind::CpansaYaml,
        file: "cpansa/CPANSA-A.yml",
        is_folder: true,
        sound: YAML,
        is_yaml: true,
    },
    Form {
        kind: SourceKind::CpansaYaml,
        file: "external_reports/zed.yml",
        is_folder: true,
        sound: "name: zed\nadvisories:\n- cve: \"ID\"\n  affected_versions: 'RANGE'\n\
                perl_distributions:\n- name: \"DIST\"\n  affected:\n  - \
                {perl_module_versions: '>0', distributed_library_version: 1}\n",
        is_yaml: true,
    },
    Form {
        kind: SourceKind::CpansaFeed,
        file: "feed.json",
        is_folder: false,
        sound: r#"{"meta":{"commit":"","repo":"","epoch":1},"module2dist":{},"dists":{"DIST":
            {"versions":[],"advisories":[{"id":"ID","affected_versions":["RANGE"],
            "fixed_versions":[]}]}}}"#,
        is_yaml: false,
    },
    Form {
        kind: SourceKind::Cve5,
        file: "CVE-2026-90001.json",
        is_folder: true,
        sound: r#"{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"ID","state":"PUBLISHED",
            "assignerShortName":"CPANSec"},"containers":{"cna":{"affected":[{"packageName":"DIST",
            "collectionURL":"https://cpan.org/modules","versions":[{"version":"0",
            "lessThan":"RANGE","status":"affected"}]}]}}}"#,
        is_yaml: false,
    },
    Form {
        kind: SourceKind::Butterfly,
        file: "feed.json",
        is_folder: false,
        sound: r#"{"DIST":[{"cpansa_id":"ID","affected_versions":["RANGE"]}]}"#,
        is_yaml: false,
    },
    Form {
        kind: SourceKind::Osv,
        file: "a.json",
        is_folder: false,
        sound: r#"{"id":"ID","modified":"2026-03-04T05:06:07Z","affected":[{"package":
            {"ecosystem":"CPAN","name":"DIST"},"ranges":[{"type":"ECOSYSTEM","events":[
            {"introduced":"0"},{"fixed":"RANGE"}]}]}]}"#,
        is_yaml: false,
    },
];

impl Form {
    fn document(&self, dist: &str, id: &str, range: &str) -> String {
        self.sound.replace("DIST", dist).replace("ID", id).replace("RANGE", range)
    }

    /// An id that this place of the format takes.
    fn id(&self) -> &'static str {
        let is_cve = self.kind == SourceKind::Cve5 || self.file.starts_with("external");
        if is_cve { "CVE-2026-90001" } else { "CPANSA-Foo-2026-01" }
    }

    /// CVE records and OSV events name versions, the others ranges.
    fn range(&self, version: &str) -> String {
        let bare = matches!(self.kind, SourceKind::Cve5 | SourceKind::Osv);
        if bare { version.to_owned() } else { format!("<{version}") }
    }

    fn put(&self, folder: &Path) -> PathBuf {
        if self.kind == SourceKind::CpansaYaml {
            fs::create_dir(folder.join("cpansa")).unwrap();
            fs::create_dir(folder.join("external_reports")).unwrap();
            let other = "distribution: Other\nadvisories: []\n";
            fs::write(folder.join("cpansa/CPANSA-Other.yml"), other).unwrap();
        }
        folder.join(self.file)
    }

    fn read(&self, bytes: &[u8]) -> Result<SourceData, AdvisoryError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(self.put(folder.path()), bytes).unwrap();
        self.read_at(folder.path())
    }

    fn read_at(&self, folder: &Path) -> Result<SourceData, AdvisoryError> {
        let path = if self.is_folder { folder.to_owned() } else { folder.join(self.file) };
        sources::read_as(self.kind, &path)
    }

    fn name(&self) -> String {
        format!("{} {}", self.kind.word(), self.file)
    }
}

/// The messages of what was not taken; a source that takes it in silence fails.
fn told(form: &Form, what: &str, read: Result<SourceData, AdvisoryError>) -> Vec<String> {
    match read {
        Err(error) => vec![error.to_string()],
        Ok(data) => {
            assert!(data.advisories.is_empty(), "{} {what}: {:?}", form.name(), data.advisories);
            assert!(!data.problems.is_empty(), "{} takes {what} in silence", form.name());
            data.problems.iter().map(ToString::to_string).collect()
        }
    }
}

#[test]
fn every_format_has_a_form_whose_sound_document_is_read() {
    for kind in SourceKind::ALL {
        assert!(FORMS.iter().any(|form| form.kind == kind), "{}", kind.word());
    }
    for form in &FORMS {
        let text = form.document("Foo", form.id(), &form.range("1.2"));
        let data = form.read(text.as_bytes()).unwrap_or_else(|e| panic!("{}: {e}", form.name()));
        assert_eq!(data.advisories.len(), 1, "{}: {:?}", form.name(), data.problems);
        assert_eq!(data.problems, [], "{}", form.name());
        assert_eq!(data.advisories[0].fact.dist, "Foo");
    }
}

#[test]
fn a_gigabyte_is_refused_by_its_size() {
    for form in &FORMS {
        let folder = tempfile::tempdir().unwrap();
        let file = fs::File::create(form.put(folder.path())).unwrap();
        file.set_len(1 << 30).unwrap();
        let said = told(form, "a gigabyte", form.read_at(folder.path()));
        assert!(said.iter().any(|text| text.contains("larger than")), "{}: {said:?}", form.name());
    }
}

#[test]
fn what_stands_in_itself_ends() {
    let deep = 50_000;
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, before) in ('b'..='k').zip('a'..='j') {
        let names = vec![format!("*{before}"); 10].join(", ");
        bomb.push_str(&format!("{name}: &{name} [{names}]\n"));
    }
    for form in &FORMS {
        let sound = form.document("Foo", form.id(), &form.range("1.2"));
        let mut all = vec!["[".repeat(deep), "{\"a\":".repeat(deep), "[{\"a\":".repeat(deep)];
        if form.is_yaml {
            all.push(bomb.clone());
            all.push("- ".repeat(deep));
            all.push(format!("{sound}comment: {}{}\n", "[".repeat(deep), "]".repeat(deep)));
        } else {
            let inside = format!("{}1{}", "[".repeat(deep), "]".repeat(deep));
            all.push(sound.replacen('{', &format!("{{\"x\":{inside},"), 1));
        }
        for text in all {
            let read = form.read(text.as_bytes());
            // A key that nobody knows may be passed over, however deep: all else is sound.
            let passed_over = text.starts_with("{\"x\"")
                && read.as_ref().is_ok_and(|data| {
                    data.advisories.len() == 1 && data.advisories[0].fact.dist == "Foo"
                });
            if !passed_over {
                told(form, &text[..text.len().min(40)], read);
            }
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_told() {
    for form in &FORMS {
        let sound = form.document("Foo", form.id(), &form.range("1.2"));
        let latin = sound.replacen("Foo", "F\u{1}", 1).into_bytes();
        let latin: Vec<u8> = latin.iter().map(|b| if *b == 1 { 0xe9 } else { *b }).collect();
        told(form, "Latin-1", form.read(&latin));
        let wide: Vec<u8> = sound.encode_utf16().flat_map(u16::to_le_bytes).collect();
        told(form, "UTF-16", form.read(&wide));
        told(form, "noise", form.read(&[0xff, 0xfe, 0x00, 0x80, 0x1b, 0x5b]));
        // Cut anywhere, it is told, or read as far as it goes; what is read is sound.
        for cut in 0..sound.len() {
            if let Ok(data) = form.read(&sound.as_bytes()[..cut]) {
                assert!(data.advisories.iter().all(|a| "Foo".starts_with(&a.fact.dist)));
            }
        }
    }
}

#[test]
fn no_name_and_no_id_leads_anywhere() {
    let long = "x".repeat(5_000);
    let ways =
        ["../../etc", "/etc/passwd", "a/b", "..\\\\..\\\\x", "..", ".", "a\\u0000b", "", &long];
    for form in &FORMS {
        for way in ways {
            for text in [
                form.document(way, form.id(), &form.range("1.2")),
                form.document("Foo", way, &form.range("1.2")),
                form.document("Foo", &format!("{}/../{way}", form.id()), &form.range("1.2")),
            ] {
                told(form, way, form.read(text.as_bytes()));
            }
        }
    }
}

#[test]
fn absurd_versions_are_told_and_bounded() {
    let nines = "9".repeat(100_000);
    let parts = "1.".repeat(100_000);
    for form in &FORMS {
        for version in ["1e999999", "-1", "0x10", "1.2.3.4.5.6.7.8.9.x", "NaN", &nines, &parts] {
            let text = form.document("Foo", form.id(), &form.range(version));
            let Ok(data) = form.read(text.as_bytes()) else { continue };
            let known = data.problems.len();
            let merged = merge(vec![data], &FactSet::default());
            let told = known + merged.problems.len();
            // version.pm takes long numbers, and cuts them; a library's versions may
            // well have letters.
            let is_number = version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            let is_library = form.file.starts_with("external");
            assert!(
                told > 0 || is_number || is_library,
                "{} takes {} in silence",
                form.name(),
                &version[..version.len().min(20)]
            );
            assert!(merged.facts.encode().is_ok(), "{}", form.name());
        }
    }
}
