//! What the tests of edits share: chance that repeats, and which bytes a change may touch.

use std::collections::BTreeMap;

use sekisho_manifest::edit::{Change, Operation};
use sekisho_manifest::{Budget, FieldPath, Format, Loaded, Segment, SourceId, Value as Read, load};
use serde_json::Value;

/// Numbers that look random and are the same on every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).expect("small")
    }
}

/// Reads a text as the editor does.
pub(crate) fn read(text: &str) -> Loaded {
    load(SourceId(0), text, Format::Detect, &Budget::default())
}

/// How many bytes two texts share at their start, and at their end.
fn shared(one: &str, other: &str) -> (usize, usize) {
    let start = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    let end = one.bytes().rev().zip(other.bytes().rev()).take_while(|(one, other)| one == other).count();
    (start, end)
}

/// The bytes of the old text that a change may touch: the lines of what it is about.
fn concerned(old: &str, loaded: &Loaded, change: &Change) -> std::ops::Range<usize> {
    let root =
        &loaded.documents.iter().find(|document| document.index == change.document).expect("a document").root;
    let mut node = root;
    let mut start = root.span.start as usize;
    for step in change.path.segments() {
        let next = match (step, &node.value) {
            (Segment::Key(key), Read::Mapping(mapping)) => {
                mapping.entry(key).map(|entry| (entry.key_span.start, &entry.node))
            }
            (Segment::Index(index), Read::Sequence(items)) => {
                items.get(*index).map(|item| (item.span.start, item))
            }
            _ => None,
        };
        let Some((key, child)) = next else { break };
        start = key as usize;
        node = child;
    }
    let end = node.span.end as usize;
    // The line, what is attached to it above, and what stands behind it below.
    let mut above = old[..start].rfind('\n').map_or(0, |at| at + 1);
    while above > 0 {
        let line = old[..above - 1].rfind('\n').map_or(0, |at| at + 1);
        if !old[line..above].trim_start().starts_with('#') && !old[line..above].trim().is_empty() {
            break;
        }
        above = line;
    }
    // A value may become `{}` behind its key on the line above, and the last line lose its line break.
    let above = old[..above.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
    let below = old[end..].find('\n').map_or(old.len(), |step| end + step + 1);
    let tail: usize = old[below..]
        .split_inclusive('\n')
        .take_while(|line| line.trim_start().starts_with('#') || line.trim().is_empty())
        .map(str::len)
        .sum();
    // What follows a first entry behind `- ` takes its place.
    let indentation = old[below + tail..].bytes().take_while(|byte| *byte == b' ').count();
    above..below + tail + indentation
}

/// The bytes of the old text that a change touched though it had nothing to do with them, if it did.
pub(crate) fn touched_beside(
    old: &str,
    loaded: &Loaded,
    change: &Change,
    new: &str,
) -> Option<std::ops::Range<usize>> {
    let (start, end) = shared(old, new);
    let touched = start..old.len() - end;
    let allowed = concerned(old, loaded, change);
    (touched.start < allowed.start || touched.end > allowed.end).then_some(touched)
}

/// The model: items that are gone keep their place, so that paths of the original text stay true.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Model {
    Scalar(Value),
    List(Vec<Option<Model>>),
    Map(BTreeMap<String, Model>),
}

impl Model {
    pub(crate) fn new(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.iter().map(|item| Some(Self::new(item))).collect()),
            Value::Object(entries) => {
                Self::Map(entries.iter().map(|(key, value)| (key.clone(), Self::new(value))).collect())
            }
            scalar => Self::Scalar(scalar.clone()),
        }
    }

    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Scalar(value) => value.clone(),
            Self::List(items) => items.iter().flatten().map(Self::value).collect(),
            Self::Map(entries) => {
                Value::Object(entries.iter().map(|(key, value)| (key.clone(), value.value())).collect())
            }
        }
    }

    /// Makes a change; false where that is impossible.
    pub(crate) fn change(&mut self, path: &[Segment], operation: &Operation) -> bool {
        let null = || Self::Scalar(Value::Null);
        let removes = *operation == Operation::Remove;
        let Some((step, rest)) = path.split_first() else {
            match (operation, &mut *self) {
                (Operation::Set(value), place) => *place = Self::new(value),
                (Operation::Append(item), Self::List(items)) => items.push(Some(Self::new(item))),
                (Operation::Append(item), place) if *place == null() => {
                    *place = Self::List(vec![Some(Self::new(item))]);
                }
                _ => return false,
            }
            return true;
        };
        if removes && rest.is_empty() {
            match (step, self) {
                (Segment::Key(key), Self::Map(entries)) => drop(entries.remove(key.as_str())),
                (Segment::Index(index), Self::List(items)) => {
                    if let Some(item) = items.get_mut(*index) {
                        *item = None;
                    }
                }
                _ => {}
            }
            return true;
        }
        match (step, &mut *self) {
            (Segment::Key(key), Self::Map(entries)) => match entries.get_mut(key.as_str()) {
                Some(child) => child.change(rest, operation),
                None if removes => true,
                None => {
                    let mut child = null();
                    let done = child.change(rest, operation);
                    entries.insert(key.to_string(), child);
                    done
                }
            },
            (Segment::Index(index), Self::List(items)) => match items.get_mut(*index) {
                Some(Some(child)) => child.change(rest, operation),
                Some(None) => true,
                None => removes,
            },
            _ if removes => true,
            (Segment::Key(key), place) if *place == null() => {
                let mut child = null();
                let done = child.change(rest, operation);
                *place = Self::Map(BTreeMap::from([(key.to_string(), child)]));
                done
            }
            _ => false,
        }
    }
}

/// The changes without items that an earlier one adds to the same list, unless that was replaced since.
pub(crate) fn without_repeats(changes: &[Change]) -> Vec<&Change> {
    let mut appended: Vec<&Change> = Vec::new();
    let mut kept = Vec::new();
    for change in changes {
        if matches!(change.operation, Operation::Append(_)) {
            if appended.contains(&change) {
                continue;
            }
            appended.push(change);
        } else {
            appended.retain(|known| !known.path.segments().starts_with(change.path.segments()));
        }
        kept.push(change);
    }
    kept
}

/// A random change of a document: mostly of what is there, sometimes of what is not.
pub(crate) fn any_change(root: &Value, dice: &mut Dice, new: &Value) -> Change {
    let mut path = FieldPath::root();
    let mut value = root;
    while dice.below(7) > 0 || path.is_root() {
        match value {
            Value::Object(entries) if !entries.is_empty() && dice.below(9) > 0 => {
                let (key, next) = entries.iter().nth(dice.below(entries.len())).expect("an entry");
                path.push(key.as_str());
                value = next;
            }
            Value::Array(items) if !items.is_empty() && dice.below(9) > 0 => {
                let index = dice.below(items.len());
                path.push(index);
                value = &items[index];
            }
            Value::Array(_) if dice.below(9) == 0 => {
                path.push(dice.below(3));
                break;
            }
            _ => {
                path.push(["a", "added", "yes", ""][dice.below(4)]);
                if dice.below(3) > 0 {
                    break;
                }
            }
        }
    }
    let operation = match dice.below(5) {
        0 | 1 => Operation::Set(new.clone()),
        2 => Operation::Append(new.clone()),
        3 if !value.is_array() => Operation::Set(new.clone()),
        _ => Operation::Remove,
    };
    Change { document: 0, path, operation }
}
