use super::*;
use crate::advisory::{AdvisoryDetail, Conflict, Field};
use crate::facts::{
    AdvisoryFact, BundledFact, CoreFact, FACTS_FORMAT, FactSet, ModuleFact, Release, ReleaseFact,
};
use crate::name::ModuleName;
use crate::severity::Severity;
use crate::version::PerlVersion;

fn record(id: &str, cve: &str) -> AdvisoryRecord {
    AdvisoryRecord {
        id: id.to_owned(),
        cves: vec![cve.to_owned()],
        ghsas: Vec::new(),
        previous_ids: Vec::new(),
        affected: vec!["<1.2".to_owned()],
        fixed: vec![">=1.2".to_owned()],
        severity: Severity::High,
        reported: Some("2026-01-02".to_owned()),
        references: vec!["https://example.org/1".to_owned()],
        embedded: None,
    }
}

fn advisory(dist: &str, id: &str, cve: &str) -> AdvisoryFact {
    AdvisoryFact {
        dist: dist.to_owned(),
        record: record(id, cve),
        detail: AdvisoryDetail::default(),
    }
}

fn facts() -> FactSet {
    let dist = |name: &str, main: Option<&str>| DistFact {
        dist: name.to_owned(),
        main_module: main.map(str::to_owned),
        darkpan: false,
    };
    let release = |dist: &str, version: &str, date: &str| ReleaseFact {
        dist: dist.to_owned(),
        release: Release { version: version.to_owned(), date: date.to_owned(), perl: None },
    };
    let perl = |perl: &str, listed| PerlFact {
        perl: perl.to_owned(),
        date: "2020-01-01".to_owned(),
        listed,
    };
    let mut facts = FactSet {
        meta: MetaFact { format: FACTS_FORMAT, epoch: 7, ..MetaFact::default() },
        distributions: vec![dist("Foo", Some("Foo")), dist("libbar-perl", Some("Bar"))],
        advisories: vec![
            advisory("Foo", "CPANSA-Foo-2026-1", "CVE-2026-1"),
            advisory("Foo", "CPANSA-Foo-2026-2", "CVE-2026-2"),
            advisory("libbar-perl", "CPANSA-libbar-perl-2026-1", "CVE-2026-1"),
        ],
        releases: vec![
            release("Foo", "1.10", "2020-01-01T00:00:00"),
            release("Foo", "1.9", "2021-01-01T00:00:00"),
            release("Foo", "1.2", "2022-01-01T00:00:00"),
        ],
        bundled: vec![BundledFact {
            dist: "Foo".into(),
            bundled: BundledLibrary {
                library: "zlib".into(),
                url: None,
                releases: "<1.2".into(),
                library_version: "1.2.3".into(),
            },
        }],
        modules: vec![
            ModuleFact { module: "Foo".into(), dist: "Foo".into() },
            ModuleFact { module: "Foo::Util".into(), dist: "Foo".into() },
        ],
        perls: vec![
            perl("5.010000", true),
            perl("5.020000", true),
            perl("5.030000", true),
            perl("5.040000", false),
        ],
        core: vec![CoreFact {
            module: "Foo".into(),
            versions: vec![
                ("5.010000".into(), Some("0.5".into())),
                ("5.020000".into(), Some(String::new())),
                ("5.030000".into(), None),
            ],
        }],
    };
    facts.sort();
    facts
}

fn database() -> AdvisoryDb {
    AdvisoryDb::load(facts().encode().expect("it can be encoded")).expect("it is sound")
}

#[test]
fn what_goes_in_comes_out() {
    let db = database();
    assert_eq!(db.meta().epoch, 7);
    assert_eq!(db.counts(), facts().counts());
    let foo = db.dist("Foo").expect("sound").expect("known");
    assert_eq!(foo.advisories.len(), 2);
    assert_eq!(foo.ids, [0..1, 1..2]);
    let mut expected = record("CPANSA-Foo-2026-1", "CVE-2026-1");
    expected.references.clear();
    assert_eq!(foo.advisories[0].record, expected);
    assert_eq!(foo.advisories[0].links().collect::<Vec<_>>(), ["https://example.org/1"]);
    assert_eq!(foo.bundled[0].library, "zlib");
    let versions: Vec<&str> = foo.releases.iter().map(|r| &*r.version.text).collect();
    assert_eq!(versions, ["1.10", "1.2", "1.9"], "in the order of versions, not of texts");
    assert_eq!(foo.related.len(), 1, "libbar-perl shares a CVE");
    assert_eq!(foo.related[0].dist, "libbar-perl");
    assert!(db.dist("Fo").expect("sound").is_none());
    assert!(db.has_dist("libbar-perl") && !db.has_dist("Bar"));
    let names: Vec<String> =
        db.dists().expect("sound").iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!(names, ["Foo", "libbar-perl"]);
}

