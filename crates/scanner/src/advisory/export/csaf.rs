//! CSAF 2.0 documents, one an advisory id, profile `csaf_security_advisory`.
//!
//! The product tree names each distribution with the versions that are
//! affected and those that are fixed, as `vers:cpan/…` ranges. A document has
//! one vulnerability a CVE, and one for records without any. Its first date is
//! the day of the report, its current one that of the first database that had it
//! so, as far as an [`Earlier`] export tells: over one, a change is a further
//! revision. No clock is asked, and `generator.date` is left out, so that the
//! same database gives the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use perlscan_model::facts::AdvisoryFact;
use perlscan_model::name::DistName;
use perlscan_model::purl::PackageUrl;
use perlscan_model::severity::Severity;
use serde_json::{Map, Value, json};

use crate::advisory::export::{
    Earlier, ExportError, Files, Material, Options, Subject, csaf_index, cvss, earlier, material,
    names,
};

/// A document that the index lists.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) path: String,
    pub(super) published: String,
    pub(super) updated: String,
}

/// The files of the export.
///
/// # Errors
/// When a range can't be read, or an address of the publisher is none.
pub fn files(
    material: &Material,
    options: &Options,
    earlier: &Earlier,
) -> Result<Files, ExportError> {
    for url in [&options.publisher_namespace, &options.base_url] {
        if names::uri(url).as_deref() != Some(url) {
            return Err(ExportError::Option(format!("'{url}' is no http or https address")));
        }
    }
    if options.publisher_name.trim().is_empty() {
        return Err(ExportError::Option("the publisher has no name".to_owned()));
    }
    let date = material.date();
    let mut files = Files::new();
    let mut listed = Vec::new();
    let mut taken = BTreeSet::new();
    for subject in material.subjects() {
        // The standard makes the file's name of the id, so the id has to be unique so.
        let mut id = names::plain(&subject.id.replace('\n', " "), 120).trim().to_owned();
        if id.is_empty() || !taken.insert(file_name(&id)) {
            id = format!("{id}-{}", names::short_digest(subject.id)).trim_matches('-').to_owned();
            taken.insert(file_name(&id));
        }
        let reported = material::reported(&subject.records, &date);
        let published = reported.clone().unwrap_or_else(|| date.clone());
        let year = published.get(..4).unwrap_or("0000");
        let path = format!("{year}/{}", file_name(&id));
        let title = material::title(&subject);
        let (bytes, stamp) = earlier.keep_or_make(
            &path,
            |before| Stamp::of(before, reported.as_deref()),
            |before| Stamp::next(before, &published, &date, options),
            |stamp| advisory(material, &subject, options, &id, stamp),
        )?;
        files.insert(path.clone(), bytes);
        let updated = stamp.current().to_owned();
        let published = stamp.initial().to_owned();
        listed.push(Listed { id, title, path, published, updated });
    }
    csaf_index::add(&mut files, &listed, options, &date)?;
    Ok(files)
}

