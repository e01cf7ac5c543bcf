//! A tolerant Perl lexer and the few statements that perlscan needs.
//!
//! Perl can only be parsed by running it (a prototype changes how the rest of
//! the file is cut into tokens), and perlscan runs nothing. What it needs is
//! less: which names stand where, and which literals belong to them. So this is
//! a lexer, never a parser: it cuts any sequence of bytes into tokens in one
//! pass, knows as much of perl's own lexer (toke.c) as can be known from the
//! text, and guesses, in ways written beside each guess, where perl would look
//! at the symbol table. It never fails: what makes no sense becomes
//! [`TokenKind::Unknown`], what is not terminated is flagged and bounded, and
//! reading goes on.
//!
//! In order of the way of the data:
//!
//! - [`lexer`] is the loop: skip what is no code (`trivia`), look at one byte,
//!   and hand over to the file that knows it (`word`, `variable`, `quote`,
//!   `heredoc`, `number`, `operator`, `bracket`);
//! - `expect` is what the tokens so far allow next: the one piece of state that
//!   decides regex or divide, block or hash, word or quote;
//! - [`token`] is what comes out: a kind, flags and offsets, no text;
//! - [`literal`] (with `numeric`) turns tokens into the values that perl would
//!   give them;
//! - [`statement`] cuts the tokens into statements and blocks, and
//!   [`expression`] reads lists of literals out of them, with what
//!   [`bindings`] knows of variables; [`structure`] reads nested hashes and
//!   arrays as [`data`], with [`condition`] for questions about old tools;
//! - [`module_version`] tells the packages of a source and their versions,
//!   [`uses`] which modules it loads; [`reading`] is the one pass that both look
//!   on;
//! - [`shebang`] knows a script by its first line;
//! - [`line_index`] turns offsets into lines and columns, only when asked.

pub mod bindings;
pub mod condition;
pub mod data;
pub mod expression;
pub mod line_index;
pub mod literal;
pub mod module_version;
pub mod package_names;
pub mod reading;
pub mod token;

mod bracket;
mod bytes;
mod expect;
mod heredoc;
mod keyword;
pub mod lexer;
mod lines;
mod number;
mod numeric;
mod operator;
mod pattern;
mod quote;
pub mod shebang;
pub mod statement;
pub mod structure;
mod trivia;
pub mod uses;
mod variable;
mod version_expression;
mod word;

pub use keyword::is_user_word;
pub use lexer::Lexer;
pub use line_index::LineIndex;
pub use token::{Token, TokenKind};
