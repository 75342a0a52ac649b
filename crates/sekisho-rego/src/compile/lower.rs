//! Conditions to goals: names are resolved, and calls and references inside of terms get goals of their own.
//!
//! What a condition needs stands in goals before it, also before a negated condition: `not f(input.missing)`
//! is undefined, not true, when the input lacks the field.

use std::collections::HashMap;

use super::metadata::Metadata;
use super::scope::{Names, Occurrence, Unused, declared_names};
use crate::error::{ErrorCode, RegoError};
use crate::functions;
use crate::ir::goal::{
    Callee, Comprehension, Goal, GoalKind, Modifier, Node, Reference, Root, Unification, Var,
};
use crate::ir::tree::{RuleKind, Tree};
use crate::span::Span;
use crate::syntax::ast::{Call, Expr, ExprKind, Name, Rule, TemplatePart, Term, TermKind, With};
use crate::value::Value;

/// What is the same for all clauses of a module.
#[derive(Debug, Default)]
pub(super) struct ModuleScope {
    pub(super) file: String,
    /// Whether functions that are on their way out may not be called.
    pub(super) refuses_deprecated: bool,
    /// Names of rules and imports, with the documents that they mean; `data` or `input` comes first.
    pub(super) globals: HashMap<Name, Vec<Name>>,
}

/// What the rule at a path gives, and how many arguments it takes.
pub(super) type KindAt<'c> = dyn Fn(&[Name]) -> Option<(RuleKind, usize)> + 'c;

/// What lowering asks of the whole compilation.
pub(super) struct Surroundings<'c> {
    pub(super) tree: &'c Tree,
    pub(super) kind: &'c KindAt<'c>,
    /// Functions of the host: their names and how many arguments they take.
    pub(super) host: &'c HashMap<String, (usize, usize)>,
    pub(super) keeps_print: bool,
    pub(super) is_strict: bool,
    /// Built-in functions that may not be called.
    pub(super) forbidden: &'c [String],
    pub(super) metadata: &'c Metadata<'c>,
}

/// The lowering of one clause.
pub(super) struct Lowering<'c> {
    pub(super) module: &'c ModuleScope,
    pub(super) around: &'c Surroundings<'c>,
    pub(super) names: Names,
    pub(super) errors: Vec<RegoError>,
    /// The module and the rule that the clause belongs to.
    pub(super) rule: Option<(usize, &'c Rule)>,
    /// Imports that were used.
    pub(super) used: std::collections::HashSet<Name>,
}

/// Functions that the newer language has no more.
const DEPRECATED: [&str; 11] = [
    "all",
    "any",
    "cast_array",
    "cast_boolean",
    "cast_null",
    "cast_object",
    "cast_set",
    "cast_string",
    "net.cidr_overlap",
    "re_match",
    "set_diff",
];

enum Meaning {
    Input,
    Data,
    Var(Var),
    Document(Vec<Name>),
}

impl<'c> Lowering<'c> {
    pub(super) fn new(module: &'c ModuleScope, around: &'c Surroundings<'c>) -> Self {
        Self {
            module,
            around,
            names: Names::default(),
            errors: Vec::new(),
            rule: None,
            used: std::collections::HashSet::new(),
        }
    }

    pub(super) fn fail(&mut self, code: ErrorCode, message: impl Into<String>, span: Span) {
        self.errors.push(RegoError::new(code, message, span, &self.module.file));
    }

    fn meaning(&mut self, name: &Name) -> Meaning {
        let is_root = matches!(name.as_str(), "input" | "data");
        if is_root && !self.names.is_shadowed(name) && !self.names.will_be_declared(name) {
            return if name == "input" { Meaning::Input } else { Meaning::Data };
        }
        if let Some(var) = self.names.declared(name) {
            return Meaning::Var(var);
        }
        if !self.names.will_be_declared(name)
            && let Some(path) = self.module.globals.get(name)
        {
            self.used.insert(name.clone());
            return Meaning::Document(path.clone());
        }
        Meaning::Var(self.names.plain(name))
    }

