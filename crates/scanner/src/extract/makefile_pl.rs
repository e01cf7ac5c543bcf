//! Makefile.PL: ExtUtils::MakeMaker's `WriteMakefile` (`maker`) and the words of
//! Module::Install (`install`).

mod install;
mod maker;

use perlscan_model::location::SourcePath;
use perlscan_model::problem::ProblemKind;
use perlscan_model::requirement::Phase;

use super::page::Page;
use super::{Extractor, Facts, SourceFile, Wanted, script};

/// The name of the format, in problems.
const NAME: &str = "makefile-pl";

/// The extractor of Makefile.PL.
#[derive(Debug, Clone, Copy, Default)]
pub struct MakefilePl;

impl Extractor for MakefilePl {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        (path.file_name() == b"Makefile.PL").into()
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        let mut page = Page::new(file, NAME);
        let has = |mark: &[u8]| memchr::memmem::find(file.bytes, mark).is_some();
        // Dist::Zilla::Plugin::DynamicPrereqs writes subs of the same names.
        let is_install = has(b"Module::Install") || has(b"DynamicPrereqs");
        let words = if is_install { install::WORDS } else { &[] };
        let script = script::walk(
            file.bytes,
            script::Wanted { functions: maker::FUNCTIONS, words, methods: &[] },
        );
        script::faults(&script.faults, &mut page);
        let said = maker::read(&script, &mut page) | install::read(&script, &mut page);
        if !said && !passes_on(file.bytes) {
            let message = "neither WriteMakefile nor Module::Install is called with arguments that \
                           can be read: what is required here is not known";
            page.problem(ProblemKind::Undecided, 0..0, message.to_owned());
        }
        if has(b"cpanfile") {
            page.explain_gaps("the script names a cpanfile, where this is likely to stand");
        }
        page.loads(script.loads, Phase::Configure);
        page.finish(facts);
    }
}

/// Whether the file only hands over to Build.PL, which says it all
/// (Module::Build::Compat, `passthrough`).
fn passes_on(source: &[u8]) -> bool {
    [&b"run_build_pl"[..], b"Module::Build::Compat", b"Build.PL"]
        .iter()
        .any(|mark| memchr::memmem::find(source, mark).is_some())
}

#[cfg(test)]
#[path = "makefile_pl_test.rs"]
mod tests;
