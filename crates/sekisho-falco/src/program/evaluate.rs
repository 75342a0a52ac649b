//! Evaluating a graph over an event: every value is had and every comparison made once at most.

use std::ops::Range;

use super::event::Event;
use super::extract::Extract;
use super::graph::{Ask, Graph, Node, NodeId, Predicate};
use super::test::compare_operands;
use super::transform;
use crate::catalog::Reading;
use crate::condition::Transformer;
use crate::value::Value;

/// Room for the values of an event, which most need no more of.
const LEAST_ROOM: usize = 24;

/// The memory that evaluation uses again for each event.
#[derive(Default)]
pub(crate) struct Workspace {
    stamp: u32,
    /// For each node the stamp of the event it was last answered for, and the answer in the lowest bit.
    nodes: Vec<u32>,
    predicates: Vec<u32>,
    cells: Vec<Cell>,
    /// Room for the bits of rules.
    words: Vec<u64>,
    /// Predicates that were evaluated so far, for measuring.
    pub(crate) evaluated: u64,
    pub(crate) extracted: u64,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    stamp: u32,
    is_there: bool,
    start: u32,
    end: u32,
}

/// One event's evaluation.
pub(crate) struct Run<'r, 'e, E: ?Sized> {
    graph: &'r Graph,
    workspace: &'r mut Workspace,
    event: &'e E,
    values: Vec<Value<'e>>,
}

impl Workspace {
    /// Predicates that were evaluated, and values that were had, over all events so far.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.evaluated, self.extracted)
    }

    pub(crate) fn begin<'r, 'e, E: Event + ?Sized>(
        &'r mut self,
        graph: &'r Graph,
        event: &'e E,
    ) -> Run<'r, 'e, E> {
        self.stamp += 1;
        if self.stamp >= u32::MAX / 2 {
            self.stamp = 1;
            self.nodes.fill(0);
            self.predicates.fill(0);
            self.cells.fill(Cell::default());
        }
        if self.nodes.len() < graph.nodes.len() {
            self.nodes.resize(graph.nodes.len(), 0);
            self.predicates.resize(self.predicates.len().max(graph.predicates.len()), 0);
            self.cells.resize(self.cells.len().max(graph.extracts.len()), Cell::default());
        }
        Run { graph, workspace: self, event, values: Vec::new() }
    }
}

