//! Where scripts, images and workflows tell installers to take modules from.
//!
//! Read are the commands and variables of cpanm, cpm and Carton in shell scripts,
//! Makefiles, Dockerfiles and the files of CI systems, and only what of them lets
//! somebody else's archive in is told. A file that names none of the programs is
//! not looked at any further. Where variables may hold the options that make a
//! call safe, nothing is said.

mod options;
mod words;

use std::collections::BTreeMap;
use std::ops::Range;

use perlscan_model::location::{Location, SourcePath};
use perlscan_model::mirror_setting::{MirrorFlaw, MirrorSetting};

use self::options::{Cpanm, Cpm, Named};
use self::words::{Word, commands};
use super::mirror_url::{is_plain, is_public, shown};
use super::{Extractor, Facts, SourceFile, Wanted};
use crate::perl::LineIndex;

/// Reads commands that install modules.
#[derive(Debug, Clone, Copy, Default)]
pub struct Installers;

/// What one of these files has if there is anything to say.
const MARKS: [&[u8]; 4] = [b"cpanm", b"cpm", b"PERL_C", b"carton"];

/// The variables that are read.
const VARIABLES: [&str; 4] = [
    "PERL_CPANM_OPT",
    "PERL_CARTON_MIRROR",
    "PERL_LWP_SSL_VERIFY_HOSTNAME",
    "PERL_HTTP_TINY_SSL_INSECURE_BY_DEFAULT",
];

/// How many other variables are kept.
const MOST_VALUES: usize = 1000;

/// The most words of a variable's value.
const LONGEST_VALUE: usize = 64;

/// How deep commands are read that stand in quotes.
const DEEPEST: usize = 3;

/// The files of CI systems and of containers that are called so wherever they lie.
const RECIPES: [&[u8]; 12] = [
    b".gitlab-ci.yml",
    b".travis.yml",
    b"appveyor.yml",
    b".cirrus.yml",
    b"azure-pipelines.yml",
    b"bitbucket-pipelines.yml",
    b"action.yml",
    b"action.yaml",
    b"docker-compose.yml",
    b"docker-compose.yaml",
    b"compose.yml",
    b"compose.yaml",
];

/// What a file is, as far as its commands are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Shell,
    Dockerfile,
    Makefile,
    Yaml,
}

impl Kind {
    fn of(path: &SourcePath) -> Option<Self> {
        // Asked of every file of a tree: nothing is copied.
        let name = path.file_name();
        let suffix = memchr::memrchr(b'.', name).and_then(|dot| name.get(dot + 1..));
        let is = |names: &[&[u8]]| names.iter().any(|one| name.eq_ignore_ascii_case(one));
        let ends = |suffixes: &[&[u8]]| {
            let fits = |suffix: &[u8]| suffixes.iter().any(|one| suffix.eq_ignore_ascii_case(one));
            suffix.is_some_and(fits)
        };
        let is_in = |folder: &[u8]| path.parent().file_name() == folder;
        if is(&[b"makefile", b"gnumakefile", b"justfile"]) || ends(&[b"mk"]) {
            Some(Self::Makefile)
        } else if is(&[b".envrc", b".env", b"jenkinsfile", b".bashrc", b".profile"])
            || ends(&[b"sh", b"bash", b"zsh", b"env"])
        {
            Some(Self::Shell)
        } else if ends(&[b"yml", b"yaml"])
            && (is(&RECIPES) || is_in(b"workflows") || is_in(b".circleci"))
        {
            Some(Self::Yaml)
        } else {
            super::dockerfile::is_dockerfile(path).then_some(Self::Dockerfile)
        }
    }
}

