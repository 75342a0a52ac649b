//! A text and changes of it through the editor: no panic, and what is not refused is the old tree with the
//! changes made, also when it is done in groups.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_manifest::edit::{Change, Operation, diff, edit, edit_groups};
use sekisho_manifest::{Budget, FieldPath, Format, Loaded, Node, SourceId, Value, load};
use serde_json::json;

fuzz_target!(|bytes: &[u8]| {
    let (choices, bytes) = bytes.split_at(bytes.len().min(24));
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let loaded = read(text);
    let changes: Vec<Change> = choices.chunks_exact(6).filter_map(|dice| change(&loaded, dice)).collect();
    if let Some(change) = changes.first() {
        if let Ok(new) = edit(text, std::slice::from_ref(change)) {
            check(&loaded, change, &new);
        }
    }
    let groups: Vec<Vec<Change>> = changes.iter().map(|change| vec![change.clone()]).collect();
    let edited = edit_groups(text, &groups);
    if let Ok(new) = edit(text, &changes) {
        assert_eq!(edited.refused, []);
        assert_eq!(edited.text, new);
    }
    assert_eq!(diff(text, &edited.text, "x").is_empty(), text == edited.text);
    assert_eq!(read(&edited.text).documents.len(), loaded.documents.len());
});

fn read(text: &str) -> Loaded {
    load(SourceId(0), text, Format::Detect, &Budget::default())
}

/// A change of a field that six bytes lead to.
fn change(loaded: &Loaded, dice: &[u8]) -> Option<Change> {
    let [document, operation, value, way @ ..] = dice else { return None };
    let document = loaded.documents.get(usize::from(*document) % loaded.documents.len().max(1))?;
    let mut path = FieldPath::root();
    let mut node = &document.root;
    for step in way {
        let step = usize::from(*step);
        match &node.value {
            Value::Mapping(mapping) if !mapping.entries().is_empty() && step < 200 => {
                let entry = &mapping.entries()[step % mapping.entries().len()];
                path.push(&entry.key);
                node = &entry.node;
            }
            Value::Sequence(items) if !items.is_empty() && step < 200 => {
                path.push(step % items.len());
                node = &items[step % items.len()];
            }
            _ => {
                path.push(["a", "yes", "", "a b", "<<"][step % 5]);
                break;
            }
        }
    }
    let value = match value % 6 {
        0 => json!(null),
        1 => json!(true),
        2 => json!("no"),
        3 => json!({"a": ["b", {"c": {}}]}),
        4 => json!([[1], "two\nlines"]),
        _ => json!(1.5),
    };
    let operation = match operation % 3 {
        0 => Operation::Set(value),
        1 => Operation::Append(value),
        _ => Operation::Remove,
    };
    Some(Change { document: document.index, path, operation })
}

/// What a single change set is there, what it took away is not, and the other documents are as they were.
fn check(loaded: &Loaded, change: &Change, new: &str) {
    let again = read(new);
    for (old, new) in loaded.documents.iter().zip(&again.documents) {
        if old.index != change.document {
            assert_eq!(old.root.to_json(), new.root.to_json());
            continue;
        }
        let found = new.root.resolve(&change.path);
        match &change.operation {
            Operation::Set(value) => assert_eq!(found.map(Node::to_json).as_ref(), Some(value)),
            Operation::Append(value) => {
                let last = found.and_then(|list| list.items().last());
                assert_eq!(last.map(Node::to_json).as_ref(), Some(value));
            }
            Operation::Remove => {
                let parent = change.path.parent();
                let size = |root: &Node| {
                    parent
                        .as_ref()
                        .and_then(|parent| root.resolve(parent))
                        .map(|node| node.items().len() + node.entries().len())
                };
                let was_there = old.root.resolve(&change.path).is_some();
                assert_eq!(size(&new.root), size(&old.root).map(|size| size - usize::from(was_there)));
            }
        }
    }
}
