//! The nouns of perlscan, without I/O.
//!
//! Read them in this order: [`version`] and [`range`] carry the meaning,
//! [`name`], [`location`], [`requirement`], [`usage`], [`package`] and
//! [`problem`] say what was found, [`advisory`] and [`database`] what is known to be
//! vulnerable, and [`facts`] is the committed text form of the database.

pub mod about;
pub mod advisory;
pub mod archive_name;
pub mod database;
pub mod digest;
pub mod facts;
pub mod finding;
pub mod interpreter;
pub mod location;
pub mod mirror_setting;
pub mod name;
pub mod package;
pub mod problem;
pub mod purl;
pub mod range;
pub mod release_version;
pub mod remark;
pub mod requirement;
pub mod requirement_range;
pub mod severity;
pub mod standing;
pub mod usage;
pub mod version;
