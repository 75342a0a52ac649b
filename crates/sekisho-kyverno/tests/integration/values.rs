//! Values: from manifests and back, and as text.

use sekisho_kyverno::{Map, Value};
use sekisho_manifest::{Budget, SourceId, load_one};

fn read(text: &str) -> Value {
    let loaded = load_one(SourceId(0), text, &Budget::default());
    Value::from_node(&loaded.documents[0].root)
}

#[test]
fn json_is_as_go_writes_it() {
    let value =
        read(r#"{"b": [1, 1.5, null, true], "a": "<&>\u2028\"\n", "c": 1e21, "d": 18446744073709551615}"#);
    assert_eq!(
        value.to_json(),
        r#"{"a":"\u003c\u0026\u003e\u2028\"\n","b":[1,1.5,null,true],"c":1e+21,"d":18446744073709552000}"#
    );
}

#[test]
fn plain_text_is_as_go_prints_it() {
    let value = read(r#"{"b": [1, 0.00001, null, true], "a": "x", "c": 1e21}"#);
    assert_eq!(value.to_plain(), "map[a:x b:[1 1e-05 <nil> true] c:1e+21]");
    assert_eq!(Value::Float(1_000_000.0).to_plain(), "1e+06");
}

#[test]
fn values_become_manifests_again() {
    let text = r#"{"a":[1,2.5,"x"],"b":{"c":null}}"#;
    assert_eq!(Value::from_node(&read(text).to_node()), read(text));
    assert_eq!(read(text).with_floats().to_json(), text);
    assert_ne!(read(text).with_floats(), read(text));
}

#[test]
fn of_two_entries_with_one_key_the_last_counts() {
    let map: Map = [("b", 1), ("a", 2), ("b", 3)]
        .map(|(key, value)| (key.into(), Value::Int(value)))
        .into_iter()
        .collect();
    assert_eq!(Value::from(map).to_json(), r#"{"a":2,"b":3}"#);
}
