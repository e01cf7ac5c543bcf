//! Perl's own words, by what they make of the text after them.
//!
//! The list is that of perl's `regen/keywords.pl`; the classes follow the
//! `case KEY_...` lines of toke.c (UNI and LOP expect a term, UNIDOR a term or
//! `//`, FUN0 is a value). A word that is not here is a user's.

use WordClass::{
    Argument, Block, End, Format, Infix, Module, Package, Quote, Require, Sub, Term, TermBlock,
    TermOrDefined, Try, User, Value,
};

/// What a word makes of the text after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordClass {
    /// Not a word of Perl's: a function, class, constant, handle or label.
    User,
    /// A term follows: operators that are words, functions, declarations.
    Term,
    /// A term follows, or `//`.
    TermOrDefined,
    /// A term or a block follows.
    Argument,
    /// A block that is a value follows, or a term.
    TermBlock,
    /// A block of statements follows.
    Block,
    /// `try` and its kin: a block follows, which is a statement only where the
    /// word begins one (Try::Tiny's `try` is a function).
    Try,
    /// The word takes nothing: an operator follows.
    Value,
    /// An operator where one is expected, else a user's word: `x`, `isa`.
    Infix,
    /// `sub`.
    Sub,
    /// `package`.
    Package,
    /// `use`, `no`.
    Module,
    /// `require`.
    Require,
    /// `format`.
    Format,
    /// A quote operator.
    Quote,
    /// `__END__`, `__DATA__`.
    End,
}

const WORDS: &[(WordClass, &str)] = &[
    (
        Term,
        "and cmp eq ge gt le lt ne not or xor if elsif unless while until for foreach given when",
    ),
    (Term, "my our local state return last next redo goto dump"),
    (
        Term,
        "abs accept alarm atan2 bind binmode bless caller chdir chmod chomp chop chown chr chroot",
    ),
    (
        Term,
        "close closedir connect cos crypt dbmclose dbmopen defined delete die each evalbytes exists",
    ),
    (Term, "exit exp fc fcntl fileno flock formline getgrgid getgrnam gethostbyaddr gethostbyname"),
    (
        Term,
        "getnetbyaddr getnetbyname getpeername getpgrp getpriority getprotobyname getprotobynumber",
    ),
    (
        Term,
        "getpwnam getpwuid getservbyname getservbyport getsockname getsockopt glob gmtime hex index",
    ),
    (
        Term,
        "int ioctl join keys kill lc lcfirst length link listen localtime lock log lstat mkdir msgctl",
    ),
    (
        Term,
        "msgget msgrcv msgsnd oct open opendir ord pack pipe prototype push quotemeta rand read",
    ),
    (
        Term,
        "readdir recv ref rename reset reverse rewinddir rindex rmdir scalar seek seekdir select",
    ),
    (
        Term,
        "semctl semget semop send setpgrp setpriority setsockopt shmctl shmget shmread shmwrite",
    ),
    (
        Term,
        "shutdown sin sleep socket socketpair splice split sprintf sqrt srand stat study substr",
    ),
    (
        Term,
        "symlink syscall sysopen sysread sysseek syswrite tell telldir tie tied truncate uc ucfirst",
    ),
    (Term, "unlink unpack unshift untie utime values vec waitpid warn write sethostent setnetent"),
    (Term, "setprotoent setservent"),
    (TermOrDefined, "shift pop getc pos readline readlink umask undef"),
    (Argument, "print printf say sort map grep exec system"),
    (TermBlock, "do eval"),
    (Block, "else continue default BEGIN END INIT CHECK UNITCHECK"),
    (Try, "try catch finally defer"),
    (
        Value,
        "time times wait wantarray fork getppid getlogin endgrent endhostent endnetent endprotoent",
    ),
    (
        Value,
        "endpwent endservent getgrent gethostent getnetent getprotoent getpwent getservent setgrent",
    ),
    (Value, "setpwent break __FILE__ __LINE__ __PACKAGE__ __SUB__ __CLASS__"),
    (Infix, "x isa"),
    (Sub, "sub"),
    (Package, "package"),
    (Module, "use no"),
    (Require, "require"),
    (Format, "format"),
    (Quote, "q qq qw qr qx m s tr y"),
    (End, "__END__ __DATA__"),
];

/// A power of two, several times the number of words, so that most users' words
/// meet an empty slot at once.
const SLOTS: usize = 1024;

type Slot = (&'static [u8], WordClass);

static TABLE: [Slot; SLOTS] = table();

const fn hash(first: u8, last: u8, length: usize) -> usize {
    (first as usize * 37 + last as usize * 113 + length * 59) & (SLOTS - 1)
}

const fn table() -> [Slot; SLOTS] {
    let mut table: [Slot; SLOTS] = [(b"", User); SLOTS];
    let mut row = 0;
    while row < WORDS.len() {
        let (class, mut rest) = (WORDS[row].0, WORDS[row].1.as_bytes());
        while !rest.is_empty() {
            let mut length = 0;
            while length < rest.len() && rest[length] != b' ' {
                length += 1;
            }
            let (word, after) = rest.split_at(length);
            let mut slot = hash(word[0], word[length - 1], length);
            while !table[slot].0.is_empty() {
                slot = (slot + 1) & (SLOTS - 1);
            }
            table[slot] = (word, class);
            rest = if after.is_empty() { after } else { after.split_at(1).1 };
        }
        row += 1;
    }
    table
}

/// The class of a word.
#[inline]
pub(super) fn classify(word: &[u8]) -> WordClass {
    let (Some(first), Some(last)) = (word.first(), word.last()) else { return User };
    let mut slot = hash(*first, *last, word.len());
    // The table is never full, so an empty slot ends the search.
    while let Some((name, class)) = TABLE.get(slot & (SLOTS - 1)) {
        if name.is_empty() {
            break;
        }
        if *name == word {
            return *class;
        }
        slot += 1;
    }
    User
}

/// Whether a word is none of Perl's own: only a declaration can tell what it is.
pub fn is_user_word(word: &[u8]) -> bool {
    classify(word) == User
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_and_no_other() {
        let mut count = 0;
        for (class, words) in WORDS {
            for word in words.split(' ') {
                assert_eq!(classify(word.as_bytes()), *class, "{word}");
                count += 1;
            }
        }
        assert!(count > 200, "{count}");
        for word in ["", "requires", "Foo", "subs", "us", "qqq", "xx", "prin", "prints"] {
            assert_eq!(classify(word.as_bytes()), User, "{word}");
        }
    }

    #[test]
    fn searches_are_short() {
        let longest = TABLE.split(|slot| slot.0.is_empty()).map(<[Slot]>::len).max();
        assert!(longest < Some(16), "{longest:?}");
    }
}
