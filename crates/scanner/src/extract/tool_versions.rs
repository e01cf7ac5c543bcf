//! `.tool-versions` of asdf and mise: a line a tool, its name and then the
//! versions, of which the first one that is installed is run.

use perlscan_model::location::SourcePath;

use super::perl_version_file::first_word;
use super::{Extractor, Facts, SourceFile, Wanted, named_perl};
use crate::perl::LineIndex;

/// Reads `.tool-versions`.
#[derive(Debug, Clone, Copy, Default)]
pub struct ToolVersions;

impl Extractor for ToolVersions {
    fn name(&self) -> &'static str {
        ".tool-versions"
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        (path.file_name() == b".tool-versions").into()
    }

    fn is_project_input(&self) -> bool {
        false
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let index = LineIndex::new(file.bytes);
        let mut offset = 0;
        for line in file.bytes.split(|byte| *byte == b'\n') {
            let start = offset;
            offset += line.len() + 1;
            let Some(tool) =
                first_word(line).filter(|tool| line.get(tool.clone()) == Some(b"perl"))
            else {
                continue;
            };
            let rest = line.get(tool.end..).unwrap_or_default();
            let Some(version) = first_word(rest) else { continue };
            if rest.get(version.start) == Some(&b'#') {
                continue;
            }
            let begin = start + tool.end;
            let range = begin + version.start..begin + version.end;
            return facts.interpreters.extend(named_perl(file, &index, range));
        }
    }
}
