//! The formats of reports, from their registry.

use std::fmt::Write as _;

use perlscan_scanner::report::FORMATS;

use super::markdown::{cell, code};
use super::schema;

pub(super) fn page() -> String {
    let mut page = String::from(
        "# Output formats\n\nThe formats of a scan's report, how each is asked for, and where its \
         shape is written down. `-f NAME` writes it to standard output, `-o PATH` to a file whose \
         ending says which, `-o NAME=PATH` to any file; `-o` may be given several times.\n\n\
         | name | for | ending |\n|---|---|---|\n",
    );
    for format in FORMATS {
        let endings: Vec<String> = format.suffixes.iter().map(|suffix| code(suffix)).collect();
        let endings = if endings.is_empty() { "none".to_owned() } else { endings.join(", ") };
        let _ = writeln!(page, "| `{}` | {} | {endings} |", format.name, cell(format.about));
    }
    page.push_str(
        "\nAll formats say the same: what was found, what could not be read or judged, what was \
         left out or set aside, and which database was asked. The same input gives the same \
         bytes. Text from scanned files is escaped as each format needs it.\n\n\
         ## JSON documents\n\n\
         Each has a schema in the repository, to which tests hold it:\n\n\
         | document | schema |\n|---|---|\n",
    );
    for document in schema::DOCUMENTS {
        let _ = writeln!(
            page,
            "| [{}]({}.md) | [`{file}`]({}/schemas/{file}) |",
            cell(&schema::title(document)),
            document.page,
            super::schema::REPOSITORY,
            file = document.file,
        );
    }
    page.push_str(
        "\nThe formats of `inventory`, `check`, `db status`, `db lint`, `db diff` and `db export` \
         are listed with [their commands](command-line.md).\n",
    );
    page
}
