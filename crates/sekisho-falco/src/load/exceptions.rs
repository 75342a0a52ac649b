//! Exceptions: checked, appended, and written into conditions.

use super::collect::{Entry, Exception};
use super::lists::quoted;
use crate::catalog::Catalog;
use crate::condition::{Modifier, Operand, Operator, parse_output_field};

/// Checks the fields and operators of an exception, and fills in operators that are not written. The source is
/// none where it is not known.
pub(super) fn check(
    exception: &mut Exception,
    catalog: &Catalog,
    source: Option<&str>,
) -> Result<(), String> {
    let named = exception.name.clone();
    let check_field = |field: &str| match source {
        Some(source) if !is_known(field, catalog, source) => {
            Err(format!("exception `{named}`: no field `{field}` is known"))
        }
        _ => Ok(()),
    };
    match &exception.fields {
        None => Err(format!("exception `{named}` needs `fields`")),
        Some(Entry::One(field)) => {
            let operator = match exception.operators.take() {
                None => "in".to_owned(),
                Some(Entry::One(operator)) => operator.trim().to_owned(),
                Some(Entry::Many(_)) => {
                    return Err(format!("exception `{named}`: `comps` must be one text as `fields` is"));
                }
            };
            if !takes_list(&operator) {
                return Err(format!(
                    "exception `{named}`: with one field `comps` must be in, intersects, pmatch or an operator with \
                     oneof, anyof or allof, not `{operator}`"
                ));
            }
            check_field(field)?;
            exception.operators = Some(Entry::One(operator));
            Ok(())
        }
        Some(Entry::Many(fields)) => {
            let operators = match exception.operators.take() {
                None => vec![Entry::One("=".to_owned()); fields.len()],
                Some(Entry::Many(operators)) => operators,
                Some(Entry::One(_)) => Vec::new(),
            };
            if operators.len() != fields.len() {
                return Err(format!("exception `{named}`: `comps` must have as many entries as `fields`"));
            }
            let operators =
                operators.iter().map(|operator| text(operator).trim().to_owned()).collect::<Vec<_>>();
            if let Some(unknown) = operators.iter().find(|operator| !is_operator(operator)) {
                return Err(format!("exception `{named}`: `{unknown}` is no operator"));
            }
            fields.iter().try_for_each(|field| check_field(text(field)))?;
            exception.operators = Some(Entry::Many(operators.into_iter().map(Entry::One).collect()));
            Ok(())
        }
    }
}

/// The condition with the exceptions behind it.
pub(super) fn write(condition: &str, exceptions: &[Exception]) -> Result<String, (String, usize)> {
    let mut out = format!("({condition})");
    for (place, exception) in exceptions.iter().enumerate() {
        let part = one(exception).map_err(|message| (message, place))?;
        if !part.is_empty() {
            out.push_str(" and not ");
            out.push_str(&part);
        }
    }
    Ok(out)
}

fn one(exception: &Exception) -> Result<String, String> {
    let named = &exception.name;
    match (&exception.fields, &exception.operators) {
        (Some(Entry::One(field)), Some(Entry::One(operator))) => {
            let mut values = Vec::new();
            for value in &exception.values {
                match value {
                    Entry::One(value) => values.push(quoted(value)),
                    Entry::Many(_) => {
                        return Err(format!(
                            "exception `{named}`: with one field `values` must be a list of texts"
                        ));
                    }
                }
            }
            if values.is_empty() {
                return Ok(String::new());
            }
            Ok(format!("({field} {operator} ({}))", values.join(", ")))
        }
        (Some(Entry::Many(fields)), Some(Entry::Many(operators))) => {
            let mut choices = Vec::new();
            for values in &exception.values {
                let values = match values {
                    Entry::Many(values) if values.len() == fields.len() => values,
                    _ => {
                        return Err(format!(
                            "exception `{named}`: each of `values` must have as many entries as `fields`"
                        ));
                    }
                };
                let checks = fields.iter().zip(operators).zip(values).map(|((field, operator), value)| {
                    let (field, operator) = (text(field), text(operator));
                    format!("{field} {operator} {}", right_hand_side(operator, value))
                });
                choices.push(format!("({})", checks.collect::<Vec<_>>().join(" and ")));
            }
            if choices.is_empty() { Ok(String::new()) } else { Ok(format!("({})", choices.join(" or "))) }
        }
        _ => Ok(String::new()),
    }
}

fn right_hand_side(operator: &str, value: &Entry) -> String {
    match value {
        Entry::Many(values) => {
            let values: Vec<_> = values.iter().map(|value| quoted(text(value))).collect();
            format!("({})", values.join(", "))
        }
        Entry::One(value) if takes_list(operator) && value.starts_with('(') => value.clone(),
        Entry::One(value) if takes_list(operator) => format!("({value})"),
        Entry::One(value) => quoted(value),
    }
}

/// The text of an entry; empty for a list.
pub(super) fn text(entry: &Entry) -> &str {
    match entry {
        Entry::One(text) => text,
        Entry::Many(_) => "",
    }
}

fn is_operator(word: &str) -> bool {
    word == "exists" || word == "==" || Operator::written(word).is_some() || has_modifier(word)
}

fn takes_list(word: &str) -> bool {
    Operator::written(word).is_some_and(Operator::takes_list) || has_modifier(word)
}

fn has_modifier(word: &str) -> bool {
    word.split_once(' ').is_some_and(|(operator, modifier)| {
        let operator = if operator == "==" { "=" } else { operator };
        Operator::written(operator).is_some_and(Operator::takes_modifier)
            && Modifier::named(modifier).is_some()
    })
}

/// Whether the fields in a field or transformer are known.
fn is_known(field: &str, catalog: &Catalog, source: &str) -> bool {
    let Ok((operand, _)) = parse_output_field(field) else { return false };
    let mut is_known = true;
    operand.visit(&mut |part| {
        if let Operand::Field(field) = part {
            is_known &= catalog.resolve(source, field).is_ok();
        }
    });
    is_known
}
