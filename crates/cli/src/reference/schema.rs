//! The shapes of JSON documents and of the configuration, from their schemas.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::markdown::{cell, code, prose};

/// Where the repository's files can be read.
pub(super) const REPOSITORY: &str = "https://github.com/perlscan/perlscan/blob/main";

/// A schema and the page that is made of it.
pub(super) struct Document {
    /// The schema's file in `schemas/`.
    pub(super) file: &'static str,
    /// The page's name without its ending.
    pub(super) page: &'static str,
}

/// The documents that perlscan writes.
pub(super) const DOCUMENTS: &[Document] = &[
    Document { file: "perlscan-report.schema.json", page: "report" },
    Document { file: "perlscan-inventory.schema.json", page: "inventory" },
    Document { file: "perlscan-resolution.schema.json", page: "resolution" },
    Document { file: "perlscan-database-status.schema.json", page: "database-status" },
    Document { file: "perlscan-diff.schema.json", page: "database-diff" },
    Document { file: "perlscan-mirror-graph.schema.json", page: "mirror-graph" },
    Document { file: "perlscan-why.schema.json", page: "why" },
    Document { file: "perlscan-darkpan-diff.schema.json", page: "darkpan-diff" },
    Document { file: "perlscan-lint.schema.json", page: "lint" },
    Document { file: "perlscan-database.schema.json", page: "database" },
];

/// The file that it reads.
const CONFIGURATION: Document =
    Document { file: "perlscan-config.schema.json", page: "configuration" };

fn read(document: &Document) -> Value {
    let text = super::text(&format!("schemas/{}", document.file));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", document.file))
}

/// What the schema is called.
pub(super) fn title(document: &Document) -> String {
    words(&read(document), "title").to_owned()
}

/// The pages by the names of their files.
pub(super) fn pages() -> Vec<(String, String)> {
    let configuration = render(
        &CONFIGURATION,
        "# Configuration: perlscan.toml\n\n",
        "It is TOML. What is wrong in it is an error with its line, and nothing of it is used \
         then. [How to set findings aside](../how-to/set-aside.md) has examples.\n\n",
    );
    let mut pages = vec![(format!("{}.md", CONFIGURATION.page), configuration)];
    pages.extend(DOCUMENTS.iter().map(|document| {
        let heading = format!("# {}\n\n", prose(&title(document)));
        (format!("{}.md", document.page), render(document, &heading, ""))
    }));
    pages
}

fn render(document: &Document, heading: &str, more: &str) -> String {
    let schema = read(document);
    let mut page = heading.to_owned();
    let about = words(&schema, "description");
    if !about.is_empty() {
        let _ = write!(page, "{}\n\n", prose(about));
    }
    page.push_str(more);
    let _ = write!(
        page,
        "The schema is [`schemas/{file}`]({REPOSITORY}/schemas/{file}). A field that need not be \
         there is marked *optional*.\n\n",
        file = document.file,
    );
    table(&schema, &mut page);
    let empty = Map::new();
    for (name, definition) in schema.get("$defs").and_then(Value::as_object).unwrap_or(&empty) {
        let _ = write!(page, "\n## {name}\n\n");
        let about = words(definition, "description");
        if !about.is_empty() {
            let _ = write!(page, "{}\n\n", prose(about));
        }
        let choices = alternatives(definition);
        if choices.is_empty() {
            table(definition, &mut page);
        }
        for choice in choices {
            let about = words(choice, "description");
            let _ = write!(page, "{}\n\n", prose(about));
            table(choice, &mut page);
            page.push('\n');
        }
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn words<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn alternatives(value: &Value) -> &[Value] {
    value.get("oneOf").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn table(object: &Value, page: &mut String) {
    page.push_str("| field | type | meaning |\n|---|---|---|\n");
    rows(object, "", page);
}

/// The fields of an object: in the order of `required`, then the others.
fn rows(object: &Value, before: &str, page: &mut String) {
    let Some(properties) = object.get("properties").and_then(Value::as_object) else { return };
    let required: Vec<&str> = object
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let mut names: Vec<&String> = properties.keys().collect();
    names.sort_by_key(|name| {
        required.iter().position(|wanted| wanted == name).unwrap_or(usize::MAX)
    });
    for name in names {
        let Some(property) = properties.get(name) else { continue };
        let optional = if required.contains(&name.as_str()) { "" } else { ", *optional*" };
        let _ = writeln!(
            page,
            "| {} | {}{optional} | {} |",
            code(&format!("{before}{name}")),
            kind(property),
            cell(words(property, "description")),
        );
        inner(property, &format!("{before}{name}"), page);
    }
}

/// The fields of what is written in place and not under `$defs`.
fn inner(property: &Value, name: &str, page: &mut String) {
    rows(property, &format!("{name}."), page);
    for choice in alternatives(property) {
        inner(choice, name, page);
    }
    if let Some(items) = property.get("items") {
        inner(items, &format!("{name}[]"), page);
    }
}

/// A type in words.
fn kind(property: &Value) -> String {
    if let Some(name) = words(property, "$ref").strip_prefix("#/$defs/") {
        return format!("[{name}](#{name})");
    }
    if let Some(value) = property.get("const") {
        return code(&value.to_string());
    }
    if let Some(values) = property.get("enum").and_then(Value::as_array) {
        return values.iter().map(|value| code(&value.to_string())).collect::<Vec<_>>().join(", ");
    }
    let choices = alternatives(property);
    if !choices.is_empty() {
        return choices.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    let types: Vec<&str> = match property.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => vec!["any"],
    };
    let of = property.get("items").map(|items| format!(" of {}", kind(items)));
    types
        .iter()
        .map(|name| match *name {
            "array" => format!("array{}", of.as_deref().unwrap_or_default()),
            other => other.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(" or ")
}

#[test]
fn every_schema_has_its_page_and_every_field_its_row() {
    let mut files: Vec<String> = std::fs::read_dir(super::root().join("schemas"))
        .expect("the folder can be listed")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    files.sort();
    let mut known: Vec<&str> = DOCUMENTS.iter().map(|document| document.file).collect();
    known.push(CONFIGURATION.file);
    known.sort_unstable();
    assert_eq!(files, known, "give the schema a line in DOCUMENTS");
    for (name, page) in pages() {
        let document = DOCUMENTS.iter().chain([&CONFIGURATION]);
        let document = document.into_iter().find(|d| format!("{}.md", d.page) == name);
        let schema = read(document.expect("the page's document"));
        let mut fields = Vec::new();
        collect(&schema, &mut fields);
        assert!(fields.len() > 3, "{name}");
        for field in fields {
            let row = page.lines().any(|line| {
                line.starts_with(&format!("| `{field}`"))
                    || line.starts_with("| `") && line.contains(&format!(".{field}` |"))
            });
            assert!(row, "{name}: {field}");
        }
    }
}

#[cfg(test)]
fn collect(value: &Value, fields: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            if let Some(properties) = map.get("properties").and_then(Value::as_object) {
                fields.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| collect(value, fields));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, fields)),
        _ => {}
    }
}
