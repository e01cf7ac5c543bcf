//! minil.toml of Minilla: the distribution's name. What is required stands in the
//! cpanfile beside it, which Minilla demands.

use perlscan_model::location::SourcePath;
use perlscan_model::name::DistName;
use perlscan_model::problem::ProblemKind;
use serde::Deserialize;
use toml::Spanned;

use super::page::Page;
use super::{Extractor, Facts, Identity, SourceFile, Wanted};

/// The name of the format, in problems.
const NAME: &str = "minil-toml";

/// The extractor of minil.toml.
#[derive(Debug, Clone, Copy, Default)]
pub struct MinilToml;

#[derive(Debug, Deserialize)]
struct Minil {
    name: Option<Spanned<String>>,
}

impl Extractor for MinilToml {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        (path.file_name() == b"minil.toml").into()
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let mut page = Page::new(file, NAME);
        let read = std::str::from_utf8(file.bytes)
            .map_err(|error| (0..0, error.to_string()))
            .and_then(|text| {
                toml::from_str::<Minil>(text)
                    .map_err(|e| (e.span().unwrap_or(0..0), e.message().to_owned()))
            });
        match read {
            Ok(minil) => {
                if let Some(name) = minil.name
                    && let Ok(dist) = DistName::parse(&name.get_ref().replace("::", "-"))
                {
                    let location = page.location(name.span());
                    page.facts.identities.push(Identity { dist, version: None, location });
                }
            }
            Err((at, error)) => {
                page.problem(ProblemKind::Lost, at, format!("not read: no TOML ({error})"));
            }
        }
        page.finish(facts);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Facts {
        let path = SourcePath::from("minil.toml");
        let mut facts = Facts::default();
        MinilToml.extract(&SourceFile { path: &path, bytes: text.as_bytes() }, &mut facts);
        facts
    }

    #[test]
    fn the_name_and_where_it_stands() {
        let text = "# Minilla\nname = \"Foo-Bar\"\nbadges = [\"travis\"]\n";
        let facts = read(text);
        let found: Vec<_> =
            facts.identities.iter().map(|i| (i.dist.as_str(), i.location.line())).collect();
        assert_eq!(found, [("Foo-Bar", Some(2))]);
        assert_eq!(facts.problems, []);
    }

    #[test]
    fn what_is_no_toml_is_lost() {
        let kinds: Vec<_> = read("name = \n").problems.into_iter().map(|p| p.kind).collect();
        assert_eq!(kinds, [ProblemKind::Lost]);
        assert!(read("").problems.is_empty());
    }
}
