//! What Kubernetes refuses in literals: items of several types, and texts that cannot be read.

use super::{Type, TypeError};
use crate::functions::format::Clause;
use crate::pattern;
use crate::syntax::ast::{Ast, Expr, ExprId, Span};
use crate::types::check::Checked;
use crate::value::{Duration, Timestamp, Value};

/// Everything that is wrong with the literals of a checked expression.
pub(crate) fn check(ast: &Ast, checked: &Checked) -> Vec<(Span, TypeError)> {
    let mut errors = Vec::new();
    let mut seen = vec![false; ast.len()];
    visit(ast, checked, ast.root(), false, &mut seen, &mut errors);
    errors
}

fn visit(
    ast: &Ast,
    checked: &Checked,
    id: ExprId,
    exempt: bool,
    seen: &mut [bool],
    errors: &mut Vec<(Span, TypeError)>,
) {
    match seen.get_mut(id.0 as usize) {
        Some(seen) if !*seen => *seen = true,
        _ => return,
    }
    let mut inner = exempt;
    let mut below = Vec::new();
    match ast.node(id) {
        Expr::Literal(_) | Expr::Ident(_) => {}
        Expr::Select { operand, .. } => below.push(*operand),
        Expr::Call { target, function, arguments } => {
            inner |= function == "format";
            errors.extend(literal(ast, target.is_some(), function, arguments));
            if let (Some(target), "format", [argument]) = (target, function.as_str(), arguments.as_slice()) {
                errors.extend(format(ast, checked, *target, *argument));
            }
            below.extend(target.iter().chain(arguments));
        }
        Expr::List(items) => {
            if !exempt {
                errors.extend(differing(ast, checked, items.iter().copied()));
            }
            below.extend(items.iter().map(|(item, _)| *item));
        }
        Expr::Map(entries) => {
            if !exempt {
                errors.extend(differing(ast, checked, entries.iter().map(|entry| (entry.key, false))));
                let values = entries.iter().map(|entry| (entry.value, entry.optional));
                errors.extend(differing(ast, checked, values));
            }
            below.extend(entries.iter().flat_map(|entry| [entry.key, entry.value]));
        }
        Expr::Struct { fields, .. } => below.extend(fields.iter().map(|field| field.value)),
        Expr::Comprehension(fold) => {
            below.extend([fold.range, fold.initial, fold.condition, fold.step, fold.result]);
        }
    }
    for child in below {
        visit(ast, checked, child, inner, seen, errors);
    }
}

/// The first item whose type is not that of the first.
fn differing(
    ast: &Ast,
    checked: &Checked,
    items: impl Iterator<Item = (ExprId, bool)>,
) -> Option<(Span, TypeError)> {
    let mut wanted: Option<Type> = None;
    for (item, optional) in items {
        let mut found = checked.type_of(item).clone();
        if let (true, Type::Optional(inner)) = (optional, &found) {
            found = Type::clone(inner);
        }
        match &wanted {
            None => wanted = Some(found),
            Some(wanted) if *wanted == found => {}
            Some(wanted) => {
                return Some((ast.span(item), TypeError::Mismatch { expected: wanted.clone(), found }));
            }
        }
    }
    None
}

fn literal(ast: &Ast, member: bool, function: &str, arguments: &[ExprId]) -> Option<(Span, TypeError)> {
    let (function, text, id, fits) = match (function, arguments, member) {
        ("duration", [id], false) => {
            let text = text(ast, *id)?;
            ("duration", text, *id, Duration::parse(text).is_some())
        }
        ("timestamp", [id], false) => {
            let text = text(ast, *id)?;
            ("timestamp", text, *id, Timestamp::parse(text).is_some())
        }
        ("matches", [id], true) | ("matches", [_, id], false) => {
            let text = text(ast, *id)?;
            ("matches", text, *id, pattern::compile(text).is_ok())
        }
        ("find", [id], true) | ("findAll", [id, ..], true) => {
            let text = text(ast, *id)?;
            ("find", text, *id, pattern::compile(text).is_ok())
        }
        _ => return None,
    };
    (!fits).then(|| (ast.span(id), TypeError::Literal { function, text: text.to_owned() }))
}

/// The first fault of a call of `format` whose text and list are literals.
fn format(ast: &Ast, checked: &Checked, target: ExprId, argument: ExprId) -> Option<(Span, TypeError)> {
    let template = text(ast, target)?;
    let Expr::List(items) = ast.node(argument) else { return None };
    let wrong = |id: ExprId| {
        Some((ast.span(id), TypeError::Literal { function: "format", text: template.to_owned() }))
    };
    let mut rest = template;
    let mut items = items.iter();
    while let Some((_, behind)) = rest.split_once('%') {
        if let Some(behind) = behind.strip_prefix('%') {
            rest = behind;
            continue;
        }
        let Some((item, _)) = items.next() else { return wrong(argument) };
        let Ok((clause, behind)) = Clause::read(behind) else { return wrong(target) };
        if !takes(clause, checked.type_of(*item)) {
            return wrong(*item);
        }
        rest = behind;
    }
    if items.next().is_some() { wrong(argument) } else { None }
}

/// Whether a clause of a format takes values of this type.
fn takes(clause: Clause, kind: &Type) -> bool {
    match (clause, kind) {
        (_, Type::Dyn)
        | (
            Clause::Decimal | Clause::Octal | Clause::Binary | Clause::Hexadecimal { .. },
            Type::Int | Type::UInt,
        )
        | (Clause::Fixed(_) | Clause::Scientific(_), Type::Double | Type::String)
        | (Clause::Binary, Type::Bool)
        | (Clause::Hexadecimal { .. }, Type::String | Type::Bytes) => true,
        (Clause::Plain, kind) => !matches!(kind, Type::Optional(_) | Type::Opaque(_) | Type::Struct(_)),
        _ => false,
    }
}

fn text(ast: &Ast, id: ExprId) -> Option<&str> {
    match ast.node(id) {
        Expr::Literal(Value::String(text)) => Some(text),
        _ => None,
    }
}
