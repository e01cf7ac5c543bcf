//! `.packlist`, the files that MakeMaker or Module::Build installed of one
//! distribution (ExtUtils::Packlist).
//!
//! It lies in `ARCH/auto/Foo/Bar/`, named by the module that the distribution
//! calls itself, and has one file a line, with its path on the machine that
//! installed it, and perhaps `type=file` and the like behind.

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::name::ModuleName;
use perlscan_model::problem::{Problem, ProblemKind};

use super::{Extractor, Facts, Installation, SourceFile, Wanted};

/// Reads `.packlist` below `auto`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Packlist;

impl Extractor for Packlist {
    fn name(&self) -> &'static str {
        "packlist"
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        (path.file_name() == b".packlist").into()
    }

    fn is_project_input(&self) -> bool {
        false
    }

    fn tells_of_installs(&self) -> bool {
        true
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        // perl's own list lies beside its modules, and perl is told otherwise.
        let Some(name) = name_by_place(file.path) else { return };
        let Ok(module) = ModuleName::parse(&name) else {
            return facts.problems.push(Problem {
                location: Location::file(file.path.clone()),
                kind: ProblemKind::Undecided,
                by: self.name(),
                message: format!("its folder names no module: {name:?}"),
            });
        };
        let lines = file.bytes.split(|byte| *byte == b'\n').filter_map(module_file);
        facts.installations.push(Installation {
            module,
            version: None,
            files: lines.collect(),
            location: Location::file(file.path.clone()),
        });
    }
}

/// What stands between the last `auto` and the file, as the name of a module.
fn name_by_place(path: &SourcePath) -> Option<String> {
    let folder = path.parent();
    let parts: Vec<&[u8]> = folder.parts().collect();
    let auto = parts.iter().rposition(|part| *part == b"auto")?;
    let parts = parts.get(auto + 1..).filter(|parts| !parts.is_empty())?;
    Some(String::from_utf8_lossy(&parts.join(&b"::"[..])).into_owned())
}

/// The file that a line names, if it is a module.
fn module_file(line: &[u8]) -> Option<SourcePath> {
    // ExtUtils::Packlist, read: the path, then ` key=value` pairs.
    let line = line.trim_ascii();
    let name = match memchr::memmem::find(line, b".pm ") {
        Some(at) => line.get(..at + 3)?,
        None => line,
    };
    name.ends_with(b".pm").then(|| SourcePath::new(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_names_the_module_and_the_lines_its_files() {
        let path = SourcePath::from("l/x-linux/auto/Foo/Bar/.packlist");
        let text = b"/opt/l/lib/perl5/Foo/Bar.pm\n/opt/l/man/man3/Foo::Bar.3pm\n\
                     /opt/l/lib/perl5/x-linux/Foo/B.pm type=link from=/a/b.pm\n";
        let mut facts = Facts::default();
        Packlist.extract(&SourceFile { path: &path, bytes: text }, &mut facts);
        let [found] = facts.installations.as_slice() else { panic!("{facts:?}") };
        assert_eq!(found.module.as_str(), "Foo::Bar");
        let files: Vec<_> = found.files.iter().map(|file| file.to_text().into_owned()).collect();
        assert_eq!(files, ["/opt/l/lib/perl5/Foo/Bar.pm", "/opt/l/lib/perl5/x-linux/Foo/B.pm"]);
    }

    #[test]
    fn the_list_of_perl_itself_names_none() {
        let path = SourcePath::from("lib/5.36.0/x86_64-linux/.packlist");
        let mut facts = Facts::default();
        Packlist.extract(&SourceFile { path: &path, bytes: b"/a/strict.pm\n" }, &mut facts);
        assert_eq!(facts, Facts::default());
    }
}
