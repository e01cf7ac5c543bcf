//! Which modules the scanned tree provides itself: loading them is no dependency.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::location::SourcePath;
use perlscan_model::name::ModuleName;

use crate::advisory::AdvisoryError;
use crate::advisory::database::Database;
use crate::resolve::project::{Project, is_foreign_source};

/// The modules of all projects of a scan.
#[derive(Debug, Default)]
pub struct OwnModules<'a> {
    by_project: BTreeMap<&'a SourcePath, BTreeSet<&'a ModuleName>>,
    all: BTreeSet<&'a ModuleName>,
}

impl<'a> OwnModules<'a> {
    /// The modules that `use` would find in the projects' own files. A package in
    /// a file of another name is none: tests like to put a line of their own into
    /// other people's packages.
    pub fn of(projects: &'a [Project]) -> Self {
        let mut own = Self::default();
        for project in projects {
            let sources = project.sources.iter();
            let modules: BTreeSet<&ModuleName> = sources
                .filter(|source| !is_foreign_source(project, &source.path))
                .flat_map(|source| source.modules.iter().map(move |found| (source, found)))
                .filter(|(source, found)| holds(&source.path, &found.module))
                .map(|(_, found)| &found.module)
                .collect();
            own.all.extend(&modules);
            own.by_project.insert(&project.path, modules);
        }
        own
    }

    /// Whether a module that a project loads comes from the scanned tree: from the
    /// project itself, or from another one, unless CPAN or perl is known to have a
    /// module of that name, which is the likelier one then.
    ///
    /// # Errors
    /// When the database is damaged.
    pub fn has(
        &self,
        project: &Project,
        module: &ModuleName,
        database: &Database,
    ) -> Result<bool, AdvisoryError> {
        // By convention `inc::` is a folder of the project itself (Module::Install,
        // Dist::Zilla), whether it is kept in the repository or made anew.
        if module.as_str().starts_with("inc::") {
            return Ok(true);
        }
        if self.by_project.get(&project.path).is_some_and(|own| own.contains(module)) {
            return Ok(true);
        }
        Ok(self.all.contains(module)
            && !database.is_core(module)
            && project.dist_of(module, database)?.is_none())
    }
}

/// Whether `use` finds a module in a file of this path.
pub fn holds(path: &SourcePath, module: &ModuleName) -> bool {
    let Some(mut stem) = path.as_bytes().strip_suffix(b".pm") else { return false };
    for (i, part) in module.as_str().rsplit("::").enumerate() {
        if i > 0 {
            match stem.strip_suffix(b"/") {
                Some(above) => stem = above,
                None => return false,
            }
        }
        match stem.strip_suffix(part.as_bytes()) {
            Some(above) => stem = above,
            None => return false,
        }
    }
    stem.is_empty() || stem.ends_with(b"/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_is_in_the_file_that_use_would_open() {
        let holds = |path: &str, module: &str| {
            ModuleName::parse(module).is_ok_and(|module| holds(&path.into(), &module))
        };
        for (path, module) in
            [("lib/A/B.pm", "A::B"), ("A/B.pm", "A::B"), ("A/B.pm", "B"), ("B.pm", "B")]
        {
            assert!(holds(path, module), "{path} {module}");
        }
        for (path, module) in [
            ("lib/AB.pm", "A::B"),
            ("lib/xB.pm", "B"),
            ("t/b.t", "B"),
            ("B.pl", "B"),
            ("A.pm", "A::B"),
        ] {
            assert!(!holds(path, module), "{path} {module}");
        }
    }
}
