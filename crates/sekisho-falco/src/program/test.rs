//! The right-hand side of a predicate, made ready for comparing.

use memchr::memmem::Finder;
use regex::bytes::Regex;
use sekisho_capture::Type;

use super::pattern::{Glob, PathSet, regex, search};
use super::texts::TextSet;
use crate::catalog::Reading;
use crate::condition::{Modifier, Operator};
use crate::value::{Class, Constant, Value, class, constant, within};

/// What a predicate asks of the values at its left.
pub(crate) enum Test {
    /// One element, or several under a modifier.
    Elements { modifier: Modifier, elements: Vec<Element> },
    /// Texts, of which each value must be one, or with `any` one value.
    Texts { texts: TextSet, any: bool },
    /// The same with values that are no texts.
    Constants { constants: Vec<Constant>, any: bool },
    /// Paths that the value may lie below.
    Paths(PathSet),
}

/// One comparison.
pub(crate) enum Element {
    Compare(Operator, Constant),
    Contains(Box<Finder<'static>>),
    ContainsAnyCase(Box<[u8]>),
    StartsWith(Box<[u8]>),
    EndsWith(Box<[u8]>),
    Glob(Glob),
    Regex(Regex),
}

/// Whether an operator can compare values of a type; an error says why not.
pub(crate) fn check_types(operator: Operator, kind: Type, is_list: bool) -> Result<(), String> {
    use Operator as O;
    let word = operator.word();
    let class = class(kind);
    let set = matches!(operator, O::In | O::Intersects);
    if is_list {
        let can_be_listed = matches!(
            class,
            Class::Text | Class::Bool | Class::Ip | Class::Network | Class::Number { bits: 64, .. }
        );
        if !can_be_listed {
            return Err(format!("lists of the type {kind:?} cannot be compared"));
        }
        return if set {
            Ok(())
        } else {
            Err(format!("`{word}` cannot compare a list: use in, intersects or exists"))
        };
    }
    let equality = set || matches!(operator, O::Equal | O::NotEqual);
    let order = matches!(operator, O::Less | O::LessOrEqual | O::Greater | O::GreaterOrEqual);
    let bytes = matches!(operator, O::ContainsBytes | O::StartsWithBytes);
    let edges = matches!(operator, O::Contains | O::StartsWith | O::EndsWith);
    let fits = match class {
        Class::Number { .. } | Class::Port | Class::Double => equality || order,
        Class::Bool | Class::Ip | Class::Network => equality,
        Class::Text => !bytes,
        Class::Bytes => equality || bytes || edges,
        Class::Other => false,
    };
    if fits { Ok(()) } else { Err(format!("`{word}` cannot compare values of the type {kind:?}")) }
}

impl Test {
    pub(crate) fn new(
        operator: Operator,
        modifier: Option<Modifier>,
        values: &[Vec<u8>],
        kind: Type,
    ) -> Result<Self, String> {
        let constants = || values.iter().map(|value| constant(value, kind)).collect::<Result<Vec<_>, _>>();
        match operator {
            Operator::In | Operator::Intersects => {
                let any = operator == Operator::Intersects;
                if matches!(class(kind), Class::Text | Class::Bytes) {
                    constants()?;
                    return Ok(Self::Texts {
                        texts: values.iter().map(|value| value[..].into()).collect(),
                        any,
                    });
                }
                Ok(Self::Constants { constants: constants()?, any })
            }
            Operator::PathMatch => {
                constants()?;
                let mut paths = PathSet::default();
                for value in values {
                    paths.insert(value);
                }
                Ok(Self::Paths(paths))
            }
            Operator::Equal if modifier == Some(Modifier::AnyOf) && class(kind) == Class::Text => {
                constants()?;
                Ok(Self::Texts { texts: values.iter().map(|value| value[..].into()).collect(), any: true })
            }
            _ => {
                let elements = values.iter().map(|value| element(operator, value, kind));
                let elements = elements.collect::<Result<Vec<_>, _>>()?;
                Ok(Self::Elements { modifier: modifier.unwrap_or(Modifier::AllOf), elements })
            }
        }
    }

