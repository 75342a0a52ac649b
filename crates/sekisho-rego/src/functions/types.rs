//! The types that functions declare for what they take and give.

use std::fmt;

/// A type, as functions declare them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Anything.
    Any,
    /// `null`.
    Null,
    /// A truth value.
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array: the types of its first items, and that of all further ones, if there may be any.
    Array(&'static [Type], Option<&'static Type>),
    /// An object: its fields with their types, and the types of keys and values of all other entries, if there
    /// may be any.
    Object(&'static [(&'static str, Type)], Option<(&'static Type, &'static Type)>),
    /// A set of elements of a type.
    Set(&'static Type),
    /// One of several types.
    Either(&'static [Type]),
}

use Type::{Any, Array, Either, Number, Object, Set, String};

pub(crate) const ARRAY: Type = Array(&[], Some(&Any));
pub(crate) const NUMBERS: Type = Array(&[], Some(&Number));
pub(crate) const STRINGS: Type = Array(&[], Some(&String));
pub(crate) const OBJECT: Type = Object(&[], Some((&Any, &Any)));
pub(crate) const DICT: Type = Object(&[], Some((&String, &Any)));
pub(crate) const DICTS: Type = Array(&[], Some(&DICT));
pub(crate) const SET: Type = Set(&Any);
pub(crate) const SET_OF_STRINGS: Type = Set(&String);
pub(crate) const LIST: Type = Either(&[ARRAY, SET]);
pub(crate) const COLLECTION: Type = Either(&[ARRAY, OBJECT, SET]);
pub(crate) const STRING_OR_STRINGS: Type = Either(&[String, STRINGS, SET_OF_STRINGS]);
pub(crate) const STRING_OR_OBJECT: Type = Either(&[String, OBJECT]);
pub(crate) const NUMBER_OR_SET: Type = Either(&[Number, SET]);
/// Nanoseconds, alone or with a time zone.
pub(crate) const TIME: Type = Either(&[Number, Array(&[Number, String], None)]);

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Any => f.write_str("any"),
            Self::Null => f.write_str("null"),
            Self::Boolean => f.write_str("boolean"),
            Number => f.write_str("number"),
            String => f.write_str("string"),
            Array(first, rest) => {
                f.write_str("array")?;
                if !first.is_empty() {
                    f.write_str("<")?;
                    separated(f, first)?;
                    f.write_str(">")?;
                }
                rest.map_or(Ok(()), |rest| write!(f, "[{rest}]"))
            }
            Object(fields, rest) => {
                f.write_str("object")?;
                if !fields.is_empty() {
                    f.write_str("<")?;
                    for (index, (key, value)) in fields.iter().enumerate() {
                        let comma = if index > 0 { ", " } else { "" };
                        write!(f, "{comma}{key}: {value}")?;
                    }
                    f.write_str(">")?;
                }
                rest.map_or(Ok(()), |(key, value)| write!(f, "[{key}: {value}]"))
            }
            Set(element) => write!(f, "set[{element}]"),
            Either(types) => {
                f.write_str("any<")?;
                separated(f, types)?;
                f.write_str(">")
            }
        }
    }
}

fn separated(f: &mut fmt::Formatter<'_>, types: &[Type]) -> fmt::Result {
    for (index, kind) in types.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        write!(f, "{comma}{kind}")?;
    }
    Ok(())
}
