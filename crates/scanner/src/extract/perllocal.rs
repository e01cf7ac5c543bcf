//! `perllocal.pod`, to which MakeMaker appends what `make install` installed
//! (`ExtUtils::Command::MM`, perllocal_install).
//!
//! An entry begins with `=head2 DATE: C<Module> L<Foo::Bar|Foo::Bar>` and has
//! `C<VERSION: 1.23>`, the version of the release, among its items.

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::ModuleName;
use perlscan_model::package::VersionState;
use perlscan_model::release_version::ReleaseVersion;

use super::{Extractor, Facts, Installation, SourceFile, Wanted};
use crate::perl::LineIndex;

/// Reads `perllocal.pod`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Perllocal;

impl Extractor for Perllocal {
    fn name(&self) -> &'static str {
        "perllocal"
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        (path.file_name() == b"perllocal.pod").into()
    }

    fn is_project_input(&self) -> bool {
        false
    }

    fn tells_of_installs(&self) -> bool {
        true
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let index = LineIndex::new(file.bytes);
        let mut begins = 0;
        for line in file.bytes.split_inclusive(|byte| *byte == b'\n') {
            let (start, text) = (begins, line.trim_ascii_end());
            begins += line.len();
            if text.starts_with(b"=head2 ") {
                let named = between(text, b"L<", b">").map(|link| link.split(|b| *b == b'|'));
                let named = named.and_then(|mut names| std::str::from_utf8(names.next()?).ok());
                if let Some(module) = named.and_then(|name| ModuleName::parse(name).ok()) {
                    let span = index.span(start..start + text.len());
                    facts.installations.push(Installation {
                        module,
                        version: None,
                        files: Vec::new(),
                        location: Location::at(file.path.clone(), span),
                    });
                }
            } else if let (Some(text), Some(last)) =
                (between(text, b"C<VERSION: ", b">"), facts.installations.last_mut())
            {
                let text = String::from_utf8_lossy(text);
                last.version = ReleaseVersion::read(text.trim()).map(VersionState::Exact);
            }
        }
    }
}

/// What stands between two marks.
fn between<'a>(text: &'a [u8], open: &[u8], close: &[u8]) -> Option<&'a [u8]> {
    let rest = text.get(memchr::memmem::find(text, open)? + open.len()..)?;
    rest.get(..memchr::memmem::rfind(rest, close)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_in_order() {
        let path = SourcePath::from("l/perllocal.pod");
        let text = b"=head2 Wed Nov 25 2026: C<Module> L<Foo::Bar|Foo::Bar>\n\n=over 4\n\n\
                     =item *\n\nC<VERSION: 1.10>\n\n=back\n\n\
                     =head2 Thu Nov 26 2026: C<Module> L<Foo::Bar|Foo::Bar>\n\nC<VERSION: 1.09>\n";
        let mut facts = Facts::default();
        Perllocal.extract(&SourceFile { path: &path, bytes: text }, &mut facts);
        let found: Vec<(&str, String, u32)> = facts
            .installations
            .iter()
            .map(|one| {
                let Some(VersionState::Exact(release)) = &one.version else { panic!("{one:?}") };
                let line = one.location.line().unwrap_or_default();
                (one.module.as_str(), release.text.to_string(), line)
            })
            .collect();
        assert_eq!(found, [("Foo::Bar", "1.10".into(), 1), ("Foo::Bar", "1.09".into(), 11)]);
    }
}
