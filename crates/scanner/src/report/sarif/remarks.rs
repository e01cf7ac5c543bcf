//! Remarks that fail the run, as results: the rest would be alerts that nobody
//! asked for.

use perlscan_model::remark::{Remark, RemarkKind};

use super::advisory::shortened;
use super::objects::{
    Configuration, Descriptor, DescriptorProperties, Fingerprints, ResultObject, Text,
};
use super::place::place;
use super::{HOME, escaped, sentence_of};
use crate::report::Report;
use crate::report::fingerprint::digest;

/// The level of a result that fails the run.
const LEVEL: &str = "warning";
/// What code scanning takes of a title.
const TITLE_LIMIT: usize = 255;

/// Adds them, as far as there is room below `limit` results, and tells how many
/// had none.
pub(super) fn add(
    report: &Report,
    limit: usize,
    rules: &mut Vec<Descriptor>,
    results: &mut Vec<ResultObject>,
) -> usize {
    let mut cut = 0;
    for kind in RemarkKind::ALL {
        let failing = report.remarks.iter().filter(|remark| remark.fails && remark.kind == kind);
        let index = rules.len();
        let mut of_kind: Vec<_> = failing.filter_map(|remark| result(remark, index)).collect();
        let room = limit.saturating_sub(results.len());
        cut += of_kind.len().saturating_sub(room);
        of_kind.truncate(room);
        if of_kind.is_empty() {
            continue;
        }
        let Some(rule) = descriptor(kind) else { continue };
        rules.push(rule);
        let state = report.change.as_ref().map(|_| "new");
        results.extend(
            of_kind.into_iter().map(|of_kind| ResultObject { baseline_state: state, ..of_kind }),
        );
    }
    cut
}

fn descriptor(kind: RemarkKind) -> Option<Descriptor> {
    let rule = perlscan_rules::find(kind.rule())?;
    let help = format!("{}\n\n{}", rule.why.trim(), rule.fix.trim());
    Some(Descriptor {
        id: rule.id.clone(),
        name: rule.identifier(),
        short_description: Text::new(shortened(&rule.title, TITLE_LIMIT)),
        full_description: Text::new(sentence_of(&rule.title)),
        help: Some(Text { text: help.clone(), markdown: Some(help) }),
        help_uri: Some(HOME.to_owned()),
        default_configuration: Some(Configuration { level: LEVEL }),
        properties: Some(DescriptorProperties {
            tags: rule.tags.clone(),
            precision: rule.precision.word(),
            security_severity: None,
        }),
    })
}

fn result(remark: &Remark, rule_index: usize) -> Option<ResultObject> {
    let (first, rest) = remark.locations.split_first()?;
    let mut related: Vec<_> = rest.iter().map(|location| place(location, None)).collect();
    for (id, place) in related.iter_mut().enumerate() {
        place.id = Some(id + 1);
    }
    let key = [remark.kind.rule(), remark.subject.as_str(), &remark.project.to_text()].join("\n");
    Some(ResultObject {
        rule_id: remark.kind.rule().to_owned(),
        rule_index,
        level: LEVEL,
        message: Text::new(escaped(&sentence_of(&remark.message))),
        locations: vec![place(first, None)],
        related_locations: related,
        code_flows: Vec::new(),
        partial_fingerprints: Fingerprints {
            primary_location_line_hash: format!("{}:1", digest(&key)),
        },
        baseline_state: None,
        suppressions: Vec::new(),
        properties: None,
    })
}
