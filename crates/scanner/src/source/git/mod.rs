//! A commit's tree or the index of a git repository, read without a checkout.
//!
//! Objects are read as they are stored: no program is started, and neither a
//! filter nor a hook nor anything else that the repository's configuration or
//! attributes name has a part in it. The working tree is never looked at.

mod content;
mod error;
mod links;
mod listing;
mod repository;
mod visit;

pub use content::GitContent;
pub use error::GitError;
pub use repository::{GitCommit, GitPlace, GitRepository};
pub use visit::GitSource;