#[test]
fn modules_lead_to_their_distributions() {
    let db = database();
    let dist = |module: &str| {
        let module = ModuleName::parse(module).expect("a name");
        db.dist_of_module(&module).expect("sound").map(|dist| dist.to_string())
    };
    assert_eq!(dist("Foo::Util").as_deref(), Some("Foo"));
    assert_eq!(dist("Bar").as_deref(), Some("libbar-perl"), "a main module without a map entry");
    assert_eq!(dist("libbar::perl"), None, "never by replacing the separator");
    assert_eq!(dist("Fo"), None);
}

#[test]
fn core_versions_by_perl() {
    let db = database();
    let at = |module: &str, perl: &str| {
        let module = ModuleName::parse(module).expect("a name");
        let perl = PerlVersion::parse(perl).expect("a version");
        db.core_version(&module, &perl).expect("sound")
    };
    let half = CoreVersion::Bundled(PerlVersion::parse("0.5").expect("a version"));
    assert_eq!(at("Foo", "v5.10.0"), half);
    assert_eq!(at("Foo", "5.020"), CoreVersion::Unversioned);
    assert_eq!(at("Foo", "5.030"), CoreVersion::NotCore, "dropped");
    assert_eq!(at("Foo", "5.040"), CoreVersion::PerlNotListed);
    assert_eq!(at("Foo", "5.011"), CoreVersion::PerlNotListed);
    assert_eq!(at("Foo::Util", "5.010"), CoreVersion::NotCore);
    assert!(db.is_core(&ModuleName::parse("Foo").expect("a name")));
    assert!(!db.is_core(&ModuleName::parse("Foo::Util").expect("a name")));
}

#[test]
fn the_same_facts_give_the_same_bytes_in_any_order() {
    let bytes = facts().encode().expect("it can be encoded");
    assert_eq!(bytes, facts().encode().expect("again"));
    let mut other = facts();
    other.modules.reverse();
    other.releases.reverse();
    other.sort();
    assert_eq!(bytes, other.encode().expect("again"));
}

#[test]
fn every_damaged_byte_is_noticed() {
    let bytes = facts().encode().expect("it can be encoded");
    for i in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[i] ^= 0x40;
        assert!(AdvisoryDb::load(damaged).is_err(), "byte {i}");
    }
    for end in 0..bytes.len() {
        assert!(AdvisoryDb::load(bytes[..end].to_vec()).is_err(), "cut at {end}");
    }
}

