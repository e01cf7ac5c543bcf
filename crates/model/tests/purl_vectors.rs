//! All vectors of purl-spec for the type `cpan`.
#![allow(clippy::disallowed_methods, clippy::expect_used, reason = "a test reads its corpus")]

use perlscan_model::purl::{PackageUrl, PackageUrlParts};
use serde_json::{Map, Value};

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn parts(value: &Value) -> PackageUrlParts<'_> {
    let get = |key: &str| value.get(key).map(text);
    let qualifiers = value.get("qualifiers").and_then(Value::as_object);
    PackageUrlParts {
        namespace: get("namespace"),
        name: get("name").unwrap_or_default(),
        version: get("version"),
        qualifiers: qualifiers
            .map(|map| map.iter().map(|(key, value)| (key.as_str(), text(value))).collect())
            .unwrap_or_default(),
        subpath: get("subpath"),
    }
}

/// A package URL in the form of the vectors.
fn shape(url: &PackageUrl) -> Value {
    let mut map = Map::new();
    let mut put = |key: &str, value: Option<&str>| {
        value.map(|value| map.insert(key.to_owned(), value.into()));
    };
    put("namespace", url.namespace());
    put("name", Some(url.dist().as_str()));
    put("version", url.version());
    put("subpath", url.subpath());
    let qualifiers: Map<String, Value> =
        url.qualifiers().map(|(key, value)| (key.to_owned(), value.into())).collect();
    if !qualifiers.is_empty() {
        map.insert("qualifiers".to_owned(), qualifiers.into());
    }
    map.into()
}

#[test]
fn every_vector_of_the_specification() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-corpus/purl/cpan.json");
    let corpus: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the vectors")).expect("JSON");
    let vectors = corpus["vectors"].as_array().expect("a list");
    assert_eq!(vectors.len(), 35);
    for vector in vectors {
        let input = &vector["in"];
        let got = match text(&vector["kind"]) {
            "parse" => PackageUrl::parse(text(input)).map(|url| shape(&url)),
            "build" => PackageUrl::build(&parts(input)).map(|url| url.to_string().into()),
            "validate" => PackageUrl::parse(text(input)).map(|url| url.to_string().into()),
            other => panic!("unknown kind of vector: {other}"),
        };
        if vector["fails"] == true {
            assert!(got.is_err(), "{vector}: {got:?}");
        } else {
            assert_eq!(got.as_ref(), Ok(&vector["out"]), "{vector}");
        }
    }
}
