//! Tables of what Kubernetes' own libraries make of texts. `tests/oracle` holds the Go program that wrote
//! them from texts of ours; run it again over the texts of a table to write the table anew.

use std::collections::BTreeSet;

use sekisho_manifest::{
    Budget, Format, LoadErrorKind, Loaded, Node, SourceId, Value, load, load_one, to_yaml,
};

/// Reads a table with our own reader, whose floats are exact.
fn table(text: &str) -> Vec<Node> {
    let loaded = load(SourceId::default(), text, Format::Json, &Budget::default());
    assert_eq!(loaded.errors, []);
    loaded.documents.into_iter().map(|document| document.root).collect()
}

#[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "the same rounding on both sides")]
fn same(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Sequence(a), Value::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b))
        }
        (Value::Mapping(a), Value::Mapping(b)) => {
            a.entries().len() == b.entries().len()
                && a.entries()
                    .iter()
                    .all(|entry| b.entry(&entry.key).is_some_and(|other| same(&entry.node, &other.node)))
        }
        // Kubernetes reads such integers as floats.
        (Value::Float(a), Value::UInt(b)) | (Value::UInt(b), Value::Float(a)) => *a == *b as f64,
        (a, b) => a == b,
    }
}

fn strict(loaded: &Loaded) -> bool {
    let refused = |kind: &LoadErrorKind| {
        matches!(kind, LoadErrorKind::DuplicateKey { .. } | LoadErrorKind::MergedKey { .. })
    };
    !loaded.errors.is_empty() || loaded.warnings.iter().any(|warning| refused(&warning.kind))
}

#[test]
fn single_documents() {
    let mut misses = Vec::new();
    for row in table(include_str!("value.jsonl")) {
        let text = row.str("text");
        let loaded = load_one(SourceId::default(), text, &Budget::default());
        let error = row.str("error");
        if error.is_empty() == loaded.errors.is_empty()
            && row.str("strict_error").is_empty() != strict(&loaded)
        {
            let wanted = row.entry("json").map(|entry| &entry.node);
            match (wanted, loaded.documents.first()) {
                (None, None) => continue,
                (Some(wanted), Some(found)) if same(wanted, &found.root) => continue,
                _ => {}
            }
        }
        misses.push(format!("{text:?}: {error}: {loaded:?}"));
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn streams() {
    let mut misses = Vec::new();
    for row in table(include_str!("stream.jsonl")) {
        let text = row.str("text");
        let loaded = load(SourceId::default(), text, Format::Detect, &Budget::default());
        // Where `kubectl` gives up, we read on.
        let limit = loaded.errors.iter().map(|error| error.document).min().unwrap_or(u32::MAX);
        let found: Vec<_> = loaded.documents.iter().filter(|document| document.index < limit).collect();
        let separator =
            loaded.errors.first().is_some_and(|error| matches!(error.kind, LoadErrorKind::Separator(_)));
        let wanted = row.get("documents").map_or(&[][..], Node::items);
        // A separator that carries text makes `kubectl` lose the document before it too.
        let count = found.len() == wanted.len() || separator && found.len() == wanted.len() + 1;
        if row.str("error").is_empty() == loaded.errors.is_empty()
            && count
            && wanted.iter().zip(&found).all(|(wanted, found)| same(wanted, &found.root))
        {
            continue;
        }
        misses.push(format!("{text:?}: {}: {loaded:?}", row.str("error")));
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn printed_values() {
    for row in table(include_str!("print.jsonl")) {
        let value = row.entry("value").expect("a value").node.to_json();
        assert_eq!(to_yaml(&value), row.str("yaml"), "{value}");
    }
}

#[test]
fn no_text_stands_twice_in_a_table() {
    for text in [include_str!("value.jsonl"), include_str!("stream.jsonl")] {
        let rows = table(text);
        let texts: BTreeSet<_> = rows.iter().map(|row| row.str("text").to_owned()).collect();
        assert_eq!(texts.len(), rows.len());
    }
}
