//! What a search asks of an event, as a condition of the engine.

use sekisho_falco::condition::{Condition, FieldRef, Modifier, Operand, Operator, Right};
use sekisho_manifest::{Node, Span, Value as Yaml};

use crate::error::{SigmaError, SigmaErrorKind};
use crate::modifier::{Compare, Modified, Place, Wanted, modified};

/// Lists in lists and maps in lists go no deeper than this.
const MAX_DEPTH: usize = 10;

/// The condition of a search.
pub(crate) fn search(name: &str, node: &Node) -> Result<Condition, SigmaError> {
    within(name, node, MAX_DEPTH)
}

fn within(name: &str, node: &Node, depth: usize) -> Result<Condition, SigmaError> {
    let fail = |kind| SigmaError { kind, span: node.span };
    let Some(depth) = depth.checked_sub(1) else {
        return Err(fail(SigmaErrorKind::TooLarge("lists are nested too deep")));
    };
    match &node.value {
        Yaml::Mapping(fields) if !fields.entries().is_empty() => {
            let parts = fields.entries().iter().map(|entry| field(&entry.key, &entry.node));
            Ok(all(parts.collect::<Result<_, _>>()?))
        }
        Yaml::Sequence(items) if !items.is_empty() => {
            let parts = items.iter().map(|item| match &item.value {
                Yaml::Mapping(_) | Yaml::Sequence(_) => within(name, item, depth),
                _ => words("", &[item], item.span),
            });
            Ok(any(parts.collect::<Result<_, _>>()?))
        }
        Yaml::Mapping(_) | Yaml::Sequence(_) | Yaml::Null => Err(fail(SigmaErrorKind::Kind {
            name: name.to_owned(),
            wanted: "a map or a list that is not empty",
        })),
        _ => words("", &[node], node.span),
    }
}

fn field(key: &str, node: &Node) -> Result<Condition, SigmaError> {
    match &node.value {
        Yaml::Sequence(items) => words(key, &items.iter().collect::<Vec<_>>(), node.span),
        _ => words(key, &[node], node.span),
    }
}

/// The condition of a key with its values.
fn words(key: &str, values: &[&Node], span: Span) -> Result<Condition, SigmaError> {
    let fail = |kind| SigmaError { kind, span };
    // No value at all is no member at all.
    if let ([], Some(field)) = (values, key.split('|').next().filter(|field| !field.is_empty())) {
        return Ok(Condition::Not(Box::new(exists(value("audit.value", field)))));
    }
    if values.is_empty() {
        return Err(fail(SigmaErrorKind::Kind { name: key.to_owned(), wanted: "a list that is not empty" }));
    }
    let item = modified(key, values).map_err(fail)?;
    let mut parts = Vec::new();
    let (mut texts, mut contained) = (Vec::new(), Vec::new());
    for wanted in &item.wanted {
        match wanted {
            // Texts of which one must be there are one comparison each for those within and the others.
            Wanted::Text(pattern)
                if !item.all && !item.cased && !item.field.is_empty() && !pattern.is_beyond_globs(false) =>
            {
                match pattern.contained() {
                    Some(text) => contained.push(text.as_bytes().to_vec()),
                    None => texts.push(pattern.glob().into_bytes()),
                }
            }
            other => parts.push(single(&item, other).map_err(fail)?),
        }
    }
    let value = || value("audit.value", &item.field);
    if !texts.is_empty() {
        parts.push(check_any(value(), Operator::GlobAnyCase, texts));
    }
    if !contained.is_empty() {
        parts.push(check_any(value(), Operator::ContainsAnyCase, contained));
    }
    let joined = if item.all { all(parts) } else { any(parts) };
    Ok(if item.negated { Condition::Not(Box::new(joined)) } else { joined })
}