/// Bytes that lie elsewhere, as those of a file do.
#[derive(Debug)]
struct There(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl ReadAt for There {
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> std::io::Result<()> {
        let bytes = self.0.lock().expect("nobody panics");
        let at = usize::try_from(at).expect("small");
        let part = bytes.get(at..at + buffer.len());
        buffer.copy_from_slice(part.ok_or(std::io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

fn open(bytes: &std::sync::Arc<std::sync::Mutex<Vec<u8>>>) -> Result<AdvisoryDb, DatabaseError> {
    let length = bytes.lock().expect("nobody panics").len();
    AdvisoryDb::open(Box::new(There(bytes.clone())), u64::try_from(length).expect("small"))
}

#[test]
fn what_lies_elsewhere_is_read_alike() {
    let bytes = facts().encode().expect("it can be encoded");
    let there = open(&std::sync::Arc::new(bytes.clone().into())).expect("it is sound");
    let here = AdvisoryDb::load(bytes).expect("it is sound");
    assert_eq!(there.to_facts().expect("sound"), here.to_facts().expect("sound"));
    assert_eq!(
        format!("{:?}", there.dist("Foo").expect("sound")),
        format!("{:?}", here.dist("Foo").expect("sound"))
    );
    assert_eq!(there.module_counts().expect("sound"), here.module_counts().expect("sound"));
}

#[test]
fn every_damaged_byte_is_noticed_elsewhere_at_once_and_later() {
    let sound = facts().encode().expect("it can be encoded");
    let whole = AdvisoryDb::load(sound.clone()).expect("sound").to_facts().expect("sound");
    for i in 0..sound.len() {
        let bytes = std::sync::Arc::new(std::sync::Mutex::new(sound.clone()));
        let opened = open(&bytes).expect("it is sound");
        bytes.lock().expect("nobody panics")[i] ^= 0x40;
        assert!(open(&bytes).is_err(), "byte {i}");
        // What was opened before has its head, and notices the rest when it asks.
        match opened.to_facts() {
            Ok(facts) => assert_eq!(facts, whole, "byte {i}"),
            Err(cause) => assert!(matches!(cause, DatabaseError::Damaged(_)), "byte {i}"),
        }
    }
    for end in 0..sound.len() {
        let bytes = std::sync::Arc::new(std::sync::Mutex::new(sound[..end].to_vec()));
        assert!(open(&bytes).is_err(), "cut at {end}");
    }
}

#[test]
fn of_the_programs_own_bytes_records_are_checked_when_they_are_asked_for() {
    let sound = facts().encode().expect("it can be encoded");
    let whole = AdvisoryDb::load(sound.clone()).expect("sound").to_facts().expect("sound");
    for i in 0..sound.len() {
        let mut damaged = sound.clone();
        damaged[i] ^= 0x40;
        let own: &'static [u8] = damaged.leak();
        if let Ok(facts) = AdvisoryDb::load(own).and_then(|db| db.to_facts()) {
            // Only the checksum of the body, which nobody asks for here.
            assert!((16..20).contains(&i), "byte {i}");
            assert_eq!(facts, whole);
        }
    }
}

#[test]
fn another_format_is_told_from_damage() {
    let mut bytes = facts().encode().expect("it can be encoded");
    bytes[8] = 99;
    assert!(matches!(AdvisoryDb::load(bytes), Err(DatabaseError::Format { found: 99 })));
    assert!(matches!(
        AdvisoryDb::load(b"SQLite format 3".to_vec()),
        Err(DatabaseError::NotADatabase)
    ));
}

#[test]
fn facts_that_do_not_fit_together_are_refused() {
    let mut unknown = facts();
    unknown.modules.push(ModuleFact { module: "X".into(), dist: "Nobody".into() });
    assert!(matches!(unknown.encode(), Err(EncodeError::UnknownDist { .. })));
    let mut range = facts();
    range.advisories[0].record.affected = vec!["<1..2".into()];
    assert!(matches!(range.encode(), Err(EncodeError::Range { .. })));
    let mut format = facts();
    format.meta.format = 2;
    assert!(matches!(format.encode(), Err(EncodeError::Format { found: 2 })));
    let mut perl = facts();
    perl.core[0].versions[0].0 = "5.999".into();
    assert!(matches!(perl.encode(), Err(EncodeError::UnknownPerl { .. })));
}

#[test]
fn facts_survive_their_text_form() {
    let texts = facts().to_texts().expect("they can be written");
    let text_of = |name| {
        let found = texts.iter().find(|(file, _)| *file == name);
        found.map(|(_, text)| text.clone()).expect("every file is written")
    };
    assert_eq!(FactSet::from_texts(text_of).expect("they can be read"), facts());
    let other = |name| match name {
        crate::facts::META_FILE => "{\"format\":2,\"new\":true}\n".to_owned(),
        _ => String::new(),
    };
    let error = FactSet::from_texts(other).expect_err("another format");
    assert!(error.to_string().contains("just facts"), "{error} names the recipe");
    let broken = |name| match name {
        crate::facts::MODULES_FILE => {
            "{\"module\":\"A\",\"dist\":\"B\"}\n{\"module\":1}\n".to_owned()
        }
        name => text_of(name),
    };
    let error = FactSet::from_texts(broken).expect_err("a broken line");
    assert!(error.to_string().starts_with("modules.jsonl:2:"), "{error}");
}

#[test]
fn details_belong_to_their_records_whatever_the_order_of_the_facts() {
    let mut facts = facts();
    facts.advisories[1].detail = AdvisoryDetail {
        source: 1,
        conflicts: vec![Conflict { field: Field::Affected, source: 0, value: "<1.1".into() }],
        description: Some("words".into()),
        ..AdvisoryDetail::default()
    };
    let in_order = facts.encode().expect("encodes");
    facts.advisories.reverse();
    assert_eq!(facts.encode().expect("encodes"), in_order);
    let db = AdvisoryDb::load(in_order).expect("loads");
    let details = db.details("Foo").expect("sound");
    let ids: Vec<_> = db.dist("Foo").expect("sound").expect("known").advisories;
    assert_eq!(details.len(), ids.len());
    assert!(details[0].is_empty());
    assert_eq!(ids[1].record.id, "CPANSA-Foo-2026-2");
    assert_eq!(details[1].description.as_deref(), Some("words"));
    assert_eq!(details[1].source_of(Field::Affected), 1);
    assert_eq!(db.details("libbar-perl").expect("sound"), []);
    assert_eq!(db.details("None").expect("sound"), []);
}

#[test]
fn facts_come_back_from_the_database() {
    let mut facts = facts();
    facts.advisories[0].detail.title = Some("a title".into());
    let bytes = facts.encode().expect("encodes");
    let back = AdvisoryDb::load(bytes).expect("loads").to_facts().expect("sound");
    assert_eq!(back.advisories, facts.advisories);
    assert_eq!(back.core, facts.core);
    assert_eq!(back.bundled, facts.bundled);
    // A main module stands among the modules, whether the map had it or not.
    assert!(
        back.modules.contains(&ModuleFact { module: "Bar".into(), dist: "libbar-perl".into() })
    );
    let again = AdvisoryDb::load(back.encode().expect("encodes")).expect("loads");
    assert_eq!(again.to_facts().expect("sound"), back);
}
