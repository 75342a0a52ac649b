//! Types of terms, and whether two of them have a value in common.

use std::fmt;
use std::sync::Arc;

use crate::functions;
use crate::value::Value;

/// The set of values that a term may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    Any,
    Null,
    Boolean,
    Number,
    String,
    /// The types of the first items, and of all further ones if there may be any.
    Array(Arc<[Type]>, Option<Arc<Type>>),
    /// The types of known keys, and of keys and values of all other entries if there may be any.
    Object(Arc<[(Value, Type)]>, Option<Arc<(Type, Type)>>),
    Set(Arc<Type>),
    Either(Arc<[Type]>),
}

/// How many alternatives a type may have before it is taken for any.
const MAX_EITHER: usize = 12;
/// How many parts a type may have before only its outermost part counts.
const MAX_PARTS: usize = 64;
/// How many levels of a constant count.
const MAX_DEPTH: u32 = 6;
/// How many entries of a constant count.
const MAX_ENTRIES: usize = 100;

impl Type {
    pub(crate) fn array_of(item: Self) -> Self {
        Self::Array(Arc::from([]), Some(Arc::new(item)))
    }

    pub(crate) fn object_of(key: Self, value: Self) -> Self {
        Self::Object(Arc::from([]), Some(Arc::new((key, value))))
    }

    /// The type of one value.
    pub(crate) fn of(value: &Value) -> Self {
        Self::of_value(value, 0).bounded()
    }

    fn of_value(value: &Value, depth: u32) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(items) if depth < MAX_DEPTH && items.len() <= MAX_ENTRIES => {
                Self::Array(items.iter().map(|item| Self::of_value(item, depth + 1)).collect(), None)
            }
            Value::Array(_) => Self::array_of(Self::Any),
            Value::Object(object) if depth < MAX_DEPTH && object.len() <= MAX_ENTRIES => {
                let entries = object.entries().iter();
                let entries = entries.map(|(key, value)| (key.clone(), Self::of_value(value, depth + 1)));
                Self::Object(entries.collect(), None)
            }
            Value::Object(_) => Self::object_of(Self::Any, Self::Any),
            Value::Set(set) if depth < MAX_DEPTH && set.len() <= MAX_ENTRIES => {
                let elements = set.iter().map(|element| Self::of_value(element, depth + 1));
                Self::Set(Arc::new(elements.reduce(Self::or).unwrap_or(Self::Any)))
            }
            Value::Set(_) => Self::Set(Arc::new(Self::Any)),
        }
    }

    /// The type, or a wider one with fewer parts: types are compared part by part, and parts are shared.
    pub(crate) fn bounded(self) -> Self {
        let mut left = MAX_PARTS;
        if self.fits(&mut left) {
            return self;
        }
        match self {
            Self::Array(..) => Self::array_of(Self::Any),
            Self::Object(..) => Self::object_of(Self::Any, Self::Any),
            Self::Set(_) => Self::Set(Arc::new(Self::Any)),
            _ => Self::Any,
        }
    }

    /// Whether the type has no more parts than are left, which are taken away.
    fn fits(&self, left: &mut usize) -> bool {
        let Some(fewer) = left.checked_sub(1) else { return false };
        *left = fewer;
        match self {
            Self::Array(first, rest) => first.iter().chain(rest.as_deref()).all(|part| part.fits(left)),
            Self::Object(fields, rest) => {
                fields.iter().all(|(_, value)| value.fits(left))
                    && rest.as_ref().is_none_or(|rest| rest.0.fits(left) && rest.1.fits(left))
            }
            Self::Set(element) => element.fits(left),
            Self::Either(list) => list.iter().all(|part| part.fits(left)),
            _ => true,
        }
    }

    /// One type or the other.
    pub(crate) fn or(self, other: Self) -> Self {
        if self == other || self == Self::Any {
            return self;
        }
        if other == Self::Any {
            return other;
        }
        let mut alternatives: Vec<Self> = Vec::new();
        for one in [self, other] {
            match one {
                Self::Either(list) => alternatives.extend(list.iter().cloned()),
                single => alternatives.push(single),
            }
        }
        let mut distinct: Vec<Self> = Vec::new();
        for one in alternatives {
            if !distinct.contains(&one) {
                distinct.push(one);
            }
        }
        if distinct.len() > MAX_EITHER {
            return Self::Any;
        }
        Self::Either(distinct.into()).bounded()
    }

    /// Whether some value is of both types.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Either(list), one) | (one, Self::Either(list)) => list.iter().any(|item| item.meets(one)),
            (Self::Array(first, rest), Self::Array(other_first, other_rest)) => {
                let length = first.len().max(other_first.len());
                let item = |items: &Arc<[Self]>, rest: &Option<Arc<Self>>, at: usize| {
                    items.get(at).cloned().or_else(|| rest.as_deref().cloned())
                };
                (0..length).all(|at| match (item(first, rest, at), item(other_first, other_rest, at)) {
                    (Some(one), Some(two)) => one.meets(&two),
                    _ => false,
                })
            }
            (Self::Object(fields, rest), Self::Object(other_fields, other_rest)) => {
                // Where a declared type allows further entries, its known ones may be missing, too.
                let has = |fields: &Arc<[(Value, Self)]>, is_open: bool, other: &Self| {
                    let Self::Object(others, rest) = other else { return false };
                    fields.iter().all(|(key, value)| match others.iter().find(|(other, _)| other == key) {
                        Some((_, other)) => value.meets(other),
                        None => {
                            is_open
                                || rest
                                    .as_ref()
                                    .is_some_and(|rest| rest.0.meets(&Self::of(key)) && rest.1.meets(value))
                        }
                    })
                };
                has(fields, rest.is_some(), other) && has(other_fields, other_rest.is_some(), self)
            }
            (Self::Set(one), Self::Set(two)) => one.meets(two),
            (one, two) => one == two,
        }
    }

    /// The type of what stands under a known key; nothing where nothing can.
    pub(crate) fn under(&self, key: &Value) -> Option<Self> {
        match self {
            Self::Any => Some(Self::Any),
            Self::Array(first, rest) => {
                let Value::Number(number) = key else { return None };
                let at = number.as_i64().and_then(|at| usize::try_from(at).ok())?;
                first.get(at).cloned().or_else(|| rest.as_deref().cloned())
            }
            Self::Object(fields, rest) => match fields.iter().find(|(known, _)| known == key) {
                Some((_, value)) => Some(value.clone()),
                None => rest.as_ref().filter(|rest| rest.0.meets(&Self::of(key))).map(|rest| rest.1.clone()),
            },
            Self::Set(element) => element.meets(&Self::of(key)).then(|| (**element).clone()),
            Self::Either(list) => list.iter().filter_map(|one| one.under(key)).reduce(Self::or),
            _ => None,
        }
    }

    /// The types of the keys and of what stands under them; nothing where nothing can.
    pub(crate) fn entries(&self) -> Option<(Self, Self)> {
        match self {
            Self::Any => Some((Self::Any, Self::Any)),
            Self::Array(first, rest) => {
                let items = first.iter().chain(rest.as_deref()).cloned().reduce(Self::or);
                Some((Self::Number, items.unwrap_or(Self::Any)))
            }
            Self::Object(fields, rest) => {
                let keys = fields.iter().map(|(key, _)| Self::of(key)).reduce(Self::or);
                let values = fields.iter().map(|(_, value)| value.clone()).reduce(Self::or);
                Some(match (keys.zip(values), rest.as_deref().cloned()) {
                    (Some((key, value)), Some(rest)) => (key.or(rest.0), value.or(rest.1)),
                    (Some(known), None) => known,
                    (None, Some(rest)) => rest,
                    (None, None) => (Self::Any, Self::Any),
                })
            }
            Self::Set(element) => Some(((**element).clone(), (**element).clone())),
            Self::Either(list) => {
                list.iter().filter_map(Self::entries).reduce(|one, two| (one.0.or(two.0), one.1.or(two.1)))
            }
            _ => None,
        }
    }
}

