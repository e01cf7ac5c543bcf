#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a build script reads, writes and prints"
)]
//! Turns the committed facts in `data/` into the database that is embedded.

use std::error::Error;
use std::path::{Path, PathBuf};

use perlscan_model::facts::{FACTS_FILES, FactSet};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=data");
    let mut texts = Vec::new();
    for file in FACTS_FILES {
        let path = Path::new("data").join(file);
        let text = std::fs::read_to_string(&path).map_err(|cause| {
            format!("{}: {cause}; make the facts with `just facts PATH`", path.display())
        })?;
        texts.push((file, text));
    }
    let text_of = |file| {
        texts
            .iter()
            .find(|(name, _)| *name == file)
            .map(|(_, text)| text.clone())
            .unwrap_or_default()
    };
    let bytes = FactSet::from_texts(text_of)?.encode()?;
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    std::fs::write(folder.join("advisories.db"), bytes)?;
    std::fs::write(folder.join("release_keys.rs"), release_keys()?)?;
    Ok(())
}

/// The armored keys in `keys/`, of which there may be none, as a Rust slice.
fn release_keys() -> Result<String, Box<dyn Error>> {
    println!("cargo::rerun-if-changed=keys");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(std::path::absolute("keys")?)? {
        files.push(entry?.path());
    }
    files.retain(|file| file.extension().is_some_and(|suffix| suffix == "asc"));
    files.sort();
    let mut text = String::from("&[");
    for file in files {
        let file = file.to_str().ok_or("the name of a key is not UTF-8")?;
        text.push_str(&format!("include_bytes!({file:?}),"));
    }
    Ok(text + "]")
}
