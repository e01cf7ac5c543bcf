//! Which repository a distribution says is its own, and whether anything else says
//! so. Nobody checks these words (StarJacking), and there is no accepted way to tell
//! a false claim: what comes out is a note.

use std::collections::BTreeSet;

use perlscan_model::about::About;
use perlscan_model::archive_name::ArchiveName;
use perlscan_model::remark::{Remark, RemarkKind, Subject};

use crate::darkpan::archive_location;
use crate::darkpan::held::Held;

/// The longest claim that is kept, in bytes.
const LONGEST: usize = 512;
/// How many authors are kept, and how many letters of each.
const AUTHORS: usize = 8;
const LETTERS: usize = 128;
/// How many other distributions are named.
const NAMED: usize = 3;
/// The shortest word that says anything.
const SHORTEST: usize = 3;
/// Words that half of all repositories have in their names.
const COMMON: [&str; 12] = [
    "perl", "perl5", "cpan", "lib", "libs", "module", "modules", "git", "github", "com", "org",
    "src",
];

/// What metadata claims.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Claim {
    /// The repository, without scheme, user and `.git`, in lower case.
    repository: String,
    /// The authors' names as one word each, as they can be compared.
    authors: Vec<String>,
}

/// What a META claims; `None` where it names no repository.
fn of(about: &About) -> Option<Claim> {
    let repository = normal(about.repository.as_deref()?)?;
    let authors = about.authors.iter().take(AUTHORS).map(|author| joined(author));
    let authors = authors.filter(|word| !word.is_empty()).collect();
    Some(Claim { repository, authors })
}

/// A repository's URL as it can be compared; `None` for what is none.
fn normal(url: &str) -> Option<String> {
    let url = url.trim().to_ascii_lowercase();
    let rest = match url.split_once("://") {
        Some((_, rest)) => rest.to_owned(),
        // As ssh has it: git@host:owner/name.
        None => url.replacen(':', "/", 1),
    };
    let (authority, path) = rest.split_once('/')?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    // On these a repository is an owner and a name; what follows is a place in it.
    let is_forge = ["github.com", "gitlab.com", "bitbucket.org", "codeberg.org"].contains(&host);
    let parts = parts.get(..if is_forge { parts.len().min(2) } else { parts.len() })?;
    let path = parts.join("/");
    let path = path.strip_suffix(".git").unwrap_or(&path);
    let mut text = format!("{host}/{path}");
    if path.is_empty() || host.is_empty() || text.len() > LONGEST {
        return None;
    }
    text.shrink_to_fit();
    Some(text)
}

/// Letters and digits only, in lower case.
fn joined(text: &str) -> String {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).take(LETTERS).collect()
}

/// The words of a name that say something.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|letter: char| !letter.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() >= SHORTEST && !COMMON.contains(&word.as_str()))
}

/// Whether a repository looks like that of a distribution or of its author: they
/// share a word, or one is in the other.
fn fits(claim: &Claim, dist: &str, author: Option<&str>) -> bool {
    let path = claim.repository.split_once('/').map_or("", |(_, path)| path);
    let whole = joined(path);
    let (owner, name) = path.split_once('/').unwrap_or(("", path));
    let dist_whole = joined(dist);
    let mut dist_words = words(dist).peekable();
    if dist_words.peek().is_none() || whole.contains(&dist_whole) {
        return true;
    }
    if dist_words.any(|word| whole.contains(&word))
        || words(name).any(|word| dist_whole.contains(&word))
    {
        return true;
    }
    let owner = joined(owner);
    let author = author.map(joined).into_iter();
    owner.chars().count() >= SHORTEST
        && author.chain(claim.authors.iter().cloned()).any(|author| {
            author.contains(&owner) || (author.len() >= SHORTEST && owner.contains(&author))
        })
}

/// What an archive claims. A META beside it claims nothing: anybody may have put it there.
fn claim(release: &Held) -> Option<Claim> {
    let meta = release.meta.as_ref().filter(|meta| !meta.is_beside)?;
    of(&meta.about)
}

/// A claim of a distribution, by one author's newest archive by name.
struct Made<'a> {
    repository: String,
    dist: &'a str,
    author: String,
    release: &'a Held,
}

impl Made<'_> {
    fn key(&self) -> (&str, &str, &str) {
        (&self.repository, self.dist, &self.author)
    }
}

/// The claims, in order of repository, distribution and author.
fn made<'a>(releases: &'a [Held]) -> Vec<Made<'a>> {
    let of = |release: &'a Held| {
        let dist = release.dist.as_ref()?;
        let Claim { repository, .. } = claim(release)?;
        let author = author(release).unwrap_or_default();
        Some(Made { repository, dist: dist.as_str(), author, release })
    };
    let mut all: Vec<Made<'a>> = releases.iter().filter_map(of).collect();
    all.sort_by(|a, b| a.key().cmp(&b.key()));
    all.dedup_by(|later, earlier| {
        let is_same = later.key() == earlier.key();
        if is_same {
            earlier.release = later.release;
        }
        is_same
    });
    all
}

