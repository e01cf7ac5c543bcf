//! The files by which a CPAN mirror says what it holds: pure functions of bytes.
//!
//! [`packages`] is the index (`modules/02packages.details.txt`), [`checksums`] the
//! digests beside the archives (`CHECKSUMS`), [`signature_file`] those in an archive
//! (`SIGNATURE`), [`signed`] takes off what a signature puts around a text, and
//! [`layout`] is what a path in a mirror is. A private mirror (DarkPAN) has the same files, whoever made it: minicpan,
//! CPAN::Mini::Inject, OrePAN2, and Pinto with an index for each stack.

pub mod checksums;
pub mod layout;
pub mod packages;
pub mod signature_file;
pub mod signed;
