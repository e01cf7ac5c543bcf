use proptest::prelude::*;

use super::*;

fn read(path: &str) -> (Option<String>, String, Option<String>) {
    let archive = ArchiveName::parse(path).expect("an archive's name");
    let release = archive.release();
    (
        archive.author().map(str::to_owned),
        release.dist().to_owned(),
        release.version().map(str::to_owned),
    )
}

#[test]
fn suffixes_that_cpan_distnameinfo_leaves_out() {
    for suffix in ["tar.xz", "txz", "pm.gz", "pm", "TAR.XZ"] {
        let path = format!("A/AB/ABC/Foo-Bar-1.02.{suffix}");
        assert_eq!(read(&path), (Some("ABC".into()), "Foo-Bar".into(), Some("1.02".into())));
        assert_eq!(ArchiveName::parse(&path).map(|a| a.extension().len()), Some(suffix.len()));
    }
    for path in ["Foo-1.0", "Foo-1.0.rpm", ".tar.gz", "A/AB/ABC/", "", "/"] {
        assert_eq!(ArchiveName::parse(path), None, "{path}");
    }
}

#[test]
fn every_spelling_of_the_author() {
    for path in [
        "A/AB/ABC/Foo-1.0.tar.gz",
        "id/A/AB/ABC/Foo-1.0.tar.gz",
        "authors/id/A/AB/ABC/Foo-1.0.tar.gz",
        "/srv/cpan/authors/id/A/AB/ABC/Foo-1.0.tar.gz",
        "https://cpan.example/authors//id/A/AB/ABC//Foo-1.0.tar.gz",
        "ABC/Foo-1.0.tar.gz",
    ] {
        let archive = ArchiveName::parse(path).expect("an archive's name");
        assert_eq!(archive.author(), Some("ABC"), "{path}");
        assert_eq!(archive.distpath(), Some("A/AB/ABC/Foo-1.0.tar.gz"), "{path}");
    }
    for path in
        ["Foo-1.0.tar.gz", "abc/Foo-1.0.tar.gz", "A/AC/ABC/Foo-1.0.tar.gz", "/ABC/Foo-1.0.tgz"]
    {
        assert_eq!(
            ArchiveName::parse(path).and_then(|a| a.author().map(str::to_owned)),
            None,
            "{path}"
        );
    }
}

#[test]
fn subdirectories_stay_in_the_path() {
    let path = "I/IL/ILYAZ/modules/Term-Gnuplot-0.90380906.zip";
    let archive = ArchiveName::parse(path).expect("an archive's name");
    assert_eq!(archive.distpath(), Some(path));
    assert_eq!(archive.file_name(), "Term-Gnuplot-0.90380906.zip");
    assert_ne!(
        ArchiveName::default_distpath("ILYAZ", "Term-Gnuplot", "0.90380906").as_deref(),
        Some(path)
    );
}

#[test]
fn local_marks_are_split_off_and_kept() {
    let split = |name| {
        let release = ReleaseName::read(name);
        release.local_suffix().map(|(version, mark)| (version.to_owned(), mark.to_owned()))
    };
    let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
    assert_eq!(split("Foo-1.23-1"), pair("1.23", "-1"));
    assert_eq!(split("Foo-Bar-1.23-RT4711"), pair("1.23", "-RT4711"));
    assert_eq!(split("Foo-v1.2.3.local1"), pair("v1.2.3", ".local1"));
    assert_eq!(split("Foo-1.02_03-local"), pair("1.02_03", "-local"));
    assert_eq!(split("Foo-1.23"), None);
    assert_eq!(split("Foo-1.23-TRIAL"), None);
    assert_eq!(split("Foo-1.23-RC1"), None);
    assert_eq!(split("Foo"), None);
}

proptest! {
    #[test]
    fn any_path_is_read_or_not(path in "\\PC{0,30}|([A-Za-z0-9._+/-]|A/AB/ABC/|-v|\\.pm|\\.tar\\.gz){0,12}(\\.tar\\.gz)?") {
        if let Some(archive) = ArchiveName::parse(&path) {
            let release = archive.release();
            prop_assert!(archive.file_name().starts_with(release.dist()));
            prop_assert!(release.version().is_none_or(|version| !version.is_empty()));
            if let Some((version, mark)) = release.local_suffix() {
                let whole = format!("{version}{mark}");
                prop_assert_eq!(release.version(), Some(&*whole));
            }
        }
    }
}
