//! The graph of the conditions of one source, in which whatever occurs twice is one node.

use std::collections::{BTreeMap, HashMap};

use sekisho_capture::Type;

use super::error::CompileError;
use super::extract::Extracts;
use super::test::{Test, check_types};
use crate::catalog::{Catalog, Field, Reading};
use crate::condition::{Condition, Modifier, Operand, Operator, Right};
use crate::event_types::number_invariant;
use crate::value::{Class, class};

/// A node of the graph, by its place.
pub(crate) type NodeId = u32;

/// No condition goes deeper than this when all macros are written out.
const MAX_NODE_DEPTH: u32 = 500;

#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Node {
    Always,
    Never,
    Predicate(u32),
    Not(NodeId),
    And(Box<[NodeId]>),
    Or(Box<[NodeId]>),
}

/// One comparison, evaluated at most once an event.
pub(crate) struct Predicate {
    pub(super) left: u32,
    pub(super) reading: Reading,
    pub(super) ask: Ask,
    /// The names that `evt.type` is compared with; none where it compares something else.
    pub(super) names: Option<Names>,
}

pub(super) enum Ask {
    Exists,
    Test(Test),
    Operands(Operator, u32),
}

pub(super) struct Names {
    pub(super) names: Vec<Vec<u8>>,
    pub(super) negated: bool,
}

pub(super) type PredicateKey = (Operand, Option<Operator>, Option<Modifier>, RightKey);

#[derive(Clone, Eq, Hash, PartialEq)]
pub(super) enum RightKey {
    Nothing,
    Values(Vec<Vec<u8>>),
    Operand(Operand),
}

/// The graph of one source.
pub(crate) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// The place of each node, at its place.
    selves: Vec<NodeId>,
    places: HashMap<Node, NodeId>,
    pub(super) predicates: Vec<Predicate>,
    pub(super) predicate_places: HashMap<PredicateKey, u32>,
    pub(super) extracts: Extracts,
    leaves: usize,
}

/// How large a graph is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct GraphSize {
    /// Comparisons that the rules write, macros written out.
    pub leaves: usize,
    /// Distinct comparisons.
    pub predicates: usize,
    /// Distinct values that are compared.
    pub values: usize,
    /// Distinct nodes.
    pub nodes: usize,
}

impl Graph {
    pub(crate) fn new() -> Self {
        let mut graph = Self {
            nodes: Vec::new(),
            selves: Vec::new(),
            places: HashMap::new(),
            predicates: Vec::new(),
            predicate_places: HashMap::new(),
            extracts: Extracts::default(),
            leaves: 0,
        };
        graph.node(Node::Always);
        graph.node(Node::Never);
        graph
    }

    /// How large it is.
    pub(crate) fn size(&self) -> GraphSize {
        GraphSize {
            leaves: self.leaves,
            predicates: self.predicates.len(),
            values: self.extracts.len(),
            nodes: self.nodes.len(),
        }
    }

    pub(crate) fn extracts_mut(&mut self) -> &mut Extracts {
        &mut self.extracts
    }

    fn node(&mut self, node: Node) -> NodeId {
        if let Some(place) = self.places.get(&node) {
            return *place;
        }
        let place = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(node.clone());
        self.selves.push(place);
        self.places.insert(node, place);
        place
    }

    fn always(&mut self, always: bool) -> NodeId {
        self.node(if always { Node::Always } else { Node::Never })
    }

    /// Adds a condition whose macros are written out.
    pub(crate) fn add(
        &mut self,
        condition: &Condition,
        catalog: &Catalog,
        source: &str,
    ) -> Result<NodeId, CompileError> {
        self.add_within(condition, catalog, source, MAX_NODE_DEPTH)
    }

