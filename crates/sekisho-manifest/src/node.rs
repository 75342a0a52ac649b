//! The tree that a manifest is read into: values as the API server sees them, each with its span.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::{FieldPath, Segment, Span};

/// A value and where it stands.
///
/// Trees are immutable and shared: cloning a node, or reading a YAML alias, copies no children.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where the value stands; for a value behind an alias, where the anchor stands.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a node holds: JSON's types, integers apart from floats as Kubernetes keeps them.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`, `~`, or nothing at all. Kubernetes treats such a field as absent.
    Null,
    /// `true` or `false` (and in YAML `yes`, `no`, `on`, `off`, `y`, `n`).
    Bool(bool),
    /// A number without fraction that fits 64 bits with sign.
    Int(i64),
    /// A number without fraction above `i64::MAX`.
    UInt(u64),
    /// Any other number; always finite.
    Float(f64),
    /// Text.
    String(SmolStr),
    /// A list.
    Sequence(Arc<Vec<Node>>),
    /// An object, in the order of the source, each key once.
    Mapping(Arc<Mapping>),
}

/// The entries of a mapping in the order of the source; no key occurs twice. Of a key that stood twice the
/// last entry is kept, in the place of the first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mapping {
    entries: Vec<Entry>,
}

/// A key, where it stands, and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key as JSON text.
    pub key: SmolStr,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}

impl Mapping {
    /// Makes a mapping of entries whose keys all differ.
    pub fn new(entries: Vec<Entry>) -> Self {
        Self { entries }
    }

    /// The entries in the order of the source.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry with this key, also when its value is null.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value with this key, to change it in place.
    pub fn value_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
    }

    /// The values in order, to change them in place.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.entries.iter_mut().map(|entry| &mut entry.node)
    }

    /// The entries in order, to change their places.
    pub(crate) fn entries_mut(&mut self) -> &mut [Entry] {
        &mut self.entries
    }

    /// Puts an entry in the place of the one with its key, else at the end.
    pub fn put(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|known| known.key == entry.key) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
    }

    /// Takes out the entry with this key.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let place = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(place))
    }
}

impl Node {
    /// The field's value as the API server sees it: none when it is missing, null, or this is no mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.node).filter(|node| !node.is_null())
    }

    /// Follows keys downward with [`get`](Self::get).
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Follows a path of keys and indexes downward; null values are reached too.
    pub fn resolve(&self, path: &FieldPath) -> Option<&Self> {
        path.segments().iter().try_fold(self, |node, segment| match segment {
            Segment::Key(key) => node.entry(key).map(|entry| &entry.node),
            Segment::Index(index) => node.items().get(*index),
        })
    }

    /// The entry with this key, also when its value is null.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_mapping().and_then(|mapping| mapping.entry(key))
    }

    /// The items of a sequence; empty for anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping; empty for anything else.
    pub fn entries(&self) -> &[Entry] {
        self.as_mapping().map_or(&[], Mapping::entries)
    }

    /// The mapping, if this is one.
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.value {
            Value::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The mapping, if this is one, to change it; what is shared with other trees is copied first.
    pub fn as_mapping_mut(&mut self) -> Option<&mut Mapping> {
        match &mut self.value {
            Value::Mapping(mapping) => Some(Arc::make_mut(mapping)),
            _ => None,
        }
    }

    /// The items of a sequence, if this is one, to change them; what is shared with other trees is copied
    /// first.
    pub fn items_mut(&mut self) -> Option<&mut Vec<Self>> {
        match &mut self.value {
            Value::Sequence(items) => Some(Arc::make_mut(items)),
            _ => None,
        }
    }

    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The integer, if this is one that fits 64 bits with sign.
    pub fn as_i64(&self) -> Option<i64> {
        match self.value {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The text of the field `key`; empty when it is missing or no text.
    pub fn str(&self, key: &str) -> &str {
        self.get(key).and_then(Self::as_str).unwrap_or("")
    }

    /// Whether the field `key` is there and `true`.
    pub fn is_true(&self, key: &str) -> bool {
        self.get(key).and_then(Self::as_bool) == Some(true)
    }

    /// Whether the field `key` is there and `false`.
    pub fn is_false(&self, key: &str) -> bool {
        self.get(key).and_then(Self::as_bool) == Some(false)
    }

    /// The texts of the sequence in field `key`, items of other types left out.
    pub fn strings<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.get(key).map_or(&[][..], Self::items).iter().filter_map(Self::as_str)
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The value as JSON, without places.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Int(value) => (*value).into(),
            Value::UInt(value) => (*value).into(),
            Value::Float(value) => (*value).into(),
            Value::String(text) => text.as_str().into(),
            Value::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Value::Mapping(mapping) => mapping
                .entries()
                .iter()
                .map(|entry| (entry.key.to_string(), entry.node.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}
