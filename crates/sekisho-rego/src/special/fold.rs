//! Bodies in which goals that are decided are left out.

use std::collections::VecDeque;

use super::goals::{bind, is_binding, receive};
use super::specializer::{Known, Specializer, Unfit};
use crate::functions::{Builtin, BuiltinError, Call, Meter, World};
use crate::ir::goal::{Callee, Goal, GoalKind, Node, Reference, Root, Unification, Var};
use crate::ir::loops::is_loop;
use crate::ir::variables::visible;
use crate::span::Span;
use crate::value::Value;

/// How many loops over constants of one clause become clauses of their own.
pub(super) const MOST_SPLITS: usize = 2;
/// How many turns such a loop has at most.
const MOST_TURNS: usize = 8;
/// What working out a function of constants may cost.
const MOST_WORK: u64 = 10_000;
const MOST_BYTES: u64 = 1 << 16;

/// Goals with what is known behind them.
pub(super) type Folded = (Vec<Goal>, Known);

/// What becomes of a goal.
pub(super) enum Step {
    /// It does not hold whatever the input.
    Never,
    /// These take its place.
    Goals(Vec<Goal>),
    /// These take its place, and have to be looked at themselves.
    Again(Vec<Goal>),
    /// Any of these takes its place.
    Split(Vec<Vec<Goal>>),
}

