//! The regular expressions that pick a version out of a text, `(\d+)\.(\d+)` and
//! their like.
//!
//! A pattern is known when it is a run of characters and classes, each once or
//! repeated, where what is repeated shares no character with what follows: then
//! the first try that succeeds is perl's, and no step is ever taken back.

use super::token::{Token, TokenKind};

/// The most elements of a pattern.
const LONGEST: usize = 50;

/// The longest text that is searched; versions stand in short ones.
const LONGEST_TEXT: usize = 1000;

/// The characters that an element takes.
type Set = [bool; 256];

#[derive(Debug, Clone)]
struct Element {
    set: Set,
    /// Whether it has to be there: `+`, and what is not repeated.
    is_needed: bool,
    is_repeated: bool,
    /// The groups that it is in, by their numbers.
    groups: Vec<usize>,
}

/// A pattern.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    elements: Vec<Element>,
    groups: usize,
    is_global: bool,
}

impl Pattern {
    /// The pattern of a match; `None` for one of another kind.
    pub(super) fn of(token: &Token, source: &[u8]) -> Option<Self> {
        if token.kind != TokenKind::Match || token.is_unterminated() || token.is_split() {
            return None;
        }
        let text = token.text(source);
        if text.starts_with(b"qr") {
            return None;
        }
        let flags = source.get(token.body_range().end + 1..token.end as usize)?;
        let is_global = match flags {
            b"" => false,
            b"g" => true,
            _ => return None,
        };
        let mut pattern = Self::read(token.body(source))?;
        pattern.is_global = is_global;
        Some(pattern)
    }

    fn read(text: &[u8]) -> Option<Self> {
        let mut elements: Vec<Element> = Vec::new();
        let (mut open, mut groups) = (Vec::new(), 0);
        let mut rest = text;
        while let [first, more @ ..] = rest {
            rest = more;
            let set = match (first, rest) {
                (b'(', _) if rest.first() != Some(&b'?') => {
                    open.push(groups);
                    groups += 1;
                    continue;
                }
                (b')', _) => {
                    open.pop()?;
                    // A group that is repeated is another thing.
                    if rest.first().is_some_and(|next| b"+*?{".contains(next)) {
                        return None;
                    }
                    continue;
                }
                (b'\\', [class, more @ ..]) => {
                    rest = more;
                    escaped(*class)?
                }
                (b'[', _) => {
                    let (set, more) = bracketed(rest)?;
                    rest = more;
                    set
                }
                (byte, _) if byte.is_ascii_alphanumeric() || b" :,=_-/".contains(byte) => {
                    only(*byte)
                }
                _ => return None,
            };
            let (is_needed, is_repeated) = match rest.first() {
                Some(b'+') => (true, true),
                Some(b'*') => (false, true),
                Some(b'?' | b'{') => return None,
                _ => (true, false),
            };
            if is_repeated {
                rest = rest.get(1..)?;
            }
            if rest.first().is_some_and(|next| is_repeated && b"+?*".contains(next)) {
                return None;
            }
            elements.push(Element { set, is_needed, is_repeated, groups: open.clone() });
        }
        let is_known = open.is_empty()
            && (1..=LONGEST).contains(&elements.len())
            && elements.iter().enumerate().all(|(i, one)| {
                let after = elements.get(i + 1..).unwrap_or_default();
                let until =
                    after.iter().position(|next| next.is_needed).map_or(after.len(), |n| n + 1);
                let followers = after.iter().take(until);
                (one.is_needed && !one.is_repeated)
                    || followers.into_iter().all(|next| are_apart(&one.set, &next.set))
            });
        is_known.then_some(Self { elements, groups, is_global: false })
    }

    /// What a match in list context gives: the groups, or with `g` and without groups
    /// all that matched. `None` where that is not what is wanted.
    pub(super) fn captures(&self, text: &[u8]) -> Option<Vec<Vec<u8>>> {
        if self.groups == 0 && !self.is_global {
            return None;
        }
        // Each place in the text is a try of its own.
        if text.len() > LONGEST_TEXT {
            return None;
        }
        let mut all = Vec::new();
        let mut at = 0;
        while at <= text.len() {
            let Some((end, groups)) = self.at(text, at) else {
                at += 1;
                continue;
            };
            if self.groups == 0 {
                all.push(text.get(at..end).unwrap_or_default().to_vec());
            }
            all.extend(groups);
            if !self.is_global {
                break;
            }
            at = end.max(at + 1);
        }
        Some(all)
    }

