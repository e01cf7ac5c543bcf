//! The files by which a CPAN mirror says what it holds: pure functions of bytes.
//!
//! [`packages`] is the index (`modules/02packages.details.txt`), [`checksums`] the
//! digests beside the archives (`CHECKSUMS`), [`perms`] who may release what
//! (`modules/06perms.txt`), [`mailrc`] the names of authors
//! (`authors/01mailrc.txt`), [`patch`] and [`diff`] the security patches beside, and
//! [`layout`] what a path in a mirror is. A private mirror (DarkPAN) has the same
//! files, whoever made it: minicpan, CPAN::Mini::Inject, OrePAN2, and Pinto with an
//! index for each stack.

pub mod checksums;
pub mod diff;
pub mod layout;
mod lines;
pub mod mailrc;
pub mod packages;
pub mod patch;
pub mod perms;
