//! Syntax trees as values, as `rego.parse_module` gives them.

use super::ast::{
    Branch, Call, Expr, ExprKind, Head, Import, Module, Name, Rule, TemplatePart, Term, TermKind, With,
};
use crate::value::Value;

/// A module as OPA writes its syntax tree.
pub(crate) fn module(module: &Module) -> Value {
    let path = std::iter::once(tagged("var", "data".into()))
        .chain(module.package.iter().map(|name| tagged("string", Value::String(name.clone()))));
    let package = Value::fields([("path", Value::array(path.collect()))]);
    let mut fields = vec![("package", package)];
    if !module.imports.is_empty() {
        fields.push(("imports", Value::array(module.imports.iter().map(import).collect())));
    }
    if !module.rules.is_empty() {
        fields.push(("rules", Value::array(module.rules.iter().map(rule).collect())));
    }
    Value::fields(fields)
}

fn tagged(kind: &'static str, value: Value) -> Value {
    Value::fields([("type", Value::from(kind)), ("value", value)])
}

fn list(terms: &[Term]) -> Value {
    Value::array(terms.iter().map(term).collect())
}

fn import(import: &Import) -> Value {
    let parts =
        import.path.iter().enumerate().map(|(place, name)| {
            tagged(if place == 0 { "var" } else { "string" }, Value::String(name.clone()))
        });
    let path = tagged("ref", Value::array(parts.collect()));
    let alias = import.alias.as_ref().map(|alias| ("alias", Value::String(alias.clone())));
    Value::fields(std::iter::once(("path", path)).chain(alias))
}

fn rule(rule: &Rule) -> Value {
    let value = rule.head.value.as_ref();
    let mut fields = vec![
        ("head", head(&rule.head, value, rule.head.is_assigned)),
        ("body", body(&rule.body, rule.has_body)),
    ];
    if rule.is_default {
        fields.push(("default", Value::Bool(true)));
    }
    if let Some(other) = branches(&rule.head, &rule.branches) {
        fields.push(("else", other));
    }
    Value::fields(fields)
}

fn branches(of: &Head, branches: &[Branch]) -> Option<Value> {
    let mut inner = None;
    for branch in branches.iter().rev() {
        let mut fields = vec![
            ("head", head(of, branch.value.as_ref(), branch.value.is_some())),
            ("body", body(&branch.body, branch.has_body)),
        ];
        fields.extend(inner.take().map(|inner| ("else", inner)));
        inner = Some(Value::fields(fields));
    }
    inner
}

fn head(head: &Head, value: Option<&Term>, is_assigned: bool) -> Value {
    let name = |name: &Name| tagged("var", Value::String(name.clone()));
    let reference = std::iter::once(name(&head.name)).chain(head.path.iter().map(term));
    let mut fields = vec![("ref", Value::array(reference.collect()))];
    if head.path.len() <= 1 {
        fields.push(("name", Value::String(head.name.clone())));
    }
    if let Some(parameters) = &head.parameters {
        fields.push(("args", list(parameters)));
    }
    match (&head.key, value, head.path.as_slice()) {
        (Some(key), ..) => fields.push(("key", term(key))),
        (None, Some(value), path) => {
            fields.push(("value", term(value)));
            if let ([key], None) = (path, &head.parameters) {
                fields.push(("key", term(key)));
            }
        }
        (None, None, _) => fields.push(("value", tagged("boolean", Value::Bool(true)))),
    }
    if is_assigned {
        fields.push(("assign", Value::Bool(true)));
    }
    Value::fields(fields)
}

fn body(body: &[Expr], is_written: bool) -> Value {
    if !is_written {
        let truth = Value::fields([
            ("generated", Value::Bool(true)),
            ("index", Value::from(0_i64)),
            ("terms", tagged("boolean", Value::Bool(true))),
        ]);
        return Value::array(vec![truth]);
    }
    Value::array(body.iter().enumerate().map(|(index, expression)| expr(expression, index)).collect())
}

fn expr(expr: &Expr, index: usize) -> Value {
    let mut fields = vec![("index", Value::from(index)), ("terms", terms(&expr.kind))];
    if expr.negated {
        fields.push(("negated", Value::Bool(true)));
    }
    if !expr.with.is_empty() {
        fields.push(("with", Value::array(expr.with.iter().map(with).collect())));
    }
    Value::fields(fields)
}

