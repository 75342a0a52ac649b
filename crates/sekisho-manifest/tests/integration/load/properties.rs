//! Laws: what is printed reads as what it was, and nothing that is read makes the loader panic.

use proptest::prelude::*;
use serde_json::{Map, Value};

use sekisho_manifest::{Budget, Format, SourceId, load, load_one, to_yaml};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{0,8}",
        1 => "[ -~]{0,20}",
        1 => "[ \\n\\t:#'\"\\\\-]{0,8}",
        1 => "\\PC{0,12}",
        1 => prop::sample::select(vec![
            "yes", "no", "~", "null", "0777", "1e3", "1.50", ".inf", "<", "=", "- a", "a: b", "2001-01-01", "1:30",
        ])
        .prop_map(str::to_owned),
        1 => "([a-z]{1,9} ){10,20}[a-z]",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        prop::num::f64::NORMAL.prop_map(Value::from),
        text().prop_map(Value::String),
    ];
    scalar.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map(text(), inner, 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A value as it is after its way through YAML: floats without fraction become integers.
fn settled(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let text = to_yaml(value);
            let float: f64 = text.trim().parse().expect("a float");
            assert_eq!(Some(float), number.as_f64());
            #[expect(clippy::cast_possible_truncation, reason = "the bounds are those of the integers")]
            if float.fract() == 0.0 && float.abs() < 9e15 { Value::from(float as i64) } else { value.clone() }
        }
        Value::Array(items) => items.iter().map(settled).collect(),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), settled(value))).collect())
        }
        _ => value.clone(),
    }
}

/// Whether go-yaml itself prints what it does not read: `<<` without quotes.
fn has_merge_key(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_merge_key),
        Value::Object(entries) => entries.iter().any(|(key, value)| key == "<<" || has_merge_key(value)),
        _ => false,
    }
}

/// Integers that floats of the same digits became.
fn close(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| close(a, b)))
        }
        _ => a == b,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn printed_yaml_reads_as_what_it_was(value in value()) {
        prop_assume!(!has_merge_key(&value));
        let printed = to_yaml(&value);
        let loaded = load_one(SourceId::default(), &printed, &Budget::default());
        prop_assert_eq!(&loaded.errors, &[], "{}", printed);
        prop_assert!(loaded.warnings.is_empty());
        let found = loaded.documents[0].root.to_json();
        prop_assert!(close(&found, &settled(&value)), "{printed}\n{found}\n{value}");
    }

    #[test]
    fn printed_json_reads_as_what_it_was(value in value()) {
        for printed in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let loaded = load(SourceId::default(), &printed, Format::Json, &Budget::default());
            prop_assert_eq!(&loaded.errors, &[], "{}", printed);
            let found = loaded.documents.first().map_or(Value::Null, |document| document.root.to_json());
            prop_assert!(close(&found, &value), "{}", printed);
        }
    }

    #[test]
    fn spans_lie_within_the_text_and_in_each_other(text in "[ab:\\-\\[\\]{},'\"|>&*!#?%~0-9é\\n\\t ]{0,60}") {
        for format in [Format::Detect, Format::Yaml, Format::Json] {
            let loaded = load(SourceId::default(), &text, format, &Budget::default());
            for error in loaded.errors.iter().chain(&loaded.warnings) {
                prop_assert!(text.get(error.span.start as usize..error.span.end as usize).is_some(), "{:?}", error);
            }
            for document in &loaded.documents {
                let mut rest = vec![&document.root];
                while let Some(node) = rest.pop() {
                    prop_assert!(text.get(node.span.start as usize..node.span.end as usize).is_some());
                    rest.extend(node.items());
                    rest.extend(node.entries().iter().map(|entry| &entry.node));
                }
            }
        }
    }
}