impl Extractor for Installers {
    fn name(&self) -> &'static str {
        "installers"
    }

    fn wants(&self, path: &SourcePath) -> Wanted {
        match Kind::of(path) {
            Some(_) => Wanted::Yes,
            // A script without a suffix says in its first line what it is.
            None if !path.file_name().contains(&b'.') => Wanted::Peek,
            None => Wanted::No,
        }
    }

    fn wants_head(&self, head: &[u8]) -> bool {
        let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let shells: [&[u8]; 4] = [b"sh", b"bash", b"dash", b"zsh"];
        line.starts_with(b"#!")
            && line
                .split(|byte| byte.is_ascii_whitespace() || *byte == b'/')
                .any(|word| shells.contains(&word))
    }

    fn is_project_input(&self) -> bool {
        false
    }

    fn extract(&self, file: &SourceFile<'_>, facts: &mut Facts) {
        if !MARKS.iter().any(|mark| memchr::memmem::find(file.bytes, mark).is_some()) {
            return;
        }
        let kind = Kind::of(file.path).unwrap_or(Kind::Shell);
        let mut seen = Seen::default();
        let folded = match kind {
            Kind::Yaml => folded(file.bytes),
            Kind::Shell | Kind::Dockerfile | Kind::Makefile => Vec::new(),
        };
        let is_soft = |at: usize| {
            let next = folded.partition_point(|range| range.end <= at);
            folded.get(next).is_some_and(|range| range.contains(&at))
        };
        seen.commands(file.bytes, 0..file.bytes.len(), kind, &is_soft, 0);
        seen.resolve();
        let index = LineIndex::new(file.bytes);
        facts.mirrors.extend(seen.flaws().into_iter().map(|(setting, flaw, (url, range))| {
            MirrorSetting {
                setting,
                flaw,
                mirror: shown(&url),
                location: Location::at(file.path.clone(), index.span(range)),
            }
        }));
    }
}

/// The blocks of a YAML file whose lines are put together (`run: >-`).
fn folded(source: &[u8]) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    // The open block: where it begins, and how deep its key stands.
    let mut open: Option<(usize, usize)> = None;
    let mut at = 0_usize;
    for line in source.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii();
        let depth = line.iter().take_while(|byte| **byte == b' ').count();
        if let Some((start, key)) = open
            && !text.is_empty()
            && depth <= key
        {
            // The end of its last line ends the command, too.
            all.push(start..at.saturating_sub(1));
            open = None;
        }
        let word = text.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
        let is_key = text
            .rsplitn(2, |byte| *byte == b' ')
            .nth(1)
            .is_some_and(|key| key.ends_with(b":") || key == b"-");
        if open.is_none() && is_key && matches!(word, b">" | b">-" | b">+") {
            open = Some((at + line.len(), depth));
        }
        at += line.len();
    }
    if let Some((start, _)) = open {
        all.push(start..at);
    }
    all
}

