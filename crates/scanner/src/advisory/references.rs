//! Which links of an advisory are carried over.
//!
//! Links to advisories, commits, issues and mailing lists help whoever has to
//! judge a finding. Links into package registries and download pools lead to
//! files, not to facts, and are left out.

use std::collections::BTreeSet;

/// Hosts that serve packages or their web view.
const REGISTRIES: [&str; 15] = [
    "metacpan.org",
    "cpan.org",
    "cpansearch.perl.org",
    "npmjs.com",
    "npmjs.org",
    "pypi.org",
    "rubygems.org",
    "crates.io",
    "packagist.org",
    "nuget.org",
    "maven.org",
    "mvnrepository.com",
    "packages.debian.org",
    "snapshot.debian.org",
    "unpkg.com",
];

/// Hosts below those of [`REGISTRIES`] that serve advisories, issues or lists.
const EXCEPTIONS: [&str; 5] = [
    "rt.cpan.org",
    "security.metacpan.org",
    "lists.security.metacpan.org",
    "blogs.perl.org",
    "lists.cpan.org",
];

/// The links to keep, sorted and each once.
pub fn keep(links: Vec<String>) -> Vec<String> {
    let kept: BTreeSet<String> =
        links.into_iter().map(|link| link.trim().to_owned()).filter(|link| is_kept(link)).collect();
    kept.into_iter().collect()
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
    if EXCEPTIONS.contains(&host.as_str()) {
        return true;
    }
    let below = |domain: &str| {
        host.strip_suffix(domain).is_some_and(|front| front.is_empty() || front.ends_with('.'))
    };
    let first = host.split('.').next().unwrap_or_default();
    let pool =
        matches!(first, "ftp" | "download" | "downloads" | "mirror" | "mirrors" | "dl" | "deb")
            || path.contains("/pool/")
            || path.contains("/releases/download/")
            || path.contains("/archive/refs/")
            || [".tar.gz", ".tgz", ".zip", ".tar.bz2", ".deb", ".rpm", ".tar.xz"]
                .iter()
                .any(|suffix| path.to_ascii_lowercase().ends_with(suffix));
    !pool && !REGISTRIES.iter().any(|domain| below(domain))
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
