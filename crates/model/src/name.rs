//! The two kinds of names that Perl users mix up.
//!
//! A *module* is what `use` loads (`LWP::UserAgent`); a *distribution* is what
//! CPAN ships (`libwww-perl`). Advisories speak of distributions, code speaks
//! of modules. They are two types, so that mixing them up does not compile;
//! turning one into the other takes a map (DESIGN: never by replacing `::`).

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    };
}

name_type! {
    /// The name of a module, `LWP::UserAgent`; `perl` is accepted too, since
    /// prereqs name the interpreter in the same place.
    ModuleName
}

name_type! {
    /// The name of a distribution, `libwww-perl`: case kept, never with `::`.
    DistName
}

/// The longest module name in bytes, its separators included: perl says of a
/// longer one "Identifier too long" (toke.c, `PL_tokenbuf`).
const LONGEST_MODULE: usize = 252;

/// Why a text is no module or distribution name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// Not identifiers joined by `::`.
    #[error("'{0}' is not a module name: identifiers joined by '::' are expected")]
    Module(String),
    /// A character that no archive name can hold, or nothing.
    #[error("'{0}' is not a distribution name")]
    Dist(String),
}

impl ModuleName {
    /// Reads a module name: identifiers joined by `::`, as perl's `use` takes
    /// them. The old separator `'` (perlmod) is read as `::`.
    ///
    /// # Errors
    /// When the text is no such name.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.len() <= LONGEST_MODULE && is_plain_module(text.as_bytes()) {
            return Ok(Self(text.into()));
        }
        let valid = !text.is_empty()
            && text.len() <= LONGEST_MODULE
            && text.split("::").flat_map(|part| part.split('\'')).enumerate().all(|(i, part)| {
                // Only the first identifier must not begin with a digit (`Foo::3D` is fine).
                !part.is_empty()
                    && part.chars().all(|c| c == '_' || c.is_alphanumeric())
                    && (i > 0 || !part.starts_with(|c: char| c.is_ascii_digit()))
            });
        if !valid {
            return Err(NameError::Module(text.to_owned()));
        }
        if text.contains('\'') {
            return Ok(Self(text.replace('\'', "::").into()));
        }
        Ok(Self(text.into()))
    }

    /// Whether this is the interpreter, as `requires 'perl'` names it.
    pub fn is_perl(&self) -> bool {
        &*self.0 == "perl"
    }
}

/// Whether a text is a module's name in ASCII with `::` alone, as most are.
fn is_plain_module(text: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let mut at = 0;
    if !text.first().is_some_and(|first| is_word(first) && !first.is_ascii_digit()) {
        return false;
    }
    loop {
        match text.get(at) {
            Some(byte) if is_word(byte) => at += 1,
            Some(b':')
                if text.get(at + 1) == Some(&b':') && text.get(at + 2).is_some_and(is_word) =>
            {
                at += 3;
            }
            other => return other.is_none(),
        }
    }
}

impl DistName {
    /// Reads a distribution name as archive names carry it.
    ///
    /// # Errors
    /// When the text is empty, has `::`, a blank, a slash or a control character.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let bad = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '/' | '\\' | '@');
        if text.is_empty() || text.contains("::") || text.contains(bad) {
            return Err(NameError::Dist(text.to_owned()));
        }
        Ok(Self(text.into()))
    }

    /// Whether this is the distribution of the interpreter itself.
    pub fn is_perl(&self) -> bool {
        &*self.0 == "perl"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn module_names_as_perl_takes_them() {
        for good in ["LWP::UserAgent", "perl", "Foo::3D", "_private", "Old'Style", "Straße"] {
            assert!(ModuleName::parse(good).is_ok(), "{good}");
        }
        let long = "A::".repeat(LONGEST_MODULE / 3 - 1);
        assert!(ModuleName::parse(&format!("{long}BCD")).is_ok());
        assert!(ModuleName::parse(&format!("{long}BCDE")).is_err());
        for bad in ["", "::", "Foo::", "::Foo", "Foo-Bar", "3D", "Foo Bar", "Foo:Bar", "$x"] {
            assert!(ModuleName::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(ModuleName::parse("Old'Style").map(|n| n.to_string()), Ok("Old::Style".into()));
    }

    #[test]
    fn a_distribution_name_is_no_module_name() {
        assert!(DistName::parse("libwww-perl").is_ok());
        assert!(DistName::parse("LWP::UserAgent").is_err());
        assert!(DistName::parse("a b").is_err());
    }
}
