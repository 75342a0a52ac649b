//! Calls of functions of the modules: by the form for their constant arguments, or by what the function does.

use std::collections::HashSet;

use super::fold::{MOST_SPLITS, Step};
use super::goals::{bind, receive};
use super::specializer::{Known, Specializer, Unfit};
use crate::ir::goal::{Callee, Comprehension, Goal, GoalKind, Node, Reference, Root, Var};
use crate::ir::group::{Clause, Group};
use crate::ir::loops::{is_loop, looks_up};
use crate::ir::tree::{RuleId, RuleKind};
use crate::ir::variables::visible;
use crate::span::Span;
use crate::value::Value;

/// How many goals a function has at most that takes the place of its call.
const SMALL: usize = 6;
/// The same of a function that is asked whether it does not hold.
const SMALL_NEGATED: usize = 12;

impl Specializer<'_> {
    /// What becomes of the call of a function of the modules.
    pub(super) fn call(
        &mut self,
        span: Span,
        callee: Callee,
        arguments: Vec<Node>,
        output: Option<Node>,
    ) -> Result<Step, Unfit> {
        let kept = |callee, arguments, output| {
            Step::Goals(vec![Goal::new(span, GoalKind::Call { callee, arguments, output })])
        };
        let Some(form) = self.callee(&callee, &arguments)? else {
            return Ok(kept(callee, arguments, output));
        };
        if self.is_never(form) {
            return Ok(Step::Never);
        }
        if arguments.is_empty() {
            return Ok(match self.constant(form) {
                Some(value) => Step::Again(vec![receive(span, output, Node::Const(value))]),
                None => kept(callee, arguments, output),
            });
        }
        let Some(clause) = self.made.get(form as usize).and_then(Option::as_ref).and_then(only).cloned()
        else {
            return Ok(kept(Callee::Group(form), arguments, output));
        };
        let mut goals = self.opened(&clause, &arguments, span);
        let value = match &clause.value {
            Some(value) => self.moved_node(value),
            None => Node::Const(Value::Bool(true)),
        };
        goals.push(receive(span, output, value));
        self.names += clause.names.len();
        Ok(Step::Again(goals))
    }

    /// The bodies of which none may hold so that a negated body does not.
    pub(super) fn alternatives(&mut self, body: &[Goal], known: &Known) -> Result<Vec<Vec<Goal>>, Unfit> {
        let mut ways = vec![body.to_vec()];
        if let [Goal { span, kind: GoalKind::Call { callee, arguments, output: None }, .. }] = body
            && let Some(arguments) = self.nodes(arguments, known)?
            && let Some(form) = self.callee(callee, &arguments)?
            && let Some(clauses) = self.made.get(form as usize).and_then(Option::as_ref).and_then(tests)
            && !arguments.is_empty()
        {
            ways.clear();
            for clause in clauses.into_iter().cloned().collect::<Vec<Clause>>() {
                ways.push(self.opened(&clause, &arguments, *span));
                self.names += clause.names.len();
            }
        }
        let mut folded = Vec::new();
        for way in ways {
            let found = self.body(way.into(), known.clone(), MOST_SPLITS)?;
            folded.extend(found.into_iter().map(|(body, _)| body));
        }
        Ok(folded)
    }

    /// The form of a function that a call means; nothing where that is no function of the modules.
    fn callee(&mut self, callee: &Callee, arguments: &[Node]) -> Result<Option<RuleId>, Unfit> {
        Ok(match callee {
            Callee::Group(form) => Some(*form),
            Callee::Function(path) => {
                let node = self.tree.find(path);
                match node.and_then(|node| self.tree.node(node).rule) {
                    Some(rule) => Some(self.form(rule, arguments)?),
                    None => None,
                }
            }
            Callee::Builtin(_) | Callee::Host(_) => None,
        })
    }

    /// The conditions of a clause with its parameters bound. Its variables lie behind those of the clause at hand.
    fn opened(&self, clause: &Clause, arguments: &[Node], span: Span) -> Vec<Goal> {
        let mut goals = Vec::with_capacity(arguments.len() + clause.body.len());
        let mut seen = HashSet::new();
        for (parameter, argument) in clause.parameters.iter().zip(arguments) {
            let parameter_moved = self.moved_node(parameter);
            match parameter {
                Node::Var(var) if seen.insert(*var) => {
                    goals.push(bind(span, parameter_moved, argument.clone()));
                }
                _ => goals.push(receive(span, Some(parameter_moved), argument.clone())),
            }
        }
        goals.extend(clause.body.iter().map(|goal| self.moved(goal)));
        goals
    }

    fn moved_var(&self, var: Var) -> Var {
        var.saturating_add(Var::try_from(self.names).unwrap_or(Var::MAX))
    }

    fn moved_all(&self, nodes: &[Node]) -> Vec<Node> {
        nodes.iter().map(|node| self.moved_node(node)).collect()
    }

    fn moved_node(&self, node: &Node) -> Node {
        match node {
            Node::Const(_) => node.clone(),
            Node::Var(var) => Node::Var(self.moved_var(*var)),
            Node::Array(items) => Node::Array(self.moved_all(items)),
            Node::Set(items) => Node::Set(self.moved_all(items)),
            Node::Object(pairs) => Node::Object(
                pairs.iter().map(|(key, value)| (self.moved_node(key), self.moved_node(value))).collect(),
            ),
            Node::Ref(reference) => Node::Ref(Box::new(Reference {
                span: reference.span,
                root: match reference.root {
                    Root::Var(var) => Root::Var(self.moved_var(var)),
                    root => root,
                },
                path: self.moved_all(&reference.path),
            })),
            Node::Comprehension(comprehension) => {
                let body = self.moved_body(comprehension.body());
                Node::Comprehension(Box::new(match &**comprehension {
                    Comprehension::Array { head, .. } => {
                        Comprehension::Array { head: self.moved_node(head), body }
                    }
                    Comprehension::Set { head, .. } => {
                        Comprehension::Set { head: self.moved_node(head), body }
                    }
                    Comprehension::Object { key, value, .. } => Comprehension::Object {
                        key: self.moved_node(key),
                        value: self.moved_node(value),
                        body,
                    },
                }))
            }
        }
    }

    fn moved_body(&self, goals: &[Goal]) -> Vec<Goal> {
        goals.iter().map(|goal| self.moved(goal)).collect()
    }

    fn moved(&self, goal: &Goal) -> Goal {
        let kind = match &goal.kind {
            GoalKind::Unify { left, right, how } => {
                GoalKind::Unify { left: self.moved_node(left), right: self.moved_node(right), how: *how }
            }
            GoalKind::Test(node) => GoalKind::Test(self.moved_node(node)),
            GoalKind::Call { callee, arguments, output } => GoalKind::Call {
                callee: callee.clone(),
                arguments: self.moved_all(arguments),
                output: output.as_ref().map(|output| self.moved_node(output)),
            },
            GoalKind::Not { body, is_explicit } => {
                GoalKind::Not { body: self.moved_body(body), is_explicit: *is_explicit }
            }
            GoalKind::And { left, right } => {
                GoalKind::And { left: self.moved_body(left), right: self.moved_body(right) }
            }
            GoalKind::Or { left, right } => {
                GoalKind::Or { left: self.moved_body(left), right: self.moved_body(right) }
            }
            GoalKind::Every { key, value, domain, body } => GoalKind::Every {
                key: self.moved_var(*key),
                value: self.moved_var(*value),
                domain: self.moved_node(domain),
                body: self.moved_body(body),
            },
            // Neither is left in what was made smaller.
            GoalKind::With { .. } | GoalKind::Print(_) => goal.kind.clone(),
        };
        Goal { span: goal.span, kind, closed: goal.closed.map(|var| self.moved_var(var)) }
    }
}

