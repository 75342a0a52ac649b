//! Values of conditions, and what operators make of them.

use std::cmp::Ordering;
use std::sync::Arc;

/// A value. What is undefined, such as a number read behind the end of the file, makes what is computed with it so.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Undefined,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(Vec<u8>),
    /// What a module gives, its members in the order of the module's schema.
    Structure(Arc<[Value]>),
    List(Arc<[Value]>),
    Map(Arc<[(Vec<u8>, Value)]>),
}

/// An operator between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
    Contains,
    ContainsAnyCase,
    StartsWith,
    StartsWithAnyCase,
    EndsWith,
    EndsWithAnyCase,
    EqualsAnyCase,
}

impl From<u64> for Value {
    /// Numbers of 64 bits have a sign in the language, whatever they mean in a file.
    fn from(value: u64) -> Self {
        Self::Integer(value.cast_signed())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Integer(value.into())
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Text(value.to_vec())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value.into_bytes())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Undefined, Into::into)
    }
}

impl Value {
    pub(crate) fn structure(members: impl IntoIterator<Item = Self>) -> Self {
        Self::Structure(members.into_iter().collect())
    }

    pub(crate) fn list(values: Vec<Self>) -> Self {
        Self::List(values.into())
    }

    pub(crate) fn map(entries: Vec<(Vec<u8>, Self)>) -> Self {
        Self::Map(entries.into())
    }

    /// The member at a place of the schema.
    pub(crate) fn member(&self, place: usize) -> Self {
        match self {
            Self::Structure(members) => members.get(place).cloned().unwrap_or(Self::Undefined),
            _ => Self::Undefined,
        }
    }

    /// What stands in a list or map by a number or text.
    pub(crate) fn at(&self, index: &Self) -> Self {
        let found = match (self, index) {
            (Self::List(values), index) => {
                let index = index.integer().and_then(|index| usize::try_from(index).ok());
                index.and_then(|index| values.get(index))
            }
            (Self::Map(entries), Self::Text(key)) => {
                entries.iter().find(|(known, _)| known == key).map(|(_, value)| value)
            }
            _ => None,
        };
        found.cloned().unwrap_or(Self::Undefined)
    }

    /// Whether it holds: what is undefined does not.
    pub(crate) fn holds(&self) -> bool {
        match self {
            Self::Undefined | Self::Structure(_) | Self::List(_) | Self::Map(_) => false,
            Self::Bool(value) => *value,
            Self::Integer(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
        }
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            Self::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "the language computes so")]
    pub(crate) fn float(&self) -> Option<f64> {
        match self {
            Self::Float(value) => Some(*value),
            other => other.integer().map(|value| value as f64),
        }
    }

    /// What the operator makes of two values.
    pub(crate) fn combine(&self, operator: Operator, other: &Self) -> Self {
        let result = match (self, other) {
            (Self::Text(left), Self::Text(right)) => texts(operator, left, right).map(Self::Bool),
            (Self::Float(_), _) | (_, Self::Float(_)) => match (self.float(), other.float()) {
                (Some(left), Some(right)) => floats(operator, left, right),
                _ => None,
            },
            _ => match (self.integer(), other.integer()) {
                (Some(left), Some(right)) => integers(operator, left, right),
                _ => None,
            },
        };
        result.unwrap_or(Self::Undefined)
    }
}

fn compared(operator: Operator, order: Option<Ordering>) -> Option<bool> {
    Some(match operator {
        Operator::Equal => order == Some(Ordering::Equal),
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Less => order == Some(Ordering::Less),
        Operator::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => order == Some(Ordering::Greater),
        Operator::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        _ => return None,
    })
}

fn texts(operator: Operator, left: &[u8], right: &[u8]) -> Option<bool> {
    let lower = |text: &[u8]| text.to_ascii_lowercase();
    let contains = |text: &[u8], part: &[u8]| memchr::memmem::find(text, part).is_some();
    Some(match operator {
        Operator::Contains => contains(left, right),
        Operator::ContainsAnyCase => contains(&lower(left), &lower(right)),
        Operator::StartsWith => left.starts_with(right),
        Operator::StartsWithAnyCase => lower(left).starts_with(&lower(right)),
        Operator::EndsWith => left.ends_with(right),
        Operator::EndsWithAnyCase => lower(left).ends_with(&lower(right)),
        Operator::EqualsAnyCase => left.eq_ignore_ascii_case(right),
        _ => return compared(operator, Some(left.cmp(right))),
    })
}

fn floats(operator: Operator, left: f64, right: f64) -> Option<Value> {
    Some(Value::Float(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        _ => return compared(operator, left.partial_cmp(&right)).map(Value::Bool),
    }))
}

fn integers(operator: Operator, left: i64, right: i64) -> Option<Value> {
    Some(Value::Integer(match operator {
        Operator::Add => left.wrapping_add(right),
        Operator::Subtract => left.wrapping_sub(right),
        Operator::Multiply => left.wrapping_mul(right),
        Operator::Divide => left.checked_div(right)?,
        Operator::Remainder => left.checked_rem(right)?,
        Operator::BitAnd => left & right,
        Operator::BitOr => left | right,
        Operator::BitXor => left ^ right,
        Operator::ShiftLeft | Operator::ShiftRight if right < 0 => return None,
        Operator::ShiftLeft => u32::try_from(right).ok().and_then(|by| left.checked_shl(by)).unwrap_or(0),
        Operator::ShiftRight => {
            let by = u32::try_from(right).ok().filter(|by| *by < 64);
            by.map_or(0, |by| left >> by)
        }
        _ => return compared(operator, Some(left.cmp(&right))).map(Value::Bool),
    }))
}