    /// Lowers a body in a scope of its own; `heads` lowers what stands outside of it but sees its names.
    pub(super) fn scoped<R>(
        &mut self,
        body: &[Expr],
        heads: impl FnOnce(&mut Self, &mut Vec<Goal>) -> R,
    ) -> (Vec<Goal>, R) {
        self.names.open(declared_names(body));
        let mut goals = Vec::new();
        self.body(body, &mut goals);
        let result = heads(self, &mut goals);
        self.close(body);
        (goals, result)
    }

    /// Leaves a scope, and says which declarations of it were in vain.
    pub(super) fn close(&mut self, body: &[Expr]) {
        let unused = self.names.close();
        if !self.errors.is_empty() {
            return;
        }
        for Unused { name, occurrence } in unused {
            let what = if occurrence == Occurrence::Assigned { "assigned" } else { "declared" };
            if what == "assigned" && !self.around.is_strict {
                continue;
            }
            let declares = |expr: &&Expr| declared_names(std::slice::from_ref(*expr)).contains(&name);
            let place = body.iter().find(declares).or(body.first());
            let span = place.map_or_else(Span::default, |expr| expr.span);
            self.fail(ErrorCode::Compile, format!("{what} var {name} unused"), span);
        }
    }

    pub(super) fn body(&mut self, body: &[Expr], goals: &mut Vec<Goal>) {
        for expr in body {
            self.expr(expr, goals);
        }
    }

    fn expr(&mut self, expr: &Expr, goals: &mut Vec<Goal>) {
        if expr.with.is_empty() {
            return self.condition(expr, goals);
        }
        let mut inner = Vec::new();
        // The names of an assignment belong to the body around, so its scope stays open.
        let modifiers: Vec<Modifier> =
            expr.with.iter().filter_map(|with| self.modifier(with, goals)).collect();
        self.condition(expr, &mut inner);
        goals.push(Goal::new(expr.span, GoalKind::With { modifiers, body: inner }));
    }

    fn condition(&mut self, expr: &Expr, goals: &mut Vec<Goal>) {
        if expr.negated {
            let mut before = Vec::new();
            let goal = self.negated(expr, &mut before);
            goals.extend(before);
            goals.extend(goal);
            return;
        }
        let span = expr.span;
        match &expr.kind {
            ExprKind::Term(term) => {
                let goal = self.test(term, span, goals);
                goals.extend(goal);
            }
            ExprKind::Unify(left, right) => {
                let left = self.term(left, false, goals);
                let right = self.term(right, false, goals);
                goals.push(Goal::new(span, GoalKind::Unify { left, right, how: Unification::Both }));
            }
            ExprKind::Assign(left, right) => {
                let right = self.term(right, false, goals);
                let left = self.assigned(left, goals);
                goals.push(Goal::new(span, GoalKind::Unify { left, right, how: Unification::Assign }));
            }
            ExprKind::Some(names) => {
                for name in names.iter().filter_map(Term::as_var) {
                    if let Err(message) = self.names.declare(name, Occurrence::Declared) {
                        self.fail(ErrorCode::Compile, message, span);
                    }
                }
            }
            ExprKind::SomeIn { key, value, domain } => self.some_in(key.as_ref(), value, domain, span, goals),
            ExprKind::Every { key, value, domain, body } => {
                self.every(key.as_ref(), value, domain, body, span, goals);
            }
            ExprKind::Not(body) => {
                let (body, ()) = self.scoped(body, |_, _| ());
                goals.push(Goal::new(span, GoalKind::Not { body, is_explicit: true }));
            }
            ExprKind::And(left, right) => {
                let (left, ()) = self.scoped(left, |_, _| ());
                let (right, ()) = self.scoped(right, |_, _| ());
                goals.push(Goal::new(span, GoalKind::And { left, right }));
            }
            ExprKind::Or(left, right) => {
                let (left, ()) = self.scoped(left, |_, _| ());
                let (right, ()) = self.scoped(right, |_, _| ());
                goals.push(Goal::new(span, GoalKind::Or { left, right }));
            }
        }
    }