/// The file name that section 5.1 of the standard makes of a tracking id.
fn file_name(id: &str) -> String {
    let mut name = String::new();
    for c in id.to_lowercase().chars() {
        let plain = c.is_ascii_lowercase() || c.is_ascii_digit() || c == '+' || c == '-';
        if plain {
            name.push(c);
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    format!("{name}.json")
}

pub(super) fn publisher(options: &Options) -> Value {
    json!({
        "category": "other",
        "name": options.publisher_name,
        "namespace": options.publisher_namespace,
    })
}

fn advisory(
    material: &Material,
    subject: &Subject<'_>,
    options: &Options,
    id: &str,
    stamp: &Stamp,
) -> Result<Value, ExportError> {
    let description = material::description(material, subject);
    let mut tree = Tree::default();
    let mut vulnerabilities = Vec::new();
    for (cve, records) in by_cve(subject) {
        vulnerabilities.push(vulnerability(subject, cve, &records, &mut tree, &description)?);
    }
    let mut document = json!({
        "category": "csaf_security_advisory",
        "csaf_version": "2.0",
        "distribution": { "tlp": { "label": "WHITE" } },
        "lang": "en",
        "notes": [{ "category": "description", "text": description }],
        "publisher": publisher(options),
        "title": material::title(subject),
        "tracking": {
            "current_release_date": stamp.current(),
            "generator": { "engine": { "name": "perlscan", "version": stamp.tool } },
            "id": id,
            "initial_release_date": stamp.initial(),
            "revision_history": stamp.history(),
            "status": "final",
            "version": stamp.dates.len().to_string(),
        },
    });
    let links: BTreeSet<String> = subject
        .records
        .iter()
        .flat_map(|(_, fact)| &fact.record.references)
        .filter_map(|link| names::uri(link))
        .collect();
    if !links.is_empty() {
        let links: Vec<Value> = links
            .iter()
            .map(|url| json!({ "category": "external", "summary": url, "url": url }))
            .collect();
        document["references"] = json!(links);
    }
    let worst = subject.records.iter().map(|(_, fact)| fact.record.severity).max();
    if let Some(worst) = worst.filter(|severity| *severity != Severity::Unscored) {
        document["aggregate_severity"] = json!({ "text": worst.word() });
    }
    let corrections: BTreeSet<String> = subject
        .records
        .iter()
        .filter_map(|(i, _)| material.corrections.get(i))
        .map(|known| format!("Reviewed correction: {} ({})", known.reason, known.link))
        .collect();
    if let Value::Array(notes) = &mut document["notes"] {
        notes.extend(corrections.iter().map(|text| json!({ "category": "other", "text": text })));
    }
    Ok(json!({
        "document": document,
        "product_tree": tree.into_value(),
        "vulnerabilities": vulnerabilities,
    }))
}

/// What a document says of its own making.
struct Stamp {
    /// When each revision was made, the first one by the report. Never empty.
    dates: Vec<String>,
    /// The version of perlscan that made the latest.
    tool: String,
}

impl Stamp {
    /// That of an earlier document of ours, with the day of the report as it is
    /// known now.
    fn of(before: &Value, reported: Option<&str>) -> Option<Self> {
        let tracking = &before["document"]["tracking"];
        let tool = tracking["generator"]["engine"]["version"].as_str()?.to_owned();
        let dates: Option<Vec<String>> = tracking["revision_history"]
            .as_array()?
            .iter()
            .map(|revision| revision["date"].as_str().map(str::to_owned))
            .collect();
        let mut dates = dates?;
        if let (Some(first), Some(reported)) = (dates.first_mut(), reported) {
            reported.clone_into(first);
        }
        // They are written alike, so that they sort as times do.
        let sound =
            !dates.is_empty() && dates.is_sorted() && dates.iter().all(|d| earlier::is_time(d));
        sound.then_some(Self { dates, tool })
    }

    /// That of a document with news, of the database of `date`.
    fn next(before: Option<&Self>, published: &str, date: &str, options: &Options) -> Self {
        // An older database than the earlier one's has no place in its history.
        let mut dates = match before.filter(|before| before.current() <= date) {
            Some(before) => before.dates.clone(),
            None if published == date => Vec::new(),
            None => vec![published.to_owned()],
        };
        dates.push(date.to_owned());
        Self { dates, tool: options.tool_version.clone() }
    }

    fn initial(&self) -> &str {
        self.dates.first().map_or("", String::as_str)
    }

    fn current(&self) -> &str {
        self.dates.last().map_or("", String::as_str)
    }

    fn history(&self) -> Vec<Value> {
        let revisions = self.dates.iter().zip(1usize..);
        revisions
            .map(|(date, number)| {
                let summary = if number == 1 {
                    "The advisory was reported.".to_owned()
                } else {
                    format!("As of the database of {date}.")
                };
                json!({ "date": date, "number": number.to_string(), "summary": summary })
            })
            .collect()
    }
}

type Records<'a> = Vec<(usize, &'a AdvisoryFact)>;

/// The records of each CVE, and under `None` those without any.
fn by_cve<'a>(subject: &Subject<'a>) -> BTreeMap<Option<&'a str>, Records<'a>> {
    let mut all: BTreeMap<Option<&str>, Records<'a>> = BTreeMap::new();
    for (i, fact) in &subject.records {
        let cves: BTreeSet<&str> =
            fact.record.cves.iter().map(String::as_str).filter(|cve| names::is_cve(cve)).collect();
        for cve in &cves {
            all.entry(Some(cve)).or_default().push((*i, fact));
        }
        if cves.is_empty() {
            all.entry(None).or_default().push((*i, fact));
        }
    }
    all
}

/// Products by distribution and range, with the ids that they got.
#[derive(Default)]
struct Tree {
    ids: BTreeMap<(String, String), String>,
}

