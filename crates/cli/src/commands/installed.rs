//! `perlscan installed`: what a perl has installed.
//!
//! The only command that starts a program: the perl that the user named, or the
//! one in PATH, is asked for its @INC and its version. What it has installed is
//! read like any other tree.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail};
use perlscan_scanner::model::interpreter::read_perl_version;
use perlscan_scanner::model::location::Location;
use perlscan_scanner::scan::{ScanSettings, scan};
use perlscan_scanner::source::relative_to;
use perlscan_scanner::system::System;

use crate::args::InstalledArgs;
use crate::commands::scan::judge;
use crate::places::Places;

/// What is asked: version, the program itself, then @INC, with NUL between, which no
/// path holds. PERL5LIB and PERL5OPT are as the user has them.
const QUESTION: &str = r#"print join "\0", sprintf("%vd", $^V), $^X, grep { !ref } @INC"#;

pub(crate) fn run(args: &InstalledArgs) -> anyhow::Result<u8> {
    let perl = match args.inc.is_empty() {
        true => Some(Perl::ask(args.perl.clone().unwrap_or_else(|| "perl".into()))?),
        false => None,
    };
    let named = perl.as_ref().map_or(&args.inc, |perl| &perl.folders);
    // A perl lists folders that nobody has made yet; what the user names is there.
    let folders: Vec<PathBuf> = match &perl {
        Some(_) => named.iter().filter(|folder| folder.is_dir()).cloned().collect(),
        None => named.clone(),
    };
    judge(&args.run, scan, |settings| places(&folders, perl.as_ref(), settings))
}

/// The folders as places of a scan, and what is known of their perl as settings.
fn places(
    folders: &[PathBuf],
    perl: Option<&Perl>,
    settings: &mut ScanSettings,
) -> anyhow::Result<Places> {
    if folders.is_empty() {
        bail!("none of the folders in @INC is there");
    }
    let places = Places::of_installed(folders)?;
    settings.system = Some(System::at(places.base().to_owned()));
    if let (Some(perl), None) = (perl, &settings.resolve.perl) {
        settings.resolve.perl = Some((perl.version.clone(), read_perl_version(&perl.version)));
        let program = perl.program.canonicalize().unwrap_or_else(|_| perl.program.clone());
        settings.resolve.perl_at = Some(Location::file(relative_to(places.base(), &program)));
    }
    Ok(places)
}

/// What a perl says of itself.
struct Perl {
    version: String,
    program: PathBuf,
    folders: Vec<PathBuf>,
}

impl Perl {
    #[expect(clippy::disallowed_methods, reason = "the user asks for this perl by the command")]
    fn ask(program: PathBuf) -> anyhow::Result<Self> {
        let hint = "name a perl by --perl PATH, or its folders by --inc DIR";
        let output = Command::new(&program)
            .args(["-e", QUESTION])
            .output()
            .with_context(|| format!("can't start '{}'; {hint}", program.display()))?;
        let mut answers = output.stdout.split(|byte| *byte == 0).map(path);
        let (Some(version), Some(itself)) = (answers.next(), answers.next()) else {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("'{}' does not tell its @INC; {hint}: {}", program.display(), said.trim())
        };
        let folders = answers.filter(|folder| folder.is_absolute()).collect();
        Ok(Self { version: version.display().to_string(), program: itself, folders })
    }
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
}
