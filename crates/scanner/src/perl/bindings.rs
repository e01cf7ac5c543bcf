//! What variables and constants hold, as far as it is literal.

use std::collections::BTreeMap;

use super::expression::Known;

#[derive(Debug, Clone)]
struct Binding {
    /// How many blocks were open where it was declared.
    depth: usize,
    value: Option<Vec<Known>>,
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
        let binding = Binding { depth: self.blocks.len(), value };
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

    /// What a name holds.
    pub fn get(&self, name: &[u8]) -> Option<&[Known]> {
        let binding = self.values.get(name)?.last()?;
        let is_variable = name.first().is_some_and(u8::is_ascii_punctuation);
        if is_variable && self.early.is_some_and(|early| binding.depth < early) {
            return None;
        }
        binding.value.as_deref()
    }

    /// Whether the name is declared, known or not.
    pub fn is_declared(&self, name: &[u8]) -> bool {
        self.values.get(name).is_some_and(|values| !values.is_empty())
    }
}