fn single(item: &Modified, wanted: &Wanted) -> Result<Condition, SigmaErrorKind> {
    let field = |name: &str| value(name, &item.field);
    if item.field.is_empty() {
        return keyword(item, wanted);
    }
    Ok(match wanted {
        Wanted::Any(forms) => any(forms.iter().map(|form| single(item, form)).collect::<Result<_, _>>()?),
        Wanted::Text(pattern) if pattern.is_beyond_globs(item.cased) => {
            check(field("audit.value"), Operator::Search, &pattern.expression(item.cased))
        }
        Wanted::Text(pattern) => match (item.cased, pattern.plain(), pattern.contained()) {
            (true, Some(text), _) => check(field("audit.value"), Operator::Equal, text),
            (true, _, Some(text)) => check(field("audit.value"), Operator::Contains, text),
            (true, ..) => check(field("audit.value"), Operator::Glob, &pattern.glob()),
            (false, _, Some(text)) => check(field("audit.value"), Operator::ContainsAnyCase, text),
            (false, ..) => check(field("audit.value"), Operator::GlobAnyCase, &pattern.glob()),
        },
        Wanted::Regex(pattern) => check(field("audit.value"), Operator::Search, pattern),
        Wanted::Null => Condition::Not(Box::new(exists(field("audit.value")))),
        Wanted::Exists(true) => exists(field("audit.member")),
        Wanted::Exists(false) => Condition::Not(Box::new(exists(field("audit.member")))),
        Wanted::Network(network) => check(field("audit.address"), Operator::Equal, network),
        Wanted::Number(compare, number) => {
            let operator = match compare {
                Compare::Equal => Operator::Equal,
                Compare::Less => Operator::Less,
                Compare::LessOrEqual => Operator::LessOrEqual,
                Compare::Greater => Operator::Greater,
                Compare::GreaterOrEqual => Operator::GreaterOrEqual,
            };
            let left = match item.unit {
                Some(unit) => value("audit.date", &format!("{unit}:{}", item.field)),
                None => field("audit.number"),
            };
            check(left, operator, &number.to_string())
        }
        Wanted::Field(other, place) => {
            let operator = match place {
                Place::Whole => Operator::Equal,
                Place::Start => Operator::StartsWith,
                Place::End => Operator::EndsWith,
                Place::Anywhere => Operator::Contains,
            };
            let right = Right::Operand(value("audit.value", other));
            Condition::Check { left: field("audit.value"), operator, modifier: None, right, at: 0 }
        }
    })
}

/// What is looked for in the whole event, which is text in which JSON's own escapes stand.
fn keyword(item: &Modified, wanted: &Wanted) -> Result<Condition, SigmaErrorKind> {
    let event = || Operand::Field(FieldRef { name: "audit.text".to_owned(), argument: None });
    Ok(match wanted {
        Wanted::Text(pattern) => {
            let mut pattern = pattern.map(|text| text.replace('\\', "\\\\").replace('"', "\\\""));
            pattern.run_at_start();
            pattern.run_at_end();
            if pattern.is_beyond_globs(item.cased) {
                return Ok(check(event(), Operator::Search, &pattern.expression(item.cased)));
            }
            match (pattern.contained(), item.cased) {
                (Some(text), true) => check(event(), Operator::Contains, text),
                (Some(text), false) => check(event(), Operator::ContainsAnyCase, text),
                (None, true) => check(event(), Operator::Glob, &pattern.glob()),
                (None, false) => check(event(), Operator::GlobAnyCase, &pattern.glob()),
            }
        }
        Wanted::Regex(pattern) => check(event(), Operator::Search, pattern),
        Wanted::Any(forms) => any(forms.iter().map(|form| keyword(item, form)).collect::<Result<_, _>>()?),
        _ => {
            return Err(SigmaErrorKind::Value {
                modifier: "keyword",
                wanted: "a text or a regular expression",
            });
        }
    })
}

fn value(field: &str, path: &str) -> Operand {
    Operand::Field(FieldRef { name: field.to_owned(), argument: Some(path.as_bytes().to_vec()) })
}

fn check(left: Operand, operator: Operator, right: &str) -> Condition {
    let right = Right::Value(right.as_bytes().to_vec());
    Condition::Check { left, operator, modifier: None, right, at: 0 }
}

fn check_any(left: Operand, operator: Operator, mut values: Vec<Vec<u8>>) -> Condition {
    let (modifier, right) = match (values.pop(), values.is_empty()) {
        (Some(only), true) => (None, Right::Value(only)),
        (Some(last), false) => {
            values.push(last);
            (Some(Modifier::AnyOf), Right::List(values))
        }
        (None, _) => (Some(Modifier::AnyOf), Right::List(values)),
    };
    Condition::Check { left, operator, modifier, right, at: 0 }
}

fn exists(left: Operand) -> Condition {
    Condition::Exists { left, at: 0 }
}

pub(crate) fn all(mut parts: Vec<Condition>) -> Condition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            Condition::And(parts)
        }
        None => Condition::And(parts),
    }
}

pub(crate) fn any(mut parts: Vec<Condition>) -> Condition {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            Condition::Or(parts)
        }
        None => Condition::Or(parts),
    }
}