    /// Whether the values pass, which are all there are for a list, one for other fields, and several for
    /// fields of another reading.
    pub(crate) fn passes(&self, values: &[Value<'_>], reading: Reading) -> bool {
        match reading {
            Reading::One => self.passes_all(values),
            Reading::Any => values.iter().any(|value| self.passes_all(std::slice::from_ref(value))),
            Reading::Either if self.is_difference() => {
                !values.is_empty() && values.iter().all(|value| self.passes_all(std::slice::from_ref(value)))
            }
            Reading::Either => values.iter().any(|value| self.passes_all(std::slice::from_ref(value))),
        }
    }

    /// The texts of which a single value must be one to pass, where that is what is asked.
    pub(crate) fn texts(&self) -> Option<Vec<&[u8]>> {
        match self {
            Self::Texts { texts, .. } => Some(texts.iter().collect()),
            Self::Elements { elements, .. } => match &elements[..] {
                [Element::Compare(Operator::Equal, Constant::Text(text))] => Some(vec![text]),
                _ => None,
            },
            _ => None,
        }
    }

    fn is_difference(&self) -> bool {
        matches!(self, Self::Elements { elements, .. }
            if matches!(elements.first(), Some(Element::Compare(Operator::NotEqual, _))))
    }

    fn passes_all(&self, values: &[Value<'_>]) -> bool {
        match self {
            Self::Texts { texts, any } => {
                let is_one = |value: &Value<'_>| value.as_bytes().is_some_and(|bytes| texts.contains(bytes));
                if *any { values.iter().any(is_one) } else { values.iter().all(is_one) }
            }
            Self::Constants { constants, any } => {
                let is_one = |value: &Value<'_>| {
                    constants.iter().any(|constant| compare(Operator::Equal, value, constant))
                };
                if *any { values.iter().any(is_one) } else { values.iter().all(is_one) }
            }
            Self::Paths(paths) => {
                values.first().and_then(Value::as_bytes).is_some_and(|path| paths.is_match(path))
            }
            Self::Elements { elements, .. } if elements.is_empty() => false,
            Self::Elements { modifier, elements } => {
                let Some(value) = values.first() else { return false };
                let mut passed = elements.iter().map(|element| element.passes(value));
                match modifier {
                    Modifier::AllOf => passed.all(|passed| passed),
                    Modifier::AnyOf => passed.any(|passed| passed),
                    Modifier::OneOf => passed.filter(|passed| *passed).take(2).count() == 1,
                }
            }
        }
    }
}

fn element(operator: Operator, value: &[u8], kind: Type) -> Result<Element, String> {
    let text = || -> Result<Box<[u8]>, String> {
        constant(value, kind)?;
        Ok(value.into())
    };
    Ok(match operator {
        Operator::Contains => Element::Contains(Box::new(Finder::new(&text()?).into_owned())),
        Operator::ContainsAnyCase => Element::ContainsAnyCase(text()?.to_ascii_lowercase().into()),
        Operator::ContainsBytes => {
            Element::Contains(Box::new(Finder::new(&hexadecimal(value)?).into_owned()))
        }
        Operator::StartsWith => Element::StartsWith(text()?),
        Operator::StartsWithBytes => Element::StartsWith(hexadecimal(value)?.into()),
        Operator::EndsWith => Element::EndsWith(text()?),
        Operator::Glob => Element::Glob(Glob::new(&text()?, false)),
        Operator::GlobAnyCase => Element::Glob(Glob::new(&text()?, true)),
        Operator::Regex => Element::Regex(regex(&text()?)?),
        Operator::Search => Element::Regex(search(&text()?)?),
        _ => Element::Compare(operator, constant(value, kind)?),
    })
}

fn hexadecimal(text: &[u8]) -> Result<Vec<u8>, String> {
    data_encoding::HEXLOWER_PERMISSIVE
        .decode(text)
        .map_err(|_| format!("`{}` is not hexadecimal, two digits a byte", String::from_utf8_lossy(text)))
}

impl Element {
    fn passes(&self, value: &Value<'_>) -> bool {
        if let Self::Compare(operator, constant) = self {
            return compare(*operator, value, constant);
        }
        let Some(bytes) = value.as_bytes() else { return false };
        match self {
            Self::Contains(finder) => finder.find(bytes).is_some(),
            Self::ContainsAnyCase(wanted) => contains_any_case(bytes, wanted),
            Self::StartsWith(wanted) => bytes.starts_with(wanted),
            Self::EndsWith(wanted) => bytes.ends_with(wanted),
            Self::Glob(glob) => glob.is_match(bytes),
            Self::Regex(regex) if std::str::from_utf8(bytes).is_ok() => regex.is_match(bytes),
            // Bytes that are no UTF-8 count as the character that stands for them.
            Self::Regex(regex) => regex.is_match(String::from_utf8_lossy(bytes).as_bytes()),
            Self::Compare(..) => false,
        }
    }
}

/// Whether a text is in another, whatever the case of letters.
fn contains_any_case(text: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else { return true };
    let last = text.len().checked_sub(wanted.len()).map_or(0, |last| last + 1);
    let starts = text.get(..last).unwrap_or_default();
    memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), starts).any(|place| {
        text.get(place..place + wanted.len()).is_some_and(|window| window.eq_ignore_ascii_case(wanted))
    })
}

