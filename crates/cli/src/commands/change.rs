//! What a change brings in: `perlscan --staged`, `perlscan --since REV` and
//! `perlscan diff`.

use std::path::Path;

use anyhow::bail;
use perlscan_scanner::config;
use perlscan_scanner::report::Report;
use perlscan_scanner::report::change::{ChangeSide, SideKind};
use perlscan_scanner::run::{Side, scan_change};
use perlscan_scanner::scan::{ScanSettings, SourceFacts};
use perlscan_scanner::source::git::{GitCommit, GitContent, GitRepository};

use crate::args::{DiffArgs, RememberedArgs, RunArgs, ScanArgs, SourceArgs, cache_folder};
use crate::commands::scan::{report, settle};
use crate::git_places::{self, GitPlaces};
use crate::places::{self, Places};
use crate::terminal;

/// A commit as one of the two states, as the user named it.
fn commit(commit: &GitCommit, revision: &str, is_merge_base: bool) -> ChangeSide {
    ChangeSide {
        kind: SideKind::Commit,
        revision: Some(revision.to_owned()),
        commit: Some(commit.id.clone()),
        is_merge_base,
        lost: 0,
    }
}

/// A state of the repository, what it is, and how git names it before a `:`.
struct State {
    content: GitContent,
    is: ChangeSide,
    named: String,
}

impl State {
    fn of(found: &GitCommit, revision: &str, is_merge_base: bool) -> Self {
        Self {
            content: found.into(),
            is: commit(found, revision, is_merge_base),
            named: if is_merge_base { found.id.clone() } else { revision.to_owned() },
        }
    }

    fn nothing() -> Self {
        Self { content: GitContent::Empty, is: ChangeSide::default(), named: String::new() }
    }
}

/// The index compared with HEAD.
pub(crate) fn staged(args: &ScanArgs) -> anyhow::Result<u8> {
    let here = git_places::here()?;
    let repository = git_places::open(&start(&args.source, &here))?;
    if repository.top().is_none() {
        bail!("--staged: a bare repository has no index; compare commits: perlscan diff REV1 REV2");
    }
    let base = match repository.head()? {
        Some(head) => State::of(&head, "HEAD", false),
        None => State::nothing(),
    };
    let is = ChangeSide { kind: SideKind::Index, ..ChangeSide::default() };
    let head = State { content: repository.index()?, is, named: String::new() };
    let compared = Compared {
        source: &args.source,
        run: &args.run,
        facts: facts(&args.remembered, &repository),
    };
    compare(&repository, compared, &here, base, head)
}

/// Two commits compared.
pub(crate) fn diff(mut args: DiffArgs) -> anyhow::Result<u8> {
    if args.source.config_dir.is_some() {
        bail!("diff reads the configuration of its commits; --config-dir is for scan");
    }
    let here = git_places::here()?;
    let repository = git_places::open(&here)?;
    let (first, second, from_merge_base) = match args.base.split_once("..") {
        Some((first, rest)) => match rest.strip_prefix('.') {
            Some(second) => (first.to_owned(), Some(second.to_owned()), true),
            None => (first.to_owned(), Some(rest.to_owned()), false),
        },
        None => (args.base.clone(), None, false),
    };
    let or_head = |name: String| if name.is_empty() { "HEAD".to_owned() } else { name };
    let second = match second {
        Some(second) => or_head(second),
        None => second_revision(&repository, &mut args.source)?,
    };
    let first = or_head(first);
    let mut old = repository.commit(&first)?;
    let new = repository.commit(&second)?;
    let mut base = State::of(&old, &first, false);
    if from_merge_base {
        let Some(found) = repository.merge_base(&old, &new) else {
            bail!("'{first}' and '{second}' have no commit in common{}", shallow(&repository))
        };
        old = found;
        base = State::of(&old, &first, true);
    }
    let head = State::of(&new, &second, false);
    let compared = Compared {
        source: &args.source,
        run: &args.run,
        facts: facts(&args.remembered, &repository),
    };
    compare(&repository, compared, &here, base, head)
}

/// REV2, where the first of the paths is one; else HEAD.
fn second_revision(repository: &GitRepository, source: &mut SourceArgs) -> anyhow::Result<String> {
    let head = "HEAD".to_owned();
    let Some(first) = source.paths.first() else { return Ok(head) };
    let is_there = first.exists();
    let Some(word) = first.to_str().map(str::to_owned) else { return Ok(head) };
    if word == "." {
        return Ok(head);
    }
    match repository.commit(&word) {
        Ok(_) => {
            if is_there {
                terminal::hint(&format!(
                    "'{word}' is read as a revision; to compare the path of that name: ./{word}"
                ));
            }
            source.paths.remove(0);
            if source.paths.is_empty() {
                source.paths.push(".".into());
            }
            Ok(word)
        }
        Err(_) if is_there || repository.top().is_none() => Ok(head),
        Err(error) => Err(error.into()),
    }
}

/// Where what the last comparison has read is kept.
fn facts(args: &RememberedArgs, repository: &GitRepository) -> Option<SourceFacts> {
    let folder = cache_folder().filter(|_| !args.no_cache)?;
    Some(SourceFacts { folder, repository: repository.folder().to_owned() })
}

/// How two states are compared.
struct Compared<'a> {
    source: &'a SourceArgs,
    run: &'a RunArgs,
    facts: Option<SourceFacts>,
}