/// A setting, what is wrong with it, and the mirror with its place.
type Flawed = (&'static str, MirrorFlaw, Named);

/// What a file says, over all its commands.
#[derive(Debug, Default)]
struct Seen {
    cpanm: Vec<Cpanm>,
    cpanm_variable: Vec<Cpanm>,
    cpm: Vec<Cpm>,
    carton_variable: Vec<Named>,
    /// What other variables are given; `None` where it is not always the same.
    values: BTreeMap<String, Option<String>>,
    /// Of each call of Carton that installs, whether it takes the lock as it is.
    carton: Vec<bool>,
    /// Variables that switch the check of certificates off.
    unverified: Vec<(&'static str, Range<usize>)>,
}

impl Seen {
    fn commands(
        &mut self,
        source: &[u8],
        range: Range<usize>,
        kind: Kind,
        is_soft: &dyn Fn(usize) -> bool,
        depth: usize,
    ) {
        // What is piped into perl is cpanm, where it was fetched from there.
        let mut is_fetched = false;
        commands(source, range, is_soft, &mut |words| {
            if words.iter().any(|word| is_what_is_said(&word.text)) {
                return;
            }
            self.variables(&words, kind);
            self.call(&words, is_fetched);
            is_fetched = words.iter().any(|word| word.text.contains("cpanmin.us"));
            if depth >= DEEPEST {
                return;
            }
            for word in words {
                if let Some(inside) = word.quoted.filter(|_| word.text.contains(' ')) {
                    self.commands(source, inside, kind, is_soft, depth + 1);
                }
            }
        });
    }

    /// The call of an installer in a command.
    fn call(&mut self, words: &[Word], is_fetched: bool) {
        let program = |word: &Word| {
            let name = word.text.trim_start_matches(['@', '-', '+', '[']);
            let name = name.trim_end_matches([',', ']']).rsplit('/').next().unwrap_or_default();
            match name {
                "perl" if is_fetched => Some("cpanm".to_owned()),
                "cpanm" | "cpm" | "carton" => Some(name.to_owned()),
                _ => None,
            }
        };
        // `carton exec` runs what follows.
        let runs = |at: usize| words.get(at + 1).is_some_and(|next| next.text == "exec");
        let Some((at, name)) = words
            .iter()
            .enumerate()
            .find_map(|(at, word)| Some((at, program(word).filter(|_| !runs(at))?)))
        else {
            return;
        };
        // Lists as an image's recipe has them: ["cpanm", "--mirror", ...].
        let is_list = words.iter().any(|word| word.text.starts_with('['));
        let arguments: Vec<Word> = words
            .iter()
            .skip(at + 1)
            .map(|word| match is_list {
                true => {
                    let text = word.text.trim_matches(['[', ']', ',']).to_owned();
                    Word { text, ..word.clone() }
                }
                false => word.clone(),
            })
            .collect();
        let has = |option: &str| arguments.iter().any(|word| word.text == option);
        match name.as_str() {
            "cpanm" => self.cpanm.push(Cpanm::read(&arguments)),
            "cpm" => self.cpm.push(Cpm::read(&arguments)),
            _ if has("install") => self.carton.push(has("--deployment")),
            _ => {}
        }
    }

    /// The variables that a command sets, in any of the ways in which such files do:
    /// `NAME=value`, `NAME: value`, `NAME := value`, `ENV NAME value`.
    fn variables(&mut self, words: &[Word], kind: Kind) {
        for (at, word) in words.iter().enumerate() {
            let (written, value) = match word.text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.text.as_str(), None),
            };
            let name = written.trim_end_matches([':', '?', '+']);
            if !VARIABLES.contains(&name) {
                if let Some(value) = value {
                    self.assign(name, value);
                }
                continue;
            }
            let end = words.len().min(at + LONGEST_VALUE);
            let rest = words.get(at + 1..end).unwrap_or_default();
            let is_sign = |word: &Word| matches!(word.text.as_str(), "=" | ":=" | "?=" | "::=");
            let values: Vec<Word> = match (value, rest.split_first()) {
                (Some(value), _) => {
                    let first = Word { text: value.to_owned(), ..word.clone() };
                    // In YAML the value ends with the line, and not with the word.
                    let rest = if kind == Kind::Yaml { rest } else { &[] };
                    std::iter::once(first).chain(rest.iter().cloned()).collect()
                }
                (None, Some((sign, rest))) if is_sign(sign) => rest.to_vec(),
                (None, Some(_)) if written.ends_with(':') || kind == Kind::Dockerfile => {
                    rest.to_vec()
                }
                (None, _) => continue,
            };
            self.variable(name, &values);
            if value.is_none() {
                return;
            }
        }
    }

    /// Keeps what a variable is given that may name a mirror.
    fn assign(&mut self, name: &str, value: &str) {
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        if self.values.len() >= MOST_VALUES || !name.chars().all(is_name) {
            return;
        }
        let known = self.values.entry(name.to_owned()).or_insert_with(|| Some(value.to_owned()));
        if known.as_deref() != Some(value) {
            *known = None;
        }
    }

    /// Puts what variables hold in place of their names.
    fn resolve(&mut self) {
        let values = std::mem::take(&mut self.values);
        let value = |name: &str| values.get(name).cloned().flatten();
        for call in self.cpanm.iter_mut().chain(&mut self.cpanm_variable) {
            call.resolve(&value);
        }
        for call in &mut self.cpm {
            call.resolve(&value);
        }
        for (url, _) in &mut self.carton_variable {
            options::resolve(url, &value);
        }
    }

    fn variable(&mut self, name: &str, values: &[Word]) {
        let words: Vec<Word> = values
            .iter()
            .flat_map(|value| {
                value.text.split_whitespace().map(|text| Word {
                    text: text.to_owned(),
                    range: value.range.clone(),
                    quoted: None,
                })
            })
            .collect();
        let Some(first) = words.first() else { return };
        match name {
            "PERL_CPANM_OPT" => self.cpanm_variable.push(Cpanm::read(&words)),
            "PERL_CARTON_MIRROR" => {
                self.carton_variable.push((first.text.clone(), first.range.clone()));
            }
            "PERL_LWP_SSL_VERIFY_HOSTNAME" if first.text == "0" => {
                self.unverified.push(("PERL_LWP_SSL_VERIFY_HOSTNAME", first.range.clone()));
            }
            "PERL_HTTP_TINY_SSL_INSECURE_BY_DEFAULT" if first.text == "1" => {
                let name = "PERL_HTTP_TINY_SSL_INSECURE_BY_DEFAULT";
                self.unverified.push((name, first.range.clone()));
            }
            _ => {}
        }
    }

    /// What is wrong, in order of the places.
    fn flaws(&self) -> Vec<Flawed> {
        let mut flaws: Vec<Flawed> = Vec::new();
        // The variable's options count for every call.
        let variable_is_safe = self.cpanm_variable.iter().any(|variable| variable.only);
        for call in &self.cpanm {
            of_cpanm("cpanm --mirror", call, variable_is_safe, &mut flaws);
        }
        let has_others =
            !self.cpm.is_empty() || (!self.carton.is_empty() && self.carton_variable.is_empty());
        for variable in &self.cpanm_variable {
            of_cpanm("PERL_CPANM_OPT", variable, false, &mut flaws);
            if let (Some(mirror), true) = (variable.private(), has_others) {
                flaws.push(("PERL_CPANM_OPT", MirrorFlaw::NotRead, mirror.clone()));
            }
        }
        for call in &self.cpm {
            of_cpm(call, &mut flaws);
        }
        let takes_lock =
            !self.carton.is_empty() && self.carton.iter().all(|takes_lock| *takes_lock);
        for mirror in &self.carton_variable {
            if !is_public(&mirror.0) && !takes_lock {
                flaws.push(("PERL_CARTON_MIRROR", MirrorFlaw::PublicAsWell, mirror.clone()));
            }
            plain("PERL_CARTON_MIRROR", mirror, &mut flaws);
        }
        let installs = !(self.cpanm.is_empty() && self.cpm.is_empty() && self.carton.is_empty());
        if installs {
            let unverified = self.unverified.iter();
            flaws.extend(unverified.map(|(name, range)| {
                (*name, MirrorFlaw::NotVerified, (String::new(), range.clone()))
            }));
        }
        flaws.sort_by(|a, b| (a.2.1.start, a.0, a.1).cmp(&(b.2.1.start, b.0, b.1)));
        flaws.dedup();
        flaws
    }
}

