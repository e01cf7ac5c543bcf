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

/// What stands beside the facts in every record of the older shape.
fn older(id: &str, affected: &str) -> String {
    format!(
        r#"{{"containers":{{"cna":{{"affected":[{affected}],
"descriptions":[{{"lang":"en","value":"D"}}],
"providerMetadata":{{"orgId":"00000000-0000-4000-9000-000000000000"}},
"references":[{{"url":"https://example.org/{id}"}}],"title":"T"}}}},
"cveMetadata":{{"assignerOrgId":"00000000-0000-4000-9000-000000000000","cveId":"{id}","state":"PUBLISHED"}},
"dataType":"CVE_RECORD","dataVersion":"5.1"}}"#
    )
}

/// Three shapes of facts that CPANSec has published, with other names, once as
/// it wrote them before August 2026 and once as since; what is expected is
/// written by hand.
#[test]
fn both_shapes_say_the_same_of_the_published_forms() {
    for newer in [false, true] {
        let name = |dist: &str| {
            if newer {
                format!(r#""packageURL":"pkg:cpan/{dist}","modules":["A"]"#)
            } else {
                format!(r#""collectionURL":"https://cpan.org/modules","packageName":"{dist}""#)
            }
        };
        let mut data = sources::SourceData::default();
        for (number, dist, versions) in [
            (1, "Some-XS", r#"{"lessThanOrEqual":"0.8.4","status":"affected","version":"0"}"#),
            (2, "Some-Plugin", r#"{"status":"affected","version":"1.05","versionType":"custom"}"#),
            (3, "Some-Any", r#"{"lessThanOrEqual":"0.201","status":"affected","version":"0.19"}"#),
        ] {
            let affected = format!(
                r#"{{{},"defaultStatus":"unaffected","programFiles":["lib/Some.pm"],"vendor":"SOME","versions":[{versions}]}}"#,
                name(dist)
            );
            let record = older(&format!("CVE-2026-9100{number}"), &affected);
            sources::cve5::read_record(record.as_bytes(), "cve.json".as_ref(), &mut data);
        }
        assert!(data.problems.is_empty(), "{:?}", data.problems);
        let said: Vec<(&str, &str, &[String])> = data
            .advisories
            .iter()
            .map(|one| {
                let record = &one.fact.record;
                (one.fact.dist.as_str(), record.affected[0].as_str(), record.fixed.as_slice())
            })
            .collect();
        assert_eq!(
            said,
            [
                ("Some-XS", "<=0.8.4", &[][..]),
                ("Some-Plugin", "=1.05", &[]),
                ("Some-Any", ">=0.19,<=0.201", &[]),
            ]
        );
        let first = &data.advisories[0];
        assert_eq!(first.fact.record.id, "CVE-2026-91001");
        assert_eq!(first.fact.record.cves, ["CVE-2026-91001"]);
        assert_eq!(first.fact.record.references, ["https://example.org/CVE-2026-91001"]);
        assert_eq!(first.fact.detail.files, ["lib/Some.pm"]);
        assert_eq!(first.place.line, Some(1));
    }
}

#[test]
fn what_was_lost_before_is_told_or_kept() {
    let read = |record: &str| {
        let mut data = sources::SourceData::default();
        sources::cve5::read_record(record.as_bytes(), "cve.json".as_ref(), &mut data);
        data
    };
    let rejected = r#"{"cveMetadata":{"cveId":"CVE-2026-91010","state":"REJECTED","assignerShortName":"CPANSec","dateUpdated":"2026-02-03T00:00:00Z","datePublished":"2026-01-02T00:00:00.000"}}"#;
    let data = read(rejected);
    assert_eq!((data.withdrawn[0].id.as_str(), data.problems.len()), ("CVE-2026-91010", 0));
    // 2026-02-03T00:00:00Z.
    assert_eq!(data.source.epoch, 1_770_076_800);
    let data = read(&rejected.replace("REJECTED", "PUBLISHED"));
    assert_eq!((data.withdrawn.len(), data.problems.len()), (0, 1));
    // An entry that can't be read takes no other with it.
    let two = r#"{"packageURL":"pkg:cpan/Odd","versions":[{"version":7,"status":"affected"}]},
{"packageURL":"pkg:cpan/Even","versions":[{"version":"0","lessThan":"2","status":"affected"},{"version":"1","status":"unaffected"}]},
{"packageURL":"pkg:cpan/Good","versions":[{"version":"1","status":"unaffected"},{"version":"0","lessThan":"2","status":"affected"}]}"#;
    let data = read(&older("CVE-2026-91011", two));
    let lines: Vec<_> = data.problems.iter().map(|problem| problem.place.line).collect();
    assert_eq!(lines, [Some(1), Some(2)], "{:?}", data.problems);
    let [good] = data.advisories.as_slice() else { panic!("{:?}", data.advisories) };
    assert_eq!(good.fact.record.affected, ["<1", ">1,<2"]);
    assert_eq!(good.place.line, Some(3));
    // Limits of backports stay.
    let limited = NEWER.replace(
        r#""defaultStatus":"affected"}]}]"#,
        r#""defaultStatus":"affected","versions":[{"version":"0:1.2-3.el9","lessThan":"*","status":"unaffected"}]}]}]"#,
    );
    assert_eq!(
        read(&limited).advisories[0].fact.detail.backports[0].versions,
        ["unaffected 0:1.2-3.el9 <*"]
    );
}
