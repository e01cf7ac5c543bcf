use perlscan_model::location::Span;
use perlscan_model::requirement::{Phase, Relation};

use super::*;
use crate::graph::need::{Asked, Need};
use crate::scan::ScanSettings;
use crate::source::archive::{ArchiveFile, Format};

fn name(text: &str) -> ModuleName {
    ModuleName::parse(text).expect("a name")
}

fn need(module: &str, folder: &str, line: u32) -> Need {
    Need {
        asked: Arc::new(Asked {
            module: name(module),
            range: "1.2".into(),
            phase: Phase::Runtime,
            relation: Relation::Requires,
            feature: None,
            conditional: false,
        }),
        manifest: format!("{folder}/META.json").as_str().into(),
        line,
    }
}

/// A release that requires and brings something, with a META of its own.
fn release(file: &str, folder: &str) -> Release {
    let path = SourcePath::from(format!("authors/id/L/LO/LOCAL/{file}").as_str());
    let settings = ScanSettings::default();
    let file = ArchiveFile::new(Format::Tar, b"", b"");
    let mut release = release::read(&path, &file, &settings, &mut Vec::new());
    release.needs = vec![need("A", folder, 3), need("B::C", folder, 0)];
    let brought = [("D", Some("1.0")), ("D::E", None), ("D::F", Some("1.0")), ("D::G", Some("2"))];
    release.brings = brought
        .map(|(module, version)| Brought { module: name(module), version: version.map(Box::from) })
        .into();
    let inside = Inside::new(format!("{folder}/META.json").as_str().into());
    release.contents.meta = Some(Box::new(Meta {
        location: Location::file(path).within(inside),
        dist: DistName::parse("Acme-Int").ok(),
        version: None,
        about: Box::new(About { authors: ["Lo Cal".into()].into(), ..About::default() }),
    }));
    release
}

#[test]
fn what_is_held_says_what_was_read() {
    let mut shared = Shared::default();
    let files = ["Acme-Int-1.2-RT7.tar.gz", "Acme-Int-v1.3.tar.gz"];
    let releases = files.map(|file| release(file, &file.replace(".tar.gz", "")));
    let held = releases.clone().map(|release| shared.hold(release));
    shared.close();
    for (release, held) in releases.iter().zip(&held) {
        let needs = held.needs.iter().map(|need| shared.needs.read(*need).expect("it is there"));
        let needs: Vec<(&Asked, &SourcePath, u32)> =
            needs.map(|need| (need.asked, need.manifest, need.line)).collect();
        let read = release.needs.iter().map(|need| (&*need.asked, &need.manifest, need.line));
        assert_eq!(needs, read.collect::<Vec<_>>());
        let brings: Vec<_> = held.brings.iter().filter_map(|one| shared.brought(*one)).collect();
        let read = release.brings.iter().map(|one| (one.module.as_str(), one.version.as_deref()));
        assert_eq!(brings, read.collect::<Vec<_>>());
        let (of_held, of_release) = (held.meta.as_ref(), release.contents.meta.as_ref());
        let place = of_held.map(|meta| meta.location(&held.path));
        assert_eq!(place.as_ref(), of_release.map(|meta| &meta.location));
        assert_eq!((&held.dist, &*held.text), (&release.dist, &*release.text));
    }
    let [one, two] = &held;
    let author = |held: &Held| held.meta.as_ref().map(|meta| Arc::clone(&meta.about.authors[0]));
    assert!(Arc::ptr_eq(&author(one).expect("a META"), &author(two).expect("a META")));
    let local = one.local().map(|(version, mark)| (version.text, mark));
    assert_eq!(local, Some(("1.2".into(), "-RT7".to_owned())));
    assert_eq!(two.local(), None);
    assert_eq!(two.version(), release::version_of("v1.3"));
}

#[test]
fn a_later_reading_continues_what_an_earlier_one_shares() {
    let mut first = Shared::default();
    let before = first.hold(release("Acme-Int-1.2.tar.gz", "Acme-Int-1.2"));
    first.close();
    let mut second = first.clone();
    let other = second.hold(release("Acme-Int-1.3.tar.gz", "Acme-Int-1.3"));
    let after = second.hold(release("Acme-Int-1.2.tar.gz", "Acme-Int-1.2"));
    assert_eq!(before, after);
    assert_ne!(before.needs, other.needs, "the manifests are two");
    assert!(second.continues(&first) && !first.continues(&second));
    let mut alone = Shared::default();
    alone.hold(release("Acme-Int-1.3.tar.gz", "Acme-Int-1.3"));
    assert!(!alone.continues(&first));
}

#[test]
fn a_meta_keeps_any_place() {
    let archive = SourcePath::from("authors/id/L/LO/LOCAL/Acme-Int-1.2.tar.gz");
    let span = Span { line: 1, column: 1, end_line: 1, end_column: 9, offset: 0, length: 8 };
    let side = SourcePath::from("authors/id/L/LO/LOCAL/Acme-Int-1.2.meta");
    let inside = Inside::new("a/META.json".into());
    for (location, file) in [
        (Location::at(side.clone(), span), &side),
        (Location::file(archive.clone()), &archive),
        (Location::file(archive.clone()).within(inside.clone()), &"a/META.json".into()),
        (Location::file(side.clone()).within(inside.join("b".into())), &"b".into()),
    ] {
        let about = Box::default();
        let meta = Meta { location: location.clone(), dist: None, version: None, about };
        let held = HeldMeta::of(meta, &archive, true);
        assert_eq!((held.location(&archive), &held.file()), (location, file));
    }
}
