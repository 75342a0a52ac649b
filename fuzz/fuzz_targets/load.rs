//! Bytes through the loader in every format: no panic, spans within the text, and what is printed again
//! reads as what it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_manifest::{Budget, Format, Loaded, Node, SourceId, decode, load, load_one, to_yaml};
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(SourceId(0), bytes) else { return };
    let budget = Budget { depth: 100, nodes: 100_000, documents: 100, ..Budget::default() };
    for format in [Format::Detect, Format::Yaml, Format::Json] {
        let loaded = load(SourceId(0), &text, format, &budget);
        check(&text, &loaded);
        for document in &loaded.documents {
            document.objects();
        }
    }
    let loaded = load_one(SourceId(0), &text, &budget);
    check(&text, &loaded);
    if let Some(document) = loaded.documents.first() {
        print_again(&document.root);
    }
});

fn check(text: &str, loaded: &Loaded) {
    for error in loaded.errors.iter().chain(&loaded.warnings) {
        assert!(text.get(error.span.start as usize..error.span.end as usize).is_some(), "{error:?}");
        assert!(!error.to_string().contains('\n'));
    }
    let mut rest: Vec<&Node> = loaded.documents.iter().map(|document| &document.root).collect();
    let mut budget = 100_000;
    while let Some(node) = rest.pop() {
        assert!(text.get(node.span.start as usize..node.span.end as usize).is_some(), "{:?}", node.span);
        rest.extend(node.items());
        for entry in node.entries() {
            let key = entry.key_span;
            assert!(text.get(key.start as usize..key.end as usize).is_some(), "{key:?}");
            rest.push(&entry.node);
        }
        budget -= 1;
        if budget == 0 {
            return;
        }
    }
}

fn print_again(root: &Node) {
    let value = root.to_json();
    let printed = to_yaml(&value);
    if printed.contains("<<") {
        return;
    }
    let again = load_one(SourceId(0), &printed, &Budget::default());
    assert!(again.errors.is_empty(), "{:?}: {printed}", again.errors);
    let found = again.documents[0].root.to_json();
    assert!(same(&found, &value), "{printed}\n{found}\n{value}");
}

/// Integers above 64 bits with sign are floats after a way through JSON.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