/// The one clause of a function that can take the place of a call: it is small, and has one solution at most.
fn only(group: &Group) -> Option<&Clause> {
    if group.kind != RuleKind::Function || group.default.is_some() {
        return None;
    }
    let [definition] = group.definitions.as_slice() else { return None };
    let [clause] = definition.branches.as_slice() else { return None };
    let mut bound: HashSet<Var> = HashSet::new();
    for parameter in &clause.parameters {
        parameter.each_var(&mut |var| _ = bound.insert(var));
    }
    for goal in &clause.body {
        if is_loop(goal, &bound) {
            return None;
        }
        bound.extend(visible(goal));
    }
    let has_one_value = clause.value.as_ref().is_none_or(|value| !looks_up(value, &bound));
    (has_one_value && size(&clause.body)? <= SMALL).then_some(clause)
}

/// The clauses of a function that only says whether something holds.
fn tests(group: &Group) -> Option<Vec<&Clause>> {
    if group.kind != RuleKind::Function || group.default.is_some() {
        return None;
    }
    let mut left = SMALL_NEGATED;
    let mut clauses = Vec::with_capacity(group.definitions.len());
    for definition in &group.definitions {
        let [clause] = definition.branches.as_slice() else { return None };
        if clause.constant() != Some(Value::Bool(true)) {
            return None;
        }
        left = left.checked_sub(size(&clause.body)?)?;
        clauses.push(clause);
    }
    Some(clauses)
}

/// How many goals there are; nothing where a comprehension is among them, whose values are better kept.
fn size(goals: &[Goal]) -> Option<usize> {
    let mut size = 0_usize;
    for goal in goals {
        let mut is_plain = true;
        let mut look = |node: &Node| node.each_closure(&mut |_| is_plain = false);
        size += match &goal.kind {
            GoalKind::Unify { left, right, .. } => {
                look(left);
                look(right);
                1
            }
            GoalKind::Test(node) => {
                look(node);
                1
            }
            GoalKind::Call { arguments, output, .. } => {
                arguments.iter().chain(output).for_each(look);
                2
            }
            GoalKind::Not { body, .. } => 1 + self::size(body)?,
            GoalKind::And { left, right } | GoalKind::Or { left, right } => {
                1 + self::size(left)? + self::size(right)?
            }
            GoalKind::Every { .. } | GoalKind::With { .. } | GoalKind::Print(_) => return None,
        };
        if !is_plain {
            return None;
        }
    }
    Some(size)
}
