//! Nested data as far as it is literal: hashes in hashes, lists, and the gaps.
//!
//! Conditions are not decided here: what stands in one branch is marked, and
//! both branches are kept.

use std::ops::Range;

use super::expression::Known;

/// How many keys are looked through for one on the way of a path.
const SEARCHED: usize = 1024;

/// How many values something may hold that stands under one of several keys.
const SMALL: usize = 64;

/// A value that Perl code builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// A scalar that is known.
    Known(Known),
    /// One of several scalars, by a condition that is not decided.
    Either(Vec<Known>),
    /// A reference to a hash.
    Hash(Hash),
    /// A reference to an array.
    Array(Vec<Item>),
    /// Only running the code tells.
    Unknown(Range<usize>),
}

/// An element of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its value.
    pub data: Data,
    /// Whether it is there only under a condition.
    pub conditional: bool,
    /// Whether an unknown value may be any number of elements.
    pub is_list: bool,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Known,
    /// Its value.
    pub value: Data,
    /// Whether it is there only under a condition.
    pub conditional: bool,
}

/// The keys of a hash, in the order in which they were set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hash {
    /// The entries; a later one of the same key replaces an earlier one.
    pub entries: Vec<Entry>,
    /// Code that sets keys which can't be told.
    pub gaps: Vec<Range<usize>>,
}

impl Item {
    /// A value that is there in any case.
    pub fn certain(data: Data) -> Self {
        Self { data, conditional: false, is_list: false }
    }
}

impl Data {
    /// The scalar that is known.
    pub fn known(&self) -> Option<&Known> {
        match self {
            Self::Known(known) => Some(known),
            _ => None,
        }
    }

    /// The hash that is referred to.
    pub fn hash(&self) -> Option<&Hash> {
        match self {
            Self::Hash(hash) => Some(hash),
            _ => None,
        }
    }

    /// How many values it holds, itself among them; counted up to a limit.
    pub fn size(&self, limit: usize) -> usize {
        let mut open = vec![self];
        let mut count = 0;
        while let Some(data) = open.pop() {
            count += 1;
            if count > limit {
                break;
            }
            match data {
                Self::Hash(hash) => open.extend(hash.entries.iter().map(|entry| &entry.value)),
                Self::Array(items) => open.extend(items.iter().map(|item| &item.data)),
                _ => {}
            }
        }
        count
    }
}

impl Hash {
    /// The hash of a list of keys and values.
    pub fn of(items: Vec<Item>) -> Self {
        let mut hash = Self::default();
        let mut items = items.into_iter();
        let missing = |key: &Known| Data::Known(Known { text: Vec::new(), ..key.clone() });
        while let Some(item) = items.next() {
            let keys = match item.data {
                Data::Unknown(range) => {
                    hash.gaps.push(range);
                    if !item.is_list {
                        items.next();
                    }
                    continue;
                }
                Data::Known(key) => {
                    let value = items.next().map_or_else(|| missing(&key), |item| item.data);
                    hash.entries.push(Entry { key, value, conditional: item.conditional });
                    continue;
                }
                Data::Either(keys) => keys,
                Data::Hash(_) | Data::Array(_) => continue,
            };
            let conditional = item.conditional || keys.len() > 1;
            let value = items.next().map(|item| item.data);
            // What is large is not copied for each of them: nested, it would double
            // with each level.
            let is_large = || value.as_ref().is_some_and(|value| value.size(SMALL) >= SMALL);
            if keys.len() > 1 && is_large() {
                hash.gaps.extend(keys.first().map(|key| key.range.clone()));
                continue;
            }
            for key in keys {
                let value = value.clone().unwrap_or_else(|| missing(&key));
                hash.entries.push(Entry { key, value, conditional });
            }
        }
        hash
    }

    /// The list that the hash is made of.
    pub fn into_items(self) -> Vec<Item> {
        let mut items = Vec::new();
        for Entry { key, value, conditional } in self.entries {
            items.push(Item { data: Data::Known(key), conditional, is_list: false });
            items.push(Item { data: value, conditional, is_list: false });
        }
        let gap = |range| Item { data: Data::Unknown(range), conditional: false, is_list: true };
        items.extend(self.gaps.into_iter().map(gap));
        items
    }

