//! The values that templates compute with: Go's kinds as far as a chart can meet them.

mod drop;
mod host;
mod list;
mod map;
mod origin;
mod text;
mod types;
mod zero;

use std::rc::Rc;
use std::sync::Arc;

use sekisho_manifest::{Node, Segment};
use smol_str::SmolStr;

pub use host::{Host, HostKind, Method, MethodBody};
pub use list::List;
pub(crate) use map::Changed;
pub use map::{Map, NilMapError};
pub use origin::{Origin, Piece, Site, ValueKey};
pub use text::{Text, TextBuilder};
pub use types::{IntType, Type, UintType};

/// A value, and the key of the values that it came from, if it did.
///
/// Cloning is cheap: lists, maps and long texts are shared. As in Go, a map that two places hold is one
/// map: a change through one is seen through the other.
#[derive(Debug, Clone, Default)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// The key of the values that a boolean, a number, a list or a map was read from; a text keeps its
    /// origin itself.
    pub key: Option<Arc<ValueKey>>,
}

/// What a [`Value`] is.
#[derive(Debug, Clone, Default)]
pub enum Data {
    /// No value at all: what a pipeline yields that found nothing. Functions never see it, they get
    /// [`Data::Nil`], except through parameters of [`Type::Reflect`].
    Absent,
    /// `nil`.
    #[default]
    Nil,
    /// `true` or `false`.
    Bool(bool),
    /// An integer with sign, of any of Go's types of such.
    Int(i64, IntType),
    /// An integer without sign.
    Uint(u64, UintType),
    /// A float64.
    Float(f64),
    /// A string. Go's strings are bytes, so may be no UTF-8.
    Text(Text),
    /// A byte slice.
    Bytes(Rc<[u8]>),
    /// A slice.
    List(List),
    /// A map whose keys are strings.
    Map(Map),
    /// An object with methods or fields of its own: `.Files`, `.Capabilities`, a time, a certificate.
    Host(Rc<dyn Host>),
}

impl Value {
    /// `nil`.
    pub const NIL: Self = Self { data: Data::Nil, key: None };
    /// No value at all.
    pub const ABSENT: Self = Self { data: Data::Absent, key: None };

    /// An integer of Go's type `int`.
    pub fn int(value: i64) -> Self {
        Data::Int(value, IntType::Int).into()
    }

    /// An integer of Go's type `int64`.
    pub fn int64(value: i64) -> Self {
        Data::Int(value, IntType::Int64).into()
    }

    /// A text without origin.
    pub fn text(text: impl Into<Text>) -> Self {
        Data::Text(text.into()).into()
    }

    /// An object of the host.
    pub fn host(host: impl Host + 'static) -> Self {
        Data::Host(Rc::new(host)).into()
    }

    /// The same value with a key.
    #[must_use]
    pub fn with_key(mut self, key: &Arc<ValueKey>) -> Self {
        match &mut self.data {
            Data::Text(text) => *text = std::mem::take(text).with_key(key),
            _ => self.key = Some(Arc::clone(key)),
        }
        self
    }

    /// The key of the values that this was read from; for a text, where all of it came from one key.
    pub fn origin_key(&self) -> Option<&Arc<ValueKey>> {
        match &self.data {
            Data::Text(text) => text.key(),
            _ => self.key.as_ref(),
        }
    }

    /// Reads a tree as Helm reads values: every number is a float64, every mapping a map of any. Each value
    /// knows its key below `key` and where in the tree's source it stands.
    pub fn from_node(node: &Node, key: &Arc<ValueKey>) -> Self {
        use sekisho_manifest::Value as Json;
        #[expect(clippy::cast_precision_loss, reason = "Go's decoder of JSON loses the same digits")]
        let data = match &node.value {
            Json::Null => Data::Nil,
            Json::Bool(value) => Data::Bool(*value),
            Json::Int(value) => Data::Float(*value as f64),
            Json::UInt(value) => Data::Float(*value as f64),
            Json::Float(value) => Data::Float(*value),
            Json::String(text) => Data::Text(Text::from(text.clone())),
            Json::Sequence(items) => {
                let below = |(index, item): (usize, &Node)| {
                    Self::from_node(item, &ValueKey::below(key, Segment::Index(index), Some(item.span)))
                };
                Data::List(List::new(items.iter().enumerate().map(below).collect()))
            }
            Json::Mapping(mapping) => {
                let below = |entry: &sekisho_manifest::Entry| {
                    let segment = Segment::Key(entry.key.clone());
                    let key = ValueKey::below(key, segment, Some(entry.node.span));
                    (entry.key.clone(), Self::from_node(&entry.node, &key))
                };
                Data::Map(mapping.entries().iter().map(below).collect())
            }
        };
        Self::from(data).with_key(key)
    }

    /// Whether this is `nil` or no value at all; a typed nil (a nil map) is neither.
    pub fn is_nil(&self) -> bool {
        matches!(self.data, Data::Nil | Data::Absent)
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&Text> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The list, if this is one.
    pub fn as_list(&self) -> Option<&List> {
        match &self.data {
            Data::List(list) => Some(list),
            _ => None,
        }
    }

    /// The map, if this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match &self.data {
            Data::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The integer with sign, if this is one of any type.
    pub fn as_int(&self) -> Option<i64> {
        match self.data {
            Data::Int(value, _) => Some(value),
            _ => None,
        }
    }

    /// The integer without sign, if this is one of any type.
    pub fn as_uint(&self) -> Option<u64> {
        match self.data {
            Data::Uint(value, _) => Some(value),
            _ => None,
        }
    }

    /// The float, if this is one.
    pub fn as_float(&self) -> Option<f64> {
        match self.data {
            Data::Float(value) => Some(value),
            _ => None,
        }
    }

    /// The object of the host, if this is one of this Rust type.
    pub fn as_host<T: 'static>(&self) -> Option<&T> {
        match &self.data {
            Data::Host(host) => host.as_any().downcast_ref(),
            _ => None,
        }
    }

    /// The type as Go names it; none for `nil`.
    pub fn type_of(&self) -> Option<Type> {
        Some(match &self.data {
            Data::Absent | Data::Nil => return None,
            Data::Bool(_) => Type::Bool,
            Data::Int(_, kind) => Type::Int(*kind),
            Data::Uint(_, kind) => Type::Uint(*kind),
            Data::Float(_) => Type::Float64,
            Data::Text(_) => Type::String,
            Data::Bytes(_) => Type::Bytes,
            Data::List(list) => Type::List(list.element()),
            Data::Map(map) => map.map_type(),
            Data::Host(host) => Type::Host(host.type_name()),
        })
    }

    /// Whether a condition takes it for true: neither zero nor empty nor nil.
    pub fn truth(&self) -> bool {
        match &self.data {
            Data::Absent | Data::Nil => false,
            Data::Bool(value) => *value,
            Data::Int(value, _) => *value != 0,
            Data::Uint(value, _) => *value != 0,
            Data::Float(value) => *value != 0.0,
            Data::Text(text) => !text.is_empty(),
            Data::Bytes(bytes) => !bytes.is_empty(),
            Data::List(list) => !list.is_empty(),
            Data::Map(map) => !map.is_empty(),
            Data::Host(host) => host.truth(),
        }
    }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Self { data, key: None }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Data::Bool(value).into()
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Data::Float(value).into()
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Data::Text(text).into()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<SmolStr> for Value {
    fn from(text: SmolStr) -> Self {
        Self::text(text)
    }
}

impl From<List> for Value {
    fn from(list: List) -> Self {
        Data::List(list).into()
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Data::Map(map).into()
    }
}