/// Compares a value with a constant of its type.
fn compare(operator: Operator, value: &Value<'_>, constant: &Constant) -> bool {
    let is_difference = operator == Operator::NotEqual;
    match (value, constant) {
        (Value::Text(text) | Value::Bytes(text), Constant::Text(wanted)) => {
            ordered(operator, text.as_ref().cmp(wanted))
        }
        (Value::Int(number), Constant::Number(wanted)) => ordered(operator, i128::from(*number).cmp(wanted)),
        (Value::UInt(number), Constant::Number(wanted)) => ordered(operator, i128::from(*number).cmp(wanted)),
        (Value::Bool(flag), Constant::Bool(wanted)) => ordered(operator, flag.cmp(wanted)),
        (Value::Double(number), Constant::Double(wanted)) => {
            number.partial_cmp(wanted).map_or(is_difference, |order| ordered(operator, order))
        }
        (Value::Ip(address), Constant::Ip(wanted)) => (address == wanted) != is_difference,
        (Value::Ip(address), Constant::Network { address: network, bits }) => {
            within(*address, *network, *bits) != is_difference
        }
        _ => is_difference,
    }
}

fn ordered(operator: Operator, order: std::cmp::Ordering) -> bool {
    match operator {
        Operator::NotEqual => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        Operator::GreaterOrEqual => order.is_ge(),
        _ => order.is_eq(),
    }
}

/// Compares the values of two operands of one type.
pub(crate) fn compare_operands(operator: Operator, left: &[Value<'_>], right: &[Value<'_>]) -> bool {
    match operator {
        Operator::In => left.iter().all(|value| right.contains(value)),
        Operator::Intersects => left.iter().any(|value| right.contains(value)),
        _ => match (left.first(), right.first()) {
            (Some(left), Some(right)) => compare_two(operator, left, right),
            _ => false,
        },
    }
}

fn compare_two(operator: Operator, left: &Value<'_>, right: &Value<'_>) -> bool {
    if let (Some(left), Some(right)) = (left.as_bytes(), right.as_bytes()) {
        return match operator {
            Operator::Contains | Operator::ContainsBytes => memchr::memmem::find(left, right).is_some(),
            Operator::ContainsAnyCase => contains_any_case(left, right),
            Operator::StartsWith | Operator::StartsWithBytes => left.starts_with(right),
            Operator::EndsWith => left.ends_with(right),
            Operator::Glob => Glob::new(right, false).is_match(left),
            Operator::GlobAnyCase => Glob::new(right, true).is_match(left),
            _ => ordered(operator, left.cmp(right)),
        };
    }
    let same = match (left, right) {
        (Value::Int(left), Value::Int(right)) => return ordered(operator, left.cmp(right)),
        (Value::UInt(left), Value::UInt(right)) => return ordered(operator, left.cmp(right)),
        (Value::Double(left), Value::Double(right)) => {
            return left.partial_cmp(right).is_some_and(|order| ordered(operator, order));
        }
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Ip(left), Value::Ip(right)) => left == right,
        _ => false,
    };
    same == (operator != Operator::NotEqual)
}