    fn negated(&mut self, expr: &Expr, before: &mut Vec<Goal>) -> Option<Goal> {
        let span = expr.span;
        let inner = match &expr.kind {
            ExprKind::Term(term) => self.test(term, span, before)?,
            ExprKind::Unify(left, right) => {
                let left = self.term(left, false, before);
                let right = self.term(right, false, before);
                Goal::new(span, GoalKind::Unify { left, right, how: Unification::Both })
            }
            ExprKind::Assign(..) => {
                self.fail(ErrorCode::Compile, "cannot assign vars inside negated expression", span);
                return None;
            }
            _ => {
                let mut goals = Vec::new();
                self.condition(&Expr { negated: false, ..expr.clone() }, &mut goals);
                return Some(Goal::new(span, GoalKind::Not { body: goals, is_explicit: true }));
            }
        };
        for goal in before.iter_mut().filter(|goal| goal.closed.is_none()) {
            goal.closed = Some(made_by(goal));
        }
        Some(Goal::new(span, GoalKind::Not { body: vec![inner], is_explicit: false }))
    }

    /// A term as a condition.
    fn test(&mut self, term: &Term, span: Span, goals: &mut Vec<Goal>) -> Option<Goal> {
        let TermKind::Call(call) = &term.kind else {
            let node = self.term(term, false, goals);
            return Some(Goal::new(span, GoalKind::Test(node)));
        };
        let name = operator_name(&call.operator);
        match (name.as_deref(), call.arguments.as_slice()) {
            (Some("equal"), [left, right]) if !self.is_hidden(&call.operator) => {
                let left = self.term(left, false, goals);
                let right = self.term(right, false, goals);
                return Some(Goal::new(span, GoalKind::Unify { left, right, how: Unification::Test }));
            }
            (Some("eq"), [left, right]) if !self.is_hidden(&call.operator) => {
                let left = self.term(left, false, goals);
                let right = self.term(right, false, goals);
                return Some(Goal::new(span, GoalKind::Unify { left, right, how: Unification::Both }));
            }
            (Some("assign"), [left, right]) if !self.is_hidden(&call.operator) => {
                let right = self.term(right, false, goals);
                let left = self.assigned(left, goals);
                return Some(Goal::new(span, GoalKind::Unify { left, right, how: Unification::Assign }));
            }
            (Some("print"), arguments) if !self.is_hidden(&call.operator) => {
                if !self.around.keeps_print {
                    return None;
                }
                let arguments = arguments.iter().map(|argument| self.captured(argument)).collect();
                return Some(Goal::new(span, GoalKind::Print(arguments)));
            }
            _ => {}
        }
        let (callee, arity) = self.callee(call, span)?;
        let (arguments, output) = self.operands(call, &callee, arity, span, goals)?;
        if let (true, Callee::Builtin(builtin), [note]) =
            (self.around.keeps_print, &callee, arguments.as_slice())
            && builtin.name == "trace"
        {
            // A note is shown where prints are.
            goals.push(Goal::new(span, GoalKind::Print(vec![Node::set(vec![note.clone()])])));
        }
        Some(Goal::new(span, GoalKind::Call { callee, arguments, output }))
    }

    /// Whether the name of a function means something else here.
    fn is_hidden(&self, operator: &[Term]) -> bool {
        let name = operator.first().and_then(Term::as_var);
        name.is_some_and(|name| self.module.globals.contains_key(name) || self.names.is_shadowed(name))
            && operator.first().is_none_or(|term| term.span.start != term.span.end)
    }

    /// The set of the values that a term has, empty when it is undefined.
    fn captured(&mut self, term: &Term) -> Node {
        let var = self.names.fresh("");
        self.names.open(std::collections::HashSet::new());
        let mut body = Vec::new();
        let node = self.term(term, false, &mut body);
        self.names.close();
        let how = Unification::Both;
        body.push(Goal::new(term.span, GoalKind::Unify { left: Node::Var(var), right: node, how }));
        Node::Comprehension(Box::new(Comprehension::Set { head: Node::Var(var), body }))
    }

