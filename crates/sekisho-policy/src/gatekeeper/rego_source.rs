//! What Gatekeeper allows in the modules of a template: packages of libraries, imports, and what of `data` may
//! be read.

use sekisho_manifest::Node;
use sekisho_rego::ast::{Call, Expr, ExprKind, Import, Module, Rule, TemplatePart, Term, TermKind};

use crate::problem::Problem;

/// What of `data` the modules of a template may read.
const READABLE: [&str; 2] = ["inventory", "lib"];

/// The first thing that modules do and may not; `texts` are their texts, and stand in the same order.
pub(super) fn check(modules: &[Module], texts: &[&Node]) -> Result<(), Problem> {
    let all = || modules.iter().zip(texts.iter().copied());
    for (library, at) in all().skip(1) {
        if library.package.first().is_none_or(|name| name != "lib") || library.package.len() < 2 {
            let path = library.package.join(".");
            return invalid(at, &format!("invalid lib prefix: path data.{path} not found in lib prefixes"));
        }
    }
    for (module, at) in all() {
        if let Some(import) = module.imports.iter().find(|import| !is_allowed(import)) {
            let path = import.path.join(".");
            let message = if import.path.first().is_some_and(|root| root == "input") {
                format!("invalid import: cannot import input: \"{path}\"")
            } else {
                format!("invalid import: bad import: \"{path}\"")
            };
            return invalid(at, &message);
        }
    }
    for ((module, at), place) in all().zip(0_usize..) {
        let mut found = Found { text: at.as_str().unwrap_or_default(), refs: Vec::new() };
        module.rules.iter().for_each(|rule| found.rule(rule));
        if !found.refs.is_empty() {
            let name =
                if place == 0 { "template".to_owned() } else { format!("libs[\"lib_{}\"]", place - 1) };
            let refs: Vec<String> = found.refs.iter().map(|one| format!("disallowed ref {one}")).collect();
            let refs = refs.join("; ");
            return invalid(
                at,
                &format!("invalid data references: check refs failed on module {name}: {refs}"),
            );
        }
    }
    Ok(())
}

fn invalid(at: &Node, message: &str) -> Result<(), Problem> {
    Err(Problem::error(at, format!("invalid ConstraintTemplate: {message}")))
}

fn is_allowed(import: &Import) -> bool {
    let mut path = import.path.iter().map(AsRef::as_ref);
    match (path.next(), path.next()) {
        (Some("future" | "rego"), _) => true,
        (Some("data"), Some(name)) => name == "lib",
        _ => false,
    }
}

/// References to what may not be read.
struct Found<'t> {
    text: &'t str,
    refs: Vec<String>,
}

impl Found<'_> {
    fn rule(&mut self, rule: &Rule) {
        let head = &rule.head;
        let terms =
            head.path.iter().chain(head.parameters.iter().flatten()).chain(&head.key).chain(&head.value);
        terms.for_each(|term| self.term(term));
        self.body(&rule.body);
        for branch in &rule.branches {
            branch.value.iter().for_each(|value| self.term(value));
            self.body(&branch.body);
        }
    }

    fn body(&mut self, body: &[Expr]) {
        for expr in body {
            for with in &expr.with {
                self.term(&with.target);
                self.term(&with.value);
            }
            match &expr.kind {
                ExprKind::Term(term) => self.term(term),
                ExprKind::Unify(left, right) | ExprKind::Assign(left, right) => {
                    self.term(left);
                    self.term(right);
                }
                ExprKind::Some(terms) => terms.iter().for_each(|term| self.term(term)),
                ExprKind::SomeIn { key, value, domain } => {
                    key.iter().chain([value, domain]).for_each(|term| self.term(term));
                }
                ExprKind::Every { key, value, domain, body } => {
                    key.iter().chain([value, &**domain]).for_each(|term| self.term(term));
                    self.body(body);
                }
                ExprKind::Not(body) => self.body(body),
                ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                    self.body(left);
                    self.body(right);
                }
            }
        }
    }

    fn term(&mut self, term: &Term) {
        match &term.kind {
            TermKind::Ref(head, path) => {
                if head.as_var().is_some_and(|name| name == "data") {
                    let name = path.first().and_then(Term::as_text);
                    if name.is_none_or(|name| !READABLE.contains(&name.as_str())) {
                        self.refs.push(term.span.of(self.text).to_owned());
                    }
                } else {
                    self.term(head);
                    for term in path {
                        self.term(term);
                    }
                }
            }
            TermKind::Var(name) if name == "data" => self.refs.push("data".to_owned()),
            TermKind::Call(call) => self.call(call),
            TermKind::Array(items) | TermKind::Set(items) => items.iter().for_each(|item| self.term(item)),
            TermKind::Object(entries) => {
                for (key, value) in entries {
                    self.term(key);
                    self.term(value);
                }
            }
            TermKind::ArrayComprehension(head, body) | TermKind::SetComprehension(head, body) => {
                self.term(head);
                self.body(body);
            }
            TermKind::ObjectComprehension(head, body) => {
                self.term(&head.0);
                self.term(&head.1);
                self.body(body);
            }
            TermKind::Template(parts) => {
                for part in parts {
                    if let TemplatePart::Expr(expr) = part {
                        self.body(std::slice::from_ref(expr));
                    }
                }
            }
            TermKind::Null
            | TermKind::Bool(_)
            | TermKind::Number(_)
            | TermKind::String(_)
            | TermKind::Var(_) => {}
        }
    }

    fn call(&mut self, call: &Call) {
        // A function of another package is a reference too.
        let names = call.operator.iter().map(|part| part.as_var().or_else(|| part.as_text()));
        let names: Option<Vec<&str>> = names.map(|name| name.map(AsRef::as_ref)).collect();
        if let Some(["data", rest @ ..]) = names.as_deref()
            && rest.first().is_none_or(|name| !READABLE.contains(name))
        {
            self.refs.push(format!("data.{}", rest.join(".")));
        }
        call.arguments.iter().for_each(|argument| self.term(argument));
    }
}
