//! The layers of ARCHITECTURE.md, held by reading the sources.
//!
//! A module may use those to its left and nothing else. Every path from
//! `crate::` and `super::` in every file is looked at, in `use` and in code.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// The modules from left to right, and what each may use. `perl`, `source` and
/// `extract` do not see advisories; `advisory` does not see files.
const LAYERS: [(&str, &[&str]); 21] = [
    ("perl", &[]),
    ("source", &[]),
    ("extract", &["perl"]),
    ("container", &["perl", "source", "extract"]),
    ("mirror", &["perl"]),
    ("nearest", &[]),
    ("programs", &[]),
    ("signature", &["programs"]),
    ("advisory", &["nearest", "programs", "signature"]),
    ("remote", &["source", "extract", "mirror", "advisory"]),
    ("graph", &["nearest"]),
    ("system", &[]),
    ("resolve", &["extract", "advisory", "graph"]),
    ("audit", &["resolve", "advisory"]),
    ("policy", &[]),
    ("report", &["graph", "audit", "resolve", "advisory"]),
    (
        "scan",
        &[
            "perl",
            "source",
            "extract",
            "container",
            "mirror",
            "advisory",
            "system",
            "resolve",
            "audit",
            "policy",
            "report",
        ],
    ),
    ("mirrored", &["source", "mirror", "advisory", "resolve", "report", "scan"]),
    (
        "darkpan",
        &[
            "signature",
            "source",
            "extract",
            "container",
            "mirror",
            "advisory",
            "graph",
            "resolve",
            "audit",
            "report",
            "scan",
        ],
    ),
    ("run", &["source", "mirror", "advisory", "resolve", "policy", "report", "scan", "darkpan"]),
    ("config", &["policy"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .flatten()
        .map(|e| e.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|suffix| suffix == "rs") {
            found.push(path);
        }
    }
}

/// The modules above and including the file's own, from the crate's root.
fn module_path(source_root: &Path, file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(source_root).expect("below the root").with_extension("");
    let mut parts: Vec<String> =
        relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
        parts.pop();
    }
    parts
}

/// Collects the top-level modules of the crate that a file names.
struct Named {
    module: Vec<String>,
    named: Vec<String>,
}

impl Named {
    /// A path by its first parts: which module of the crate does it lead to?
    fn path(&mut self, parts: &[String]) {
        let mut at = self.module.clone();
        let mut rest = parts;
        match rest.first().map(String::as_str) {
            Some("crate") => {
                at.clear();
                rest = &rest[1..];
            }
            Some("self") => rest = &rest[1..],
            Some("super") => {}
            _ => return,
        }
        while rest.first().is_some_and(|part| part == "super") {
            at.pop();
            rest = &rest[1..];
        }
        at.extend(rest.iter().cloned());
        self.named.extend(at.first().cloned());
    }

    fn tree(&mut self, prefix: &[String], tree: &syn::UseTree) {
        let mut parts = prefix.to_vec();
        match tree {
            syn::UseTree::Path(path) => {
                parts.push(path.ident.to_string());
                self.tree(&parts, &path.tree);
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(&parts, tree);
                }
            }
            syn::UseTree::Name(name) => {
                parts.push(name.ident.to_string());
                self.path(&parts);
            }
            syn::UseTree::Rename(rename) => {
                parts.push(rename.ident.to_string());
                self.path(&parts);
            }
            syn::UseTree::Glob(_) => self.path(&parts),
        }
    }
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        self.path(&parts);
        visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        // Test modules may look anywhere: `crate::` in them is no dependency of the layer.
        let is_test = item.attrs.iter().any(|attribute| {
            attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Ident>().is_ok_and(|ident| ident == "test")
        });
        if is_test {
            return;
        }
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }
}

/// What a file names that its layer may not use.
fn breaches(module: &[String], text: &str) -> Vec<String> {
    let own = module.first().cloned().unwrap_or_default();
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == own) else {
        return Vec::new();
    };
    let file = syn::parse_file(text).expect("the source parses");
    let mut named = Named { module: module.to_vec(), named: Vec::new() };
    named.visit_file(&file);
    named
        .named
        .into_iter()
        .filter(|name| *name != own && LAYERS.iter().any(|(layer, _)| layer == name))
        .filter(|name| !allowed.contains(&name.as_str()))
        .collect()
}

#[test]
fn every_module_uses_only_what_is_to_its_left() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20, "the sources are found");
    let mut wrong = Vec::new();
    for file in files.iter().filter(|file| !file.to_string_lossy().ends_with("_test.rs")) {
        let module = module_path(&root, file);
        if let Some(top) = module.first() {
            assert!(LAYERS.iter().any(|(name, _)| name == top), "{top} has a layer");
        }
        #[expect(clippy::disallowed_methods, reason = "a test reads the sources")]
        let text = std::fs::read_to_string(file).expect("the source is there");
        for name in breaches(&module, &text) {
            wrong.push(format!("{} uses crate::{name}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_breach_is_seen_in_every_spelling() {
    let module = vec!["extract".to_owned(), "cpanfile".to_owned()];
    for text in [
        "use crate::advisory::store;",
        "use crate::{perl, advisory};",
        "use super::super::advisory::store as other;",
        "fn f() { crate::audit::audits(); }",
        "mod inner { use super::super::super::report::Report; }",
        "fn f(x: &crate::resolve::project::Project) {}",
    ] {
        assert_eq!(breaches(&module, text).len(), 1, "{text}");
    }
    for text in [
        "use crate::perl::lexer;",
        "use super::Facts;",
        "use std::fmt;",
        "#[cfg(test)] mod tests { use crate::advisory::store; }",
    ] {
        assert!(breaches(&module, text).is_empty(), "{text}");
    }
}
