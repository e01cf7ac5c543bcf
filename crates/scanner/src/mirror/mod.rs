//! The files by which a CPAN mirror says what it holds: pure functions of bytes.
//!
//! [`packages`] is the index (`modules/02packages.details.txt`), [`checksums`] the
//! digests beside the archives (`CHECKSUMS`), [`layout`] what a path in a mirror
//! is. A private mirror (DarkPAN) has the same files, whoever made it: minicpan,
//! CPAN::Mini::Inject, OrePAN2, and Pinto with an index for each stack.
//! [`shelf`] is where the bytes of a mirror come from, when one is named.

pub mod checksums;
pub mod layout;
pub mod packages;
pub mod shelf;
