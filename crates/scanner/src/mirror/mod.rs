//! The files by which a CPAN mirror says what it holds: pure functions of bytes.
//!
//! [`packages`] is the index (`modules/02packages.details.txt`), [`checksums`] the
//! digests beside the archives (`CHECKSUMS`), [`signature_file`] those in an archive
//! (`SIGNATURE`), [`signed`] takes off what a signature puts around a text, [`perms`]
//! tells who may release what (`modules/06perms.txt`), [`mailrc`] the names of authors
//! (`authors/01mailrc.txt`), [`patch`] and [`diff`] are the security patches beside, and
//! [`layout`] is what a path in a mirror is. A private mirror (DarkPAN) has the same
//! files, whoever made it: minicpan, CPAN::Mini::Inject, OrePAN2, and Pinto with an
//! index for each stack. [`shelf`] is where the bytes of a mirror come from, when one
//! is named.

pub mod checksums;
pub mod diff;
pub mod layout;
mod lines;
pub mod mailrc;
pub mod packages;
pub mod patch;
pub mod perms;
pub mod shelf;
pub mod signature_file;
pub mod signed;