    /// The left side of `:=`.
    fn assigned(&mut self, term: &Term, goals: &mut Vec<Goal>) -> Node {
        match &term.kind {
            TermKind::Var(name) => match self.names.declare(name, Occurrence::Assigned) {
                Ok(var) => Node::Var(var),
                Err(message) => {
                    self.fail(ErrorCode::Compile, message, term.span);
                    Node::Const(Value::Null)
                }
            },
            TermKind::Array(items) => {
                Node::Array(items.iter().map(|item| self.assigned(item, goals)).collect())
            }
            TermKind::Object(pairs) => {
                let mut lowered = Vec::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let key = self.term(key, true, goals);
                    lowered.push((key, self.assigned(value, goals)));
                }
                Node::Object(lowered)
            }
            _ => {
                let message = format!("cannot assign to {}", term.type_name());
                self.fail(ErrorCode::Compile, message, term.span);
                Node::Const(Value::Null)
            }
        }
    }

    fn some_in(
        &mut self,
        key: Option<&Term>,
        value: &Term,
        domain: &Term,
        span: Span,
        goals: &mut Vec<Goal>,
    ) {
        let mut bound = std::collections::HashSet::new();
        for term in key.into_iter().chain([value]) {
            super::scope::pattern_names(term, &mut bound);
        }
        let mut in_domain = std::collections::HashSet::new();
        plain_names(domain, &mut in_domain);
        let mut both: Vec<_> =
            bound.intersection(&in_domain).filter(|name| !name.starts_with('$')).cloned().collect();
        both.sort();
        if !both.is_empty() {
            for name in both {
                self.fail(ErrorCode::Compile, format!("var {name} assigned before"), span);
            }
            return;
        }
        let domain = self.term(domain, false, goals);
        let mut names: Vec<Name> = bound.into_iter().collect();
        names.sort();
        for name in &names {
            if let Err(message) = self.names.declare(name, Occurrence::Declared) {
                self.fail(ErrorCode::Compile, message, span);
            }
        }
        let key = match key {
            Some(key) => self.term(key, true, goals),
            None => Node::Var(self.names.fresh("")),
        };
        let left = self.term(value, false, goals);
        let right = self.looked_up(domain, vec![key], span, goals);
        goals.push(Goal::new(span, GoalKind::Unify { left, right, how: Unification::Both }));
    }

    fn every(
        &mut self,
        key: Option<&Term>,
        value: &Term,
        domain: &Term,
        body: &[Expr],
        span: Span,
        goals: &mut Vec<Goal>,
    ) {
        let node = self.term(domain, false, goals);
        let domain = self.named(node, domain.span, goals);
        let mut declared = declared_names(body);
        let names = [key.and_then(Term::as_var), value.as_var()];
        declared.extend(names.iter().flatten().map(|name| (*name).clone()));
        self.names.open(declared);
        let mut declare = |name: Option<&Name>| match name {
            Some(name) => match self.names.declare(name, Occurrence::Declared) {
                Ok(var) => var,
                Err(message) => {
                    self.fail(ErrorCode::Compile, message, span);
                    self.names.fresh("")
                }
            },
            None => self.names.fresh(""),
        };
        let key = declare(names[0]);
        let value = declare(names[1]);
        let mut inner = Vec::new();
        self.body(body, &mut inner);
        self.close_every(body, span);
        goals.push(Goal::new(span, GoalKind::Every { key, value, domain, body: inner }));
    }

    fn close_every(&mut self, body: &[Expr], span: Span) {
        let unused = self.names.close();
        if !self.errors.is_empty() {
            return;
        }
        let in_body = declared_names(body);
        for Unused { name, occurrence } in unused {
            let what = if occurrence == Occurrence::Assigned { "assigned" } else { "declared" };
            if what == "assigned" && !self.around.is_strict {
                continue;
            }
            let place = body.iter().find(|expr| declared_names(std::slice::from_ref(*expr)).contains(&name));
            let span = if in_body.contains(&name) { place.map_or(span, |expr| expr.span) } else { span };
            self.fail(ErrorCode::Compile, format!("{what} var {name} unused"), span);
        }
    }

    /// A term. Where it stands `inner`, in a call or a collection, references and comprehensions become
    /// variables too.
    pub(super) fn term(&mut self, term: &Term, inner: bool, goals: &mut Vec<Goal>) -> Node {
        let node = match &term.kind {
            TermKind::Null => Node::Const(Value::Null),
            TermKind::Bool(value) => Node::Const(Value::Bool(*value)),
            TermKind::Number(number) => Node::Const(Value::Number(number.clone())),
            TermKind::String(text) => Node::Const(Value::String(text.clone())),
            TermKind::Var(name) => self.reference(name, Vec::new(), term.span),
            TermKind::Ref(head, path) => {
                if let Some(name) = head.as_var() {
                    let name = name.clone();
                    let meaning = self.reference(&name, Vec::new(), head.span);
                    let path = path.iter().map(|element| self.term(element, true, goals)).collect();
                    self.looked_up(meaning, path, term.span, goals)
                } else {
                    let head = self.term(head, false, goals);
                    let path = path.iter().map(|element| self.term(element, true, goals)).collect();
                    self.looked_up(head, path, term.span, goals)
                }
            }
            TermKind::Call(call) => self.call(call, term.span, goals),
            TermKind::Array(items) => {
                Node::array(items.iter().map(|item| self.term(item, true, goals)).collect())
            }
            TermKind::Set(items) => {
                Node::set(items.iter().map(|item| self.term(item, true, goals)).collect())
            }
            TermKind::Object(pairs) => {
                let mut lowered = Vec::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let key = self.term(key, true, goals);
                    lowered.push((key, self.term(value, true, goals)));
                }
                Node::object(lowered)
            }
            TermKind::ArrayComprehension(head, body) => {
                let (body, head) = self.scoped(body, |lowering, goals| lowering.term(head, true, goals));
                Node::Comprehension(Box::new(Comprehension::Array { head, body }))
            }
            TermKind::SetComprehension(head, body) => {
                let (body, head) = self.scoped(body, |lowering, goals| lowering.term(head, true, goals));
                Node::Comprehension(Box::new(Comprehension::Set { head, body }))
            }
            TermKind::ObjectComprehension(head, body) => {
                let (body, (key, value)) = self.scoped(body, |lowering, goals| {
                    (lowering.term(&head.0, true, goals), lowering.term(&head.1, true, goals))
                });
                Node::Comprehension(Box::new(Comprehension::Object { key, value, body }))
            }
            TermKind::Template(parts) => self.template(parts, term.span, goals),
        };
        if inner { self.named(node, term.span, goals) } else { node }
    }

    /// A variable in the place of a reference or a comprehension.
    fn named(&mut self, node: Node, span: Span, goals: &mut Vec<Goal>) -> Node {
        if !matches!(node, Node::Ref(_) | Node::Comprehension(_)) {
            return node;
        }
        let var = self.names.fresh("");
        let how = Unification::Both;
        goals.push(Goal::new(span, GoalKind::Unify { left: Node::Var(var), right: node, how }));
        Node::Var(var)
    }

    fn reference(&mut self, name: &Name, path: Vec<Node>, span: Span) -> Node {
        let (root, mut full) = match self.meaning(name) {
            Meaning::Var(var) if path.is_empty() => return Node::Var(var),
            Meaning::Var(var) => (Root::Var(var), Vec::new()),
            Meaning::Input => (Root::Input, Vec::new()),
            Meaning::Data => (Root::Data, Vec::new()),
            Meaning::Document(names) => {
                let is_input = names.first().is_some_and(|name| name == "input");
                let root = if is_input { Root::Input } else { Root::Data };
                (root, names.iter().skip(1).map(|name| Node::string(name)).collect())
            }
        };
        full.extend(path);
        Node::Ref(Box::new(Reference { span, root, path: full }))
    }

    /// What stands under a path in a term.
    fn looked_up(&mut self, head: Node, path: Vec<Node>, span: Span, goals: &mut Vec<Goal>) -> Node {
        match head {
            Node::Ref(mut reference) => {
                reference.path.extend(path);
                reference.span = span;
                Node::Ref(reference)
            }
            Node::Var(var) => Node::Ref(Box::new(Reference { span, root: Root::Var(var), path })),
            other => {
                let var = self.names.fresh("");
                let how = Unification::Both;
                goals.push(Goal::new(span, GoalKind::Unify { left: Node::Var(var), right: other, how }));
                Node::Ref(Box::new(Reference { span, root: Root::Var(var), path }))
            }
        }
    }

    fn call(&mut self, call: &Call, span: Span, goals: &mut Vec<Goal>) -> Node {
        let name = operator_name(&call.operator);
        if let Some(name @ ("rego.metadata.chain" | "rego.metadata.rule")) = name.as_deref()
            && let Some((module, rule)) = self.rule
            && !self.is_hidden(&call.operator)
        {
            let metadata = self.around.metadata;
            self.errors.extend(metadata.errors());
            let is_chain = name.ends_with("chain");
            return Node::Const(if is_chain {
                metadata.chain(module, rule)
            } else {
                metadata.rule(module, rule)
            });
        }
        if name.as_deref() == Some("print") && !self.is_hidden(&call.operator) {
            self.fail(ErrorCode::Type, "print(...) used as value", span);
            return Node::Const(Value::Null);
        }
        let Some((callee, arity)) = self.callee(call, span) else { return Node::Const(Value::Null) };
        if call.arguments.len() != arity {
            self.arity_error(&name.unwrap_or_default(), call.arguments.len(), &callee, span);
            return Node::Const(Value::Null);
        }
        let arguments = call.arguments.iter().map(|argument| self.term(argument, true, goals)).collect();
        let var = self.names.fresh("");
        let output = Some(Node::Var(var));
        goals.push(Goal::new(span, GoalKind::Call { callee, arguments, output }));
        Node::Var(var)
    }

    fn operands(
        &mut self,
        call: &Call,
        callee: &Callee,
        arity: usize,
        span: Span,
        goals: &mut Vec<Goal>,
    ) -> Option<(Vec<Node>, Option<Node>)> {
        let given = call.arguments.len();
        if given != arity && given != arity + 1 {
            let name = operator_name(&call.operator).unwrap_or_default();
            self.arity_error(&name, given, callee, span);
            return None;
        }
        let mut arguments: Vec<Node> =
            call.arguments.iter().map(|argument| self.term(argument, true, goals)).collect();
        let output = if given > arity { arguments.pop() } else { None };
        Some((arguments, output))
    }

    fn arity_error(&mut self, name: &str, given: usize, callee: &Callee, span: Span) {
        let wanted = match callee {
            Callee::Builtin(builtin) => {
                let types: Vec<String> = builtin.arguments.iter().map(ToString::to_string).collect();
                types.join(", ")
            }
            _ => "…".to_owned(),
        };
        let message = format!("{name}: arity mismatch: have {given} arguments, want ({wanted})");
        self.fail(ErrorCode::Type, message, span);
    }

    /// What a call calls, and how many arguments that takes.
    fn callee(&mut self, call: &Call, span: Span) -> Option<(Callee, usize)> {
        let Some(name) = operator_name(&call.operator) else {
            self.fail(ErrorCode::Type, "undefined function", span);
            return None;
        };
        let first = call.operator.first().and_then(Term::as_var).cloned().unwrap_or_default();
        if !call.is_infix {
            if self.names.is_shadowed(&first) {
                self.fail(ErrorCode::Compile, format!("called function {name} shadowed"), span);
                return None;
            }
            let path = match self.module.globals.get(&first) {
                Some(path) if path.first().is_some_and(|root| root == "data") => {
                    self.used.insert(first.clone());
                    let rest = call.operator.iter().skip(1).filter_map(Term::as_text).cloned();
                    Some(path.iter().skip(1).cloned().chain(rest).collect::<Vec<Name>>())
                }
                _ if first == "data" => {
                    Some(call.operator.iter().skip(1).filter_map(Term::as_text).cloned().collect())
                }
                _ => None,
            };
            if let Some(path) = path {
                // A rule may be called like a function without arguments.
                return if let Some((_, arity)) = (self.around.kind)(&path) {
                    Some((Callee::Function(path), arity))
                } else {
                    let shown: Vec<&str> = path.iter().map(Name::as_str).collect();
                    let shown = shown.join(".");
                    if let Some((place, arity)) = self.around.host.get(&shown) {
                        return Some((Callee::Host(*place), *arity));
                    }
                    let message = format!("undefined function data.{shown}");
                    self.fail(ErrorCode::Type, message, span);
                    None
                };
            }
        }
        if self.around.forbidden.contains(&name) {
            let message = format!("unsafe built-in function calls in expression: {name}");
            self.fail(ErrorCode::Type, message, span);
            return None;
        }
        let found = self.function(&name);
        if self.module.refuses_deprecated
            && matches!(found, Some((Callee::Builtin(_), _)))
            && DEPRECATED.contains(&name.as_str())
        {
            let message = format!("deprecated built-in function calls in expression: {name}");
            self.fail(ErrorCode::Type, message, span);
        }
        if found.is_none() {
            self.fail(ErrorCode::Type, format!("undefined function {name}"), span);
        }
        found
    }

    pub(super) fn function(&self, name: &str) -> Option<(Callee, usize)> {
        if let Some((place, arity)) = self.around.host.get(name) {
            return Some((Callee::Host(*place), *arity));
        }
        functions::lookup(name).map(|builtin| (Callee::Builtin(builtin), builtin.arguments.len()))
    }

    fn template(&mut self, parts: &[TemplatePart], span: Span, goals: &mut Vec<Goal>) -> Node {
        let mut items = Vec::with_capacity(parts.len());
        for part in parts {
            let item = match part {
                TemplatePart::Text(text) => Node::Const(Value::String(text.clone())),
                TemplatePart::Expr(expr) => match &expr.kind {
                    ExprKind::Term(term) if expr.with.is_empty() => match &term.kind {
                        TermKind::String(_) | TermKind::Number(_) | TermKind::Bool(_) | TermKind::Null => {
                            self.term(term, true, goals)
                        }
                        _ => self.captured(term),
                    },
                    ExprKind::Term(term) => self.captured_with(term, &expr.with, goals),
                    _ => {
                        self.fail(ErrorCode::Compile, "unexpected template-string expression type", span);
                        continue;
                    }
                },
            };
            let item = self.named(item, span, goals);
            items.push(item);
        }
        let Some(builtin) = functions::lookup("internal.template_string") else {
            self.fail(ErrorCode::Compile, "template-strings are not supported", span);
            return Node::Const(Value::Null);
        };
        let var = self.names.fresh("");
        goals.push(Goal::new(
            span,
            GoalKind::Call {
                callee: Callee::Builtin(builtin),
                arguments: vec![Node::array(items)],
                output: Some(Node::Var(var)),
            },
        ));
        Node::Var(var)
    }

    fn captured_with(&mut self, term: &Term, with: &[With], goals: &mut Vec<Goal>) -> Node {
        let modifiers = with.iter().filter_map(|with| self.modifier(with, goals)).collect();
        let mut node = self.captured(term);
        node.each_closure_mut(&mut |closure| {
            let body = std::mem::take(closure.body_mut());
            let kind = GoalKind::With { modifiers: Vec::clone(&modifiers), body };
            closure.body_mut().push(Goal::new(term.span, kind));
        });
        node
    }
}

