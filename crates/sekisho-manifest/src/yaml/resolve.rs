//! What a scalar is: text and tag → null, truth value, number or text, as Kubernetes' YAML library decides.

use std::borrow::Cow;

use smol_str::SmolStr;

use super::value::Scalar;
use super::{binary, number, timestamp};
use crate::error::LoadErrorKind;
use crate::{Span, Value};

/// What a scalar's tag asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// No tag.
    None,
    /// `!`: text, and still a merge key where it is `<<`.
    NonSpecific,
    Text,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
    Binary,
    Merge,
    /// Any other: the scalar is text.
    Other,
}

impl Tag {
    /// The tag with this full name.
    pub(super) fn new(name: &[u8]) -> Self {
        if name == b"!" {
            return Self::NonSpecific;
        }
        match name.strip_prefix(b"tag:yaml.org,2002:") {
            Some(b"str") => Self::Text,
            Some(b"bool") => Self::Bool,
            Some(b"int") => Self::Int,
            Some(b"float") => Self::Float,
            Some(b"null") => Self::Null,
            Some(b"timestamp") => Self::Timestamp,
            Some(b"binary") => Self::Binary,
            Some(b"merge") => Self::Merge,
            _ => Self::Other,
        }
    }

    fn short(self) -> &'static str {
        match self {
            Self::Bool => "!!bool",
            Self::Int => "!!int",
            Self::Float => "!!float",
            Self::Null => "!!null",
            Self::Timestamp => "!!timestamp",
            Self::Binary => "!!binary",
            _ => "!!str",
        }
    }
}

/// What `yes`, `on`, `n` and the like are without quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Words {
    /// Truth values, as in YAML 1.1.
    Truth,
    /// Text, as in YAML 1.2.
    Text,
}

/// Decides what a scalar is. `plain` says that it stands without quotes and is no block of text.
#[inline]
pub(super) fn resolve(
    text: Cow<'_, str>,
    tag: Tag,
    plain: bool,
    words: Words,
) -> Result<Scalar<'_>, LoadErrorKind> {
    match tag {
        Tag::None if plain => Ok(match recognize(&text) {
            Some(Scalar::Bool(_)) if words == Words::Text && !is_truth(&text) => Scalar::Text(text),
            Some(scalar) => scalar,
            None => Scalar::Text(text),
        }),
        Tag::None | Tag::NonSpecific | Tag::Text | Tag::Merge | Tag::Other => Ok(Scalar::Text(text)),
        _ => tagged(text, tag),
    }
}

fn tagged(text: Cow<'_, str>, tag: Tag) -> Result<Scalar<'_>, LoadErrorKind> {
    let unfit = |text: &str| LoadErrorKind::Tag { tag: tag.short(), text: SmolStr::new(text) };
    match tag {
        Tag::Binary => {
            binary::decode(&text).map(|text| Scalar::Text(text.into())).ok_or_else(|| unfit(&text))
        }
        Tag::Timestamp if timestamp::is_timestamp(&text) => Ok(Scalar::Text(text)),
        _ => match (tag, recognize(&text)) {
            (Tag::Null, Some(Scalar::Null)) => Ok(Scalar::Null),
            (Tag::Bool, Some(Scalar::Bool(value))) => Ok(Scalar::Bool(value)),
            (Tag::Int, Some(Scalar::Int(value))) => Ok(Scalar::Int(value)),
            (Tag::Int, Some(Scalar::UInt(value))) => Ok(Scalar::UInt(value)),
            (Tag::Float, Some(Scalar::Float(value))) => Ok(Scalar::Float(value)),
            (Tag::Float, Some(Scalar::Int(value))) => Ok(Scalar::Float(number::int_to_float(value))),
            _ => Err(unfit(&text)),
        },
    }
}

/// Whether a text without quotes is read as text, as far as its type is concerned.
pub(crate) fn is_text(text: &str) -> bool {
    recognize(text).is_none() && !timestamp::is_timestamp(text)
}

/// What a text without tag and quotes is, if it is no text.
#[inline]
fn recognize(text: &str) -> Option<Scalar<'static>> {
    match text.as_bytes().first() {
        None => Some(Scalar::Null),
        Some(b'0'..=b'9') => number::signed_or_digit(text),
        Some(b'+' | b'-') => infinity(text).or_else(|| number::signed_or_digit(text)),
        Some(b'.') => infinity(text).or_else(|| number::dotted(text)),
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => word(text),
        Some(_) => None,
    }
}

fn word(text: &str) -> Option<Scalar<'static>> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        _ => return None,
    })
}

/// Whether a truth value is one in YAML 1.2 too.
fn is_truth(text: &str) -> bool {
    matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
}

fn infinity(text: &str) -> Option<Scalar<'static>> {
    Some(Scalar::Float(match text {
        ".nan" | ".NaN" | ".NAN" => f64::NAN,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => f64::INFINITY,
        "-.inf" | "-.Inf" | "-.INF" => f64::NEG_INFINITY,
        _ => return None,
    }))
}

/// What makes two keys of a mapping the same: their type in YAML beside their text in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum KeyType {
    #[default]
    Text,
    Int,
    Bool,
    /// The bits, since different numbers may have the same text.
    Float(u64),
    /// Equal to no other, not even to itself.
    NotANumber,
    /// No key in JSON.
    Unsupported(&'static str),
}

impl Scalar<'_> {
    /// The value as the API server would see it after its way through JSON.
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::UInt(value) => Value::UInt(*value),
            Self::Float(value) => number::through_json(*value),
            Self::Text(text) => Value::String(SmolStr::new(text)),
        }
    }

    /// The scalar as a key of a JSON object.
    pub(crate) fn key(&self) -> (SmolStr, KeyType) {
        match self {
            Self::Text(text) => (SmolStr::new(text), KeyType::Text),
            // The NUL keeps keys that JSON cannot have apart from those that it can.
            Self::Null => ("\0null".into(), KeyType::Unsupported("null")),
            Self::Bool(value) => (if *value { "true" } else { "false" }.into(), KeyType::Bool),
            Self::Int(value) => (smol_str::format_smolstr!("{value}"), KeyType::Int),
            Self::UInt(value) => (
                smol_str::format_smolstr!("\0{value}"),
                KeyType::Unsupported("an integer above 9223372036854775807"),
            ),
            Self::Float(value) if value.is_nan() => (".nan".into(), KeyType::NotANumber),
            Self::Float(value) => {
                // Go holds 0.0 and -0.0 for the same key.
                let bits = if *value == 0.0 { 0 } else { value.to_bits() };
                (number::key_text(*value).into(), KeyType::Float(bits))
            }
        }
    }

    /// The same scalar, its text no longer borrowed.
    pub(crate) fn detach(self) -> Scalar<'static> {
        match self {
            Self::Null => Scalar::Null,
            Self::Bool(value) => Scalar::Bool(value),
            Self::Int(value) => Scalar::Int(value),
            Self::UInt(value) => Scalar::UInt(value),
            Self::Float(value) => Scalar::Float(value),
            Self::Text(text) => Scalar::Text(text.into_owned().into()),
        }
    }
}

/// A key that waits for its value.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) text: SmolStr,
    pub(crate) kind: KeyType,
    pub(crate) span: Span,
    /// A merge key, `<<`.
    pub(crate) merge: bool,
}
