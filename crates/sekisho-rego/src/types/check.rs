//! Gives every rule its type, and finds conditions that can never hold.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::lattice::Type;
use crate::error::{ErrorCode, RegoError};
use crate::ir::goal::{
    Callee, Comprehension, Goal, GoalKind, Node, Reference, Root, Target, Unification, Var,
};
use crate::ir::group::{Clause, Group};
use crate::ir::resolved::Resolved;
use crate::ir::tree::{NodeId, ROOT, RuleKind};
use crate::span::Span;
use crate::syntax::ast::Name;

/// Checks groups in an order in which each comes after those that it refers to.
pub(crate) fn check(resolved: &Resolved, order: &[usize], errors: &mut Vec<RegoError>) {
    let mut known = Known { rules: vec![None; resolved.groups.len()], parameters: HashMap::new() };
    for place in order {
        let Some(group) = resolved.groups.get(*place) else { continue };
        let found = of_group(group, resolved, &mut known, *place, errors);
        if let Some(slot) = known.rules.get_mut(*place) {
            *slot = found;
        }
    }
}

/// What is known of rules so far.
struct Known {
    /// The type of a rule's value; nothing where it is not known.
    rules: Vec<Option<Type>>,
    /// The types that a function's parameters ask for.
    parameters: HashMap<usize, Vec<Type>>,
}

struct Checker<'c> {
    resolved: &'c Resolved,
    known: &'c Known,
    names: &'c [Name],
    file: &'c str,
    vars: HashMap<Var, Type>,
    errors: Vec<RegoError>,
    /// Whether `with` may have replaced rules, so that their types do not count.
    is_replaced: bool,
}

fn of_group(
    group: &Group,
    resolved: &Resolved,
    known: &mut Known,
    place: usize,
    errors: &mut Vec<RegoError>,
) -> Option<Type> {
    let definitions = group.definitions.iter().chain(&group.default);
    let clauses = definitions.flat_map(|definition| &definition.branches);
    let mut found: Option<Type> = None;
    let mut parameters: Vec<Type> = Vec::new();
    for clause in clauses {
        let mut checker = Checker {
            resolved,
            known,
            names: &clause.names,
            file: &group.file,
            vars: HashMap::new(),
            errors: Vec::new(),
            is_replaced: false,
        };
        let kind = checker.clause(clause, group.kind);
        let own: Vec<Type> =
            clause.parameters.iter().map(|parameter| checker.asked(parameter).bounded()).collect();
        errors.append(&mut checker.errors);
        found = Some(match found {
            Some(before) => before.or(kind),
            None => kind,
        });
        parameters = if parameters.is_empty() {
            own
        } else {
            parameters.into_iter().zip(own).map(|(one, two)| one.or(two)).collect()
        };
    }
    if group.kind == RuleKind::Function {
        known.parameters.insert(place, parameters);
    }
    match group.kind {
        RuleKind::Set => found.map(|element| Type::Set(Arc::new(element))),
        RuleKind::Object => Some(Type::object_of(Type::Any, Type::Any)),
        RuleKind::Complete | RuleKind::Function => found,
    }
}

