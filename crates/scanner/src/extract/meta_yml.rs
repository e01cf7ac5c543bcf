//! META.yml and MYMETA.yml: a distribution's metadata (CPAN::Meta::Spec 1.x and
//! 2) as YAML.

use std::borrow::Cow;

use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;

use super::meta::{spec, yaml};
use super::page::Page;
use super::{Extractor, Facts, SourceFile, Wanted, meta, meta_json};

/// The name of the format, in problems.
const NAME: &str = "meta-yml";

/// The extractor of META.yml and MYMETA.yml.
#[derive(Debug, Clone, Copy, Default)]
pub struct MetaYml;

impl Extractor for MetaYml {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        let is_meta = matches!(path.file_name(), b"META.yml" | b"MYMETA.yml");
        (is_meta && !meta::is_book_keeping(path)).into()
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let mut page = Page::new(file, NAME);
        // Old files are Latin-1, mostly in a name of a person.
        let text = match std::str::from_utf8(file.bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(meta_json::ascii_for_other_bytes(file.bytes)),
        };
        let body = text.strip_prefix('\u{feff}').unwrap_or(&text).trim_start();
        let body = body.strip_prefix("---").unwrap_or(body).trim_start();
        if body.starts_with('{') {
            meta_json::read(&blank_before(&text, text.len() - body.len()), file.path, &mut page);
        } else {
            let read = yaml::read(&text);
            for (range, kind, message) in read.problems {
                page.problem(kind, range, message);
            }
            if read.tree.pairs().is_empty() {
                let message = "not read: no keys with values".to_owned();
                page.problem(ProblemKind::Lost, 0..0, message);
            }
            spec::read(&read.tree, file.path, &mut page);
        }
        page.finish(facts);
    }
}

/// The text with blanks up to an offset: places stay.
fn blank_before(text: &str, offset: usize) -> String {
    let blanks = text.bytes().take(offset).map(|b| if b == b'\n' { '\n' } else { ' ' });
    blanks.chain(text.get(offset..).unwrap_or_default().chars()).collect()
}

#[cfg(test)]
#[path = "meta_yml_test.rs"]
mod tests;
