//! The URLs of mirrors that settings name.

/// Hosts that serve CPAN itself.
const PUBLIC: [&str; 5] = ["cpan.org", "metacpan.org", "perl.org", "cpantesters.org", "cpanmin.us"];
/// How hosts begin that serve copies of what is public, below a folder `CPAN`.
const COPIES: [&str; 3] = ["mirror", "ftp", "cpan"];

/// The schemes by which nothing protects what is fetched.
const PLAIN: [&str; 2] = ["http://", "ftp://"];

/// What may be shown of a mirror: neither user nor password, nor what follows `?`.
pub(super) fn shown(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority = rest.find('/').unwrap_or(rest.len());
    match rest.get(..authority).and_then(|authority| authority.rfind('@')) {
        Some(at) => format!("{scheme}://{}", rest.get(at + 1..).unwrap_or_default()),
        None => format!("{scheme}://{rest}"),
    }
}

/// Whether a mirror is CPAN itself or one of its public copies: nothing private is
/// there that could be mistaken.
pub(super) fn is_public(url: &str) -> bool {
    let Some(host) = host(url) else { return false };
    let of_cpan = |known: &str| {
        host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let path = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    PUBLIC.iter().any(|known| of_cpan(known))
        || (path.eq_ignore_ascii_case("cpan") && COPIES.iter().any(|word| host.starts_with(word)))
}

/// Whether it is fetched so that anybody on the way may change it. What does not
/// leave the machine has no way.
pub(super) fn is_plain(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    let here = ["localhost", "127.0.0.1", "[::1]", "::1"];
    PLAIN.iter().any(|scheme| lower.starts_with(scheme))
        && host(url).is_some_and(|host| !here.contains(&host.as_str()))
}

/// The host of a URL, in lower case.
fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split('/').next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.starts_with('[') {
        true => host.split_inclusive(']').next()?,
        false => host.split(':').next()?,
    };
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_shown() {
        for (url, expected) in [
            ("https://me:secret@pan.example/a@b?token=x", "https://pan.example/a@b"),
            ("https://a@b@pan.example", "https://pan.example"),
            ("/srv/pan", "/srv/pan"),
            ("file:///srv/pan", "file:///srv/pan"),
            ("$PAN?x", "$PAN"),
        ] {
            assert_eq!(shown(url), expected);
        }
    }

    #[test]
    fn cpan_and_its_copies_are_public() {
        for public in [
            "https://cpan.metacpan.org/",
            "http://www.cpan.org",
            "http://CPAN.org:80/",
            "https://mirrors.example.net/CPAN/",
            "ftp://ftp.example.net/pub/CPAN",
        ] {
            assert!(is_public(public), "{public}");
        }
        for private in [
            "https://pan.example/",
            "https://notcpan.org/",
            "https://cpan.org.evil.example/",
            "https://nexus.example/CPAN",
            "file:///srv/CPAN",
            "$PAN",
        ] {
            assert!(!is_public(private), "{private}");
        }
        assert!(is_plain("http://pan.example") && is_plain("HTTP://u:p@pan.example:81/"));
        assert!(!is_plain("http://localhost:3111") && !is_plain("http://[::1]:80/"));
        assert!(!is_plain("https://pan.example") && !is_plain("/srv/pan"));
    }
}
