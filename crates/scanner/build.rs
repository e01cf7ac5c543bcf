#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a build script reads, writes and prints"
)]
//! Turns the committed facts in `data/` into the database that is embedded.

use std::error::Error;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
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
    println!("cargo::rustc-env=PERLSCAN_SOURCES={}", sources()?);
    Ok(())
}

/// A digest of all that decides what is read of an archive: the sources of this
/// package and of the model, their version and features. Facts that another program
/// has kept are not this one's.
fn sources() -> Result<String, Box<dyn Error>> {
    let mut digest = DefaultHasher::new();
    for folder in ["src", "../model/src"] {
        // A package from a registry stands alone; its version tells the model's.
        if !Path::new(folder).is_dir() {
            continue;
        }
        println!("cargo::rerun-if-changed={folder}");
        let mut files = Vec::new();
        files_below(Path::new(folder), &mut files)?;
        files.sort();
        for file in files {
            file.to_string_lossy().hash(&mut digest);
            std::fs::read(&file)?.hash(&mut digest);
        }
    }
    let mut settings: Vec<(String, String)> = std::env::vars()
        .filter(|(name, _)| name.starts_with("CARGO_FEATURE_") || name == "CARGO_PKG_VERSION")
        .collect();
    settings.sort();
    settings.hash(&mut digest);
    Ok(format!("{:016x}", digest.finish()))
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => files_below(&path, files)?,
            false => files.push(path),
        }
    }
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
