//! What variables and constants hold, as far as it is literal.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::expression::Known;

/// How much is read out of variables in one file, at most: bytes of text, and
/// [`VALUE`] for each value. A list that is put into itself again and again
/// would double each time.
const READ: usize = 1 << 26;

/// What a value counts beside its text.
const VALUE: usize = 64;

#[derive(Debug, Clone)]
struct Binding {
    /// How many blocks were open where it was declared.
    depth: usize,
    value: Option<Vec<Known>>,
    /// What it costs to read all of it.
    size: usize,
}

/// What variables and constants hold: scalars as one value, arrays and hashes
/// as lists. The names carry their sigils.
#[derive(Debug, Clone, Default)]
pub struct Bindings {
    values: BTreeMap<Vec<u8>, Vec<Binding>>,
    /// What each open block has declared.
    blocks: Vec<Vec<Vec<u8>>>,
    /// At which of the blocks code began that runs before all other code.
    early: Option<usize>,
    /// How much has been read.
    read: Cell<usize>,
}

impl Bindings {
    /// A block opens.
    pub fn enter(&mut self) {
        self.blocks.push(Vec::new());
    }

    /// A block opens that runs when perl has read it (`BEGIN`): no variable has
    /// its value yet.
    pub fn enter_early(&mut self) {
        self.early.get_or_insert(self.blocks.len());
    }

    /// A block closes, and with it what it declared.
    pub fn leave(&mut self) {
        if self.early.is_some_and(|block| block >= self.blocks.len()) {
            self.early = None;
        }
        for name in self.blocks.pop().unwrap_or_default() {
            if let Some(values) = self.values.get_mut(&name) {
                values.pop();
            }
        }
    }

    /// Declares a name in the block that is open. `None` for what is not known.
    pub fn declare(&mut self, name: &[u8], value: Option<Vec<Known>>) {
        let sizes = value.iter().flatten().map(|known| known.text.len().saturating_add(VALUE));
        let binding = Binding { depth: self.blocks.len(), size: sizes.sum(), value };
        self.values.entry(name.to_vec()).or_default().push(binding);
        if let Some(block) = self.blocks.last_mut() {
            block.push(name.to_vec());
        }
    }

    /// Forgets what a name holds: something may have changed it.
    pub fn forget(&mut self, name: &[u8]) {
        if let Some(binding) = self.values.get_mut(name).and_then(|values| values.last_mut()) {
            binding.value = None;
        }
    }

    /// What a name holds, to be copied. Nothing is known any more once a file has
    /// made too much be read.
    pub fn get(&self, name: &[u8]) -> Option<&[Known]> {
        self.held(name, |binding, _| binding.size)
    }

    /// What a name holds, to look for one of its values.
    pub fn look_into(&self, name: &[u8]) -> Option<&[Known]> {
        self.held(name, |_, values| values.len())
    }

    fn held(&self, name: &[u8], cost: impl Fn(&Binding, &[Known]) -> usize) -> Option<&[Known]> {
        let binding = self.values.get(name)?.last()?;
        let is_variable = name.first().is_some_and(u8::is_ascii_punctuation);
        if is_variable && self.early.is_some_and(|early| binding.depth < early) {
            return None;
        }
        let values = binding.value.as_deref()?;
        let read = self.read.get().saturating_add(cost(binding, values));
        self.read.set(read);
        (read <= READ).then_some(values)
    }

    /// Whether the name is declared, known or not.
    pub fn is_declared(&self, name: &[u8]) -> bool {
        self.values.get(name).is_some_and(|values| !values.is_empty())
    }
}