fn of_cpanm(setting: &'static str, call: &Cpanm, is_safe: bool, flaws: &mut Vec<Flawed>) {
    if let Some(private) = call.private() {
        if call.asks_public_first() && !is_safe {
            flaws.push((setting, MirrorFlaw::PublicFirst, private.clone()));
        } else if call.asks_public_as_well() {
            flaws.push((setting, MirrorFlaw::PublicAsWell, private.clone()));
        }
    }
    for mirror in &call.mirrors {
        plain(setting, mirror, flaws);
    }
}

fn of_cpm(call: &Cpm, flaws: &mut Vec<Flawed>) {
    let private = |named: &&Named| !is_public(&named.0);
    if call.asks_public() {
        if let Some(resolver) = call.resolvers.iter().find(private) {
            flaws.push(("cpm --resolver", MirrorFlaw::PublicAsWell, resolver.clone()));
        } else if let Some(mirror) = call.mirror.as_ref().filter(private) {
            flaws.push(("cpm --mirror", MirrorFlaw::PublicFirst, mirror.clone()));
        }
    }
    for resolver in &call.resolvers {
        plain("cpm --resolver", resolver, flaws);
    }
    if let Some(mirror) = &call.mirror {
        plain("cpm --mirror", mirror, flaws);
    }
}

fn plain(setting: &'static str, mirror: &Named, flaws: &mut Vec<Flawed>) {
    if is_plain(&mirror.0) {
        flaws.push((setting, MirrorFlaw::PlainText, mirror.clone()));
    }
}

/// Whether a command only says what follows.
fn is_what_is_said(word: &str) -> bool {
    matches!(word.trim_start_matches(['@', '-']), "echo" | "printf" | "grep")
}

#[cfg(test)]
#[path = "../installers_test.rs"]
mod tests;
