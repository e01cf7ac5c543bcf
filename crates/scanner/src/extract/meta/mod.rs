//! What META.json, META.yml and their MYMETA twins have in common: a tree of
//! text ([`tree`]), which [`yaml`] reads from lines, and what its keys mean
//! ([`spec`]).

mod about;
pub(super) mod spec;
pub(super) mod tree;
pub(super) mod yaml;

use perlscan_model::location::SourcePath;

/// Whether a directory belongs to an installed tree's book-keeping, which has a
/// reader of its own: what is required there is not the project's.
pub(super) fn is_book_keeping(path: &SourcePath) -> bool {
    path.parts().any(|part| part == b".meta")
}
