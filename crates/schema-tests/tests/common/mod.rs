//! What the tests of SARIF share.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail by them")]
#![allow(clippy::disallowed_methods, reason = "schemas are files")]

use serde_json::Value;

fn read_json(path: &str) -> Value {
    let path = format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// SARIF's schema with Errata 01; test-corpus/schemas/README.md says why so.
pub(crate) fn sarif_schema() -> Value {
    let mut schema = read_json("test-corpus/schemas/sarif-2.1.0.json");
    for change in
        read_json("test-corpus/schemas/sarif-2.1.0-errata01.patch.json").as_array().unwrap()
    {
        let path = change["path"].as_str().unwrap();
        let (parent, key) = path.rsplit_once('/').unwrap();
        let parent = schema.pointer_mut(parent).expect(path).as_object_mut().expect(path);
        let there = match change["op"].as_str().unwrap() {
            "remove" => parent.remove(key).is_some(),
            "replace" => parent.insert(key.to_owned(), change["value"].clone()).is_some(),
            _ => parent.insert(key.to_owned(), change["value"].clone()).is_none(),
        };
        assert!(there, "the patch does not fit: {change}");
    }
    schema
}