/// The variable that a generated goal makes.
fn made_by(goal: &Goal) -> Var {
    match &goal.kind {
        GoalKind::Unify { left: Node::Var(var), .. }
        | GoalKind::Call { output: Some(Node::Var(var)), .. } => *var,
        _ => Var::MAX,
    }
}

/// The dotted name of a function, if its parts are plain names.
pub(super) fn operator_name(operator: &[Term]) -> Option<String> {
    let mut name = operator.first()?.as_var()?.to_string();
    for part in operator.iter().skip(1) {
        name.push('.');
        name.push_str(part.as_text()?);
    }
    Some(name)
}

/// The variables of a term, those of closures apart.
fn plain_names(term: &Term, names: &mut std::collections::HashSet<Name>) {
    match &term.kind {
        TermKind::Var(name) => {
            names.insert(name.clone());
        }
        TermKind::Ref(head, path) => {
            plain_names(head, names);
            for element in path {
                plain_names(element, names);
            }
        }
        TermKind::Call(call) => {
            for argument in &call.arguments {
                plain_names(argument, names);
            }
        }
        TermKind::Array(items) | TermKind::Set(items) => {
            for item in items {
                plain_names(item, names);
            }
        }
        TermKind::Object(pairs) => {
            for (key, value) in pairs {
                plain_names(key, names);
                plain_names(value, names);
            }
        }
        _ => {}
    }
}
