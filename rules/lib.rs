//! The texts of perlscan's rules, and reviewed corrections of advisory data.

/// Reviewed corrections of known defects in the advisory data, as TOML.
pub const OVERRIDES: &str = include_str!("overrides.toml");