/// Compares two states of a repository.
fn compare(
    repository: &GitRepository,
    Compared { source, run, facts }: Compared<'_>,
    here: &Path,
    base: State,
    head: State,
) -> anyhow::Result<u8> {
    let places = GitPlaces::of(repository, source, here)?;
    let prepare = |settings: &mut ScanSettings| {
        settings.scan_roots = places.scan_roots([&head.content, &base.content])?;
        settings.folder = places.folder();
        settings.standpoint = places.standpoint(here);
        settings.limits = places.limits;
        settings.containers = places::containers(source);
        settings.suppressions = match &run.config {
            Some(named) => named_config(named)?,
            None => places.suppressions(&head.content, &head.named, &settings.scan_roots)?,
        };
        let ignored = places.ignore_file(&head.content, &settings.scan_roots)?;
        settings.ignore_file = ignored.as_ref().map(|(path, _)| path.clone());
        settings.source_facts = facts;
        Ok(ignored.map(|(_, bytes)| bytes))
    };
    report(run, prepare, |ignored, settings, database, progress| {
        let before = base_settings(&places, run, &base, &settings)?;
        let (old_settings, old_ignored) = before;
        let roots = &settings.scan_roots;
        let old = places.source(&base.content, roots, old_ignored.as_deref(), None)?;
        let like = (old_ignored == ignored).then_some(&old);
        let new = places.source(&head.content, roots, ignored.as_deref(), like)?;
        let before = Side { source: &old, settings: &old_settings, is: base.is.clone() };
        let after = Side { source: &new, settings: &settings, is: head.is.clone() };
        Ok(scan_change(before, after, &|_| false, database, progress)?)
    })
}

/// How the earlier state is judged: by its own suppressions and ignore file. What
/// is wrong with them is of the past.
fn base_settings(
    places: &GitPlaces<'_>,
    run: &RunArgs,
    base: &State,
    settings: &ScanSettings,
) -> anyhow::Result<(ScanSettings, Option<Vec<u8>>)> {
    let ignored = places.ignore_file(&base.content, &settings.scan_roots)?;
    let mut own = settings.clone();
    own.ignore_file = ignored.as_ref().map(|(path, _)| path.clone());
    if run.config.is_none() {
        let read = places.suppressions(&base.content, &base.named, &settings.scan_roots);
        own.suppressions = read.unwrap_or_else(|error| {
            terminal::warning(&format!("{error:#}; nothing counts as suppressed there"));
            Vec::new()
        });
    }
    Ok((own, ignored.map(|(_, bytes)| bytes)))
}

fn named_config(
    path: &Path,
) -> anyhow::Result<Vec<perlscan_scanner::policy::suppression::Suppression>> {
    let shown = path.to_string_lossy();
    Ok(config::read(path, &(*shown).into())?.suppressions)
}

/// The working tree compared with where HEAD and the revision part.
pub(crate) fn since(args: &ScanArgs, revision: &str) -> anyhow::Result<u8> {
    let places = Places::of(&args.source)?;
    let repository = git_places::open(places.base())?;
    if repository.top().is_none() {
        bail!(
            "--since: a bare repository has no working tree; compare commits: perlscan diff REV1 REV2"
        );
    }
    let named = repository.commit(revision)?;
    let head = repository.head()?;
    let parted = head.as_ref().and_then(|head| repository.merge_base(head, &named));
    if parted.is_none() {
        terminal::warning(&format!(
            "--since: HEAD and '{revision}' have no commit in common{}; the working tree is compared with '{revision}' itself",
            shallow(&repository)
        ));
    }
    let base = match &parted {
        Some(parted) => State::of(parted, revision, parted.id != named.id),
        None => State::of(&named, revision, false),
    };
    let tracked = repository.index().unwrap_or(GitContent::Empty);
    let top = places.base().to_owned();
    let old_places = GitPlaces::at(&repository, &args.source, &top, places.roots());
    let prepare = |settings: &mut ScanSettings| {
        settle(&places, &args.run, settings)?;
        settings.source_facts = facts(&args.remembered, &repository);
        Ok(places.into_source())
    };
    report(&args.run, prepare, |source, settings, database, progress| -> anyhow::Result<Report> {
        let (old_settings, ignored) = base_settings(&old_places, &args.run, &base, &settings)?;
        let roots = &settings.scan_roots;
        let old = old_places.source(&base.content, roots, ignored.as_deref(), None)?;
        let is = ChangeSide { kind: SideKind::WorkTree, ..ChangeSide::default() };
        let before = Side { source: &old, settings: &old_settings, is: base.is.clone() };
        let after = Side { source: &source, settings: &settings, is };
        let on_both = |path: &_| repository.leaves_alone(&tracked, path);
        Ok(scan_change(before, after, &on_both, database, progress)?)
    })
}

/// A folder inside of the repository that the paths name.
fn start(source: &SourceArgs, here: &Path) -> std::path::PathBuf {
    let first = source.paths.first().map(|path| here.join(path));
    let folder = first.as_deref().and_then(|path| path.ancestors().find(|above| above.is_dir()));
    let folder = folder.unwrap_or(here);
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

/// What may be the reason for what is missing.
fn shallow(repository: &GitRepository) -> &'static str {
    match repository.is_shallow() {
        true => {
            ", as far as this shallow clone goes (`git fetch --unshallow`, in GitHub Actions `fetch-depth: 0`)"
        }
        false => "",
    }
}
