//! Selectors: which labels a Service, a workload, a policy or a webhook picks, exactly as the API server does.

mod label;
mod node;
mod requirement;
mod satisfiable;
mod text;

pub use label::Labels;
pub use node::{NodeSelector, NodeTerm};
pub use requirement::{Operator, Requirement};

use std::fmt;

use crate::{FieldPath, Node, Value};

/// Requirements on labels that must all hold.
///
/// A selector without requirements selects everything. What a *missing* selector means differs from field
/// to field of the API: the caller says [`Selector::everything`] or [`Selector::nothing`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Selector {
    /// None selects nothing at all.
    requirements: Option<Vec<Requirement>>,
}

/// What is wrong with a selector, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct SelectorError {
    /// Where, from the selector's root; the root itself for a selector that is text.
    pub path: FieldPath,
    /// What is wrong.
    pub kind: SelectorErrorKind,
}

/// What can be wrong with a selector; the API server refuses each of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectorErrorKind {
    /// A key that no label can have.
    #[error(
        "`{0}` is no label key: use letters, digits, `-`, `_`, `.`, at most 63, behind an optional domain and `/`"
    )]
    Key(String),
    /// A value that no label can have.
    #[error(
        "`{0}` is no label value: use letters, digits, `-`, `_`, `.`, at most 63, a letter or digit at both ends"
    )]
    Value(String),
    /// An operator that does not exist here.
    #[error("unknown operator `{given}`: use one of {known}")]
    Operator {
        /// What was written.
        given: String,
        /// The operators that there are.
        known: &'static str,
    },
    /// `In` or `NotIn` without values.
    #[error("`{0}` needs at least one value")]
    NoValues(Operator),
    /// `Exists` or `DoesNotExist` with values.
    #[error("`{0}` takes no values")]
    Values(Operator),
    /// `Gt` or `Lt` with anything but one whole number, or a field with anything but one value.
    #[error("`{0}` takes exactly one value, here a whole number where it is `Gt` or `Lt`")]
    OneValue(Operator),
    /// A field that nodes cannot be selected by.
    #[error("`{0}` is no field that nodes are selected by: use `metadata.name`")]
    Field(String),
    /// A value of the wrong type.
    #[error("expected {0}")]
    Type(&'static str),
    /// Text that is no selector.
    #[error("found {found} at byte {at}: expected {expected}")]
    Syntax {
        /// What stands there.
        found: String,
        /// The byte, from 0.
        at: usize,
        /// What should.
        expected: &'static str,
    },
}

impl SelectorErrorKind {
    fn at(self, path: FieldPath) -> SelectorError {
        SelectorError { path, kind: self }
    }
}

impl Selector {
    /// Selects everything, whatever its labels.
    pub fn everything() -> Self {
        Self { requirements: Some(Vec::new()) }
    }

    /// Selects nothing, whatever its labels.
    pub fn nothing() -> Self {
        Self { requirements: None }
    }

    /// Selects what meets every one of the requirements.
    pub fn new(mut requirements: Vec<Requirement>) -> Self {
        requirements.sort();
        Self { requirements: Some(requirements) }
    }

    /// Reads a `LabelSelector`: `matchLabels` and `matchExpressions`, each of which may be missing.
    pub fn from_label_selector(node: &Node) -> Result<Self, SelectorError> {
        expect_mapping(node, &FieldPath::root())?;
        let mut requirements = Vec::new();
        if let Some(labels) = node.get("matchLabels") {
            equalities(labels, &crate::field!["matchLabels"], &mut requirements)?;
        }
        if let Some(expressions) = node.get("matchExpressions") {
            let path = crate::field!["matchExpressions"];
            for (path, expression) in expect_items(expressions, &path)? {
                requirements.push(Requirement::from_node(expression, &path, Operator::OF_LABELS)?);
            }
        }
        Ok(Self::new(requirements))
    }

    /// Reads a selector that is a plain map of labels, as Services and ReplicationControllers have it.
    pub fn from_map(node: &Node) -> Result<Self, SelectorError> {
        let mut requirements = Vec::new();
        equalities(node, &FieldPath::root(), &mut requirements)?;
        Ok(Self::new(requirements))
    }

    /// The requirements in the order of their keys; none too where nothing is selected.
    pub fn requirements(&self) -> &[Requirement] {
        self.requirements.as_deref().unwrap_or(&[])
    }

    /// Whether there is no requirement, so that everything is selected.
    pub fn is_empty(&self) -> bool {
        self.requirements.as_ref().is_some_and(Vec::is_empty)
    }

    /// Whether these labels are selected.
    pub fn matches<L: Labels + ?Sized>(&self, labels: &L) -> bool {
        self.requirements
            .as_ref()
            .is_some_and(|requirements| requirements.iter().all(|requirement| requirement.matches(labels)))
    }

    /// What both selectors select.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (&self.requirements, &other.requirements) {
            (Some(one), Some(two)) => Self::new(one.iter().chain(two).cloned().collect()),
            _ => Self::nothing(),
        }
    }

    /// Whether any labels can be selected: false where requirements contradict each other.
    pub fn is_satisfiable(&self) -> bool {
        self.requirements.as_deref().is_some_and(satisfiable::all)
    }
}

/// One requirement for each label of a plain map.
fn equalities(
    node: &Node,
    path: &FieldPath,
    requirements: &mut Vec<Requirement>,
) -> Result<(), SelectorError> {
    expect_mapping(node, path)?;
    for entry in node.entries() {
        let path = path.child(&entry.key);
        let value =
            text_or_null(&entry.node).ok_or_else(|| SelectorErrorKind::Type("text").at(path.clone()))?;
        let requirement =
            Requirement::new(&entry.key, Operator::In, [value]).map_err(|kind| kind.at(path))?;
        requirements.push(requirement);
    }
    Ok(())
}

/// The text of a node; the API server reads null in place of text as no text.
fn text_or_null(node: &Node) -> Option<&str> {
    if node.is_null() { Some("") } else { node.as_str() }
}

fn expect_mapping(node: &Node, path: &FieldPath) -> Result<(), SelectorError> {
    match node.value {
        Value::Mapping(_) | Value::Null => Ok(()),
        _ => Err(SelectorErrorKind::Type("a mapping").at(path.clone())),
    }
}

/// The items of a sequence with their paths.
fn expect_items<'a>(node: &'a Node, path: &FieldPath) -> Result<Vec<(FieldPath, &'a Node)>, SelectorError> {
    match &node.value {
        Value::Sequence(items) => {
            Ok(items.iter().enumerate().map(|(index, item)| (path.child(index), item)).collect())
        }
        Value::Null => Ok(Vec::new()),
        _ => Err(SelectorErrorKind::Type("a list").at(path.clone())),
    }
}

impl fmt::Display for Selector {
    /// Prints the form that `kubectl -l` takes; `<none>` for the one that selects nothing, which has none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(requirements) = &self.requirements else { return f.write_str("<none>") };
        for (place, requirement) in requirements.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            write!(f, "{comma}{requirement}")?;
        }
        Ok(())
    }
}