    /// A match that begins at `start`: its end and its groups.
    fn at(&self, text: &[u8], start: usize) -> Option<(usize, Vec<Vec<u8>>)> {
        let mut groups = vec![Vec::new(); self.groups];
        let mut at = start;
        for element in &self.elements {
            let taken = text.get(at..)?.iter().take_while(|byte| element.takes(**byte)).count();
            let taken = if element.is_repeated { taken } else { taken.min(1) };
            if taken == 0 && element.is_needed {
                return None;
            }
            for group in &element.groups {
                groups.get_mut(*group)?.extend_from_slice(text.get(at..at + taken)?);
            }
            at += taken;
        }
        Some((at, groups))
    }
}

impl Element {
    fn takes(&self, byte: u8) -> bool {
        self.set.get(usize::from(byte)).copied().unwrap_or_default()
    }
}

fn of(test: impl Fn(u8) -> bool) -> Set {
    std::array::from_fn(|at| u8::try_from(at).is_ok_and(&test))
}

fn only(byte: u8) -> Set {
    of(|other| other == byte)
}

fn are_apart(one: &Set, other: &Set) -> bool {
    !one.iter().zip(other).any(|(a, b)| *a && *b)
}

/// `\d`, `\s`, and characters that a backslash makes plain.
fn escaped(class: u8) -> Option<Set> {
    match class {
        b'd' => Some(of(|byte| byte.is_ascii_digit())),
        b's' => Some(of(|byte| byte.is_ascii_whitespace())),
        b'S' => Some(of(|byte| !byte.is_ascii_whitespace())),
        b'D' => Some(of(|byte| !byte.is_ascii_digit())),
        other if !other.is_ascii_alphanumeric() => Some(only(other)),
        _ => None,
    }
}

/// `[\d.]`, `[0-9_.]`, from behind the bracket: the class, and what follows it.
fn bracketed(text: &[u8]) -> Option<(Set, &[u8])> {
    let mut set = [false; 256];
    let mut rest = text;
    loop {
        match rest {
            [b']', more @ ..] => return Some((set, more)),
            [b'^' | b'[', ..] => return None,
            [b'\\', class, more @ ..] => {
                let other = escaped(*class)?;
                set.iter_mut().zip(other).for_each(|(all, one)| *all |= one);
                rest = more;
            }
            [b'0', b'-', b'9', more @ ..] => {
                set = std::array::from_fn(|at| {
                    set.get(at).copied().unwrap_or_default()
                        || u8::try_from(at).is_ok_and(|byte| byte.is_ascii_digit())
                });
                rest = more;
            }
            [_, b'-', next, ..] if *next != b']' => return None,
            [byte, more @ ..] => {
                if let Some(taken) = set.get_mut(usize::from(*byte)) {
                    *taken = true;
                }
                rest = more;
            }
            [] => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captures(pattern: &str, text: &str, is_global: bool) -> Option<Vec<String>> {
        let mut pattern = Pattern::read(pattern.as_bytes())?;
        pattern.is_global = is_global;
        let found = pattern.captures(text.as_bytes())?;
        Some(found.iter().map(|one| String::from_utf8_lossy(one).into_owned()).collect())
    }

    /// Expected values are those of perl 5.36.
    #[test]
    fn what_matches_is_what_perl_says() {
        let text = "Revision: 1.20 of 2021";
        for (pattern, is_global, expected) in [
            (r"(\d+)\.(\d+)", false, &["1", "20"][..]),
            (r"(\d+)", true, &["1", "20", "2021"]),
            (r"\d+", true, &["1", "20", "2021"]),
            (r"([\d.]+)", false, &["1.20"]),
            (r"((\d+)\.(\d+))", false, &["1.20", "1", "20"]),
            (r": *(\d+)", false, &["1"]),
            (r"(\d+)x", false, &[]),
            (r"Revision:\s+([0-9.]+)", false, &["1.20"]),
        ] {
            let expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
            assert_eq!(captures(pattern, text, is_global), Some(expected), "{pattern}");
        }
    }

    #[test]
    fn what_could_take_a_step_back_is_not_known() {
        for pattern in
            [r"\d+1", r"(\d+)+", r"\d{2}", r"a|b", r"^1", r".*", r"\d+?", r"[^a]", "(", ")", ""]
        {
            assert_eq!(captures(pattern, "1", true), None, "{pattern}");
        }
    }
}
