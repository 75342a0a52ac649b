//! Documents with their variables replaced.

use std::borrow::Cow;

use super::error::VariableError;
use super::lookup::Variables;
use super::references::{child, resolve_references};
use super::{place, scan};
use crate::budget::Meter;
use crate::value::{Map, Value};

/// Replaces references and then variables in a document's keys and texts.
///
/// A text that is nothing but a variable becomes the variable's value with its type; inside of other text a
/// value that is no text stands as JSON. Values may hold variables themselves.
pub fn substitute(document: &Value, variables: &dyn Variables) -> Result<Value, VariableError> {
    let document = resolve_references(document, variables.meter())?;
    substitute_variables(&document, variables)
}

/// The same of a part of a document that stands at a path, by which `{{@}}` is found.
pub(crate) fn substitute_at(
    document: &Value,
    path: &str,
    variables: &dyn Variables,
) -> Result<Value, VariableError> {
    let document = resolve_references(document, variables.meter())?;
    Substitution::new(variables).walk(&document, path)
}

/// Replaces variables in a document's keys and texts.
pub fn substitute_variables(document: &Value, variables: &dyn Variables) -> Result<Value, VariableError> {
    Substitution::new(variables).walk(document, "")
}

/// How many levels of a document are looked through before it is taken apart.
const MOST_LEVELS: usize = 64;

/// Whether there may be something to replace in a document, and how many parts were looked at to know it.
fn may_have_variables(value: &Value, levels: usize, parts: &mut usize) -> bool {
    *parts += 1;
    match value {
        Value::String(text) => text.contains("{{"),
        Value::List(_) | Value::Map(_) if levels == 0 => true,
        Value::List(items) => items.iter().any(|item| may_have_variables(item, levels - 1, parts)),
        Value::Map(map) => {
            map.iter().any(|(key, item)| key.contains("{{") || may_have_variables(item, levels - 1, parts))
        }
        _ => false,
    }
}

struct Substitution<'v> {
    variables: &'v dyn Variables,
    meter: &'v Meter,
    /// Whether the object is gone, and the old one is meant.
    deletes: bool,
}

impl<'v> Substitution<'v> {
    fn new(variables: &'v dyn Variables) -> Self {
        let deletes = variables.operation().is_some_and(|operation| operation == "DELETE");
        Self { variables, meter: variables.meter(), deletes }
    }

    fn walk(&self, value: &Value, path: &str) -> Result<Value, VariableError> {
        self.meter.work(1)?;
        let replaced = match value {
            Value::String(text) if text.contains("{{") => self.text(text, path)?,
            other => other.clone(),
        };
        let mut parts = 0;
        if !may_have_variables(&replaced, MOST_LEVELS, &mut parts) {
            self.meter.work(parts)?;
            return Ok(replaced);
        }
        self.meter.deeper(|| match &replaced {
            Value::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (place, item) in items.iter().enumerate() {
                    list.push(match item {
                        Value::String(text) if !text.contains("{{") => item.clone(),
                        item => self.walk(item, &format!("{path}/{place}"))?,
                    });
                }
                self.meter.memory(items.len().saturating_mul(size_of::<Value>()))?;
                Ok(list.into())
            }
            Value::Map(map) => self.map(map, path),
            _ => Ok(replaced.clone()),
        })
    }

    fn map(&self, map: &Map, path: &str) -> Result<Value, VariableError> {
        self.meter.memory(map.len().saturating_mul(size_of::<Value>() * 2))?;
        let mut entries = Vec::with_capacity(map.len());
        for (key, item) in map.iter() {
            let new_key = if key.contains("{{") {
                match self.text(key, path)? {
                    Value::String(new) => new,
                    Value::Null => key.clone(),
                    _ => {
                        return Err(VariableError::failed(format!(
                            "expected string after substituting variables in key \"{key}\""
                        )));
                    }
                }
            } else {
                key.clone()
            };
            let item = match item {
                Value::String(text) if !text.contains("{{") => item.clone(),
                Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => item.clone(),
                item => self.walk(item, &child(path, key))?,
            };
            entries.push((new_key, item));
        }
        Ok(entries.into_iter().collect())
    }

    fn text(&self, text: &str, path: &str) -> Result<Value, VariableError> {
        if let Some(expression) = scan::whole(text) {
            return self.value(expression, path);
        }
        let mut text = text.to_owned();
        let mut places = scan::all(&text);
        while !places.is_empty() {
            // What is replaced are the variables found together, each where it then stands.
            let original = text.clone();
            let mut shift = 0_isize;
            let mut stays = false;
            for found in places {
                let variable = original.get(found.clone()).unwrap_or("");
                let (expression, shallow) = scan::expression(variable);
                stays = shallow;
                let value = self.value(&expression, path)?;
                if original == variable {
                    return Ok(value);
                }
                let mut replacement = match value {
                    Value::String(text) => text.to_string(),
                    other => other.to_json(),
                };
                if shallow {
                    replacement = replacement.replace("{{", "\\{{");
                }
                let start = found.start.saturating_add_signed(shift);
                let end = found.end.saturating_add_signed(shift);
                let length = text.len().saturating_add(replacement.len());
                self.meter.memory(length)?;
                self.meter.work(length / 16 + 1)?;
                if text.get(start..end).is_some() {
                    text.replace_range(start..end, &replacement);
                }
                let grown = replacement.len().cast_signed() - found.len().cast_signed();
                shift = shift.saturating_add(grown);
            }
            places = if stays { Vec::new() } else { scan::all(&text) };
        }
        Ok(text.replace("\\{{", "{{").into())
    }

    fn value(&self, expression: &str, path: &str) -> Result<Value, VariableError> {
        let mut expression = Cow::Borrowed(expression);
        if expression == "@" {
            let target: &[&str] = match self.variables.query("target") {
                Ok(_) => &["target"],
                Err(VariableError::Budget(limit)) => return Err(limit.into()),
                Err(VariableError::Failed(_)) => &["request", "object"],
            };
            expression = place::expression(path, target).into();
        }
        if self.deletes {
            expression = expression.replace("request.object", "request.oldObject").into();
        }
        self.variables
            .query(&expression)
            .map_err(|error| error.within(&format!("failed to resolve {expression} at path {path}")))
    }
}
