//! What the lexer gives out: a kind and offsets into the source.

use std::ops::Range;

/// What a token is. The kind says how perl would take the token, not which
/// statement it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TokenKind {
    /// An identifier: keyword, function, class, label, file handle. Package
    /// separators are part of it (`Foo::Bar`, `Foo'Bar`, `Foo::`).
    Word,
    /// A word that perl takes as a string: left of `=>`, or alone in a hash
    /// subscript (perlop, "Comma Operator"; perldata, "Scalar value
    /// constructors").
    QuotedWord,
    /// The name after `->`.
    Method,
    /// A variable with its sigil: `$x`, `@Foo::y`, `$#a`, `&f`, `*STDOUT`,
    /// `${^NAME}`, `${ name }`, `$$`, `$'`.
    Variable,
    /// A sigil that dereferences what follows: the `@` of `@{...}` and `@$x`.
    Cast,
    /// A number; see [`crate::perl::literal::number`].
    Number,
    /// A v-string: `v5.10.1`, `v5`, `5.10.1`.
    VString,
    /// `'...'` or `q(...)`: nothing is interpolated.
    Single,
    /// `"..."` or `qq(...)`.
    Double,
    /// `` `...` `` or `qx(...)`.
    Command,
    /// `qw(...)`.
    WordList,
    /// `m/.../`, `/.../` or `qr/.../`.
    Match,
    /// `s/.../.../`.
    Substitution,
    /// `tr/.../.../` or `y/.../.../`.
    Transliteration,
    /// `<FH>`, `<$fh>`, `<*.c>`, `<>`, `<<>>`.
    ReadLine,
    /// `<<"TAG"`; its body range is the text, which starts on a later line.
    HereDoc,
    /// The picture lines of a `format`, up to the line with the single dot.
    Format,
    /// A file test, `-e`.
    FileTest,
    /// The parentheses of a prototype with what is in them: `($;@)`.
    Prototype,
    /// The arguments of an attribute with their parentheses: the `(...)` of
    /// `:Path(...)`.
    AttributeArguments,
    /// `;`
    Semicolon,
    /// `{`; see [`Token::is_block`].
    OpenBrace,
    /// `}`; see [`Token::is_block`].
    CloseBrace,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `,`
    Comma,
    /// `=>`
    FatComma,
    /// `->`
    Arrow,
    /// Any other operator.
    Operator,
    /// `__END__`, `__DATA__`, ^D or ^Z; its body is the rest of the file, and
    /// no token follows.
    End,
    /// `# ...`, without the newline; only given out on request.
    Comment,
    /// POD from its first `=` to the end of the `=cut` line; only on request.
    Pod,
    /// Bytes that are no Perl.
    Unknown,
}

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kinds(u64);

impl Kinds {
    pub(super) const fn of(kinds: &[TokenKind]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < kinds.len() {
            bits |= 1 << kinds[at] as u32;
            at += 1;
        }
        Self(bits)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline]
    pub(super) fn has(self, kind: TokenKind) -> bool {
        self.0 >> kind as u32 & 1 != 0
    }
}

/// One token: offsets are bytes from the start of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    pub(super) flags: u8,
    /// Its first byte.
    pub start: u32,
    /// The byte after its last one.
    pub end: u32,
    pub(super) body_start: u32,
    pub(super) body_end: u32,
}

/// The end of the file, or of the line, came before the closing delimiter.
pub(super) const UNTERMINATED: u8 = 1;
/// The token begins a statement.
pub(super) const STATEMENT: u8 = 1 << 1;
/// The brace opens or closes a block of statements.
pub(super) const BLOCK: u8 = 1 << 2;
/// The body is not one stretch of the source: a heredoc's text lies within.
pub(super) const SPLIT: u8 = 1 << 3;
/// Variables and escapes in the body are expanded.
pub(super) const INTERPOLATES: u8 = 1 << 4;
/// The heredoc's text is indented (`<<~`).
pub(super) const INDENTED: u8 = 1 << 5;
/// The word may load a module: `use`, `no`, `require`, `eval`, or it names a
/// package.
pub(super) const LOADS: u8 = 1 << 6;

impl Token {
    /// The bytes of the token.
    #[inline]
    pub fn text<'a>(&self, source: &'a [u8]) -> &'a [u8] {
        source.get(self.range()).unwrap_or_default()
    }

    /// Where the token stands.
    #[inline]
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// What stands between the delimiters of a quote-like token (the first part
    /// of one that has two), the text of a heredoc, the data after `__END__`,
    /// the lines of a format; for any other token the token itself.
    #[inline]
    pub fn body_range(&self) -> Range<usize> {
        self.body_start as usize..self.body_end as usize
    }

    /// The bytes of [`Self::body_range`].
    #[inline]
    pub fn body<'a>(&self, source: &'a [u8]) -> &'a [u8] {
        source.get(self.body_range()).unwrap_or_default()
    }

    /// Whether the closing delimiter is missing. The token then ends at a line
    /// end, or with the file, and the text after it is read as code.
    #[inline]
    pub fn is_unterminated(&self) -> bool {
        self.flags & UNTERMINATED != 0
    }

    /// Whether the token is the first of a statement.
    #[inline]
    pub fn begins_statement(&self) -> bool {
        self.flags & STATEMENT != 0
    }

    /// Whether the token is a word that may load a module, so that a reader need
    /// not look at the text of the others.
    #[inline]
    pub(super) fn may_load(&self) -> bool {
        self.flags & LOADS != 0
    }

    /// Whether a brace belongs to a block of statements, and not to a hash or
    /// a subscript.
    #[inline]
    pub fn is_block(&self) -> bool {
        self.flags & BLOCK != 0
    }

    /// Whether a heredoc's text lies in the middle of the token.
    #[inline]
    pub fn is_split(&self) -> bool {
        self.flags & SPLIT != 0
    }

    /// Whether variables and escapes in the body are expanded. False for the
    /// quotes with `'` as delimiter.
    #[inline]
    pub fn interpolates(&self) -> bool {
        self.flags & INTERPOLATES != 0
    }

    /// Whether a heredoc is of the form `<<~`.
    #[inline]
    pub fn is_indented(&self) -> bool {
        self.flags & INDENTED != 0
    }

    /// Ends the token early and marks it as not terminated.
    pub(super) fn cut_short(&mut self, end: usize) {
        self.flags |= UNTERMINATED;
        self.end = self.end.min(end as u32);
        self.body_start = self.body_start.min(self.end);
        self.body_end = self.body_end.min(self.end);
    }

    /// Whether the token is this word, as code (a quoted word is a string).
    #[inline]
    pub fn is_word(&self, source: &[u8], word: &[u8]) -> bool {
        self.kind == TokenKind::Word && self.text(source) == word
    }

    /// Whether the token is this operator.
    #[inline]
    pub fn is_operator(&self, source: &[u8], operator: &[u8]) -> bool {
        self.kind == TokenKind::Operator && self.text(source) == operator
    }
}
