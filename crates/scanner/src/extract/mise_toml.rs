//! mise.toml of mise: which perl its `[tools]` name
//! (mise.jdx.dev/configuration.html). Of a list the first version is run.

use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::page::Page;
use super::{Extractor, Facts, SourceFile, Wanted, named_perl};
use crate::perl::LineIndex;

/// The name of the format, in problems.
const NAME: &str = "mise-toml";

/// Reads mise.toml and its kin.
#[derive(Debug, Clone, Copy, Default)]
pub struct MiseToml;

impl Extractor for MiseToml {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        match path.file_name() {
            b"mise.toml" | b".mise.toml" | b"mise.local.toml" | b".mise.local.toml" => true,
            b"config.toml" => matches!(path.parent().file_name(), b"mise" | b".mise"),
            _ => false,
        }
        .into()
    }

    fn is_project_input(&self) -> bool {
        false
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let mut page = Page::new(file, NAME);
        let read = std::str::from_utf8(file.bytes)
            .map_err(|error| (0..0, error.to_string()))
            .and_then(|text| {
                DeTable::parse(text).map_err(|e| (e.span().unwrap_or(0..0), e.message().to_owned()))
            });
        match read {
            Ok(document) => {
                let tools = document.get_ref().get("tools").and_then(|tools| table(tools));
                let version = tools.and_then(|tools| tools.get("perl")).and_then(version);
                if let Some(range) = version {
                    let index = LineIndex::new(file.bytes);
                    page.facts.interpreters.extend(named_perl(file, &index, range));
                }
            }
            Err((at, error)) => {
                page.problem(ProblemKind::Undecided, at, format!("not read: no TOML ({error})"));
            }
        }
        page.finish(facts);
    }
}

fn table<'a, 'i>(value: &'a Spanned<DeValue<'i>>) -> Option<&'a DeTable<'i>> {
    match value.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

/// Where the version stands, without quotes: `"5.36"`, `["5.36", "5.34"]` or
/// `{ version = "5.36" }`.
fn version(value: &Spanned<DeValue<'_>>) -> Option<std::ops::Range<usize>> {
    match value.get_ref() {
        DeValue::String(text) => {
            let range = value.span();
            let quote = range.len().checked_sub(text.len())? / 2;
            Some(range.start + quote..range.end - quote)
        }
        DeValue::Array(versions) => {
            versions.iter().next().and_then(|first| match first.get_ref() {
                DeValue::Array(_) => None,
                _ => version(first),
            })
        }
        DeValue::Table(table) => match table.get("version") {
            Some(inner) if matches!(inner.get_ref(), DeValue::String(_)) => version(inner),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, Option<u32>)>, usize) {
        let path = SourcePath::from("mise.toml");
        let mut facts = Facts::default();
        MiseToml.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
        let found = facts.interpreters.iter().map(|i| (i.text.clone(), i.location.line()));
        (found.collect(), facts.problems.len())
    }

    #[test]
    fn a_version_in_each_form() {
        for (text, expected) in [
            ("[tools]\nnode = \"22\"\nperl = \"5.36.1\"\n", "5.36.1"),
            ("[tools]\n\nperl = [\"5.38\", \"5.36\"]\n", "5.38"),
            ("[tools]\n\nperl = { version = '5.36', os = [\"linux\"] }\n", "5.36"),
            ("[env]\nA = \"1\"\ntools.perl = \"no\"\n[tools.perl]\nversion = \"5.40\"\n", "5.40"),
        ] {
            let (found, problems) = read(text);
            let texts: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
            assert_eq!((texts.as_slice(), problems), (&[expected][..], 0), "{text}");
        }
        assert_eq!(read("[tools]\nperl = \"5.36\"\n").0, [("5.36".to_owned(), Some(2))]);
    }

    #[test]
    fn what_names_no_perl_says_nothing() {
        for text in ["", "perl = \"5.36\"", "[tools]\nperl = 5", "[tools]\nperl = [[\"5\"]]"] {
            assert_eq!(read(text), (Vec::new(), 0), "{text}");
        }
        assert_eq!(read("[tools\n").1, 1, "what is no TOML is told");
    }

    #[test]
    fn its_files() {
        for path in ["mise.toml", "a/.mise.toml", ".config/mise/config.toml", ".mise/config.toml"] {
            assert_eq!(MiseToml.wants(&path.into()), Wanted::Yes, "{path}");
        }
        for path in ["config.toml", "a/config.toml", "mise.lock"] {
            assert_eq!(MiseToml.wants(&path.into()), Wanted::No, "{path}");
        }
    }
}
