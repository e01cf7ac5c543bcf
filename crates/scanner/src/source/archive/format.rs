//! What kind of archive a file is.

/// What kind of archive a file is, by its name, as PAUSE and CPAN::DistnameInfo
/// know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// A tar file, packed or not.
    Tar,
    /// A zip file.
    Zip,
    /// One module, packed or not.
    Module,
}

impl Format {
    /// The format of a file of this name; `None` where it is no archive of a release.
    pub fn of(file_name: &[u8]) -> Option<Self> {
        const SUFFIXES: [(&str, Format); 11] = [
            (".tar.gz", Format::Tar),
            (".tgz", Format::Tar),
            (".tar.bz2", Format::Tar),
            (".tbz", Format::Tar),
            (".tbz2", Format::Tar),
            (".tar.xz", Format::Tar),
            (".txz", Format::Tar),
            (".tar", Format::Tar),
            (".zip", Format::Zip),
            (".pm.gz", Format::Module),
            (".pm", Format::Module),
        ];
        let name = file_name.to_ascii_lowercase();
        let found = SUFFIXES.iter().find(|(suffix, _)| {
            name.strip_suffix(suffix.as_bytes()).is_some_and(|stem| !stem.is_empty())
        });
        found.map(|(_, format)| *format)
    }
}
