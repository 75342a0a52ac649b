//! One requirement of a selector: a key, an operator, values.

use std::fmt;

use smol_str::SmolStr;

use super::{Labels, SelectorError, SelectorErrorKind, expect_items, expect_mapping, label, text_or_null};
use crate::{FieldPath, Node};

/// What a requirement asks of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// It is there with one of the values.
    In,
    /// It is missing, or there with none of the values.
    NotIn,
    /// It is there.
    Exists,
    /// It is missing.
    DoesNotExist,
    /// It is there and a whole number above the value.
    GreaterThan,
    /// It is there and a whole number below the value.
    LessThan,
}

/// What a selector asks of one label.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Requirement {
    key: SmolStr,
    operator: Operator,
    /// INVARIANT: sorted, each once; as many as the operator takes.
    values: Vec<SmolStr>,
}

impl Operator {
    /// The operators of a `LabelSelector`.
    pub(super) const OF_LABELS: &'static [Self] = &[Self::In, Self::NotIn, Self::Exists, Self::DoesNotExist];

    /// The operators of a node selector.
    pub(super) const OF_NODES: &'static [Self] =
        &[Self::In, Self::NotIn, Self::Exists, Self::DoesNotExist, Self::GreaterThan, Self::LessThan];

    /// The name in a manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "In",
            Self::NotIn => "NotIn",
            Self::Exists => "Exists",
            Self::DoesNotExist => "DoesNotExist",
            Self::GreaterThan => "Gt",
            Self::LessThan => "Lt",
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Requirement {
    /// Makes a requirement, where key and values are such that a label can have them and the operator takes
    /// so many values.
    pub fn new<V: AsRef<str>>(
        key: &str,
        operator: Operator,
        values: impl IntoIterator<Item = V>,
    ) -> Result<Self, SelectorErrorKind> {
        if !label::is_key(key) {
            return Err(SelectorErrorKind::Key(key.to_owned()));
        }
        let values: Vec<SmolStr> = values.into_iter().map(|value| SmolStr::new(value.as_ref())).collect();
        match operator {
            Operator::In | Operator::NotIn if values.is_empty() => {
                return Err(SelectorErrorKind::NoValues(operator));
            }
            Operator::Exists | Operator::DoesNotExist if !values.is_empty() => {
                return Err(SelectorErrorKind::Values(operator));
            }
            Operator::GreaterThan | Operator::LessThan if number_of(&values).is_none() => {
                return Err(SelectorErrorKind::OneValue(operator));
            }
            _ => {}
        }
        if let Some(value) = values.iter().find(|value| !label::is_value(value)) {
            return Err(SelectorErrorKind::Value(value.to_string()));
        }
        Ok(Self::sorted(key, operator, values))
    }

    /// Reads one item of `matchExpressions`.
    pub(super) fn from_node(
        node: &Node,
        path: &FieldPath,
        known: &'static [Operator],
    ) -> Result<Self, SelectorError> {
        let (key, operator, values) = parts(node, path, known)?;
        Self::new(key, operator, values).map_err(|kind| {
            let field = match kind {
                SelectorErrorKind::Key(_) => "key",
                _ => "values",
            };
            kind.at(path.child(field))
        })
    }

    /// Reads one item of `matchFields` of a node selector.
    pub(super) fn from_field(node: &Node, path: &FieldPath) -> Result<Self, SelectorError> {
        let (key, operator, values) = parts(node, path, &[Operator::In, Operator::NotIn])?;
        if key != "metadata.name" {
            return Err(SelectorErrorKind::Field(key.to_owned()).at(path.child("key")));
        }
        if values.len() != 1 {
            return Err(SelectorErrorKind::OneValue(operator).at(path.child("values")));
        }
        Ok(Self::sorted(key, operator, values.into_iter().map(SmolStr::new).collect()))
    }

    fn sorted(key: &str, operator: Operator, mut values: Vec<SmolStr>) -> Self {
        values.sort_unstable();
        values.dedup();
        Self { key: SmolStr::new(key), operator, values }
    }

    /// The label's key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is asked of it.
    pub fn operator(&self) -> Operator {
        self.operator
    }

    /// The values, sorted, each once.
    pub fn values(&self) -> &[SmolStr] {
        &self.values
    }

    /// The number of `Gt` and `Lt`.
    pub(super) fn number(&self) -> Option<i64> {
        number_of(&self.values)
    }

    /// Whether these labels meet the requirement.
    pub fn matches<L: Labels + ?Sized>(&self, labels: &L) -> bool {
        self.matches_value(labels.label_value(&self.key))
    }

    /// Whether the label with this value, or without one where it is missing, meets the requirement.
    pub(super) fn matches_value(&self, value: Option<&str>) -> bool {
        let listed = |value: &str| self.values.binary_search_by(|known| known.as_str().cmp(value)).is_ok();
        let number = || Some((value?.parse::<i64>().ok()?, self.number()?));
        match self.operator {
            Operator::In => value.is_some_and(listed),
            Operator::NotIn => !value.is_some_and(listed),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::GreaterThan => number().is_some_and(|(value, bound)| value > bound),
            Operator::LessThan => number().is_some_and(|(value, bound)| value < bound),
        }
    }
}

fn number_of(values: &[SmolStr]) -> Option<i64> {
    match values {
        [value] => value.parse().ok(),
        _ => None,
    }
}

/// Key, operator and values of an expression.
fn parts<'a>(
    node: &'a Node,
    path: &FieldPath,
    known: &'static [Operator],
) -> Result<(&'a str, Operator, Vec<&'a str>), SelectorError> {
    expect_mapping(node, path)?;
    let text = |field| {
        let node = node.entry(field).map(|entry| &entry.node);
        node.map_or(Some(""), text_or_null)
            .ok_or_else(|| SelectorErrorKind::Type("text").at(path.child(field)))
    };
    let (key, given) = (text("key")?, text("operator")?);
    let operator = known.iter().find(|operator| operator.as_str() == given).ok_or_else(|| {
        let known = match known.len() {
            2 => "`In`, `NotIn`",
            4 => "`In`, `NotIn`, `Exists`, `DoesNotExist`",
            _ => "`In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`",
        };
        SelectorErrorKind::Operator { given: given.to_owned(), known }.at(path.child("operator"))
    })?;
    let mut values = Vec::new();
    if let Some(list) = node.get("values") {
        for (path, item) in expect_items(list, &path.child("values"))? {
            values.push(text_or_null(item).ok_or_else(|| SelectorErrorKind::Type("text").at(path))?);
        }
    }
    Ok((key, *operator, values))
}

impl fmt::Display for Requirement {
    /// Prints the form that `kubectl -l` takes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        match (self.operator, &self.values[..]) {
            (Operator::Exists, _) => f.write_str(key),
            (Operator::DoesNotExist, _) => write!(f, "!{key}"),
            (Operator::In, [value]) => write!(f, "{key}={value}"),
            (Operator::NotIn, [value]) => write!(f, "{key}!={value}"),
            (Operator::In, values) => write!(f, "{key} in ({})", values.join(",")),
            (Operator::NotIn, values) => write!(f, "{key} notin ({})", values.join(",")),
            (Operator::GreaterThan, values) => write!(f, "{key}>{}", values.join(",")),
            (Operator::LessThan, values) => write!(f, "{key}<{}", values.join(",")),
        }
    }
}