impl Specializer<'_> {
    /// A body as bodies that have the same solutions together; with no splits that is one body at most.
    pub(super) fn body(
        &mut self,
        mut goals: VecDeque<Goal>,
        mut known: Known,
        splits: usize,
    ) -> Result<Vec<Folded>, Unfit> {
        let mut done: Vec<Goal> = Vec::with_capacity(goals.len());
        let mut splits = splits;
        while let Some(goal) = goals.pop_front() {
            self.spend()?;
            match self.goal(goal, &mut known, splits > 0)? {
                Step::Never => return Ok(Vec::new()),
                Step::Goals(made) => {
                    for goal in made {
                        // The order of what loops over the input stays.
                        if is_loop(&goal, &known.bound) {
                            splits = 0;
                        }
                        known.bound.extend(visible(&goal));
                        done.push(goal);
                    }
                }
                Step::Again(made) => made.into_iter().rev().for_each(|goal| goals.push_front(goal)),
                Step::Split(ways) => {
                    let mut all = Vec::new();
                    for way in ways {
                        let rest = way.into_iter().chain(goals.iter().cloned()).collect();
                        for (body, known) in self.body(rest, known.clone(), splits - 1)? {
                            all.push((done.iter().cloned().chain(body).collect(), known));
                        }
                    }
                    return Ok(all);
                }
            }
        }
        Ok(vec![(done, known)])
    }

    /// A body that stays one; nothing where it has no solution.
    pub(super) fn one_body(&mut self, goals: &[Goal], known: &Known) -> Result<Option<Folded>, Unfit> {
        Ok(self.body(goals.to_vec().into(), known.clone(), 0)?.pop())
    }

    fn goal(&mut self, goal: Goal, known: &mut Known, may_split: bool) -> Result<Step, Unfit> {
        let Goal { span, kind, closed } = goal;
        let kept = |kind| Step::Goals(vec![Goal { span, kind, closed }]);
        Ok(match kind {
            GoalKind::Unify { left, right, how } => {
                let (Some(left), Some(right)) = (self.node(&left, known)?, self.node(&right, known)?) else {
                    return Ok(Step::Never);
                };
                let put = |left: Node, right: Node| Goal {
                    span,
                    kind: GoalKind::Unify { left, right, how },
                    closed,
                };
                if may_split {
                    if let Some(ways) = self.turns(&right, known, span, |item| put(left.clone(), item)) {
                        return Ok(Step::Split(ways));
                    }
                    if let Some(ways) = self.turns(&left, known, span, |item| put(item, right.clone())) {
                        return Ok(Step::Split(ways));
                    }
                }
                unify(left, right, how, span, known)
            }
            GoalKind::Test(node) => match self.node(&node, known)? {
                None | Some(Node::Const(Value::Bool(false))) => Step::Never,
                Some(Node::Const(_)) => Step::Goals(Vec::new()),
                Some(node) => {
                    let put = |item| Goal { span, kind: GoalKind::Test(item), closed };
                    match self.turns(&node, known, span, put).filter(|_| may_split) {
                        Some(ways) => Step::Split(ways),
                        None => kept(GoalKind::Test(node)),
                    }
                }
            },
            GoalKind::Call { callee, arguments, output } => {
                let output = match &output {
                    Some(output) => match self.node(output, known)? {
                        None => return Ok(Step::Never),
                        folded => folded,
                    },
                    None => None,
                };
                let Some(arguments) = self.nodes(&arguments, known)? else { return Ok(Step::Never) };
                match &callee {
                    Callee::Builtin(builtin) => {
                        let found = self.builtin(builtin, &arguments, known);
                        match found {
                            Worked::Undefined => Step::Never,
                            Worked::Node(node) => Step::Again(vec![receive(span, output, node)]),
                            Worked::Unknown => kept(GoalKind::Call { callee, arguments, output }),
                        }
                    }
                    Callee::Host(_) => kept(GoalKind::Call { callee, arguments, output }),
                    Callee::Function(_) | Callee::Group(_) => self.call(span, callee, arguments, output)?,
                }
            }
            GoalKind::Not { body, .. } => {
                let mut made = Vec::new();
                for body in self.alternatives(&body, known)? {
                    if body.iter().all(is_binding) {
                        return Ok(Step::Never);
                    }
                    made.push(Goal { span, kind: GoalKind::Not { body, is_explicit: true }, closed });
                }
                Step::Goals(made)
            }
            GoalKind::And { left, right } => {
                let left = self.one_body(&left, known)?;
                let Some((left, right)) = left.zip(self.one_body(&right, known)?) else {
                    return Ok(Step::Never);
                };
                kept(GoalKind::And { left: left.0, right: right.0 })
            }
            GoalKind::Or { left, right } => {
                match (self.one_body(&left, known)?, self.one_body(&right, known)?) {
                    (None, None) => Step::Never,
                    (Some((left, _)), Some((right, _))) => kept(GoalKind::Or { left, right }),
                    (Some((only, _)), None) | (None, Some((only, _))) => {
                        kept(GoalKind::And { left: only, right: Vec::new() })
                    }
                }
            }
            GoalKind::Every { key, value, domain, body } => {
                let Some(domain) = self.node(&domain, known)? else { return Ok(Step::Never) };
                let mut inner = known.clone();
                inner.bound.extend([key, value]);
                let body = match self.one_body(&body, &inner)? {
                    Some((folded, _)) => folded,
                    None => body,
                };
                kept(GoalKind::Every { key, value, domain, body })
            }
            GoalKind::With { .. } | GoalKind::Print(_) => return Err(Unfit),
        })
    }

    /// The turns of a loop over a constant, with the goals that each begins with. Nothing where a node is no such
    /// loop.
    fn turns(
        &self,
        node: &Node,
        known: &Known,
        span: Span,
        put: impl Fn(Node) -> Goal,
    ) -> Option<Vec<Vec<Goal>>> {
        let Node::Ref(reference) = node else { return None };
        let (Node::Var(var), before) = reference.path.split_last()? else { return None };
        if known.bound.contains(var) {
            return None;
        }
        let (mut value, before) = match reference.root {
            Root::Input => {
                let (Node::Const(first), rest) = before.split_first()? else { return None };
                let (_, value) = self.given.fields.iter().find(|(key, _)| key == first)?;
                (value, rest)
            }
            Root::Var(root) => match known.nodes.get(&root)? {
                Node::Const(value) => (value, before),
                _ => return None,
            },
            Root::Data => return None,
        };
        for element in before {
            let Node::Const(key) = element else { return None };
            value = value.get(key)?;
        }
        let turns: Vec<(Value, &Value)> = match value {
            Value::Array(items) => {
                items.iter().enumerate().map(|(at, item)| (Value::from(at), item)).collect()
            }
            Value::Object(object) => object.entries().iter().map(|(key, item)| (key.clone(), item)).collect(),
            Value::Set(set) => set.iter().map(|item| (item.clone(), item)).collect(),
            _ => return None,
        };
        if turns.len() > MOST_TURNS {
            return None;
        }
        let way = |(key, item): (Value, &Value)| {
            vec![bind(span, Node::Var(*var), Node::Const(key)), put(Node::Const(item.clone()))]
        };
        Some(turns.into_iter().map(way).collect())
    }

    /// The value of a function of constants, and of one that looks into a known part of the input.
    fn builtin(&mut self, builtin: &'static Builtin, arguments: &[Node], known: &Known) -> Worked {
        if let ("object.get", [Node::Var(object), key @ Node::Const(name), _]) = (builtin.name, arguments)
            && known.paths.get(object).is_some_and(Vec::is_empty)
            && name.as_str().is_some()
        {
            if let Some((_, value)) = self.given.fields.iter().find(|(field, _)| field == name) {
                return Worked::Node(Node::Const(value.clone()));
            }
            if self.given.present.contains(name) {
                let reference =
                    Reference { span: Span::default(), root: Root::Input, path: vec![key.clone()] };
                return Worked::Node(Node::Ref(Box::new(reference)));
            }
        }
        if builtin.nondeterministic || builtin.relation || !is_pure(builtin.name) {
            return Worked::Unknown;
        }
        let constant = |node: &Node| match node {
            Node::Const(value) => Some(value.clone()),
            _ => None,
        };
        let Some(values) = arguments.iter().map(constant).collect::<Option<Vec<Value>>>() else {
            return Worked::Unknown;
        };
        let mut meter = Meter::new(MOST_WORK, MOST_BYTES);
        let mut call = Call::new(&mut meter, &mut self.kept, World::default());
        match (builtin.call)(&mut call, &values) {
            Ok(value) => Worked::Node(Node::Const(value)),
            Err(BuiltinError::Undefined) => Worked::Undefined,
            Err(_) => Worked::Unknown,
        }
    }
}

