//! Names of remotes, as users write them and as reports show them.

use std::path::{Path, PathBuf};

use super::{FetchError, Remote};

impl Remote {
    /// Reads what a user writes:
    ///
    /// - `https://…`: a JSON feed, or a git repository where the path ends in `.git`;
    /// - `git+https://…`, `git+ssh://…`, `git+file://…`, `git+PATH`, `git://…`,
    ///   `ssh://…`, `file://…`: a git repository, with `#NAME` for a branch or tag;
    /// - all else: a file or folder.
    ///
    /// # Errors
    /// For `http://` and other kinds of URL.
    pub fn parse(text: &str) -> Result<Self, FetchError> {
        let refused =
            |why: &str| FetchError::Refused { place: without_credentials(text), why: why.into() };
        if let Some(rest) = text.strip_prefix("git+") {
            let scheme = scheme_of(rest);
            return match scheme.as_deref() {
                None | Some("file" | "git" | "https" | "ssh") => git(rest, text),
                Some("http") => Err(refused("http:// is not safe; use https://")),
                Some(_) => Err(refused(
                    "git repositories are fetched by file://, git://, https:// and ssh:// only",
                )),
            };
        }
        match scheme_of(text).as_deref() {
            None => Ok(Self::Path(PathBuf::from(text))),
            Some("https") => {
                let (url, _) = text.split_once('#').unwrap_or((text, ""));
                if Path::new(url).extension().is_some_and(|suffix| suffix == "git") {
                    return git(text, text);
                }
                Ok(Self::Https { url: url.to_owned(), signature: None })
            }
            Some("file" | "git" | "ssh") => git(text, text),
            Some("http") => Err(refused("http:// is not safe; use https://")),
            Some(_) => Err(refused(
                "data is fetched by https://, git://, ssh:// and file:// only; \
                 git+URL names a git repository",
            )),
        }
    }

    /// The URL without credentials, or the path as it was given.
    pub fn place(&self) -> String {
        match self {
            Self::Https { url, .. } | Self::Git { url, .. } => without_credentials(url),
            Self::Path(path) => path.display().to_string(),
        }
    }
}

/// A git repository with its branch behind `#`.
fn git(rest: &str, whole: &str) -> Result<Remote, FetchError> {
    let refused =
        |why: &str| FetchError::Refused { place: without_credentials(whole), why: why.to_owned() };
    let (url, reference) = match rest.split_once('#') {
        Some((url, name)) => (url, Some(name)),
        None => (rest, None),
    };
    if url.is_empty() {
        return Err(refused("the repository's path or URL is missing"));
    }
    if url.starts_with('-') {
        return Err(refused("a repository's name can't begin with `-`; write ./- for a path"));
    }
    if reference.is_some_and(|name| !is_reference(name)) {
        return Err(refused("what follows `#` is no name of a branch or tag"));
    }
    Ok(Remote::Git { url: url.to_owned(), reference: reference.map(str::to_owned) })
}

/// The scheme of a URL in lower case; `None` for a path (`C:\x` is one).
pub(super) fn scheme_of(text: &str) -> Option<String> {
    let (scheme, _) = text.split_once("://")?;
    let mut letters = scheme.bytes();
    let ok = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    ok.then(|| scheme.to_ascii_lowercase())
}

/// The rules of git-check-ref-format(1), as far as they keep a name from being
/// read as something else.
pub(super) fn is_reference(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(['-', '/', '.'])
        && !name.ends_with(['/', '.'])
        && !name.contains("..")
        && !name.contains("//")
        && !name.contains("@{")
        && !name.contains("/.")
        && !name.ends_with(".lock")
        && name != "@"
        && name.chars().all(|c| {
            !c.is_control() && !matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
        })
}

/// A URL without what stands before `@` in its authority, and without its query,
/// in which access tokens are given, too.
pub(super) fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (path, query) = match path.split_once('?') {
        Some((path, _)) => (path, "?…"),
        None => (path, ""),
    };
    format!("{scheme}://{host}{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git_of(url: &str, reference: Option<&str>) -> Remote {
        Remote::Git { url: url.into(), reference: reference.map(str::to_owned) }
    }

    #[test]
    fn each_spelling_is_read() {
        let parse = |text| Remote::parse(text).expect(text);
        assert_eq!(
            parse("https://h/a.json"),
            Remote::Https { url: "https://h/a.json".into(), signature: None }
        );
        assert_eq!(parse("https://h/a.git"), git_of("https://h/a.git", None));
        assert_eq!(parse("https://h/a.git#v1"), git_of("https://h/a.git", Some("v1")));
        assert_eq!(parse("git+https://h/a#x/y"), git_of("https://h/a", Some("x/y")));
        assert_eq!(parse("git://h/a"), git_of("git://h/a", None));
        assert_eq!(parse("file:///a/b"), git_of("file:///a/b", None));
        assert_eq!(parse("git+../a"), git_of("../a", None));
        assert_eq!(parse("ssh://git@h/a"), git_of("ssh://git@h/a", None));
        assert_eq!(parse("./a.json"), Remote::Path("./a.json".into()));
        assert_eq!(parse(r"C:\a"), Remote::Path(r"C:\a".into()));
    }

    #[test]
    fn what_is_not_safe_is_refused() {
        for text in [
            "http://h/a.json",
            "HTTP://h/a.json",
            "git+http://h/a",
            "git+ext::sh -c id",
            "ftp://h/a",
            "git+ftp://h/a",
            "git+",
            "git+--upload-pack=id",
            "git://h/a#-x",
            "git://h/a#a..b",
            "git://h/a#a b",
            "git://h/a#refs/x:refs/y",
            "git://h/a#",
        ] {
            let parsed = Remote::parse(text);
            // git's `ext::` transport has no `://`: to us it is a path that is not there.
            if text.contains("ext::") {
                assert_eq!(parsed.expect(text), git_of("ext::sh -c id", None));
                continue;
            }
            assert!(matches!(parsed, Err(FetchError::Refused { .. })), "{text}");
        }
    }

    #[test]
    fn no_place_and_no_message_shows_credentials() {
        for (url, place) in [
            ("https://u:secret@h:8443/a.json", "https://h:8443/a.json"),
            ("https://u:sec@ret@h/a@b.json", "https://h/a@b.json"),
            ("https://secret@h", "https://h"),
            ("https://h/a.json?token=secret", "https://h/a.json?…"),
            ("https://h?secret@x", "https://h?…"),
        ] {
            assert_eq!(without_credentials(url), place);
        }
        let message = Remote::parse("http://u:secret@h/a").expect_err("http").to_string();
        assert_eq!(message, "http://h/a: http:// is not safe; use https://");
    }
}
