//! The limits, from the sources: the value and the reason stand beside the code
//! that they limit, and are read from there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Arg;
use syn::{Attribute, Expr, ImplItem, Item, Lit, Member, Meta, Stmt};

use super::command_line::{commands, parser};
use super::markdown::cell;

/// How a value is written.
#[derive(Clone, Copy)]
enum Unit {
    Bytes,
    Count,
    Seconds,
}

/// A limit: the file below `crates/scanner/src`, the name there, what it limits.
type Limit = (&'static str, &'static str, &'static str, Unit);

const READING: &[Limit] = &[
    ("source/limits.rs", "MANIFEST_BYTES", "a manifest or lock", Unit::Bytes),
    ("source/limits.rs", "PERL_BYTES", "a file of Perl source", Unit::Bytes),
    ("source/limits.rs", "ARCHIVE_BYTES", "an archive, as it lies there", Unit::Bytes),
    ("source/limits.rs", "PATH_BYTES", "a path", Unit::Bytes),
    ("source/limits.rs", "ENTRIES", "files and folders of a commit", Unit::Count),
    ("source/archive/budget.rs", "entry_bytes", "a file in an archive, inflated", Unit::Bytes),
    ("source/archive/budget.rs", "total_bytes", "all files of an archive, inflated", Unit::Bytes),
    ("source/archive/budget.rs", "ratio", "inflated bytes for each packed one", Unit::Count),
    ("source/archive/budget.rs", "ratio_from", "from where the ratio counts", Unit::Bytes),
    ("source/archive/budget.rs", "entries", "entries of an archive", Unit::Count),
    ("source/archive/budget.rs", "nesting", "archives in archives", Unit::Count),
    ("source/archive/budget.rs", "ARCHIVE_SECONDS", "the time for an archive", Unit::Seconds),
    ("resolve/closure/walk.rs", "DEPTH", "releases of which each needs the next", Unit::Count),
    ("mirror/packages.rs", "LIMIT", "`02packages.details.txt`, unpacked", Unit::Bytes),
    ("mirror/perms.rs", "LIMIT", "`06perms.txt`, unpacked", Unit::Bytes),
    ("mirror/mailrc.rs", "LIMIT", "`01mailrc.txt`, unpacked", Unit::Bytes),
    ("mirror/patch.rs", "LIMIT", "a security patch", Unit::Bytes),
    ("signature/armor.rs", "LARGEST", "a signed file, its keys and its signature", Unit::Bytes),
    ("darkpan/facts/log.rs", "LARGEST", "what is kept of archives from run to run", Unit::Bytes),
    ("remote/mod.rs", "CONNECTIONS", "files fetched at the same time", Unit::Count),
    ("remote/mod.rs", "FAILURES", "files of a mirror that can't be fetched", Unit::Count),
    ("remote/mod.rs", "LONGEST_PATH", "a path in a mirror's index", Unit::Bytes),
    ("config/mod.rs", "MAX_BYTES", "`perlscan.toml`", Unit::Bytes),
];

const WRITING: &[Limit] = &[
    ("report/sarif/mod.rs", "RESULT_LIMIT", "results of SARIF", Unit::Count),
    ("report/sarif/mod.rs", "LOCATION_LIMIT", "locations of a result of SARIF", Unit::Count),
    ("report/markdown.rs", "LIMIT", "Markdown", Unit::Bytes),
    ("report/github.rs", "SHOWN", "annotations of each level for GitHub", Unit::Count),
];

pub(super) fn page() -> String {
    let mut page = String::from(
        "# Limits\n\nHow much is read at most, so that hostile input can't fill the memory or \
         never end, and how much is written where the reader of a format takes no more. A limit \
         of reading that bites is told as a problem, and the run ends with 2 unless \
         `--allow-incomplete` is given: what is too large is never left out in silence.\n\n\
         ## Reading\n\n| what | at most | why | option |\n|---|---|---|---|\n",
    );
    let parser = parser();
    let options: Vec<String> = commands(&parser)
        .iter()
        .flat_map(|(_, command)| command.get_arguments().filter_map(Arg::get_long))
        .map(ToOwned::to_owned)
        .collect();
    for limit in READING {
        let (value, why) = read(limit);
        // By convention the option has the constant's name.
        let option = format!("max-{}", limit.1.to_ascii_lowercase().replace('_', "-"));
        let option =
            if options.contains(&option) { format!("`--{option}`") } else { String::new() };
        let _ = writeln!(page, "| {} | {value} | {} | {option} |", limit.2, cell(&why));
    }
    page.push_str("\n## Writing\n\n| what | at most | why |\n|---|---|---|\n");
    for limit in WRITING {
        let (value, why) = read(limit);
        let _ = writeln!(page, "| {} | {value} | {} |", limit.2, cell(&why));
    }
    page
}

fn read(&(file, name, _, unit): &Limit) -> (String, String) {
    let known = named(file);
    let (value, why) =
        known.get(name).unwrap_or_else(|| panic!("{file} has no {name}: mend this list"));
    let shown = match unit {
        Unit::Bytes => bytes(*value),
        Unit::Count => count(*value),
        Unit::Seconds => format!("{} seconds", count(*value)),
    };
    // The reason only, where the comment begins with the value.
    let reason = why.strip_prefix(&format!("{shown}: ")).unwrap_or(why);
    (shown, reason.to_owned())
}

fn bytes(value: u64) -> String {
    for (shift, unit) in [(30, "GiB"), (20, "MiB")] {
        if value >= 1 << shift && value.is_multiple_of(1 << shift) {
            return format!("{} {unit}", value >> shift);
        }
    }
    format!("{} bytes", count(value))
}

fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Constants of a file with their values and comments, and the fields of what
/// `Default` makes there, whose comments are definitions and no reasons.
fn named(file: &str) -> BTreeMap<String, (u64, String)> {
    let text = super::text(&format!("crates/scanner/src/{file}"));
    let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut found = BTreeMap::new();
    let mut values = Vec::new();
    for item in &parsed.items {
        match item {
            Item::Const(constant) => {
                if let Some(value) = evaluate(&constant.expr) {
                    found.insert(constant.ident.to_string(), (value, comment(&constant.attrs)));
                }
            }
            Item::Impl(implementation) => {
                for item in &implementation.items {
                    match item {
                        ImplItem::Const(constant) => {
                            if let Some(value) = evaluate(&constant.expr) {
                                let why = comment(&constant.attrs);
                                found.insert(constant.ident.to_string(), (value, why));
                            }
                        }
                        ImplItem::Fn(function) if function.sig.ident == "default" => {
                            if let Some(Stmt::Expr(Expr::Struct(made), None)) =
                                function.block.stmts.last()
                            {
                                values.extend(made.fields.iter().filter_map(|field| {
                                    let Member::Named(name) = &field.member else { return None };
                                    Some((name.to_string(), evaluate(&field.expr)?))
                                }));
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    for (name, value) in values {
        found.entry(name).or_insert((value, String::new()));
    }
    found
}

/// A number, or one shifted or multiplied.
fn evaluate(expression: &Expr) -> Option<u64> {
    match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Binary(binary) => {
            let (left, right) = (evaluate(&binary.left)?, evaluate(&binary.right)?);
            match binary.op {
                syn::BinOp::Shl(_) => left.checked_shl(u32::try_from(right).ok()?),
                syn::BinOp::Mul(_) => left.checked_mul(right),
                _ => None,
            }
        }
        Expr::Paren(inner) => evaluate(&inner.expr),
        _ => None,
    }
}

/// The doc comment as one text.
fn comment(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ")
}

#[test]
fn numbers_are_read_and_written_well() {
    let value = |text: &str| evaluate(&syn::parse_str(text).expect("an expression"));
    assert_eq!(value("8 << 20"), Some(8_388_608));
    assert_eq!(value("64 * 1024 * 1024"), Some(67_108_864));
    assert_eq!(value("f(1)"), None);
    assert_eq!(bytes(8 << 20), "8 MiB");
    assert_eq!(bytes(1_000_000), "1,000,000 bytes");
    assert_eq!(count(25_000), "25,000");
}

#[test]
fn every_limit_of_reading_is_listed() {
    for file in ["source/limits.rs", "source/archive/budget.rs"] {
        for name in named(file).keys().filter(|name| name.as_str() != "LONGEST_NAME") {
            let listed = READING.iter().any(|limit| limit.0 == file && limit.1 == name);
            let same = name.to_ascii_uppercase() != *name
                && READING.iter().any(|limit| limit.1.eq_ignore_ascii_case(name));
            assert!(listed || same, "{file}: {name} is missing from READING");
        }
    }
}
