//! `CHECKSUMS`: the digests of the archives of a folder, as CPAN::Checksums writes
//! them, with PAUSE's signature around or without.
//!
//! The file is Perl, and CPAN.pm once evaluated it. Here its one hash is read as
//! literal data; nothing is run. `cpan_path` says where the file belongs, so that
//! a signed one can't be passed off as another folder's (CVE-2020-16156).

use perlscan_model::location::{SourcePath, Span};

use crate::mirror::signed;
use crate::perl::bindings::Bindings;
use crate::perl::data::{Data, Hash};
use crate::perl::lexer::Lexer;
use crate::perl::line_index::LineIndex;
use crate::perl::structure::{Structures, Variables};
use crate::perl::{Token, TokenKind};

/// The digests of a folder's files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checksums {
    /// The files, in the order in which they stand there.
    pub files: Vec<FileSums>,
    /// Where the signature around it begins, if there is one. It is not checked here.
    pub signature: Option<Span>,
}

/// What is said of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSums {
    /// Its name, in the folder.
    pub name: SourcePath,
    /// Its SHA-256, in lower-case hexadecimal digits.
    pub sha256: Option<String>,
    /// Its MD5, likewise.
    pub md5: Option<String>,
    /// Its length in bytes.
    pub size: Option<u64>,
    /// The folder that it belongs to, below `authors/id/`.
    pub cpan_path: Option<String>,
    /// The line of its name.
    pub line: u32,
}

/// Why the file can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChecksumsError {
    /// There is no such hash.
    #[error("no '$cksum = {{ ... }};' is in it")]
    NoHash,
    /// Something in it is no literal data.
    #[error("line {0} holds what only running it would tell")]
    Dynamic(u32),
}

/// Reads the file.
///
/// # Errors
/// When it is not the one hash that it should be: then none of it can be relied on.
pub fn read(bytes: &[u8]) -> Result<Checksums, ChecksumsError> {
    let signed = signed::read(bytes);
    let source = &*signed.text;
    let lines = LineIndex::new(source);
    let tokens = value_of_cksum(source).ok_or(ChecksumsError::NoHash)?;
    let (variables, constants) = (Variables::default(), Bindings::default());
    let structures = Structures { source, variables: &variables, constants: &constants };
    let mut items = structures.list(&tokens);
    let Some(Data::Hash(hash)) = items.pop().map(|item| item.data) else {
        return Err(ChecksumsError::NoHash);
    };
    let line = |at: usize| lines.line(at).saturating_add(signed.lines_before);
    dynamic(&hash).map_or(Ok(()), |at| Err(ChecksumsError::Dynamic(line(at))))?;
    let mut files = Vec::with_capacity(hash.entries.len());
    for entry in &hash.entries {
        let of = &entry.value;
        let Data::Hash(sums) = of else {
            return Err(ChecksumsError::Dynamic(line(entry.key.range.start)));
        };
        dynamic(sums).map_or(Ok(()), |at| Err(ChecksumsError::Dynamic(line(at))))?;
        let text = |key: &str| {
            let found = sums.get(key.as_bytes()).first()?.value.known()?;
            Some(String::from_utf8_lossy(&found.text).into_owned())
        };
        files.push(FileSums {
            name: SourcePath::new(entry.key.text.as_slice()),
            sha256: text("sha256").map(|digits| digits.to_ascii_lowercase()),
            md5: text("md5").map(|digits| digits.to_ascii_lowercase()),
            size: text("size").and_then(|size| size.parse().ok()),
            cpan_path: text("cpan_path"),
            line: line(entry.key.range.start),
        });
    }
    Ok(Checksums { files, signature: signed.signature })
}

/// Where the first thing stands that is no literal; `None` where all is.
fn dynamic(hash: &Hash) -> Option<usize> {
    let gap = hash.gaps.first().map(|range| range.start);
    let value = || {
        hash.entries.iter().find_map(|entry| match &entry.value {
            Data::Unknown(range) => Some(range.start),
            _ => None,
        })
    };
    gap.or_else(value)
}

/// The tokens of what is assigned to `$cksum`.
fn value_of_cksum(source: &[u8]) -> Option<Vec<Token>> {
    let mut lexer = Lexer::new(source);
    loop {
        let token = lexer.next_token()?;
        if token.kind == TokenKind::Variable && token.text(source) == b"$cksum" {
            break;
        }
    }
    lexer.next_token().filter(|token| token.is_operator(source, b"="))?;
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next_token() {
        if token.kind == TokenKind::Semicolon {
            break;
        }
        tokens.push(token);
    }
    Some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = r"# CHECKSUMS file written on Sat Nov  7 10:00:00 2026 GMT by CPAN::Checksums (v2.14)
$cksum = {
  'Foo-1.0.meta' => {
    'cpan_path' => 'A/AB/ABC',
    'md5' => 'd41d8cd98f00b204e9800998ecf8427e',
    'mtime' => '2026-11-07',
    'sha256' => 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855',
    'size' => 0
  },
  'it\'s-1.tgz' => {
    'size' => '12'
  }
};
__END__
";

    #[test]
    fn the_hash_is_read_and_not_run() {
        let found = read(PLAIN.as_bytes()).expect("it is literal");
        let [foo, its] = found.files.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (foo.name.to_string().as_str(), foo.size, foo.line),
            ("Foo-1.0.meta", Some(0), 3)
        );
        assert_eq!(foo.cpan_path.as_deref(), Some("A/AB/ABC"));
        assert_eq!(foo.sha256.as_deref().map(|s| &s[..8]), Some("e3b0c442"));
        assert_eq!((its.name.to_string().as_str(), its.size), ("it's-1.tgz", Some(12)));
        assert_eq!((its.sha256.as_deref(), found.signature), (None, None));
    }

    #[test]
    fn a_signature_around_it_is_seen() {
        let signed = format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\n{PLAIN}-----BEGIN PGP SIGNATURE-----\n\
             iQ==\n-----END PGP SIGNATURE-----\n"
        );
        let found = read(signed.as_bytes()).expect("it is literal");
        assert_eq!(found.signature.map(|span| span.line), Some(18));
        assert_eq!(found.files.iter().map(|file| file.line).collect::<Vec<_>>(), [6, 13]);
    }

    #[test]
    fn code_is_refused_and_so_is_what_is_no_such_file() {
        let code = PLAIN.replace("'size' => 0", "'size' => system('touch pwned')");
        assert_eq!(read(code.as_bytes()), Err(ChecksumsError::Dynamic(8)));
        let code = PLAIN.replace("'2026-11-07'", "`date`");
        assert_eq!(read(code.as_bytes()), Err(ChecksumsError::Dynamic(6)));
        for text in ["", "$cksum", "$cksum = 1;", "$other = {};", "$cksum = [];"] {
            assert_eq!(read(text.as_bytes()), Err(ChecksumsError::NoHash), "{text}");
        }
        assert_eq!(read(b"$cksum = {};"), Ok(Checksums::default()));
    }
}