impl From<&functions::Type> for Type {
    fn from(declared: &functions::Type) -> Self {
        match declared {
            functions::Type::Any => Self::Any,
            functions::Type::Null => Self::Null,
            functions::Type::Boolean => Self::Boolean,
            functions::Type::Number => Self::Number,
            functions::Type::String => Self::String,
            functions::Type::Array(first, rest) => {
                Self::Array(first.iter().map(Self::from).collect(), rest.map(|rest| Arc::new(rest.into())))
            }
            functions::Type::Object(fields, rest) => Self::Object(
                fields.iter().map(|(key, value)| (Value::from(*key), value.into())).collect(),
                rest.map(|(key, value)| Arc::new((key.into(), value.into()))),
            ),
            functions::Type::Set(element) => Self::Set(Arc::new((*element).into())),
            functions::Type::Either(list) => {
                list.iter().map(Self::from).reduce(Self::or).unwrap_or(Self::Any)
            }
        }
    }
}

/// The type as OPA writes it.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, types: &[Self]| {
            for (at, one) in types.iter().enumerate() {
                write!(f, "{}{one}", if at > 0 { ", " } else { "" })?;
            }
            fmt::Result::Ok(())
        };
        match self {
            Self::Any => f.write_str("any"),
            Self::Null => f.write_str("null"),
            Self::Boolean => f.write_str("boolean"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::Array(first, rest) => {
                f.write_str("array")?;
                if !first.is_empty() || rest.is_none() {
                    f.write_str("<")?;
                    list(f, first)?;
                    f.write_str(">")?;
                }
                rest.as_ref().map_or(Ok(()), |rest| write!(f, "[{rest}]"))
            }
            Self::Object(fields, rest) => {
                f.write_str("object")?;
                if !fields.is_empty() || rest.is_none() {
                    f.write_str("<")?;
                    for (at, (key, value)) in fields.iter().enumerate() {
                        let comma = if at > 0 { ", " } else { "" };
                        match key.as_str() {
                            Some(key) => write!(f, "{comma}{key}: {value}")?,
                            None => write!(f, "{comma}{key}: {value}")?,
                        }
                    }
                    f.write_str(">")?;
                }
                rest.as_ref().map_or(Ok(()), |rest| write!(f, "[{}: {}]", rest.0, rest.1))
            }
            Self::Set(element) => write!(f, "set[{element}]"),
            Self::Either(types) => {
                f.write_str("any<")?;
                list(f, types)?;
                f.write_str(">")
            }
        }
    }
}
