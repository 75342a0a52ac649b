//! The JSON patch that makes one object of another.

use sekisho_manifest::{Node, Value};
use smol_str::SmolStr;

use super::json::{Operation, Step, equal};

/// The operations that make the second tree of the first, none more than it takes: fields that are the same in
/// both are left alone, and so are the items at the start and the end of a list.
pub fn diff(before: &Node, after: &Node) -> Vec<Operation> {
    let mut operations = Vec::new();
    compare(before, after, &mut String::new(), &mut operations);
    operations
}

fn push(operations: &mut Vec<Operation>, path: &str, step: Step) {
    operations.push(Operation { step, path: SmolStr::new(path) });
}

fn compare(before: &Node, after: &Node, path: &mut String, operations: &mut Vec<Operation>) {
    match (&before.value, &after.value) {
        (Value::Mapping(old), Value::Mapping(new)) => {
            for entry in old.entries() {
                within(path, &escaped(&entry.key), |path| match new.entry(&entry.key) {
                    Some(other) => compare(&entry.node, &other.node, path, operations),
                    None => push(operations, path, Step::Remove),
                });
            }
            for entry in new.entries().iter().filter(|entry| old.entry(&entry.key).is_none()) {
                within(path, &escaped(&entry.key), |path| {
                    push(operations, path, Step::Add(Some(entry.node.clone())));
                });
            }
        }
        (Value::Sequence(old), Value::Sequence(new)) => lists(old, new, path, operations),
        _ if equal(before, after) => {}
        _ => push(operations, path, Step::Replace(Some(after.clone()))),
    }
}

fn lists(old: &[Node], new: &[Node], path: &mut String, operations: &mut Vec<Operation>) {
    let same = |(a, b): &(&Node, &Node)| equal(a, b);
    let head = old.iter().zip(new).take_while(same).count();
    let (old_rest, new_rest) = (old.get(head..).unwrap_or_default(), new.get(head..).unwrap_or_default());
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(same).count();
    let (old_middle, new_middle) = (old_rest.len() - tail, new_rest.len() - tail);
    let shared = old_middle.min(new_middle);
    for (place, (a, b)) in old_rest.iter().zip(new_rest).take(shared).enumerate() {
        within(path, &(head + place).to_string(), |path| compare(a, b, path, operations));
    }
    for place in (shared..old_middle).rev() {
        within(path, &(head + place).to_string(), |path| push(operations, path, Step::Remove));
    }
    for (place, node) in new_rest.iter().enumerate().take(new_middle).skip(shared) {
        within(path, &(head + place).to_string(), |path| {
            push(operations, path, Step::Add(Some(node.clone())));
        });
    }
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn within(path: &mut String, step: &str, run: impl FnOnce(&mut String)) {
    let length = path.len();
    path.push('/');
    path.push_str(step);
    run(path);
    path.truncate(length);
}
