//! Digests of files.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A SHA-256. It is shown as lower-case hexadecimal digits.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Sha256(pub [u8; 32]);

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_shown_as_tools_show_it() {
        let mut bytes = [0; 32];
        bytes[0] = 0xAB;
        bytes[31] = 5;
        assert_eq!(Sha256(bytes).to_string(), format!("ab{}05", "00".repeat(30)));
    }
}