/// The remarks on what archives claim.
pub(super) fn remarks(releases: &[Held]) -> Vec<Remark> {
    let made = made(releases);
    let mut remarks = Vec::new();
    for of_repository in made.chunk_by(|a, b| a.repository == b.repository) {
        let Some(Made { repository, .. }) = of_repository.first() else { continue };
        let dists: Vec<&[Made<'_>]> = of_repository.chunk_by(|a, b| a.dist == b.dist).collect();
        let authors: BTreeSet<&String> = of_repository
            .iter()
            .map(|one| &one.author)
            .filter(|author| !author.is_empty())
            .collect();
        let name = joined(repository.rsplit('/').next().unwrap_or_default());
        let is_shared = dists.len() > 1 && authors.len() > 1;
        let is_namesake = |dist: &str| {
            let dist = joined(dist);
            name == dist
                || name.strip_prefix("perl").or(name.strip_prefix("p5")) == Some(dist.as_str())
        };
        for by_author in &dists {
            let Some(Made { dist, release, .. }) = by_author.last() else { continue };
            let message = if is_shared && !is_namesake(dist) {
                format!(
                    "{dist} says that its repository is {repository}, and so does {}",
                    others(dist, &dists)
                )
            } else if !by_author.iter().any(|one| {
                let author = Some(one.author.as_str()).filter(|author| !author.is_empty());
                claim(one.release).is_some_and(|claim| fits(&claim, dist, author))
            }) {
                format!(
                    "{dist} says that its repository is {repository}, whose name fits neither the \
                     distribution nor its author"
                )
            } else {
                continue;
            };
            remarks.push(Remark {
                project: release.path.clone(),
                kind: RemarkKind::RepositoryClaim,
                subject: match &release.dist {
                    Some(dist) => Subject::Dist(dist.clone()),
                    None => continue,
                },
                message,
                locations: vec![archive_location(&release.path)],
                more: 0,
                fixture: false,
                fails: false,
            });
        }
    }
    remarks
}

/// The first of the other distributions that make the same claim, with an author
/// each, and how many more there are.
fn others(dist: &str, dists: &[&[Made<'_>]]) -> String {
    let lasts = dists.iter().filter_map(|by_author| by_author.last());
    let first = lasts.filter(|other| other.dist != dist).take(NAMED);
    let names: Vec<String> = first
        .map(|Made { dist, author, .. }| match author.is_empty() {
            false => format!("{dist} by {author}"),
            true => (*dist).to_owned(),
        })
        .collect();
    match dists.len().saturating_sub(1 + names.len()) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// The author below whose folder an archive lies.
pub(super) fn author(release: &Held) -> Option<String> {
    let text = release.path.to_text();
    ArchiveName::parse(&text).and_then(|name| name.author().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn one_repository_has_many_spellings() {
        for url in [
            "https://github.com/Me/Foo-Bar",
            "git://github.com/me/foo-bar.git",
            "git@github.com:me/Foo-Bar.git",
            "ssh://git@github.com/me/foo-bar.git/",
            "https://user:secret@www.github.com/me/foo-bar/tree/main?x=1",
        ] {
            assert_eq!(normal(url).as_deref(), Some("github.com/me/foo-bar"), "{url}");
        }
        for url in ["", "none", "https://github.com/", "https:///x"] {
            assert_eq!(normal(url), None, "{url}");
        }
    }

    #[test]
    fn a_claim_is_of_a_repository() {
        let about = |repository: Option<&str>| About {
            authors: ["A B", "--"].map(Arc::from).into(),
            repository: repository.map(Arc::from),
            ..About::default()
        };
        let claim = of(&about(Some("https://github.com/me/foo.git"))).expect("a repository");
        assert_eq!(claim.repository, "github.com/me/foo");
        assert_eq!(claim.authors, ["ab"]);
        assert_eq!(of(&about(Some("none"))), None);
        assert_eq!(of(&about(None)), None);
    }

    /// Distributions of Debian's with the repositories that they name, and two claims
    /// that nothing speaks for.
    #[test]
    fn real_repositories_fit_and_strange_ones_do_not() {
        for (dist, author, url, expected) in [
            ("Mojolicious", "SRI", "github.com/mojolicious/mojo", true),
            ("Archive-Zip", "PHRED", "github.com/redhotpenguin/perl-archive-zip", true),
            ("Test-WWW-Selenium", "MATTP", "github.com/lukec/cpan-selenium-rc-perl", true),
            ("Devel-StrictMode", "TOBYINK", "github.com/tobyink/p5-devel-strictmode", true),
            ("DBI", "TIMB", "github.com/perl5-dbi/dbi", true),
            ("Acme-One", "ABIGAIL", "github.com/abigail/perl-modules", true),
            ("Acme-Payroll", "EVIL", "github.com/plack/plack", false),
            ("Corp-Login", "LOCAL", "github.com/torvalds/linux", false),
        ] {
            let claim = Claim { repository: url.to_owned(), authors: Vec::new() };
            assert_eq!(fits(&claim, dist, Some(author)), expected, "{dist}");
        }
    }
}