impl Tree {
    fn product(&mut self, dist: &str, range: &str) -> String {
        let next = format!("P{}", self.ids.len() + 1);
        self.ids.entry((dist.to_owned(), range.to_owned())).or_insert(next).clone()
    }

    fn into_value(self) -> Value {
        let mut dists: Map<String, Value> = Map::new();
        for ((dist, range), id) in self.ids {
            let shown = shown(&dist);
            let mut product = json!({ "name": format!("{shown} {range}"), "product_id": id });
            if let Ok(name) = DistName::parse(&dist) {
                let purl = PackageUrl::for_release(&name, None, None).to_string();
                product["product_identification_helper"] = json!({ "purl": purl });
            }
            let branch =
                json!({ "category": "product_version_range", "name": range, "product": product });
            if let Value::Array(list) = dists.entry(dist).or_insert_with(|| json!([])) {
                list.push(branch);
            }
        }
        let branches: Vec<Value> = dists
            .into_iter()
            .map(|(dist, list)| {
                json!({ "category": "product_name", "name": shown(&dist), "branches": list })
            })
            .collect();
        json!({ "branches": [{ "category": "vendor", "name": "CPAN", "branches": branches }] })
    }
}

/// A name that is never empty.
fn shown(dist: &str) -> String {
    let name = names::plain(dist, 200);
    if name.is_empty() { "(no name)".to_owned() } else { name }
}

fn vulnerability(
    subject: &Subject<'_>,
    cve: Option<&str>,
    records: &Records<'_>,
    tree: &mut Tree,
    description: &str,
) -> Result<Value, ExportError> {
    let (mut affected, mut fixed, mut open) = (Vec::new(), Vec::new(), Vec::new());
    let mut remedies = Vec::new();
    let dists: BTreeSet<&str> = records.iter().map(|(_, fact)| fact.dist.as_str()).collect();
    for dist in dists {
        let own: Records<'_> =
            records.iter().filter(|(_, fact)| fact.dist == dist).copied().collect();
        let (bad, good) = material::sets(&own)?;
        if bad.is_empty() {
            // Nobody has said which releases.
            open.push(tree.product(dist, "vers:cpan/*"));
            continue;
        }
        let product = tree.product(dist, &bad.to_vers());
        affected.push(product.clone());
        if good.is_empty() {
            let details = "No release is known to have mended it.";
            remedies.push(json!({
                "category": "none_available", "details": details, "product_ids": [product],
            }));
        } else {
            let range = good.to_vers();
            fixed.push(tree.product(dist, &range));
            let details = format!("Take a release of {} in {range}.", shown(dist));
            remedies.push(json!({
                "category": "vendor_fix", "details": details, "product_ids": [product],
            }));
        }
    }
    let mut status = Map::new();
    for (key, ids) in
        [("known_affected", &affected), ("fixed", &fixed), ("under_investigation", &open)]
    {
        if !ids.is_empty() {
            status.insert(key.to_owned(), json!(ids));
        }
    }
    let ghsas: BTreeSet<&String> = records
        .iter()
        .flat_map(|(_, fact)| &fact.record.ghsas)
        .filter(|id| names::is_ghsa(id))
        .collect();
    let own = names::plain(subject.id, 200);
    let own = if own.is_empty() { "(no id)".to_owned() } else { own };
    let mut ids = vec![json!({ "system_name": "CPANSA", "text": own })];
    ids.extend(ghsas.iter().map(|id| json!({ "system_name": "GHSA", "text": id })));
    let mut value = json!({
        "ids": ids,
        "notes": [{ "category": "description", "text": description }],
        "product_status": status,
    });
    if let Some(cve) = cve {
        value["cve"] = json!(cve);
    }
    if !remedies.is_empty() {
        value["remediations"] = json!(remedies);
    }
    let score = records
        .iter()
        .flat_map(|(_, fact)| &fact.detail.scores)
        .find_map(|score| Some((cvss::base_v3(&score.vector)?, &score.vector)));
    if let (Some(((version, tenths), vector)), false) = (score, affected.is_empty()) {
        let severity = match tenths {
            0 => "NONE",
            1..=39 => "LOW",
            40..=69 => "MEDIUM",
            70..=89 => "HIGH",
            _ => "CRITICAL",
        };
        value["scores"] = json!([{
            "cvss_v3": {
                "version": version, "vectorString": vector,
                "baseScore": f64::from(tenths) / 10.0, "baseSeverity": severity,
            },
            "products": affected,
        }]);
    }
    Ok(value)
}