impl Checker<'_> {
    fn fail(&mut self, message: String, span: Span) {
        self.errors.push(RegoError::new(ErrorCode::Type, message, span, self.file));
    }

    /// What a parameter asks of its argument, once the body is known.
    fn asked(&self, parameter: &Node) -> Type {
        match parameter {
            Node::Const(value) => Type::of(value),
            Node::Array(items) => Type::Array(items.iter().map(|item| self.asked(item)).collect(), None),
            Node::Object(_) => Type::object_of(Type::Any, Type::Any),
            Node::Set(_) => Type::Set(Arc::new(Type::Any)),
            Node::Var(var) => self.vars.get(var).cloned().unwrap_or(Type::Any),
            Node::Ref(_) | Node::Comprehension(_) => Type::Any,
        }
    }

    fn clause(&mut self, clause: &Clause, kind: RuleKind) -> Type {
        self.body(&clause.body);
        let node = if kind == RuleKind::Set { clause.key.as_ref() } else { clause.value.as_ref() };
        match node {
            Some(node) => self.node(node),
            None => Type::Boolean,
        }
    }

    fn body(&mut self, body: &[Goal]) {
        for goal in body {
            self.goal(goal);
        }
    }

    fn goal(&mut self, goal: &Goal) {
        match &goal.kind {
            GoalKind::Unify { left, right, how } => self.unify(left, right, *how, goal.span),
            GoalKind::Test(node) => drop(self.node(node)),
            GoalKind::Call { callee, arguments, output } => {
                self.call(callee, arguments, output.as_ref(), goal.span);
            }
            GoalKind::Not { body, .. } => self.nested(body),
            GoalKind::And { left, right } | GoalKind::Or { left, right } => {
                self.nested(left);
                self.nested(right);
            }
            GoalKind::Every { key, value, domain, body } => {
                let kind = self.node(domain);
                let (keys, values) = kind.entries().unwrap_or((Type::Any, Type::Any));
                let before = self.vars.clone();
                self.vars.insert(*key, keys);
                self.vars.insert(*value, values);
                // As in OPA, what is wrong in here shows only when it is evaluated.
                let found = self.errors.len();
                self.body(body);
                self.errors.truncate(found);
                self.vars = before;
            }
            GoalKind::With { modifiers, body } => {
                let before = self.is_replaced;
                self.is_replaced |=
                    modifiers.iter().any(|modifier| !matches!(modifier.target, Target::Input { .. }));
                self.body(body);
                self.is_replaced = before;
            }
            GoalKind::Print(nodes) => nodes.iter().for_each(|node| drop(self.node(node))),
        }
    }

    fn nested(&mut self, body: &[Goal]) {
        let before = self.vars.clone();
        self.body(body);
        self.vars = before;
    }

    fn unify(&mut self, left: &Node, right: &Node, how: Unification, span: Span) {
        let one = self.maybe(left);
        let two = self.maybe(right);
        match (&one, &two) {
            (Some(one), Some(two)) if !one.meets(two) => {
                if how == Unification::Test && matches!((one, two), (Type::Any, _) | (_, Type::Any)) {
                    return;
                }
                self.fail(format!("match error\n\tleft  : {one}\n\tright : {two}"), span);
                return;
            }
            _ => {}
        }
        if let Some(kind) = two {
            self.give(left, &kind);
        }
        if let Some(kind) = one {
            self.give(right, &kind);
        }
    }

    /// The type of a term; nothing where a variable in it has none yet.
    fn maybe(&mut self, node: &Node) -> Option<Type> {
        let mut is_known = true;
        if !matches!(node, Node::Ref(_) | Node::Comprehension(_)) {
            node.each_var(&mut |var| is_known &= self.vars.contains_key(&var));
        }
        if is_known { Some(self.node(node)) } else { self.shape(node) }
    }

    /// The type of a pattern whose variables are not all known.
    fn shape(&mut self, node: &Node) -> Option<Type> {
        match node {
            Node::Array(items) => {
                let items = items.iter().map(|item| self.maybe(item).unwrap_or(Type::Any));
                Some(Type::Array(items.collect(), None).bounded())
            }
            Node::Object(pairs) => {
                let fields: Option<Vec<_>> = pairs
                    .iter()
                    .map(|(key, value)| match key {
                        Node::Const(key) => Some((key.clone(), self.maybe(value).unwrap_or(Type::Any))),
                        _ => None,
                    })
                    .collect();
                Some(fields.map_or_else(
                    || Type::object_of(Type::Any, Type::Any),
                    |fields| Type::Object(fields.into(), None).bounded(),
                ))
            }
            Node::Var(_) => None,
            other => Some(self.node(other)),
        }
    }

    /// Gives the variables of a pattern the types of the parts of a value.
    fn give(&mut self, pattern: &Node, kind: &Type) {
        match pattern {
            Node::Var(var) => {
                self.vars.entry(*var).or_insert_with(|| kind.clone());
            }
            Node::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    let part = kind.under(&crate::value::Value::from(at)).unwrap_or(Type::Any);
                    self.give(item, &part);
                }
            }
            Node::Object(pairs) => {
                for (key, value) in pairs {
                    let part = match key {
                        Node::Const(key) => kind.under(key).unwrap_or(Type::Any),
                        _ => Type::Any,
                    };
                    self.give(value, &part);
                }
            }
            Node::Const(_) | Node::Set(_) | Node::Ref(_) | Node::Comprehension(_) => {}
        }
    }

    fn call(&mut self, callee: &Callee, arguments: &[Node], output: Option<&Node>, span: Span) {
        let given: Vec<Type> =
            arguments.iter().map(|argument| self.maybe(argument).unwrap_or(Type::Any)).collect();
        let (name, wanted, result) = match callee {
            Callee::Builtin(builtin) => {
                let wanted: Vec<Type> = builtin.arguments.iter().map(Type::from).collect();
                (builtin.name.to_owned(), wanted, Type::from(&builtin.result))
            }
            Callee::Host(_) | Callee::Group(_) => ("function".to_owned(), Vec::new(), Type::Any),
            Callee::Function(path) => {
                let rule = self.resolved.tree.find(path).and_then(|node| self.resolved.tree.node(node).rule);
                let place = rule.map_or(usize::MAX, |rule| rule as usize);
                let wanted = self.known.parameters.get(&place).cloned().unwrap_or_default();
                let result = self.known.rules.get(place).cloned().flatten().unwrap_or(Type::Any);
                (format!("data.{}", names(path)), wanted, result)
            }
        };
        let result = if self.is_replaced { Type::Any } else { result };
        let fits = given.iter().zip(&wanted).all(|(given, wanted)| given.meets(wanted));
        let is_relation = matches!(callee, Callee::Builtin(builtin) if builtin.relation);
        if !self.is_replaced {
            for (argument, wanted) in arguments.iter().zip(&wanted) {
                self.give(argument, wanted);
            }
        }
        let out = output.and_then(|output| self.maybe(output));
        let is_met = is_relation || out.as_ref().is_none_or(|out| out.meets(&result));
        if !fits || !is_met {
            let list = |types: &[Type]| types.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let mut message = format!("{name}: invalid argument(s)\n\thave: ({}", list(&given));
            let shown = out.map_or_else(|| "???".to_owned(), |out| out.to_string());
            let _ = write!(message, ", {shown})\n\twant: ({}, {result})", list(&wanted));
            self.fail(message, span);
        }
        if let Some(output) = output {
            let kind = if is_relation { Type::Any } else { result };
            self.give(output, &kind);
            output.each_var(&mut |var| {
                self.vars.entry(var).or_insert(Type::Any);
            });
        }
    }

    /// The type of a term.
    fn node(&mut self, node: &Node) -> Type {
        self.unbounded(node).bounded()
    }

    fn unbounded(&mut self, node: &Node) -> Type {
        match node {
            Node::Const(value) => Type::of(value),
            Node::Var(var) => self.vars.get(var).cloned().unwrap_or(Type::Any),
            Node::Array(items) => Type::Array(items.iter().map(|item| self.node(item)).collect(), None),
            Node::Set(items) => {
                let element = items.iter().map(|item| self.node(item)).reduce(Type::or);
                Type::Set(Arc::new(element.unwrap_or(Type::Any)))
            }
            Node::Object(pairs) => {
                let known: Option<Vec<_>> = pairs
                    .iter()
                    .map(|(key, value)| match key {
                        Node::Const(key) => Some((key.clone(), self.node(value))),
                        _ => None,
                    })
                    .collect();
                match known {
                    Some(mut fields) => {
                        fields.sort_by(|one, two| one.0.cmp(&two.0));
                        Type::Object(fields.into(), None)
                    }
                    None => Type::object_of(Type::Any, Type::Any),
                }
            }
            Node::Ref(reference) => self.reference(reference),
            Node::Comprehension(comprehension) => {
                let before = self.vars.clone();
                self.body(comprehension.body());
                let kind = match &**comprehension {
                    Comprehension::Array { head, .. } => Type::array_of(self.node(head)),
                    Comprehension::Set { head, .. } => Type::Set(Arc::new(self.node(head))),
                    Comprehension::Object { key, value, .. } => {
                        Type::object_of(self.node(key), self.node(value))
                    }
                };
                self.vars = before;
                kind
            }
        }
    }

    fn reference(&mut self, reference: &Reference) -> Type {
        let mut path = reference.path.as_slice();
        let mut kind = match reference.root {
            Root::Var(var) => self.vars.get(&var).cloned().unwrap_or(Type::Any),
            Root::Input => Type::Any,
            Root::Data => self.documents(&mut path),
        };
        for element in path {
            let next = match element {
                Node::Const(key) => kind.under(key),
                _ => match kind.entries() {
                    Some((keys, values)) => {
                        let is_met = self.maybe(element).is_none_or(|element| element.meets(&keys));
                        self.give(element, &keys);
                        is_met.then_some(values)
                    }
                    None => None,
                },
            };
            let Some(next) = next else {
                let shown = self.shown(reference);
                self.fail(format!("undefined ref: {shown}\n\t{shown}\n\thave: {kind}"), reference.span);
                for element in path {
                    self.give(element, &Type::Any);
                }
                return Type::Any;
            };
            kind = next;
        }
        kind
    }

    /// The type at the end of the constant keys that lead to a rule; what is not known is any.
    fn documents(&mut self, path: &mut &[Node]) -> Type {
        let tree = &self.resolved.tree;
        let mut node: NodeId = ROOT;
        while let Some((Node::Const(key), rest)) = path.split_first() {
            let Some(child) = key.as_str().and_then(|name| tree.child(node, name)) else { break };
            node = child;
            *path = rest;
            if let Some(rule) = tree.node(node).rule {
                if self.is_replaced {
                    return Type::Any;
                }
                let is_function = self
                    .resolved
                    .groups
                    .get(rule as usize)
                    .is_some_and(|group| group.kind == RuleKind::Function);
                let known = self.known.rules.get(rule as usize).cloned().flatten();
                return known.filter(|_| !is_function).unwrap_or(Type::Any);
            }
        }
        Type::Any
    }

    /// A reference as it is written.
    fn shown(&self, reference: &Reference) -> String {
        let name = |var: Var| {
            let name = self.names.get(var as usize).map_or("", Name::as_str);
            if name.is_empty() { "_".to_owned() } else { name.to_owned() }
        };
        let mut text = match reference.root {
            Root::Input => "input".to_owned(),
            Root::Data => "data".to_owned(),
            Root::Var(var) => name(var),
        };
        for element in &reference.path {
            let _ = match element {
                Node::Const(value) => match value.as_str() {
                    Some(key) => write!(text, ".{key}"),
                    None => write!(text, "[{value}]"),
                },
                Node::Var(var) => write!(text, "[{}]", name(*var)),
                _ => write!(text, "[_]"),
            };
        }
        text
    }
}

fn names(path: &[Name]) -> String {
    path.iter().map(Name::as_str).collect::<Vec<_>>().join(".")
}