/// What is known of the value of a function.
enum Worked {
    Node(Node),
    Undefined,
    Unknown,
}

/// Whether a function rests on its operands alone.
fn is_pure(name: &str) -> bool {
    let families = ["array.", "object.", "regex.", "glob.", "strings."];
    !name.contains('.') || families.iter().any(|family| name.starts_with(family))
}

/// A unification of sides in which everything known stands.
fn unify(left: Node, right: Node, how: Unification, span: Span, known: &mut Known) -> Step {
    let is_free = |node: &Node, known: &Known| match node {
        Node::Var(var) => Some(*var).filter(|var| !known.bound.contains(var)),
        _ => None,
    };
    let (left_var, right_var) = (is_free(&left, known), is_free(&right, known));
    match (left, right, left_var, right_var) {
        (Node::Const(one), Node::Const(two), ..) => {
            if one == two {
                Step::Goals(Vec::new())
            } else {
                Step::Never
            }
        }
        (left, right @ Node::Const(_), Some(var), _) | (right @ Node::Const(_), left, _, Some(var)) => {
            known.nodes.insert(var, right.clone());
            Step::Goals(vec![bind(span, left, right)])
        }
        (left, right @ Node::Var(_), Some(var), None) | (right @ Node::Var(_), left, None, Some(var)) => {
            note(var, &right, known);
            Step::Goals(vec![bind(span, left, right)])
        }
        (left, right, left_var, _) => {
            if let (Some(var), Node::Ref(reference), true) = (left_var, &right, how != Unification::Test)
                && reference.root == Root::Input
            {
                let keys = reference.path.iter().map(|element| match element {
                    Node::Const(key) => Some(key.clone()),
                    _ => None,
                });
                if let Some(keys) = keys.collect() {
                    known.paths.insert(var, keys);
                }
            }
            // How it was written does not matter any more: what is left binds or compares by what has a value.
            let how = if how == Unification::Assign { Unification::Both } else { how };
            Step::Goals(vec![Goal::new(span, GoalKind::Unify { left, right, how })])
        }
    }
}

/// Notes that a variable is another one.
fn note(var: Var, other: &Node, known: &mut Known) {
    let Node::Var(of) = other else { return };
    if let Some(path) = known.paths.get(of).cloned() {
        known.paths.insert(var, path);
    }
    known.nodes.insert(var, other.clone());
}
