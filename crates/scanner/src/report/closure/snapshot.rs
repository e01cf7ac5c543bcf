//! A closure as Carton's lock, `cpanfile.snapshot`, in version 1.0 of its format.

use std::fmt::Write as _;

use crate::resolve::closure::{Chosen, Closure};

/// The lock, with its distributions in the order in which Carton writes them.
pub(super) fn text(closure: &Closure) -> String {
    let mut text = String::from("# carton snapshot format: version 1.0\nDISTRIBUTIONS\n");
    let mut releases: Vec<(String, &Chosen)> =
        closure.releases.iter().map(|release| (release.name(), release)).collect();
    releases.sort_by(|a, b| (&a.0, &a.1.path).cmp(&(&b.0, &b.1.path)));
    for (name, release) in releases {
        let _ = writeln!(text, "  {name}\n    pathname: {}\n    provides:", release.path);
        for (module, version) in &release.provides {
            let _ = writeln!(text, "      {module} {}", version.as_deref().unwrap_or("undef"));
        }
        text.push_str("    requirements:\n");
        for (module, range) in &release.requires {
            let range = if range.is_empty() { "0" } else { range };
            let _ = writeln!(text, "      {module} {range}");
        }
    }
    text
}
