//! References to other fields of the same document: `$(./../key)`.

use std::ops::Range;

use super::error::VariableError;
use crate::budget::Meter;
use crate::scalar::{Operator, operator};
use crate::value::{Map, Value};

/// Replaces the references in the keys and texts of a document.
pub fn resolve_references(document: &Value, meter: &Meter) -> Result<Value, VariableError> {
    if !has_dollar(document) {
        return Ok(document.clone());
    }
    Resolver { document, meter }.walk(document, "")
}

fn has_dollar(document: &Value) -> bool {
    match document {
        Value::String(text) => text.contains("$("),
        Value::List(items) => items.iter().any(has_dollar),
        Value::Map(map) => map.iter().any(|(key, value)| key.contains("$(") || has_dollar(value)),
        _ => false,
    }
}

struct Resolver<'d> {
    document: &'d Value,
    meter: &'d Meter,
}

impl Resolver<'_> {
    fn walk(&self, value: &Value, path: &str) -> Result<Value, VariableError> {
        self.meter.work(1)?;
        self.meter.deeper(|| match value {
            Value::String(text) => self.text(text, path).map(Value::from),
            Value::List(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(place, item)| self.walk(item, &format!("{path}/{place}")))
                    .collect::<Result<Vec<_>, _>>()
                    .map(Value::from)
            }
            Value::Map(map) => {
                let mut resolved = Map::default();
                for (key, item) in map.iter() {
                    let item = self.walk(item, &child(path, key))?;
                    resolved.insert(self.text(key, path)?, item);
                }
                Ok(resolved.into())
            }
            other => Ok(other.clone()),
        })
    }

    fn text(&self, text: &str, path: &str) -> Result<String, VariableError> {
        self.meter.memory(text.len())?;
        let mut resolved = String::new();
        let mut from = 0;
        while let Some(place) = next(text, from) {
            resolved.push_str(text.get(from..place.start).unwrap_or(""));
            let reference = text.get(place.clone()).unwrap_or("");
            let value = self.resolve(reference, path)?;
            self.meter.memory(value.len())?;
            resolved.push_str(&value);
            from = place.end;
        }
        resolved.push_str(text.get(from..).unwrap_or(""));
        Ok(unescaped(&resolved))
    }

    fn resolve(&self, reference: &str, path: &str) -> Result<String, VariableError> {
        let failed = |problem: &str| {
            VariableError::failed(format!("failed to resolve {reference} at path {path}: {problem}"))
        };
        let target = reference.trim_matches(|letter| "$()".contains(letter));
        let sign = operator(target);
        let target = target.get(sign.sign().len()..).unwrap_or("");
        if target.is_empty() {
            return Err(failed("expected path, found empty reference"));
        }
        let wanted = if target.starts_with('/') { target.to_owned() } else { joined(path, target) };
        let mut found = None;
        self.find(self.document, "", &wanted, &mut found)?;
        let found = found.filter(|value| !value.is_null());
        if sign == Operator::Equal {
            return match found {
                Some(Value::String(text)) => Ok(text.to_string()),
                Some(_) => Err(VariableError::failed(format!(
                    "NotResolvedReferenceErr,reference {reference} not resolved at path {path}"
                ))),
                None => Err(VariableError::failed(format!(
                    "got nil resolved variable {reference} at path {path}: <nil>"
                ))),
            };
        }
        let sign = sign.sign();
        match found.unwrap_or_default() {
            Value::String(text) => Ok(format!("{sign}{text}")),
            Value::Int(number) => Ok(format!("{sign}{number}")),
            Value::Float(number) => Ok(format!("{sign}{number:.6}")),
            other => Err(failed(&format!(
                "incorrect expression: operator {sign} does not match with value {}",
                other.to_plain()
            ))),
        }
    }

    /// Looks for the text or number whose path, anchors taken off, is the one wanted. The last one counts.
    fn find(
        &self,
        value: &Value,
        path: &str,
        wanted: &str,
        found: &mut Option<Value>,
    ) -> Result<(), VariableError> {
        self.meter.work(1)?;
        self.meter.deeper(|| {
            match value {
                Value::List(items) => {
                    for (place, item) in items.iter().enumerate() {
                        self.find(item, &format!("{path}/{place}"), wanted, found)?;
                    }
                }
                Value::Map(map) => {
                    let here = without_anchors(path) == wanted;
                    for (key, item) in map.iter() {
                        if here {
                            *found = Some(Value::String(key.clone()));
                        }
                        self.find(item, &child(path, key), wanted, found)?;
                    }
                }
                leaf => {
                    if without_anchors(path) == wanted {
                        *found = Some(leaf.clone());
                    }
                }
            }
            Ok(())
        })
    }
}

pub(super) fn child(path: &str, key: &str) -> String {
    format!("{path}/{}", key.replace('/', "\\/"))
}

/// The next reference from a place on. One that does not begin the text needs a character before it that
/// was not passed over yet and is no backslash. It reaches to the last parenthesis before a space.
pub(super) fn next(text: &str, from: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let open = at + text.get(at..)?.find("$(")?;
        let has_before = open > from && bytes.get(open.wrapping_sub(1)) != Some(&b'\\');
        // The first character may be anything but a line break.
        let first = text.get(open + 2..)?.chars().next().filter(|letter| *letter != '\n');
        if (open == 0 || has_before)
            && let Some(first) = first
        {
            let start = open + 2 + first.len_utf8();
            let behind = text.get(start..).unwrap_or("");
            let reach = behind.find(' ').unwrap_or(behind.len());
            if let Some(close) = behind.get(..reach).and_then(|behind| behind.rfind(')')) {
                return Some(open..start + close + 1);
            }
            // Nothing else can be closed before the space, but what begins directly before it.
            at = (start + reach).saturating_sub(2).max(open + 1);
            continue;
        }
        at = open + 1;
    }
}

/// Takes the backslash off references that shall stay: `\$(name)`.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("\\$(") {
        plain.push_str(before);
        let mut letters = behind.char_indices().skip(1);
        let stop = letters.find(|(_, letter)| matches!(letter, ' ' | ')'));
        let is_reference = stop.is_some_and(|(_, letter)| letter == ')') && !behind.starts_with('\n');
        plain.push_str(if is_reference { "$(" } else { "\\$(" });
        rest = behind;
    }
    plain.push_str(rest);
    plain
}

/// A path and another one relative to it, made one without `.` and `..`.
fn joined(path: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').chain(relative.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    format!("/{}", parts.join("/"))
}

/// A path with the anchors taken off its names: `/spec/(containers)` is `/spec/containers`.
fn without_anchors(path: &str) -> String {
    let bare = |name: &str| -> String {
        let trimmed = name.trim();
        let inner = trimmed.strip_prefix(['+', '<', '=', 'X', '^']).unwrap_or(trimmed);
        let key = inner.strip_prefix('(').and_then(|key| key.strip_suffix(')'));
        key.filter(|key| !key.is_empty()).unwrap_or(name).to_owned()
    };
    joined("", &path.split('/').map(bare).collect::<Vec<_>>().join("/"))
}