impl<'e, E: Event + ?Sized> Run<'_, 'e, E> {
    /// Words in which the bits of so many rules are set.
    pub(crate) fn take_words(&mut self, rules: usize) -> Vec<u64> {
        let mut words = std::mem::take(&mut self.workspace.words);
        words.clear();
        words.resize(rules / 64, u64::MAX);
        words.push((1 << (rules % 64)) - 1);
        words
    }

    pub(crate) fn give_words(&mut self, words: Vec<u64>) {
        self.workspace.words = words;
    }

    /// Whether a node holds.
    pub(crate) fn holds(&mut self, id: NodeId) -> bool {
        let graph = self.graph;
        let (parts, all) = match graph.nodes.get(id as usize) {
            Some(Node::Predicate(place)) => return self.predicate(*place),
            Some(Node::Not(inner)) => return !self.holds(*inner),
            Some(Node::And(parts)) => (parts, true),
            Some(Node::Or(parts)) => (parts, false),
            Some(Node::Always) => return true,
            Some(Node::Never) | None => return false,
        };
        if let Some(known) = known(&self.workspace.nodes, id, self.workspace.stamp) {
            return known;
        }
        let answer = parts.iter().all(|part| self.holds(*part) == all) == all;
        note(&mut self.workspace.nodes, id, self.workspace.stamp, answer);
        answer
    }

    fn predicate(&mut self, place: u32) -> bool {
        if let Some(known) = known(&self.workspace.predicates, place, self.workspace.stamp) {
            return known;
        }
        let answer = self.graph.predicates.get(place as usize).is_some_and(|predicate| self.asked(predicate));
        note(&mut self.workspace.predicates, place, self.workspace.stamp, answer);
        answer
    }

    fn asked(&mut self, predicate: &Predicate) -> bool {
        self.workspace.evaluated += 1;
        let Some(left) = self.extract(predicate.left) else { return false };
        match &predicate.ask {
            Ask::Exists => true,
            Ask::Test(test) => test.passes(self.slice(&left), predicate.reading),
            Ask::Operands(operator, right) => {
                let Some(right) = self.extract(*right) else { return false };
                let (left, right) = (self.slice(&left), self.slice(&right));
                if predicate.reading == Reading::One {
                    return compare_operands(*operator, left, right);
                }
                left.iter().any(|left| compare_operands(*operator, std::slice::from_ref(left), right))
            }
        }
    }

    fn slice(&self, range: &Range<usize>) -> &[Value<'e>] {
        self.values.get(range.clone()).unwrap_or_default()
    }

    /// The values of an extract, by their place among all values of the event; none where there are none.
    pub(crate) fn extract(&mut self, place: u32) -> Option<Range<usize>> {
        let stamp = self.workspace.stamp;
        if let Some(cell) = self.workspace.cells.get(place as usize).filter(|cell| cell.stamp == stamp) {
            return cell.is_there.then_some(cell.start as usize..cell.end as usize);
        }
        self.workspace.extracted += 1;
        let graph = self.graph;
        let found = graph.extracts.get(place).and_then(|extract| self.extract_anew(extract));
        if let Some(cell) = self.workspace.cells.get_mut(place as usize) {
            let range = found.clone().unwrap_or_default();
            let end = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
            *cell = Cell { stamp, is_there: found.is_some(), start: end(range.start), end: end(range.end) };
        }
        found
    }

    fn extract_anew(&mut self, extract: &Extract) -> Option<Range<usize>> {
        let made = match extract {
            Extract::Field(field) => {
                let start = self.values.len();
                if start == 0 {
                    self.values.reserve(LEAST_ROOM);
                }
                if !self.event.extract(field, &mut self.values) {
                    self.values.truncate(start);
                    return None;
                }
                return Some(start..self.values.len());
            }
            Extract::Constant(text) => vec![Value::Text(text.clone().into())],
            Extract::Apply { transformer: Transformer::Value, inner, .. } => return self.extract(*inner),
            Extract::Apply { transformer, of_list, inner } => {
                let inner = self.extract(*inner)?;
                transform::apply(*transformer, *of_list, self.slice(&inner))?
            }
            Extract::Join { separator, texts } => {
                let (separator, texts) = (self.extract(*separator)?, self.extract(*texts)?);
                vec![transform::join(self.slice(&separator), self.slice(&texts))?]
            }
            Extract::Concat(parts) => {
                let ranges = parts.iter().map(|part| self.extract(*part)).collect::<Option<Vec<_>>>()?;
                let texts: Vec<_> = ranges.iter().map(|range| self.slice(range)).collect();
                vec![transform::concat(&texts)?]
            }
            Extract::Options { arguments, description, wanted } => {
                let (arguments, description) = (self.extract(*arguments)?, self.extract(*description)?);
                transform::options(self.slice(&arguments), self.slice(&description), *wanted)?
            }
            Extract::List(items) => {
                let ranges = items.iter().map(|item| self.extract(*item)).collect::<Option<Vec<_>>>()?;
                ranges.iter().flat_map(|range| self.slice(range).to_vec()).collect()
            }
        };
        let start = self.values.len();
        self.values.extend(made);
        Some(start..self.values.len())
    }

    /// The values of an extract.
    pub(crate) fn values(&mut self, place: u32) -> Option<&[Value<'e>]> {
        let range = self.extract(place)?;
        Some(self.slice(&range))
    }
}

fn known(answers: &[u32], place: u32, stamp: u32) -> Option<bool> {
    let answer = *answers.get(place as usize)?;
    (answer >> 1 == stamp).then_some(answer & 1 == 1)
}

fn note(answers: &mut [u32], place: u32, stamp: u32, answer: bool) {
    if let Some(slot) = answers.get_mut(place as usize) {
        *slot = stamp << 1 | u32::from(answer);
    }
}
