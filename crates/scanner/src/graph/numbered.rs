//! Things that many have, each kept once and known by its number.

use std::collections::HashMap;
use std::hash::Hash;

/// Things by number, in order of their first coming. A clone of a thing is to be cheap: while
/// more come there are two of each.
#[derive(Debug, Clone)]
pub struct Numbered<T> {
    all: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { all: Vec::new(), numbers: HashMap::new() }
    }
}

/// Numbers mean the same.
impl<T: PartialEq> PartialEq for Numbered<T> {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl<T: Eq> Eq for Numbered<T> {}

impl<T: Clone + Eq + Hash> Numbered<T> {
    /// The number of a thing, which is kept where it is new. Of more than four thousand
    /// million none is kept.
    pub fn number(&mut self, thing: &T) -> u32 {
        if self.numbers.len() != self.all.len() {
            let numbers = self.all.iter().cloned().zip(0..);
            self.numbers = numbers.collect();
        }
        if let Some(known) = self.numbers.get(thing) {
            return *known;
        }
        let Ok(number) = u32::try_from(self.all.len()) else { return u32::MAX };
        self.all.push(thing.clone());
        self.numbers.insert(thing.clone(), number);
        number
    }

    /// The thing of a number.
    pub fn get(&self, number: u32) -> Option<&T> {
        self.all.get(usize::try_from(number).ok()?)
    }

    /// Gives back the memory that only new things need. More may come all the same.
    pub fn close(&mut self) {
        self.numbers = HashMap::new();
        self.all.shrink_to_fit();
    }

    /// Whether each number of `earlier` means the same here.
    pub fn continues(&self, earlier: &Self) -> bool {
        self.all.starts_with(&earlier.all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_what_it_was() {
        let mut first = Numbered::default();
        assert_eq!(["b", "a", "b"].map(|one| first.number(&one)), [0, 1, 0]);
        first.close();
        let mut second = first.clone();
        assert_eq!(["a", "c"].map(|one| second.number(&one)), [1, 2]);
        assert_eq!([0, 1, 2, 3].map(|n| second.get(n)), [Some(&"b"), Some(&"a"), Some(&"c"), None]);
        assert!(second.continues(&first) && !first.continues(&second));
        assert!(first != second);
    }
}
