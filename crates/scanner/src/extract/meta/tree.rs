//! A tree of text: what JSON and YAML have in common as far as metadata of a
//! distribution goes. Every scalar is the text that is written, so that `1.10`
//! stays `1.10`, and knows where it stands.

use std::borrow::Cow;
use std::ops::Range;

/// Text, and where it stands without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Text<'a> {
    pub(in super::super) text: Cow<'a, str>,
    pub(in super::super) range: Range<usize>,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Tree<'a> {
    /// A string, a number or a boolean.
    Scalar(Text<'a>),
    /// Keys with their values, in the order of the file.
    Map(Vec<(Text<'a>, Self)>),
    /// Values in their order.
    List(Vec<Self>),
    /// Nothing, or what lies too deep to mean anything.
    Nothing,
}

impl<'a> Tree<'a> {
    /// The value of a key. Of several the last one counts, as in Perl's hashes.
    pub(in super::super) fn get(&self, key: &str) -> Option<&Self> {
        self.pairs().iter().rev().find(|(name, _)| name.text == key).map(|(_, value)| value)
    }

    /// The keys with their values; none of what is no map.
    pub(in super::super) fn pairs(&self) -> &[(Text<'a>, Self)] {
        match self {
            Self::Map(pairs) => pairs,
            _ => &[],
        }
    }

    /// The scalar.
    pub(in super::super) fn scalar(&self) -> Option<&Text<'a>> {
        match self {
            Self::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// Whether Perl takes the value for true.
    pub(in super::super) fn is_true(&self) -> bool {
        self.scalar().is_some_and(|text| !matches!(&*text.text, "" | "0" | "false"))
    }
}