fn with(with: &With) -> Value {
    let target = match &with.target.kind {
        TermKind::Var(_) => tagged("ref", list(std::slice::from_ref(&with.target))),
        _ => term(&with.target),
    };
    Value::fields([("target", target), ("value", term(&with.value))])
}

fn operator(name: &'static str) -> Value {
    tagged("ref", Value::array(vec![tagged("var", name.into())]))
}

fn member(arguments: Vec<Value>) -> Value {
    let name = if arguments.len() == 3 { "member_3" } else { "member_2" };
    let parts = vec![tagged("var", "internal".into()), tagged("string", name.into())];
    let call = std::iter::once(tagged("ref", Value::array(parts))).chain(arguments);
    Value::fields([("symbols", Value::array(vec![tagged("call", Value::array(call.collect()))]))])
}

fn terms(kind: &ExprKind) -> Value {
    match kind {
        ExprKind::Term(Term { kind: TermKind::Call(call), .. }) => call_terms(call),
        ExprKind::Term(one) => term(one),
        ExprKind::Unify(left, right) => Value::array(vec![operator("eq"), term(left), term(right)]),
        ExprKind::Assign(left, right) => Value::array(vec![operator("assign"), term(left), term(right)]),
        ExprKind::Some(names) => Value::fields([("symbols", list(names))]),
        ExprKind::SomeIn { key, value, domain } => {
            member(key.iter().chain([value, domain]).map(term).collect())
        }
        ExprKind::Every { key, value, domain, body: inner } => {
            let key = key.as_ref().map_or(Value::Null, term);
            Value::fields([
                ("key", key),
                ("value", term(value)),
                ("domain", term(domain)),
                ("body", body(inner, true)),
            ])
        }
        ExprKind::Not(inner) => Value::fields([("not", body(inner, true))]),
        ExprKind::And(left, right) => {
            Value::fields([("type", "and".into()), ("lhs", body(left, true)), ("rhs", body(right, true))])
        }
        ExprKind::Or(left, right) => {
            Value::fields([("type", "or".into()), ("lhs", body(left, true)), ("rhs", body(right, true))])
        }
    }
}

fn call_terms(call: &Call) -> Value {
    let operator = tagged("ref", list(&call.operator));
    Value::array(std::iter::once(operator).chain(call.arguments.iter().map(term)).collect())
}

fn term(term: &Term) -> Value {
    let comprehension = |heads: Vec<(&'static str, Value)>, inner: &[Expr]| {
        Value::fields(heads.into_iter().chain([("body", body(inner, true))]))
    };
    let kind = term.type_name();
    let value = match &term.kind {
        TermKind::Null => Value::object(Vec::new()),
        TermKind::Bool(value) => Value::Bool(*value),
        TermKind::Number(number) => Value::Number(number.clone()),
        TermKind::String(text) => Value::String(text.clone()),
        TermKind::Var(name) if matches!(name.as_str(), "input" | "data") => {
            return tagged("ref", Value::array(vec![tagged("var", Value::String(name.clone()))]));
        }
        TermKind::Var(name) => Value::String(name.clone()),
        TermKind::Ref(head, path) => {
            let head = match &head.kind {
                TermKind::Var(name) => tagged("var", Value::String(name.clone())),
                _ => self::term(head),
            };
            Value::array(std::iter::once(head).chain(path.iter().map(self::term)).collect())
        }
        TermKind::Call(call) => call_terms(call),
        TermKind::Array(items) | TermKind::Set(items) => list(items),
        TermKind::Object(pairs) => {
            let pair = |(key, value): &(Term, Term)| Value::array(vec![self::term(key), self::term(value)]);
            Value::array(pairs.iter().map(pair).collect())
        }
        TermKind::ArrayComprehension(head, inner) | TermKind::SetComprehension(head, inner) => {
            comprehension(vec![("term", self::term(head))], inner)
        }
        TermKind::ObjectComprehension(pair, inner) => {
            comprehension(vec![("key", self::term(&pair.0)), ("value", self::term(&pair.1))], inner)
        }
        TermKind::Template(parts) => {
            let part = |part: &TemplatePart| match part {
                TemplatePart::Text(text) => tagged("string", Value::String(text.clone())),
                TemplatePart::Expr(inner) => expr(inner, 0),
            };
            let parts = Value::array(parts.iter().map(part).collect());
            Value::fields([("parts", parts), ("multi_line", Value::Bool(false))])
        }
    };
    tagged(kind, value)
}
