//! Node selectors: terms of which one must hold, each over a node's labels and its name.

use super::{Labels, Operator, Requirement, SelectorError, SelectorErrorKind, expect_items, expect_mapping};
use crate::{FieldPath, Node, field};

/// Terms of which at least one must hold; without terms it selects no node.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NodeSelector {
    terms: Vec<NodeTerm>,
}

/// Requirements on a node's labels and on its name that must all hold; without any it selects no node.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct NodeTerm {
    labels: Vec<Requirement>,
    name: Vec<Requirement>,
}

impl NodeSelector {
    /// Reads a `NodeSelector`: `nodeSelectorTerms`.
    pub fn from_node(node: &Node) -> Result<Self, SelectorError> {
        expect_mapping(node, &FieldPath::root())?;
        let Some(terms) = node.get("nodeSelectorTerms") else {
            return Err(SelectorErrorKind::Type("`nodeSelectorTerms`").at(FieldPath::root()));
        };
        let terms = expect_items(terms, &field!["nodeSelectorTerms"])?;
        let terms =
            terms.iter().map(|(path, term)| NodeTerm::from_node(term, path)).collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    /// The terms in the order of the source.
    pub fn terms(&self) -> &[NodeTerm] {
        &self.terms
    }

    /// Whether a node with these labels and this name is selected.
    pub fn matches<L: Labels + ?Sized>(&self, labels: &L, name: &str) -> bool {
        self.terms.iter().any(|term| term.matches(labels, name))
    }

    /// Whether any node can be selected.
    pub fn is_satisfiable(&self) -> bool {
        self.terms.iter().any(NodeTerm::is_satisfiable)
    }
}

impl NodeTerm {
    /// Reads a `NodeSelectorTerm` that stands at this path: `matchExpressions` and `matchFields`.
    fn from_node(node: &Node, path: &FieldPath) -> Result<Self, SelectorError> {
        expect_mapping(node, path)?;
        let mut term = Self::default();
        if let Some(list) = node.get("matchExpressions") {
            for (path, item) in expect_items(list, &path.child("matchExpressions"))? {
                term.labels.push(Requirement::from_node(item, &path, Operator::OF_NODES)?);
            }
        }
        if let Some(list) = node.get("matchFields") {
            for (path, item) in expect_items(list, &path.child("matchFields"))? {
                term.name.push(Requirement::from_field(item, &path)?);
            }
        }
        term.labels.sort();
        Ok(term)
    }

    /// Whether a node with these labels and this name is selected.
    pub fn matches<L: Labels + ?Sized>(&self, labels: &L, name: &str) -> bool {
        !self.is_empty()
            && self.labels.iter().all(|requirement| requirement.matches(labels))
            && self.name.iter().all(|requirement| requirement.matches_value(Some(name)))
    }

    /// Whether there is no requirement, so that no node is selected.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.name.is_empty()
    }

    /// Whether any node can be selected.
    pub fn is_satisfiable(&self) -> bool {
        let named = self.name.iter().find(|requirement| requirement.operator() == Operator::In);
        let name = named.and_then(|requirement| requirement.values().first());
        !self.is_empty()
            && super::satisfiable::all(&self.labels)
            && name.is_none_or(|name| self.name.iter().all(|one| one.matches_value(Some(name))))
    }
}
