//! What a release requires, and which modules it brings: the ends of the edges
//! between the archives of a mirror.

use perlscan_model::location::SourcePath;
use perlscan_model::name::ModuleName;
use perlscan_model::package::VersionState;

pub use crate::graph::need::{Asked, Need};
use crate::resolve::project::Project;

/// A module that a release brings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Brought {
    /// The module.
    pub module: ModuleName,
    /// Its version as it is written; `None` where it has none, or none that can be told.
    pub version: Option<Box<str>>,
}

/// What the release at the top of an archive requires, sorted. Other projects in it are
/// examples and test data.
pub(crate) fn needs(projects: &[Project]) -> Vec<Need> {
    let top = projects.iter().min_by_key(|project| project.path.parts().count());
    let mut needs: Vec<Need> =
        top.map(|top| top.requirements.iter().map(Need::from).collect()).unwrap_or_default();
    needs.sort();
    // What stands there twice is one requirement.
    needs.dedup_by(|b, a| {
        (&a.module, &a.range, a.phase, a.relation, &a.feature, a.conditional)
            == (&b.module, &b.range, b.phase, b.relation, &b.feature, b.conditional)
    });
    needs
}

/// The modules of an archive that `use` finds once it is installed, sorted; each once,
/// with the version of the file that comes first. Packages in files of other names are
/// none of them: which of those are read depends on the database.
pub(crate) fn brings(projects: &[Project]) -> Vec<Brought> {
    let files = projects.iter().flat_map(|project| &project.sources);
    let modules = files.flat_map(|file| file.modules.iter().map(move |found| (file, found)));
    let mut modules: Vec<Brought> = modules
        .filter(|(file, found)| is_found(&file.path, found.module.as_str()))
        .map(|(_, found)| Brought {
            module: found.module.clone(),
            version: match &found.version {
                Some(VersionState::Exact(version)) => Some(version.text.as_ref().into()),
                _ => None,
            },
        })
        .collect();
    modules.sort_by(|a, b| a.module.cmp(&b.module));
    modules.dedup_by(|a, b| a.module == b.module);
    modules
}

/// Whether a file of an archive is one that gets installed: below `lib/`, or a
/// module at the top, as old distributions have it.
pub(crate) fn is_installed(path: &SourcePath) -> bool {
    let mut parts = path.parts().skip(1);
    match (parts.next(), parts.next()) {
        (Some(name), None) => name.ends_with(b".pm"),
        (Some(folder), Some(_)) => folder == b"lib",
        (None, _) => true,
    }
}

/// Whether `use` finds the module once the file of this path in an archive is
/// installed: below `lib/`, or at the top, as old distributions have it.
pub(crate) fn is_found(path: &SourcePath, module: &str) -> bool {
    let parts: Vec<&[u8]> = path.parts().collect();
    let names: Vec<&[u8]> = module.split("::").map(str::as_bytes).collect();
    let Some((last, above)) = names.split_last() else { return false };
    let is_file = |name: &[u8]| name.strip_suffix(b".pm") == Some(*last);
    match parts.as_slice() {
        // MakeMaker puts it where the distribution's name says.
        [_, name] | [name] => is_file(name),
        [_, folder, below @ .., name] => *folder == b"lib" && is_file(name) && below == above,
        [] => false,
    }
}

/// The same of a word behind `package` in a file that was not read as Perl: POD shows
/// examples. At the top the folder's name tells where MakeMaker puts the file.
pub(crate) fn is_found_by_name(path: &SourcePath, module: &str) -> bool {
    let is_of_folder = |folder: &[u8]| match module.rsplit_once("::") {
        Some((above, _)) => folder.starts_with(format!("{}-", above.replace("::", "-")).as_bytes()),
        None => true,
    };
    let mut parts = path.parts();
    match (parts.next(), parts.count()) {
        (Some(folder), 1) => is_of_folder(folder) && is_found(path, module),
        _ => is_found(path, module),
    }
}

/// Whether a file of an archive is the module that its distribution is called by:
/// `Foo-Bar-1.0/lib/Foo/Bar.pm`, whose version is to be that of the release.
pub(crate) fn is_main_module(path: &SourcePath) -> bool {
    let mut parts = path.parts();
    let Some(top) = parts.next().filter(|_| path.as_bytes().ends_with(b".pm")) else {
        return false;
    };
    let mut rest = top;
    for part in parts.skip_while(|part| *part == b"lib") {
        let name = part.strip_suffix(b".pm").unwrap_or(part);
        match rest.strip_prefix(name).and_then(|rest| rest.strip_prefix(b"-")) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.len() < top.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_use_finds_is_below_lib_or_at_the_top() {
        for (path, module, is_it) in [
            ("Foo-Bar-1.0/lib/Foo/Bar.pm", "Foo::Bar", true),
            ("Foo-Bar-1.0/lib/Foo/Bar.pm", "Foo::Bar::Inner", false),
            ("Foo-Bar-1.0/lib/Foo/Bar.pm", "Bar", false),
            ("Foo-Bar-1.0/Bar.pm", "Foo::Bar", true),
            ("Foo-Bar-1.0/Bar.pm", "Bar", true),
            ("Foo-Bar-1.0/Bar.pm", "if", false),
            ("Foo-Bar-1.0/t/lib/Foo/Bar.pm", "Foo::Bar", false),
            ("Bar.pm", "Foo::Bar", true),
            ("Foo-Bar-1.0/lib/Foo/Bar.pl", "Foo::Bar", false),
        ] {
            assert_eq!(is_found(&path.into(), module), is_it, "{path} {module}");
            assert_eq!(is_found_by_name(&path.into(), module), is_it, "{path} {module}");
        }
        let top = "Foo-Bar-1.0/Bar.pm".into();
        assert!(is_found(&top, "My::Bar") && !is_found_by_name(&top, "My::Bar"));
    }

    #[test]
    fn the_main_module_is_the_one_of_the_name() {
        for (path, is_it) in [
            ("Foo-Bar-1.0/lib/Foo/Bar.pm", true),
            ("Foo-Bar-v1.2/lib/Foo/Bar.pm", true),
            ("Foo-1.0/Foo.pm", true),
            ("Foo-Bar-1.0/lib/Foo.pm", true),
            ("Foo-Bar-1.0/lib/Foo/Bar/Baz.pm", false),
            ("Foo-Bar-1.0/lib/Bar.pm", false),
            ("Foo-Bar-1.0/lib/Foo/Bar.pod", false),
            ("Foo.pm", false),
        ] {
            assert_eq!(is_main_module(&path.into()), is_it, "{path}");
        }
    }
}