    fn add_within(
        &mut self,
        condition: &Condition,
        catalog: &Catalog,
        source: &str,
        depth: u32,
    ) -> Result<NodeId, CompileError> {
        let Some(depth) = depth.checked_sub(1) else {
            let message = "the condition is nested too deep when its macros are written out".to_owned();
            return Err(CompileError { message, at: 0, is_unknown: false });
        };
        let mut children = |children: &[Condition]| {
            children
                .iter()
                .map(|child| self.add_within(child, catalog, source, depth))
                .collect::<Result<Vec<_>, _>>()
        };
        match condition {
            Condition::And(parts) => {
                let parts = children(parts)?;
                Ok(self.joined(parts, true))
            }
            Condition::Or(parts) => {
                let parts = children(parts)?;
                Ok(self.joined(parts, false))
            }
            Condition::Not(part) => {
                let part = self.add_within(part, catalog, source, depth)?;
                Ok(self.negated(part))
            }
            Condition::Macro { name, at } => {
                let message = format!("the macro `{name}` is not defined");
                Err(CompileError { message, at: *at, is_unknown: false })
            }
            Condition::Exists { left, at } => {
                let key = (left.clone(), None, None, RightKey::Nothing);
                self.predicate(key, |graph| {
                    let extract = graph.extracts.add(left, catalog, source, *at)?;
                    let (left, reading) = (extract.place, extract.reading);
                    Ok(Predicate { left, reading, ask: Ask::Exists, names: None })
                })
            }
            Condition::Check { left, operator, modifier, right, at } => {
                let values = match right {
                    Right::Value(value) => RightKey::Values(vec![value.clone()]),
                    Right::List(values) if modifier == &Some(Modifier::OneOf) => {
                        RightKey::Values(values.clone())
                    }
                    Right::List(values) => {
                        let mut values = values.clone();
                        values.sort_unstable();
                        values.dedup();
                        RightKey::Values(values)
                    }
                    Right::Operand(operand) => RightKey::Operand(operand.clone()),
                };
                let key = (left.clone(), Some(*operator), *modifier, values.clone());
                let node = self.predicate(key, |graph| {
                    graph.compile(left, *operator, *modifier, &values, catalog, source, *at)
                })?;
                let known = number_invariant(left, *operator, right).filter(|_| modifier.is_none());
                Ok(known.map_or(node, |answer| self.always(answer)))
            }
        }
    }

