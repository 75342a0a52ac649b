//! Edits of real manifests: random fields are set, taken away and added to, and what is read again is the
//! same change made on plain values; bytes that the change does not concern stay.

use sekisho_manifest::edit::{Change, EditErrorKind, Operation, edit};
use sekisho_manifest::{FieldPath, Segment};
use serde_json::{Value, json};

use crate::corpora;
use crate::edit_support::{Dice, Model, any_change, read, touched_beside, without_repeats};

/// Walks from the root to a random field.
fn wander(root: &Value, dice: &mut Dice) -> FieldPath {
    let mut path = FieldPath::root();
    let mut value = root;
    loop {
        match value {
            Value::Object(entries) if !entries.is_empty() => {
                let (key, next) = entries.iter().nth(dice.below(entries.len())).expect("an entry");
                path.push(key.as_str());
                value = next;
            }
            Value::Array(items) if !items.is_empty() => {
                let index = dice.below(items.len());
                path.push(index);
                value = &items[index];
            }
            _ => return path,
        }
        if dice.below(6) == 0 {
            return path;
        }
    }
}

fn at<'v>(value: &'v mut Value, path: &[Segment]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match step {
        Segment::Key(key) => &mut value[key.as_str()],
        Segment::Index(index) => &mut value[*index],
    })
}

/// A random change of the document, made on plain values too.
fn change(root: &Value, document: u32, dice: &mut Dice) -> (Change, Value) {
    let new = [
        json!(true),
        json!(1000),
        json!("RuntimeDefault"),
        json!("yes"),
        json!(["ALL"]),
        json!({"drop": ["ALL"], "level": null}),
        json!({}),
        json!("two\nlines"),
    ][dice.below(8)]
    .clone();
    let mut after = root.clone();
    let path = wander(root, dice);
    let target = at(&mut after, path.segments()).clone();
    let operation = match (dice.below(4), &target) {
        (0, Value::Array(_)) => {
            at(&mut after, path.segments()).as_array_mut().expect("a list").push(new.clone());
            return (Change { document, path, operation: Operation::Append(new) }, after);
        }
        (0 | 1, Value::Object(_)) => {
            let keys: Vec<&str> = ["zzAdded", "nested", "deep"].into_iter().take(1 + dice.below(3)).collect();
            let place = keys.iter().fold(at(&mut after, path.segments()), |place, key| &mut place[*key]);
            *place = new.clone();
            let path = path.join(&keys.into_iter().collect());
            return (Change { document, path, operation: Operation::Set(new) }, after);
        }
        (1, _) if !path.is_root() => Operation::Remove,
        _ => Operation::Set(new.clone()),
    };
    if operation == Operation::Remove {
        let (last, way) = path.segments().split_last().expect("not the root");
        match (at(&mut after, way), last) {
            (Value::Object(entries), Segment::Key(key)) => drop(entries.remove(key.as_str())),
            (Value::Array(items), Segment::Index(index)) => drop(items.remove(*index)),
            _ => panic!("no such field"),
        }
    } else {
        *at(&mut after, path.segments()) = new;
    }
    (Change { document, path, operation }, after)
}

#[derive(Debug, Default)]
struct Tally {
    made: usize,
    shared: usize,
    refused: Vec<String>,
}

fn run(rounds: usize, seed: u64) -> Option<Tally> {
    let files = corpora::manifests()?;
    assert!(files.len() > 300, "{} files", files.len());
    let mut tally = Tally::default();
    let mut dice = Dice(seed);
    for (path, text) in &files {
        let loaded = read(text);
        if loaded.documents.is_empty() {
            continue;
        }
        for _ in 0..rounds {
            let document = &loaded.documents[dice.below(loaded.documents.len())];
            let (change, meant) = change(&document.root.to_json(), document.index, &mut dice);
            let name = format!("{} {change:?}", path.display());
            let new = match edit(text, std::slice::from_ref(&change)) {
                Ok(new) => new,
                Err(error) => {
                    if matches!(error.kind, EditErrorKind::Shared | EditErrorKind::Alias { .. }) {
                        tally.shared += 1;
                    } else {
                        tally.refused.push(format!("{name}: {error}"));
                    }
                    continue;
                }
            };
            tally.made += 1;
            let again = read(&new);
            assert_eq!(again.documents.len(), loaded.documents.len(), "{name}");
            for (old, new) in loaded.documents.iter().zip(&again.documents) {
                let expected = if old.index == document.index { meant.clone() } else { old.root.to_json() };
                assert_eq!(new.root.to_json(), expected, "{name}");
            }
            assert_eq!(touched_beside(text, &loaded, &change, &new), None, "{name}");
        }
    }
    Some(tally)
}

#[test]
fn random_changes_of_real_manifests_are_exact() {
    if let Some(tally) = run(1, 0x5eed) {
        assert!(tally.refused.is_empty(), "{} of {}: {}", tally.refused.len(), tally.made, tally.refused[0]);
        assert!(tally.made > 300, "{tally:?}");
    }
}

#[test]
fn many_changes_at_once_of_real_manifests_are_exact() {
    let Some(files) = corpora::manifests() else { return };
    let mut dice = Dice(0x0dd5);
    let mut made = 0;
    // Large files have more of the same, and the model is slow on them.
    for (path, text) in files.iter().filter(|(_, text)| text.len() < 40_000) {
        let loaded = read(text);
        let mut changes = Vec::new();
        let mut models: Vec<Model> =
            loaded.documents.iter().map(|document| Model::new(&document.root.to_json())).collect();
        // A field that is neither a list nor missing cannot be added to: such a change is left out.
        for (document, model) in loaded.documents.iter().zip(&mut models).take(12) {
            let root = document.root.to_json();
            for _ in 0..8 {
                let new = [json!(true), json!("x"), json!({"k": ["v"]})][dice.below(3)].clone();
                let change = Change { document: document.index, ..any_change(&root, &mut dice, &new) };
                let mut next = model.clone();
                let known: Vec<Change> = [&changes[..], std::slice::from_ref(&change)].concat();
                let repeated = without_repeats(&known).len() == without_repeats(&changes).len();
                if repeated || next.change(change.path.segments(), &change.operation) {
                    *model = if repeated { model.clone() } else { next };
                    changes.push(change);
                }
            }
        }
        let new =
            edit(text, &changes).unwrap_or_else(|error| panic!("{}: {error} {changes:?}", path.display()));
        let again = read(&new);
        assert_eq!(again.documents.len(), models.len(), "{}", path.display());
        for (document, model) in again.documents.iter().zip(&models) {
            assert_eq!(document.root.to_json(), model.value(), "{}: {changes:?}", path.display());
        }
        made += changes.len();
    }
    assert!(made > 1_000, "{made}");
}
