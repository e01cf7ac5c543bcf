//! CVE records, made up, in both shapes, and hostile ones beside them.

use std::fs;

use perlscan_model::severity::Severity;
use perlscan_scanner::advisory::sources::{self, SourceKind};

const NEWER: &str = r#"{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2026-90001","state":"PUBLISHED","assignerShortName":"CPANSec","datePublished":"2026-08-01T00:00:00Z"},
"containers":{"cna":{"title":"T","descriptions":[{"lang":"en","value":"D"}],"affected":[
{"packageURL":"pkg:cpan/Made-Up","modules":["Made::Up"],"programFiles":["lib/Made/Up.pm"],"programRoutines":[{"name":"Made::Up::go"}],"versions":[{"version":"0","lessThan":"1.50","status":"affected"}]},
{"packageName":"Other","collectionURL":"https://cpan.org/modules","versions":[{"version":"2","status":"affected"}]}]},
"adp":[{"providerMetadata":{"shortName":"CISA-ADP"},"metrics":[{"cvssV3_1":{"vectorString":"CVSS:3.1/AV:N","baseScore":7.5,"baseSeverity":"HIGH"}}],
"affected":[{"vendor":"Red Hat","product":"RHEL 9","packageName":"perl-Made-Up","defaultStatus":"affected"}]}]}}"#;

#[test]
fn records_are_read_and_others_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("cves/2026/90xxx");
    fs::create_dir_all(&below).unwrap();
    fs::write(below.join("CVE-2026-90001.json"), NEWER).unwrap();
    let rejected = r#"{"cveMetadata":{"cveId":"CVE-2026-90002","state":"REJECTED","assignerShortName":"CPANSec"},"containers":{"cna":{}}}"#;
    fs::write(below.join("CVE-2026-90002.json"), rejected).unwrap();
    fs::write(below.join("CVE-2026-90003.json"), NEWER.replace("CPANSec", "other")).unwrap();
    fs::write(
        below.join("CVE-2026-90004.json"),
        format!("{{\"CPANSec\":{}", "[".repeat(1_000_000)),
    )
    .unwrap();
    fs::write(below.join("CVE-2026-90005.json"), NEWER.replace("Made-Up\"", "..%2f\"")).unwrap();
    let data = sources::read(folder.path()).unwrap();
    assert_eq!(data.source.kind, SourceKind::Cve5.word());
    let records: Vec<(&str, Vec<&str>)> = data
        .advisories
        .iter()
        .map(|one| {
            let fact = &one.fact;
            (fact.dist.as_str(), fact.record.affected.iter().map(String::as_str).collect())
        })
        .collect();
    // The last is of the record whose other distribution is refused.
    assert_eq!(records, [("Made-Up", vec!["<1.50"]), ("Other", vec!["=2"]), ("Other", vec!["=2"])]);
    let first = &data.advisories[0].fact;
    assert_eq!(first.record.fixed, [">=1.50"]);
    assert_eq!(first.record.severity, Severity::High);
    assert_eq!(first.detail.scores[0].tenths, Some(75));
    assert_eq!(first.detail.files, ["lib/Made/Up.pm"]);
    assert_eq!(first.detail.routines, ["Made::Up::go"]);
    assert_eq!(first.detail.backports[0].product, "RHEL 9 perl-Made-Up");
    assert_eq!(data.withdrawn.len(), 1);
    assert_eq!(data.problems.len(), 2, "{:?}", data.problems);
}
