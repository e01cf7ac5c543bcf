//! What variables and constants hold, as far as it is literal.

use std::collections::BTreeMap;

use super::expression::Known;

/// What variables and constants hold: scalars as one value, arrays and hashes
/// as lists. The names carry their sigils.
#[derive(Debug, Clone, Default)]
pub struct Bindings {
    values: BTreeMap<Vec<u8>, Vec<Option<Vec<Known>>>>,
    /// What each open block has declared.
    blocks: Vec<Vec<Vec<u8>>>,
}

impl Bindings {
    /// A block opens.
    pub fn enter(&mut self) {
        self.blocks.push(Vec::new());
    }

    /// A block closes, and with it what it declared.
    pub fn leave(&mut self) {
        for name in self.blocks.pop().unwrap_or_default() {
            if let Some(values) = self.values.get_mut(&name) {
                values.pop();
            }
        }
    }

    /// Declares a name in the block that is open. `None` for what is not known.
    pub fn declare(&mut self, name: &[u8], value: Option<Vec<Known>>) {
        self.values.entry(name.to_vec()).or_default().push(value);
        if let Some(block) = self.blocks.last_mut() {
            block.push(name.to_vec());
        }
    }

    /// Forgets what a name holds: something may have changed it.
    pub fn forget(&mut self, name: &[u8]) {
        if let Some(value) = self.values.get_mut(name).and_then(|values| values.last_mut()) {
            *value = None;
        }
    }

    /// What a name holds.
    pub fn get(&self, name: &[u8]) -> Option<&[Known]> {
        self.values.get(name)?.last()?.as_deref()
    }

    /// Whether the name is declared, known or not.
    pub fn is_declared(&self, name: &[u8]) -> bool {
        self.values.get(name).is_some_and(|values| !values.is_empty())
    }
}
