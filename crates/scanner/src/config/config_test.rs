use super::*;

fn read_text(text: &str) -> Result<Config, String> {
    let shown = SourcePath::from("perlscan.toml");
    parse(text.as_bytes(), Path::new("perlscan.toml"), &shown).map_err(|cause| cause.to_string())
}

#[test]
fn entries_have_their_lines() {
    let config = read_text(
        "# why\n\n[[ignore]]\nid = \"CVE-2025-40908\"\nreason = \"\"\"\n  we never\n  open files\"\"\"\n\n\
         [[ignore]]\nid = \"CPANSA-Foo-2026-01\"\nreason = \"r\"\nuntil = 2027-01-31\ndist = \"Foo\"\n",
    )
    .expect("it is well-formed");
    let [first, second] = config.suppressions.as_slice() else { panic!("two entries") };
    assert_eq!(
        (first.id.as_str(), first.reason.as_str()),
        ("CVE-2025-40908", "we never open files")
    );
    assert_eq!(first.location.line(), Some(3));
    assert_eq!(first.until, None);
    assert_eq!(second.location.line(), Some(9));
    assert_eq!(second.until.map(|day| day.to_string()).as_deref(), Some("2027-01-31"));
    assert_eq!(second.dist.as_deref(), Some("Foo"));
    assert_eq!(read_text("").expect("an empty file is one"), Config::default());
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (text, wanted) in [
        ("[[ignore]]\nid = \"CVE-1-1\"\n", "perlscan.toml:1: missing field `reason`"),
        ("[[ignore]]\nid = \"CVE-1-1\"\nreason = \" \"\n", "perlscan.toml:3: reason: say why"),
        (
            "[[ignore]]\nreason = \"x\"\nid = \"everything\"\n",
            "perlscan.toml:3: id: \"everything\" is no id",
        ),
        (
            "[[ignore]]\nid = \"CVE-1-1\"\nreason = \"x\"\nuntil = \"soon\"\n",
            "perlscan.toml:4: until: \"soon\" is no day",
        ),
        (
            "[[ignore]]\nid = \"CVE-1-1\"\nreason = \"x\"\nuntill = 2027-01-01\n",
            "perlscan.toml:4: unknown field `untill`",
        ),
        ("ignore = 3\n", "perlscan.toml:1: "),
        ("[[ignore]\n", "perlscan.toml:1: "),
    ] {
        let told = read_text(text).expect_err(text);
        assert!(told.starts_with(wanted), "{told}");
    }
    let shown = SourcePath::from("p");
    let told = parse(b"# a\n\xff", Path::new("p"), &shown).expect_err("not UTF-8").to_string();
    assert_eq!(told, "p:2: this is not UTF-8");
}