    fn predicate(
        &mut self,
        key: PredicateKey,
        compile: impl FnOnce(&mut Self) -> Result<Predicate, CompileError>,
    ) -> Result<NodeId, CompileError> {
        self.leaves += 1;
        let place = if let Some(place) = self.predicate_places.get(&key) {
            *place
        } else {
            let predicate = compile(self)?;
            let place = u32::try_from(self.predicates.len()).unwrap_or(u32::MAX);
            self.predicates.push(predicate);
            self.predicate_places.insert(key, place);
            place
        };
        Ok(self.node(Node::Predicate(place)))
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of a check and what they are resolved with")]
    fn compile(
        &mut self,
        left: &Operand,
        operator: Operator,
        modifier: Option<Modifier>,
        right: &RightKey,
        catalog: &Catalog,
        source: &str,
        at: usize,
    ) -> Result<Predicate, CompileError> {
        let wrong = |message: String| CompileError { message, at, is_unknown: false };
        let extract = self.extracts.add(left, catalog, source, at)?;
        check_types(operator, extract.kind, extract.is_list).map_err(wrong)?;
        let (place, reading) = (extract.place, extract.reading);
        let values = match right {
            RightKey::Nothing => &Vec::new(),
            RightKey::Values(values) => values,
            RightKey::Operand(operand) => {
                let other = self.extracts.add(operand, catalog, source, at)?;
                let (kind, is_list) = (extract.kind, extract.is_list);
                if matches!(operator, Operator::PathMatch | Operator::Regex | Operator::Search) {
                    return Err(wrong(format!("`{}` cannot compare two fields", operator.word())));
                }
                if class(kind) == Class::Network || extract.no_right {
                    return Err(wrong(format!("`{left}` cannot be compared with another field")));
                }
                if other.no_right {
                    return Err(wrong(format!("`{operand}` cannot stand at the right-hand side")));
                }
                if kind != other.kind || is_list != other.is_list {
                    let (mine, theirs) = (shown(kind, is_list), shown(other.kind, other.is_list));
                    return Err(wrong(format!(
                        "`{left}` is {mine} and `{operand}` is {theirs}: they must be alike"
                    )));
                }
                let ask = Ask::Operands(operator, other.place);
                return Ok(Predicate { left: place, reading, ask, names: None });
            }
        };
        let names = if self.extracts.is_event_type(place) { names(operator, values) } else { None };
        if let Some(names) = &names
            && let Some(name) = names.names.iter().find(|name| !crate::event_types::is_known(name))
        {
            let message = format!("no event type `{}` is known", String::from_utf8_lossy(name));
            return Err(CompileError { message, at, is_unknown: true });
        }
        let test = Test::new(operator, modifier, values, extract.kind).map_err(wrong)?;
        Ok(Predicate { left: place, reading, ask: Ask::Test(test), names })
    }

    fn negated(&mut self, node: NodeId) -> NodeId {
        match self.nodes.get(node as usize) {
            Some(Node::Always) => self.always(false),
            Some(Node::Never) => self.always(true),
            Some(Node::Not(inner)) => *inner,
            _ => self.node(Node::Not(node)),
        }
    }

    /// All of the nodes with `all`, else one of them. What is known is left out, what is nested alike is joined.
    fn joined(&mut self, parts: Vec<NodeId>, all: bool) -> NodeId {
        let mut flat: Vec<NodeId> = Vec::new();
        for part in parts {
            match self.nodes.get(part as usize) {
                Some(Node::Always) if all => {}
                Some(Node::Never) if !all => {}
                Some(Node::Always | Node::Never) => return part,
                Some(Node::And(inner)) if all => flat.extend(inner),
                Some(Node::Or(inner)) if !all => flat.extend(inner),
                _ => flat.push(part),
            }
        }
        let mut seen = std::collections::HashSet::new();
        flat.retain(|part| seen.insert(*part));
        match flat[..] {
            [] => self.always(all),
            [only] => only,
            _ if all => self.node(Node::And(flat.into())),
            _ => self.node(Node::Or(flat.into())),
        }
    }

    /// The node as it is for events of this name, whose comparisons of `evt.type` are known.
    pub(crate) fn specialize(
        &mut self,
        node: NodeId,
        name: &str,
        known: &mut HashMap<NodeId, NodeId>,
    ) -> NodeId {
        if let Some(known) = known.get(&node) {
            return *known;
        }
        let special = match self.nodes.get(node as usize).cloned() {
            Some(Node::Predicate(place)) => {
                let names =
                    self.predicates.get(place as usize).and_then(|predicate| predicate.names.as_ref());
                let answer = names
                    .map(|names| names.names.iter().any(|known| known == name.as_bytes()) != names.negated);
                answer.map_or(node, |answer| self.always(answer))
            }
            Some(Node::Not(inner)) => {
                let inner = self.specialize(inner, name, known);
                self.negated(inner)
            }
            Some(Node::And(parts)) => {
                let parts = parts.iter().map(|part| self.specialize(*part, name, known)).collect();
                self.joined(parts, true)
            }
            Some(Node::Or(parts)) => {
                let parts = parts.iter().map(|part| self.specialize(*part, name, known)).collect();
                self.joined(parts, false)
            }
            Some(Node::Always | Node::Never) | None => node,
        };
        known.insert(node, special);
        special
    }

    pub(crate) fn is_never(&self, node: NodeId) -> bool {
        matches!(self.nodes.get(node as usize), Some(Node::Never))
    }

    /// The values that must be one of a few texts where the node holds, with the texts.
    pub(crate) fn texts_asked(&self, node: NodeId, most: usize) -> BTreeMap<u32, Vec<&[u8]>> {
        let parts = match self.nodes.get(node as usize) {
            Some(Node::And(parts)) => parts,
            Some(Node::Predicate(_)) => std::slice::from_ref(&node),
            _ => &[],
        };
        let mut asked = BTreeMap::new();
        for part in parts {
            let Some(Node::Predicate(place)) = self.nodes.get(*part as usize) else { continue };
            let Some(predicate) = self.predicates.get(*place as usize) else { continue };
            if predicate.reading == Reading::One
                && let Ask::Test(test) = &predicate.ask
                && let Some(texts) = test.texts().filter(|texts| texts.len() <= most)
            {
                asked.entry(predicate.left).or_insert(texts);
            }
        }
        asked
    }

    /// What must all hold where the node holds.
    pub(crate) fn demands(&self, node: NodeId) -> &[NodeId] {
        match self.nodes.get(node as usize) {
            Some(Node::And(parts)) => parts,
            _ => self.selves.get(node as usize).map(std::slice::from_ref).unwrap_or_default(),
        }
    }

    /// The fields that a predicate asks for.
    pub(crate) fn fields_of<'g>(&'g self, predicate: u32, fields: &mut Vec<&'g Field>) {
        let Some(predicate) = self.predicates.get(predicate as usize) else { return };
        self.extracts.fields_below(predicate.left, fields);
        if let Ask::Operands(_, right) = &predicate.ask {
            self.extracts.fields_below(*right, fields);
        }
    }

    /// The distinct predicates below a node.
    pub(crate) fn predicates_below(&self, node: NodeId, seen: &mut std::collections::HashSet<u32>) {
        match self.nodes.get(node as usize) {
            Some(Node::Predicate(place)) => drop(seen.insert(*place)),
            Some(Node::Not(inner)) => self.predicates_below(*inner, seen),
            Some(Node::And(parts) | Node::Or(parts)) => {
                parts.iter().for_each(|part| self.predicates_below(*part, seen));
            }
            Some(Node::Always | Node::Never) | None => {}
        }
    }
}

fn shown(kind: Type, is_list: bool) -> String {
    if is_list { format!("a list of the type {kind:?}") } else { format!("of the type {kind:?}") }
}

/// The names that a comparison of `evt.type` asks for, where it can be answered by the type alone.
fn names(operator: Operator, values: &[Vec<u8>]) -> Option<Names> {
    let negated = operator == Operator::NotEqual;
    let is_equality = negated || matches!(operator, Operator::Equal | Operator::In | Operator::Intersects);
    is_equality.then(|| Names { names: values.to_vec(), negated })
}
