//! What the tokens so far allow next.
//!
//! perl's lexer has the same variable (`PL_expect` in toke.c); most of what is
//! ambiguous in Perl is decided by it. `/` begins a pattern where a term is
//! expected and divides where an operator is; `{` is a subscript after a
//! variable, a hash where a term is expected, a block at the start of a
//! statement.

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// The start of a statement. `{` opens a block, unless it looks like a hash.
    Statement,
    /// A value. `{` opens a hash.
    Term,
    /// A value, or `//` as an operator: after `shift` and `pop`, which may
    /// stand alone (toke.c: XTERMORDORDOR).
    TermOrDefined,
    /// A value or a block: after `map`, `grep`, `sort`, `print`. `{` is what it
    /// looks like (toke.c: XREF).
    Argument,
    /// A block of statements: after `else`, `BEGIN`, `package NAME`.
    Block,
    /// A block that is a value, or a value: after `do` and `eval`.
    TermBlock,
    /// An operator: after a literal or `)`. `{` opens a block (`if (...) {`).
    Operator,
    /// An operator, after a variable. `{` is a subscript.
    Variable,
    /// An operator, after a subscript. `{` and `(` are subscripts.
    Subscript,
    /// Either: after a word that perl would look up. It is a list operator when
    /// declared as one, a constant or a class otherwise.
    AfterWord,
    /// As [`Self::AfterWord`], where the word began the statement.
    AfterFirstWord,
    /// As [`Self::AfterWord`], after words in a row from the start of the
    /// statement (`class Foo extends Bar {`, `method name {`). `{` is a block.
    Declaration,
    /// A method, a subscript or a dereference: after `->`.
    Arrow,
    /// What a sigil dereferences: `{`, `$`.
    Cast,
    /// The key of a hash: a word alone is a string.
    HashKey,
    /// The name of a sub, or what an anonymous one goes on with.
    SubName,
    /// `(`, `:` or `{` of a named sub.
    NamedSub,
    /// `(`, `:` or `{` of an anonymous sub.
    AnonymousSub,
    /// The name of an attribute of a named sub.
    NamedAttribute,
    /// The name of an attribute of an anonymous sub.
    AnonymousAttribute,
    /// A module's name, which is never an operator: after `use` and `no`.
    Module,
    /// A package's name: after `package`.
    Package,
    /// The colon of a label.
    Label,
    /// A parameter of a signature, where a sigil may stand without a name.
    Parameter,
}

impl Expect {
    /// Whether an operator is what perl would look for. After a word that may
    /// be a function, the caller decides.
    #[inline(always)]
    pub(super) fn is_operator(self) -> bool {
        matches!(self, Self::Operator | Self::Variable | Self::Subscript | Self::Label)
    }

    /// Whether it depends on a declaration that the lexer does not see.
    #[inline(always)]
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::AfterWord | Self::AfterFirstWord | Self::Declaration)
    }
}
