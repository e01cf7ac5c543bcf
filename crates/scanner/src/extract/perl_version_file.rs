//! `.perl-version`, where plenv and perlbrew's kin read which perl to run: the
//! first word that is no comment.

use perlscan_model::location::SourcePath;

use super::{Extractor, Facts, SourceFile, Wanted, named_perl};
use crate::perl::LineIndex;

/// Reads `.perl-version`.
#[derive(Debug, Clone, Copy, Default)]
pub struct PerlVersionFile;

impl Extractor for PerlVersionFile {
    fn name(&self) -> &'static str {
        ".perl-version"
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        (path.file_name() == b".perl-version").into()
    }

    fn is_project_input(&self) -> bool {
        false
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let index = LineIndex::new(file.bytes);
        let mut offset = 0;
        for line in file.bytes.split(|byte| *byte == b'\n') {
            let word = first_word(line).map(|word| offset + word.start..offset + word.end);
            offset += line.len() + 1;
            if let Some(range) = word
                && file.bytes.get(range.start) != Some(&b'#')
            {
                return facts.interpreters.extend(named_perl(file, &index, range));
            }
        }
    }
}

/// Where the first word of a line stands in it.
pub(super) fn first_word(line: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = line.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let rest = line.get(start..)?;
    let length = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    Some(start..start + length)
}
