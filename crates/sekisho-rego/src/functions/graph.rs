//! Graphs: what can be reached, and by which paths.

use std::collections::{BTreeSet, VecDeque};

use super::arguments::{members, object, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::collections::neighbours;
use super::error::BuiltinError;
use super::paths::walk;
use super::types::{ARRAY, LIST, SET, Type};
use crate::value::{Object, Value};

use Type::Any as A;

pub(super) const FAMILY: Family = &[
    Builtin::new("graph.reachable", &[GRAPH, LIST], SET, reachable),
    Builtin::new("graph.reachable_paths", &[GRAPH, LIST], Type::Set(&ARRAY), reachable_paths),
    Builtin::new("walk", &[A], Type::Array(&[ARRAY, A], None), walk).relation(),
];

const GRAPH: Type = Type::Object(&[], Some((&A, &LIST)));

fn start(args: &[Value]) -> Result<&[Value], BuiltinError> {
    let given = value(args, 1);
    members(given).ok_or_else(|| BuiltinError::operand_type(2, given, &["{array, set}"]))
}

fn reachable(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let graph = object(args, 0)?;
    let mut reached = BTreeSet::new();
    let mut queue: VecDeque<&Value> = start(args)?.iter().collect();
    while let Some(vertex) = queue.pop_front() {
        call.charge(1)?;
        let Some(edges) = graph.get(vertex) else { continue };
        if !reached.insert(vertex) {
            continue;
        }
        call.allocate_values(1)?;
        for neighbour in neighbours(edges) {
            call.charge(1)?;
            if !reached.contains(neighbour) {
                queue.push_back(neighbour);
            }
        }
    }
    Ok(Value::set(reached.into_iter().cloned().collect()))
}

fn reachable_paths(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let graph = object(args, 0)?;
    let mut search = Search { graph, paths: Vec::new() };
    for vertex in start(args)? {
        let Some(edges) = graph.get(vertex) else { continue };
        let neighbours = neighbours(edges);
        if neighbours.is_empty() {
            search.note(call, &[vertex])?;
        }
        for neighbour in neighbours {
            search.follow(call, neighbour, vertex)?;
        }
    }
    Ok(Value::set(search.paths))
}

struct Search<'g> {
    graph: &'g Object,
    paths: Vec<Value>,
}

impl<'g> Search<'g> {
    fn note(&mut self, call: &mut Call<'_>, path: &[&Value]) -> Result<(), BuiltinError> {
        call.charge(path.len())?;
        call.allocate_values(path.len() + 2)?;
        self.paths.push(Value::array(path.iter().map(|vertex| (*vertex).clone()).collect()));
        Ok(())
    }

    /// Notes the paths that begin with an edge; one ends where it leaves the graph, has no further edge, or
    /// would come back to itself.
    fn follow(&mut self, call: &mut Call<'_>, first: &'g Value, from: &'g Value) -> Result<(), BuiltinError> {
        // The path, and for each vertex on it the neighbours that are still to be followed.
        let mut path: Vec<&Value> = vec![from];
        let mut ahead: Vec<std::slice::Iter<'_, Value>> = vec![std::slice::from_ref(first).iter()];
        // The vertex from which the path began counts as visited only where it is met as a neighbour.
        while let Some(next) = ahead.last_mut() {
            let Some(vertex) = next.next() else {
                ahead.pop();
                path.pop();
                continue;
            };
            call.charge(1 + path.len() / 8)?;
            let is_met = ahead.len() > 1 && path.contains(&vertex);
            let Some(edges) = self.graph.get(vertex).filter(|_| !is_met) else {
                self.note(call, &path)?;
                continue;
            };
            path.push(vertex);
            let neighbours = neighbours(edges);
            if neighbours.is_empty() {
                self.note(call, &path)?;
                path.pop();
            } else {
                ahead.push(neighbours.iter());
            }
        }
        Ok(())
    }
}
