//! Which links of an advisory are carried over.
//!
//! Links to advisories, commits, issues and mailing lists help whoever has to
//! judge a finding. Links into package registries and download pools lead to
//! files, not to facts, and are left out.

use std::collections::BTreeSet;

/// Parts of the names of hosts that serve packages or their web view.
const REGISTRIES: [&str; 12] = [
    "cpan",
    "cpansearch",
    "crates",
    "maven",
    "metacpan",
    "mvnrepository",
    "npmjs",
    "nuget",
    "packagist",
    "pypi",
    "rubygems",
    "unpkg",
];

/// First parts of the names of hosts below those that serve advisories, issues
/// or lists (`rt.`, `security.`), and not packages.
const EXCEPTIONS: [&str; 4] = ["blogs", "lists", "rt", "security"];

/// First parts of the names of hosts that serve files.
const POOLS: [&str; 9] =
    ["deb", "dl", "download", "downloads", "ftp", "mirror", "mirrors", "packages", "snapshot"];

/// The links to keep, sorted and each once.
pub fn keep(links: Vec<String>) -> Vec<String> {
    part(links).0
}

/// The links to keep, sorted and each once, and the others.
pub fn part(links: Vec<String>) -> (Vec<String>, Vec<String>) {
    let (mut kept, mut dropped) = (BTreeSet::new(), Vec::new());
    for link in links {
        let trimmed = link.trim();
        if is_kept(trimmed) {
            kept.insert(trimmed.to_owned());
        } else {
            dropped.push(link);
        }
    }
    (kept.into_iter().collect(), dropped)
}

fn is_kept(link: &str) -> bool {
    let Some(rest) = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://")) else {
        return false;
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
    if host.is_empty()
        || !host.contains('.')
        || rest.contains(|c: char| c.is_whitespace() || c.is_control())
    {
        return false;
    }
    let first = host.split('.').next().unwrap_or_default();
    let registry = host.split('.').any(|part| REGISTRIES.contains(&part));
    let pool = POOLS.contains(&first)
        || path.contains("/pool/")
        || path.contains("/releases/download/")
        || path.contains("/archive/refs/")
        || [".tar.gz", ".tgz", ".zip", ".tar.bz2", ".deb", ".rpm", ".tar.xz"]
            .iter()
            .any(|suffix| path.to_ascii_lowercase().ends_with(suffix));
    !pool && (!registry || EXCEPTIONS.contains(&first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_kept_and_files_are_not() {
        for link in [
            "https://github.com/mojolicious/mojo/commit/6f195d85",
            "https://rt.cpan.org/Public/Bug/Display.html?id=127834",
            "https://www.openwall.com/lists/oss-security/2022/03/24/1",
            "https://lists.security.metacpan.org/cve-announce/msg/1/",
            "http://www.debian.org/security/2016/dsa-3628",
        ] {
            assert!(is_kept(link), "{link}");
        }
        for link in [
            "https://metacpan.org/dist/Imager/changes",
            "https://www.cpan.org/authors/id/A/AB/ABC/Foo-1.0.tar.gz",
            "https://github.com/a/b/releases/download/v1/b.tar.gz",
            "http://security.debian.org/pool/updates/main/p/perl/perl.dsc",
            "ftp://patches.sgi.com/support/free/security/advisories/20060101-01-U",
            "https:",
            "",
            "see the changes file",
        ] {
            assert!(!is_kept(link), "{link}");
        }
    }
}
