//! What a META says besides name, version and requirements; older files as
//! CPAN::Meta::Converter turns them into version 2.

use std::sync::Arc;

use perlscan_model::about::About;

use super::tree::Tree;

/// The keys of a file's top that are read here.
pub(in super::super) const KEYS: [&str; 5] =
    ["license", "author", "generated_by", "resources", "x_deprecated"];

/// Words for licences that mean something else in version 2.
const OLD_LICENSES: [(&str, &str); 8] = [
    ("apache", "apache_2_0"),
    ("artistic", "artistic_1"),
    ("artistic2", "artistic_2"),
    ("gpl", "open_source"),
    ("lgpl", "open_source"),
    ("mozilla", "open_source"),
    ("perl", "perl_5"),
    ("restrictive", "restricted"),
];

/// Reads a file's tree.
pub(super) fn read(tree: &Tree<'_>, is_version_2: bool) -> About {
    let resources = tree.get("resources");
    let resource = |name: &str| resources.and_then(|resources| resources.get(name));
    let licenses = texts(tree.get("license")).into_iter().map(|word| {
        let old = OLD_LICENSES.iter().find(|(old, _)| old.eq_ignore_ascii_case(word));
        old.filter(|_| !is_version_2).map_or(word, |(_, new)| new)
    });
    About {
        licenses: About::kept_list(licenses),
        authors: About::kept_list(texts(tree.get("author")).into_iter()),
        generated_by: text(tree.get("generated_by")),
        repository: resource("repository").and_then(|one| address(one, &["url", "web"])),
        bugtracker: resource("bugtracker").and_then(|one| address(one, &["web", "mailto"])),
        is_deprecated: tree.get("x_deprecated").is_some_and(Tree::is_true),
    }
}

/// One text, or a list of them.
fn texts<'t>(tree: Option<&'t Tree<'_>>) -> Vec<&'t str> {
    let several = match tree {
        Some(Tree::List(several)) => several.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    several.iter().filter_map(Tree::scalar).map(|text| &*text.text).collect()
}

fn text(tree: Option<&Tree<'_>>) -> Option<Arc<str>> {
    let text = About::kept(&tree?.scalar()?.text);
    (!text.is_empty()).then(|| text.into())
}

/// In version 2 a map, before a text.
fn address(tree: &Tree<'_>, keys: &[&str]) -> Option<Arc<str>> {
    match tree {
        Tree::Scalar(_) => text(Some(tree)),
        map => keys.iter().find_map(|key| text(map.get(key))),
    }
}
