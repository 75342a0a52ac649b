//! The values of the language, their order, and their text as JSON.
//!
//! Values are immutable and shared: cloning one copies no children. The order is OPA's: null, booleans,
//! numbers, strings, arrays, objects, sets; collections by their elements.

mod bytes;
mod decimal;
mod json;
mod node;
mod number;
mod object;
mod print;
mod real;
mod set;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use smol_str::SmolStr;

pub(crate) use self::bytes::{bytes_of, text_of_bytes};
pub use self::decimal::NumberError;
pub(crate) use self::decimal::{MAX_BITS, bits, parse_decimal, ten_to};
pub use self::json::{JsonError, read_json};
pub(crate) use self::json::{is_json, write_json, write_json_indented};
pub use self::number::Number;
pub use self::object::Object;
pub(crate) use self::print::quote;
pub(crate) use self::real::Real;
pub use self::set::Set;

/// The nesting above which no text is read to a value, so that code which walks a value by recursion stays
/// within the stack of any thread.
pub const MAX_DEPTH: usize = 500;

/// A value.
#[derive(Clone, Default)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number of any size.
    Number(Number),
    /// A string.
    String(SmolStr),
    /// An array.
    Array(Arc<Vec<Value>>),
    /// An object; its keys are values of any kind.
    Object(Arc<Object>),
    /// A set.
    Set(Arc<Set>),
}

impl Value {
    /// A string.
    pub fn string(text: impl Into<SmolStr>) -> Self {
        Self::String(text.into())
    }

    /// An array of items.
    pub fn array(items: Vec<Self>) -> Self {
        Self::Array(Arc::new(items))
    }

    /// An object of entries in any order; of two with equal keys the later one counts.
    pub fn object(entries: Vec<(Self, Self)>) -> Self {
        Self::Object(Arc::new(Object::from_entries(entries)))
    }

    /// An object of entries whose keys are strings.
    pub fn fields<'k>(entries: impl IntoIterator<Item = (&'k str, Self)>) -> Self {
        Self::object(entries.into_iter().map(|(key, value)| (Self::string(key), value)).collect())
    }

    /// A set of elements in any order.
    pub fn set(elements: Vec<Self>) -> Self {
        Self::Set(Arc::new(Set::from_elements(elements)))
    }

    /// The value under a key: of an object the value of the entry, of an array the item at the index, of a set
    /// the element itself.
    pub fn get(&self, key: &Self) -> Option<&Self> {
        match (self, key) {
            (Self::Object(object), Self::String(key)) => object.field(key),
            (Self::Object(object), _) => object.get(key),
            (Self::Array(items), Self::Number(index)) => index
                .as_i64()
                .and_then(|index| usize::try_from(index).ok())
                .and_then(|index| items.get(index)),
            (Self::Set(set), _) => set.get(key),
            _ => None,
        }
    }

    /// The value under a key, as [`Self::get`] finds it; of an object it is sought first where the hint says.
    pub(crate) fn get_near(&self, key: &Self, hint: &mut u16) -> Option<&Self> {
        match (self, key) {
            (Self::Object(object), Self::String(key)) => object.field_near(key, hint),
            _ => self.get(key),
        }
    }

    /// The value of an object's entry under a string.
    pub fn field(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(object) => object.field(key),
            _ => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The items, if this is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The object, if this is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The set, if this is one.
    pub fn as_set(&self) -> Option<&Set> {
        match self {
            Self::Set(set) => Some(set),
            _ => None,
        }
    }

    /// The name of the value's type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
            Self::Set(_) => "set",
        }
    }

    /// About how many bytes the value takes where it is held, its children left out.
    pub(crate) fn shallow_bytes(&self) -> usize {
        const INLINE: usize = 23;
        size_of::<Self>()
            + match self {
                Self::Null | Self::Bool(_) => 0,
                Self::Number(number) => number.extra_bytes(),
                Self::String(text) => text.len().saturating_sub(INLINE),
                Self::Array(items) => items.len() * size_of::<Self>(),
                Self::Object(object) => object.len() * 2 * size_of::<Self>(),
                Self::Set(set) => set.len() * size_of::<Self>(),
            }
    }

    /// Whether the value has at most so many parts, those that are shared counted each time.
    pub(crate) fn has_at_most(&self, parts: usize) -> bool {
        fn count(value: &Value, left: &mut usize) -> bool {
            let Some(rest) = left.checked_sub(1) else { return false };
            *left = rest;
            match value {
                Value::Array(items) => items.iter().all(|item| count(item, left)),
                Value::Set(set) => set.iter().all(|item| count(item, left)),
                Value::Object(object) => {
                    object.entries().iter().all(|(key, value)| count(key, left) && count(value, left))
                }
                _ => true,
            }
        }
        count(self, &mut { parts })
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::String(_) => 3,
            Self::Array(_) => 4,
            Self::Object(_) => 5,
            Self::Set(_) => 6,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(two)) => one == two,
            (Self::Number(one), Self::Number(two)) => one == two,
            (Self::String(one), Self::String(two)) => one == two,
            (Self::Array(one), Self::Array(two)) => Arc::ptr_eq(one, two) || one == two,
            (Self::Object(one), Self::Object(two)) => Arc::ptr_eq(one, two) || one == two,
            (Self::Set(one), Self::Set(two)) => Arc::ptr_eq(one, two) || one == two,
            _ => false,
        }
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(one), Self::Bool(two)) => one.cmp(two),
            (Self::Number(one), Self::Number(two)) => one.cmp(two),
            (Self::String(one), Self::String(two)) => one.as_str().cmp(two.as_str()),
            (Self::Array(one), Self::Array(two)) if Arc::ptr_eq(one, two) => Ordering::Equal,
            (Self::Array(one), Self::Array(two)) => one.cmp(two),
            (Self::Object(one), Self::Object(two)) if Arc::ptr_eq(one, two) => Ordering::Equal,
            (Self::Object(one), Self::Object(two)) => one.cmp(two),
            (Self::Set(one), Self::Set(two)) if Arc::ptr_eq(one, two) => Ordering::Equal,
            (Self::Set(one), Self::Set(two)) => one.cmp(two),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Self::Null => {}
            Self::Bool(value) => value.hash(state),
            Self::Number(number) => number.hash(state),
            Self::String(text) => text.hash(state),
            Self::Array(items) => items.hash(state),
            Self::Object(object) => object.hash(state),
            Self::Set(set) => set.hash(state),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Number(value.into())
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value.into())
    }
}

impl From<SmolStr> for Value {
    fn from(value: SmolStr) -> Self {
        Self::String(value)
    }
}
