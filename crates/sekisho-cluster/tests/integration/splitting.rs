//! Lists → items: cut anywhere, thinned, and refused where they are no lists.

use std::io::Read;

use proptest::prelude::*;
use sekisho_cluster::{Left, SplitError, Splitter};
use serde_json::Value;

/// Gives a text a few bytes at a time.
struct Slowly<'t>(&'t [u8], usize);

impl Read for Slowly<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(out.len());
        let (now, later) = self.0.split_at(count);
        out[..count].copy_from_slice(now);
        self.0 = later;
        Ok(count)
    }
}

fn split(text: &str, step: usize, leave: &[Left]) -> Result<Vec<String>, SplitError> {
    let mut splitter = Splitter::new(Slowly(text.as_bytes(), step), leave, 1 << 20);
    let (mut items, mut item) = (Vec::new(), Vec::new());
    while splitter.next_item(&mut item)? {
        items.push(String::from_utf8(item.clone()).expect("UTF-8"));
    }
    Ok(items)
}

const LIST: &str = r#"{ "kind": "PodList", "metadata": {"resourceVersion": "7", "continue": "next"},
  "items": [
    {"metadata": {"name": "a", "managedFields": [{"manager": "kubectl", "fieldsV1": {"f:spec": {"f:x\"}": {}}}}],
      "labels": {"x": "\\\"}]"}}, "spec": {"n": -1.5e3, "list": [1, {"managedFields": 2}, []]}},
    {"metadata": {"managedFields": [], "name": "b"}, "spec": null}, {} ], "extra": [[{"a": "]"}]] }"#;

#[test]
fn a_list_is_cut_wherever_the_bytes_part() {
    for step in [1, 2, 3, 7, 64, 10_000] {
        let items = split(LIST, step, &[&["metadata", "managedFields"]]).expect("a list");
        assert_eq!(
            items,
            [
                r#"{"metadata":{"name":"a","labels":{"x":"\\\"}]"}},"spec":{"n":-1.5e3,"list":[1,{"managedFields":2},[]]}}"#,
                r#"{"metadata":{"name":"b"},"spec":null}"#,
                "{}"
            ]
        );
    }
}

#[test]
fn parts_of_every_item_of_a_list_are_left_out() {
    let items = split(LIST, 5, &[&["metadata", "managedFields", "*", "fieldsV1"]]).expect("a list");
    assert!(
        items[0].starts_with(r#"{"metadata":{"name":"a","managedFields":[{"manager":"kubectl"}],"#),
        "{items:?}"
    );
    assert_eq!(items[1], r#"{"metadata":{"managedFields":[],"name":"b"},"spec":null}"#);
}

#[test]
fn the_metadata_of_the_list_stands_before_or_behind_the_items() {
    for text in
        [r#"{"metadata":{"continue":"x"},"items":[1]}"#, r#"{"items":[1],"metadata":{"continue":"x"}}"#]
    {
        let mut splitter = Splitter::new(text.as_bytes(), &[], 100);
        let mut item = Vec::new();
        while splitter.next_item(&mut item).expect("a list") {}
        assert_eq!(splitter.metadata(), br#"{"continue":"x"}"#);
    }
}

#[test]
fn what_ends_early_is_told_from_what_is_no_json() {
    for end in 1..LIST.len() {
        let outcome = split(&LIST[..end], 16, &[]);
        assert!(matches!(outcome, Err(SplitError::Truncated)), "{end}: {outcome:?}");
    }
    for text in ["[]", "x", "{items}", r#"{"items":[}"#, r#"{"items":[{"a" 1}]}"#, r#"{"items":[{"a":}]}"#] {
        let outcome = split(text, 16, &[]);
        assert!(
            matches!(outcome, Err(SplitError::Syntax { .. } | SplitError::Truncated)),
            "{text}: {outcome:?}"
        );
    }
}

#[test]
fn items_have_limits() {
    let deep = format!(r#"{{"items":[{}"#, "[".repeat(100_000));
    assert!(matches!(split(&deep, 4096, &[]), Err(SplitError::TooDeep { .. })));
    let large = format!(r#"{{"items":[{{"a":"{}"}}]}}"#, "x".repeat(2 << 20));
    assert!(matches!(split(&large, 4096, &[]), Err(SplitError::TooLarge { .. })));
    // What is left out counts for nothing, however deep and large it is.
    let unread = format!(
        r#"{{"items":[{{"a":{}{},"b":"{}"}}]}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000),
        "x".repeat(2 << 20)
    );
    assert_eq!(split(&unread, 4096, &[&["a"], &["b"]]).expect("a list"), ["{}"]);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[ab\"\\\\{}\\[\\]é]{1,2}", inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// The value without the fields `a` of its own, and `b` of the items of its lists `b`.
fn thinned(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        fields.remove("a");
        for item in fields.get_mut("b").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(fields) = item.as_object_mut() {
                fields.remove("b");
            }
        }
    }
    value
}

proptest! {
    #[test]
    fn items_are_what_the_list_holds_less_what_is_left_out(
        items in prop::collection::vec(value(), 0..6),
        pretty: bool,
        step in 1_usize..40,
    ) {
        let list = serde_json::json!({"apiVersion": "v1", "items": items, "zone": {"items": [1]}});
        let text = if pretty { serde_json::to_string_pretty(&list) } else { serde_json::to_string(&list) };
        let found = split(&text.expect("JSON"), step, &[&["a"], &["b", "*", "b"]]).expect("a list");
        let found: Vec<Value> = found.iter().map(|item| serde_json::from_str(item).expect("JSON")).collect();
        prop_assert_eq!(found, items.into_iter().map(thinned).collect::<Vec<_>>());
    }

    #[test]
    fn any_bytes_are_cut_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), items: bool) {
        let text = [if items { br#"{"items":["#.as_slice() } else { b"" }, &bytes].concat();
        let mut splitter = Splitter::new(text.as_slice(), &[&["a"]], 100);
        let mut item = Vec::new();
        while let Ok(true) = splitter.next_item(&mut item) {
            prop_assert!(item.len() <= 100 + text.len());
        }
    }
}
