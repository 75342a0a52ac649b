//! Fields that messages name: `spec.containers[0].image`, `/spec/containers/0/image`, or a list of keys.

use sekisho_manifest::{FieldPath, Node, Segment};
use sekisho_rego::value::{Number, Value};

/// The keys of a message below which fields stand.
const KEYS: [&str; 9] = [
    "path",
    "field",
    "paths",
    "fields",
    "failedPaths",
    "failed_paths",
    "reviewPaths",
    "json_path",
    "jsonPath",
];

/// How many fields of one message are read.
const MOST: usize = 64;

/// The fields of an object that a message names: those that are there, or whose parents are.
pub(super) fn named(message: &Value, object: &Node) -> Vec<FieldPath> {
    let mut found = Vec::new();
    for holder in [Some(message), message.field("details"), message.field("metadata")].into_iter().flatten() {
        for value in KEYS.iter().filter_map(|key| holder.field(key)) {
            collect(value, object, &mut found);
        }
    }
    found
}

/// The path that a text names.
pub(crate) fn read(text: &str) -> FieldPath {
    joined(of_text(text))
}

fn joined(segments: Vec<Segment>) -> FieldPath {
    let mut path = FieldPath::root();
    for segment in segments {
        path.push(segment);
    }
    path
}

fn collect(value: &Value, object: &Node, found: &mut Vec<FieldPath>) {
    let path = match value {
        Value::String(text) => Some(of_text(text)),
        Value::Array(items) if items.iter().all(is_key) && is_one_path(items, object) => {
            Some(items.iter().filter_map(segment).collect())
        }
        _ => None,
    };
    if let Some(segments) = path {
        let path = joined(segments);
        let begins = path.segments().first().is_some_and(|first| match first {
            Segment::Key(key) => object.entry(key).is_some(),
            Segment::Index(_) => false,
        });
        if begins && found.len() < MOST {
            found.push(path);
        }
        return;
    }
    let items = match value {
        Value::Array(items) => items.as_slice(),
        Value::Set(set) => set.elements(),
        _ => &[],
    };
    for item in items.iter().filter(|item| matches!(item, Value::String(_) | Value::Array(_))) {
        collect(item, object, found);
    }
}

fn is_key(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_))
}

/// Whether a list is the keys of one path and not a list of paths: its first text is a key of the object, and
/// there is more than one or the text is no path of its own.
fn is_one_path(items: &[Value], object: &Node) -> bool {
    let first = items.first().and_then(Value::as_str);
    let is_path = |item: &Value| item.as_str().is_some_and(|text| text.contains(['.', '/', '[']));
    first.is_some_and(|first| object.entry(first).is_some()) && !items.iter().all(is_path)
}

fn segment(value: &Value) -> Option<Segment> {
    match value {
        Value::String(text) => Some(Segment::Key(text.clone())),
        Value::Number(number) => index(number).map(Segment::Index),
        _ => None,
    }
}

fn index(number: &Number) -> Option<usize> {
    number.to_string().parse().ok()
}

/// The steps of a path in text.
fn of_text(text: &str) -> Vec<Segment> {
    if let Some(pointer) = text.strip_prefix('/') {
        let step = |step: &str| key_or_index(&step.replace("~1", "/").replace("~0", "~"));
        return pointer.split('/').map(step).collect();
    }
    let text = text.strip_prefix('$').unwrap_or(text);
    let mut found = Vec::new();
    let mut word = String::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '.' => finish(&mut word, &mut found),
            '[' => {
                finish(&mut word, &mut found);
                let quote = characters.peek().copied().filter(|quote| matches!(quote, '\'' | '"'));
                if let Some(quote) = quote {
                    characters.next();
                    let key: String = characters.by_ref().take_while(|one| *one != quote).collect();
                    found.push(Segment::Key(key.into()));
                    characters.by_ref().take_while(|one| *one != ']').for_each(drop);
                } else {
                    let inside: String = characters.by_ref().take_while(|one| *one != ']').collect();
                    found.push(key_or_index(inside.trim()));
                }
            }
            other => word.push(other),
        }
    }
    finish(&mut word, &mut found);
    found
}

fn finish(word: &mut String, found: &mut Vec<Segment>) {
    if !word.is_empty() {
        found.push(Segment::Key(std::mem::take(word).into()));
    }
}

fn key_or_index(text: &str) -> Segment {
    match text.parse::<usize>() {
        Ok(index) => Segment::Index(index),
        Err(_) => Segment::Key(text.into()),
    }
}
