//! Conditions that a build script asks about the tools around it.
//!
//! Build scripts fit themselves to toolchains of twenty years ago. What they do
//! for an ExtUtils::MakeMaker before 6.64 (perl 5.17.9) or a Module::Build before
//! 0.4004, or for a perl before 5.8.1, happens nowhere that matters, so such a
//! question is taken as answered. All others are left open.

/// What a condition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// Only running the code tells.
    Unknown,
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// Whether the text of a condition is true of a current toolchain.
pub fn truth(text: &[u8]) -> Truth {
    let text = String::from_utf8_lossy(text.get(..400.min(text.len())).unwrap_or_default());
    let text = text.trim();
    // Two questions at once are not taken apart.
    if ["&&", "||", " and ", " or ", "//"].iter().any(|joint| text.contains(joint)) {
        return Truth::Unknown;
    }
    let text = text.trim_start_matches(['(', ' ', '\t']);
    if let Some(rest) = text.strip_prefix('!').or_else(|| text.strip_prefix("not ")) {
        return !truth(rest.as_bytes());
    }
    match text {
        "0" | "0)" => return Truth::False,
        "1" | "1)" => return Truth::True,
        _ => {}
    }
    let is_tool = ["MakeMaker", "Module::Build"].iter().any(|tool| text.contains(tool));
    if is_tool && text.contains("->VERSION") {
        return by_number(text.rsplit("->VERSION").next().unwrap_or_default(), true);
    }
    let is_version = is_tool && text.contains("VERSION")
        || ["$mm_ver", "$eumm_version", "$mm_version", "$eumm_ver", "$mmv", "$EUMM"]
            .iter()
            .any(|name| text.contains(name))
        || text.starts_with("$]");
    match (is_version, comparison(text)) {
        (true, Some((at_least, number))) => by_number(number, at_least),
        _ => Truth::Unknown,
    }
}

/// Whether a text asks for at least a number (else for less than it).
fn comparison(text: &str) -> Option<(bool, &str)> {
    let at = text.find(['<', '>'])?;
    let (operator, number) = text.get(at..)?.split_at(1);
    Some((operator == ">", number.trim_start_matches('=')))
}

/// A tool of today is at least what a script asks for, where the number is one
/// that perl 5.8.1 or the tools of 2013 have.
fn by_number(text: &str, at_least: bool) -> Truth {
    let number = text.trim_start_matches(['(', ' ', '\'', '"', '=', 'v']);
    let end = number.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '_'));
    let digits: String =
        number.get(..end.unwrap_or(number.len())).unwrap_or_default().replace('_', "");
    let is_old = match digits.parse::<f64>() {
        Ok(number) if (5.0..6.0).contains(&number) => number < 5.008_002,
        Ok(number) => number < 6.65,
        Err(_) => return Truth::Unknown,
    };
    match (is_old, at_least) {
        (true, true) => Truth::True,
        (true, false) => Truth::False,
        (false, _) => Truth::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_old_tools_are_asked() {
        for yes in [
            "$ExtUtils::MakeMaker::VERSION >= 6.3002",
            "eval { ExtUtils::MakeMaker->VERSION(6.63_03) }",
            "( eval { Module::Build->VERSION(0.4004) } )",
            "$] >= 5.005",
            "!( $] < 5.006 )",
        ] {
            assert_eq!(truth(yes.as_bytes()), Truth::True, "{yes}");
            assert_eq!(truth(format!("! {yes}").as_bytes()), Truth::False, "{yes}");
        }
    }

    #[test]
    fn the_rest_is_open() {
        for open in ["$^O eq 'MSWin32'", "$] >= 5.012", "$x", "", "$] >= 5.006 && $x", "$] > $y"] {
            assert_eq!(truth(open.as_bytes()), Truth::Unknown, "{open}");
        }
    }
}
