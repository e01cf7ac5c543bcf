//! What stands beside CSAF documents so that they are found: hashes,
//! `index.txt`, `changes.csv`, the ROLIE feed and the provider's metadata
//! (CSAF 2.0, section 7.1).

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use crate::advisory::export::csaf::{Listed, publisher};
use crate::advisory::export::{ExportError, Files, Options, document, names};

const FEED: &str = "csaf-feed-tlp-white.json";

/// Adds the index files for the listed documents, and each document's hashes.
pub(super) fn add(
    files: &mut Files,
    listed: &[Listed],
    options: &Options,
    date: &str,
) -> Result<(), ExportError> {
    let mut index = String::new();
    let mut changes = String::new();
    let mut sorted: Vec<&Listed> = listed.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    for one in &sorted {
        index.push_str(&format!("{}\n", one.path));
    }
    // The latest change first.
    sorted.sort_by(|a, b| b.updated.cmp(&a.updated));
    for one in &sorted {
        changes.push_str(&format!("\"{}\",\"{}\"\n", one.path, one.updated));
    }
    let base = &options.base_url;
    let mut entries: Vec<Value> = Vec::new();
    for one in listed {
        let Some(bytes) = files.get(&one.path) else { continue };
        let file = one.path.rsplit('/').next().unwrap_or_default();
        let sha256 = names::hex(&Sha256::digest(bytes), 32);
        let sha512 = names::hex(&Sha512::digest(bytes), 64);
        files.insert(format!("{}.sha256", one.path), format!("{sha256}  {file}\n").into_bytes());
        files.insert(format!("{}.sha512", one.path), format!("{sha512}  {file}\n").into_bytes());
        let url = format!("{base}/{}", one.path);
        entries.push(json!({
            "id": one.id,
            "title": one.title,
            "published": one.published,
            "updated": one.updated,
            "link": [
                { "rel": "self", "href": url },
                { "rel": "hash", "href": format!("{url}.sha256") },
                { "rel": "hash", "href": format!("{url}.sha512") },
            ],
            "content": { "type": "application/json", "src": url },
            "format": {
                "schema": "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json",
                "version": "2.0",
            },
        }));
    }
    let feed = json!({ "feed": {
        "id": "csaf-feed-tlp-white",
        "title": "Advisories of CPAN distributions (TLP:WHITE)",
        "link": [{ "rel": "self", "href": format!("{base}/{FEED}") }],
        "category": [
            { "scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf" },
        ],
        "updated": date,
        "entry": entries,
    }});
    let metadata = json!({
        "canonical_url": format!("{base}/provider-metadata.json"),
        "distributions": [
            { "directory_url": format!("{base}/") },
            { "rolie": { "feeds": [{
                "summary": "All advisories of the database.",
                "tlp_label": "WHITE",
                "url": format!("{base}/{FEED}"),
            }]}},
        ],
        "last_updated": date,
        "list_on_CSAF_aggregators": false,
        "metadata_version": "2.0",
        "mirror_on_CSAF_aggregators": false,
        "publisher": publisher(options),
        "role": "csaf_publisher",
    });
    files.insert("index.txt".to_owned(), index.into_bytes());
    files.insert("changes.csv".to_owned(), changes.into_bytes());
    files.insert(FEED.to_owned(), document(&feed)?);
    files.insert("provider-metadata.json".to_owned(), document(&metadata)?);
    Ok(())
}
