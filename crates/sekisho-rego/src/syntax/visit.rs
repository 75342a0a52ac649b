//! Going through the terms and bodies of rules.

use super::ast::{Expr, ExprKind, Rule, TemplatePart, Term, TermKind};

/// What is shown of rules; either may do nothing.
pub trait Visitor {
    /// A term, before what is in it; whether that is to be gone through too.
    fn term(&mut self, _term: &Term) -> bool {
        true
    }

    /// A body, before what is in it.
    fn body(&mut self, _body: &[Expr]) {}
}

/// Goes through a rule: its head, its body, and its other branches.
pub fn visit(rule: &Rule, visitor: &mut dyn Visitor) {
    let head = &rule.head;
    let terms = head.path.iter().chain(head.parameters.iter().flatten()).chain(&head.key).chain(&head.value);
    terms.for_each(|term| of_term(term, visitor));
    of_body(&rule.body, visitor);
    for branch in &rule.branches {
        branch.value.iter().for_each(|value| of_term(value, visitor));
        of_body(&branch.body, visitor);
    }
}

fn of_body(body: &[Expr], visitor: &mut dyn Visitor) {
    visitor.body(body);
    for expr in body {
        for with in &expr.with {
            of_term(&with.target, visitor);
            of_term(&with.value, visitor);
        }
        match &expr.kind {
            ExprKind::Term(term) => of_term(term, visitor),
            ExprKind::Unify(left, right) | ExprKind::Assign(left, right) => {
                of_term(left, visitor);
                of_term(right, visitor);
            }
            ExprKind::Some(terms) => terms.iter().for_each(|term| of_term(term, visitor)),
            ExprKind::SomeIn { key, value, domain } => {
                key.iter().chain([value, domain]).for_each(|term| of_term(term, visitor));
            }
            ExprKind::Every { key, value, domain, body } => {
                key.iter().chain([value, &**domain]).for_each(|term| of_term(term, visitor));
                of_body(body, visitor);
            }
            ExprKind::Not(body) => of_body(body, visitor),
            ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                of_body(left, visitor);
                of_body(right, visitor);
            }
        }
    }
}

fn of_term(term: &Term, visitor: &mut dyn Visitor) {
    if !visitor.term(term) {
        return;
    }
    match &term.kind {
        TermKind::Ref(head, path) => {
            of_term(head, visitor);
            for term in path {
                of_term(term, visitor);
            }
        }
        TermKind::Call(call) => {
            call.operator.iter().chain(&call.arguments).for_each(|term| of_term(term, visitor));
        }
        TermKind::Array(items) | TermKind::Set(items) => items.iter().for_each(|item| of_term(item, visitor)),
        TermKind::Object(entries) => {
            for (key, value) in entries {
                of_term(key, visitor);
                of_term(value, visitor);
            }
        }
        TermKind::ArrayComprehension(head, body) | TermKind::SetComprehension(head, body) => {
            of_term(head, visitor);
            of_body(body, visitor);
        }
        TermKind::ObjectComprehension(head, body) => {
            of_term(&head.0, visitor);
            of_term(&head.1, visitor);
            of_body(body, visitor);
        }
        TermKind::Template(parts) => {
            for part in parts {
                if let TemplatePart::Expr(expr) = part {
                    of_body(std::slice::from_ref(expr), visitor);
                }
            }
        }
        TermKind::Null | TermKind::Bool(_) | TermKind::Number(_) | TermKind::String(_) | TermKind::Var(_) => {
        }
    }
}