    /// The entries that stand: those of a key since the last one that is there in
    /// any case.
    pub fn standing(&self) -> Vec<&Entry> {
        let mut replaced = std::collections::BTreeSet::new();
        let mut standing = Vec::new();
        for entry in self.entries.iter().rev() {
            if replaced.contains(entry.key.text.as_slice()) {
                continue;
            }
            if !entry.conditional {
                replaced.insert(entry.key.text.as_slice());
            }
            standing.push(entry);
        }
        standing.reverse();
        standing
    }

    /// The entries of a key that stand, the last one first.
    pub fn get(&self, key: &[u8]) -> Vec<&Entry> {
        let mut standing = Vec::new();
        for entry in self.entries.iter().rev().filter(|entry| entry.key.text == key) {
            standing.push(entry);
            if !entry.conditional {
                break;
            }
        }
        standing
    }

    /// Sets what a path of keys leads to; hashes on the way are made. A key on
    /// the way that is no hash, or only under a condition, leaves a gap.
    pub fn set(&mut self, path: &[Known], value: Data, conditional: bool) {
        let Some((key, rest)) = path.split_first() else { return };
        let mut hash = self;
        let mut key = key;
        for next in rest {
            let recent = hash.entries.len().saturating_sub(SEARCHED);
            let found = hash.entries.get(recent..).unwrap_or_default();
            let found = found.iter().rposition(|entry| entry.key.text == key.text);
            let at = match found {
                Some(at) => recent + at,
                None if recent > 0 => return hash.gaps.push(key.range.clone()),
                None => {
                    let value = Data::Hash(Self::default());
                    hash.entries.push(Entry { key: key.clone(), value, conditional: false });
                    hash.entries.len() - 1
                }
            };
            let Some(entry) = hash.entries.get_mut(at) else { return };
            if !matches!(entry.value, Data::Hash(_)) {
                entry.value =
                    Data::Hash(Self { entries: Vec::new(), gaps: vec![entry.key.range.clone()] });
            }
            let Data::Hash(inner) = &mut entry.value else { return };
            hash = inner;
            key = next;
        }
        hash.entries.push(Entry { key: key.clone(), value, conditional });
    }

    /// Removes what a path of keys leads to; under a condition, what is there
    /// becomes conditional.
    pub fn remove(&mut self, path: &[Known], conditional: bool) {
        let Some((last, way)) = path.split_last() else { return };
        let mut hash = self;
        for key in way {
            let entry = hash.entries.iter_mut().rfind(|entry| entry.key.text == key.text);
            let Some(Entry { value: Data::Hash(inner), .. }) = entry else { return };
            hash = inner;
        }
        if !conditional {
            return hash.entries.retain(|entry| entry.key.text != last.text);
        }
        for entry in hash.entries.iter_mut().filter(|entry| entry.key.text == last.text) {
            entry.conditional = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> Known {
        Known { text: text.as_bytes().to_vec(), range: 0..0, is_v_string: false }
    }

    fn value(text: &str) -> Data {
        Data::Known(known(text))
    }

    #[test]
    fn a_later_value_replaces_an_earlier_one_unless_it_is_conditional() {
        let mut hash = Hash::default();
        hash.set(&[known("A")], value("1"), false);
        hash.set(&[known("A")], value("2"), true);
        assert_eq!(hash.standing().len(), 2);
        assert_eq!(hash.get(b"A").len(), 2);
        hash.set(&[known("A")], value("3"), false);
        assert_eq!(hash.standing().len(), 1);
        assert_eq!(
            hash.get(b"A").iter().map(|entry| entry.value.clone()).collect::<Vec<_>>(),
            [value("3")]
        );
    }

    #[test]
    fn a_path_makes_its_hashes_and_can_be_removed() {
        let mut hash = Hash::default();
        hash.set(&[known("A"), known("B")], value("1"), false);
        hash.remove(&[known("A"), known("B")], true);
        let inner = |hash: &Hash| hash.get(b"A").iter().find_map(|e| e.value.hash().cloned());
        assert_eq!(inner(&hash).map(|inner| inner.entries.len()), Some(1));
        assert!(inner(&hash).is_some_and(|inner| inner.entries.iter().all(|e| e.conditional)));
        hash.remove(&[known("A"), known("B")], false);
        assert_eq!(inner(&hash).map(|inner| inner.entries.len()), Some(0));
    }
}
