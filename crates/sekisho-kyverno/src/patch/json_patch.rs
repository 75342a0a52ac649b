//! JSON patches (RFC 6902) with Kyverno's leniencies: negative indexes count from the end, what is missing
//! on the way to an added value is made, and removing what is not there does nothing.

use std::sync::Arc;

use crate::budget::{BudgetError, Meter};
use crate::value::{Map, Value};

/// How many items a list may be filled up with on the way to an index.
const MAX_FILLED: usize = 10_000;

/// Why a patch cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JsonPatchError {
    /// The budget is used up.
    #[error(transparent)]
    Budget(#[from] BudgetError),
    /// The patch is no list of operations.
    #[error("failed to decode patches: the patch is no list of operations")]
    Shape,
    /// An operation that does not exist.
    #[error("failed to decode patches: unknown operation `{0}`")]
    Operation(String),
    /// The operation lacks a field.
    #[error("{operation} operation failed to decode {field}: missing value")]
    Field {
        /// The operation.
        operation: &'static str,
        /// The field.
        field: &'static str,
    },
    /// A path that leads nowhere.
    #[error("{operation} operation does not apply: doc is missing path: {path}: missing value")]
    Path {
        /// The operation.
        operation: &'static str,
        /// The path.
        path: String,
    },
    /// A key of a list that is no index of it.
    #[error("error in {operation} for path: '{path}': invalid index referenced")]
    Index {
        /// The operation.
        operation: &'static str,
        /// The path.
        path: String,
    },
    /// A value is not what the patch demands.
    #[error("testing value {0} failed: test failed")]
    Test(String),
}

/// Applies a patch.
pub(crate) fn apply(patch: &Value, document: &Value, meter: &Meter) -> Result<Value, JsonPatchError> {
    let operations = match patch {
        Value::Null => &[][..],
        Value::List(operations) => operations,
        _ => return Err(JsonPatchError::Shape),
    };
    let mut document = document.clone();
    for operation in operations {
        meter.work(1)?;
        step(operation, &mut document, meter)?;
    }
    Ok(document)
}

fn step(operation: &Value, document: &mut Value, meter: &Meter) -> Result<(), JsonPatchError> {
    let text = |key: &str| operation.get(key).and_then(Value::as_str);
    let name = text("op").unwrap_or("");
    let (name, needs_value) = match name {
        "add" => ("add", true),
        "remove" => ("remove", false),
        "replace" => ("replace", true),
        "move" => ("move", false),
        "copy" => ("copy", false),
        "test" => ("test", false),
        other => return Err(JsonPatchError::Operation(other.to_owned())),
    };
    let path = text("path").ok_or(JsonPatchError::Field { operation: name, field: "path" })?;
    let from = || text("from").ok_or(JsonPatchError::Field { operation: name, field: "from" });
    let value = operation.get("value");
    if needs_value && value.is_none() {
        return Err(JsonPatchError::Field { operation: name, field: "value" });
    }
    let value = value.cloned().unwrap_or_default();
    let editing = Editing { operation: name, meter };
    match name {
        "add" | "replace" if path.is_empty() => *document = value,
        "add" => {
            editing.make_way(document, path)?;
            editing.add(document, path, value)?;
        }
        "remove" => editing.remove(document, path)?,
        "replace" => editing.replace(document, path, value)?,
        "move" => {
            let from = from()?;
            let moved = editing.get(document, from)?;
            editing.remove(document, from)?;
            editing.add(document, path, moved)?;
        }
        "copy" => {
            let copied = editing.get(document, from()?)?;
            meter.memory(size_of::<Value>())?;
            editing.add(document, path, copied)?;
        }
        _ => {
            let found = editing.get(document, path).unwrap_or_default();
            if !is_equal(&found, &value) {
                return Err(JsonPatchError::Test(path.to_owned()));
            }
        }
    }
    Ok(())
}

/// Equality as JSON has it: a number is a number.
pub(crate) fn is_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| is_equal(one, other))
        }
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other.iter())
                    .all(|((key, one), (other_key, other))| key == other_key && is_equal(one, other))
        }
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            one == other || one.as_number() == other.as_number()
        }
        _ => one == other,
    }
}

/// One operation on a document.
struct Editing<'m> {
    operation: &'static str,
    meter: &'m Meter,
}

impl Editing<'_> {
    fn missing(&self, path: &str) -> JsonPatchError {
        JsonPatchError::Path { operation: self.operation, path: path.to_owned() }
    }

    fn no_index(&self, path: &str) -> JsonPatchError {
        JsonPatchError::Index { operation: self.operation, path: path.to_owned() }
    }

    /// What holds the last part of a path, and that part.
    fn holder<'d>(
        &self,
        document: &'d mut Value,
        path: &str,
    ) -> Result<(&'d mut Value, String), JsonPatchError> {
        let parts = path.strip_prefix('/').ok_or_else(|| self.missing(path))?;
        let (above, last) = parts.rsplit_once('/').map_or((None, parts), |(above, last)| (Some(above), last));
        let mut current = document;
        for part in above.into_iter().flat_map(|above| above.split('/')) {
            self.meter.work(1)?;
            current = child_mut(current, &decoded(part)).ok_or_else(|| self.missing(path))?;
            if !matches!(current, Value::Map(_) | Value::List(_)) {
                return Err(self.missing(path));
            }
        }
        Ok((current, decoded(last)))
    }

    fn get(&self, document: &mut Value, path: &str) -> Result<Value, JsonPatchError> {
        if path.is_empty() {
            return Ok(document.clone());
        }
        let (holder, key) = self.holder(document, path)?;
        child_mut(holder, &key).map(|value| Value::clone(value)).ok_or_else(|| self.missing(path))
    }

    fn add(&self, document: &mut Value, path: &str, value: Value) -> Result<(), JsonPatchError> {
        let (holder, key) = self.holder(document, path)?;
        match holder {
            Value::Map(map) => drop(Arc::make_mut(map).insert(key, value)),
            Value::List(items) => {
                let items = Arc::make_mut(items);
                self.meter.work(items.len())?;
                let place = match key.as_str() {
                    "-" => items.len(),
                    key => place(key, items.len().saturating_add(1))
                        .filter(|place| *place <= items.len())
                        .ok_or_else(|| self.no_index(path))?,
                };
                items.insert(place, value);
            }
            _ => return Err(self.missing(path)),
        }
        Ok(())
    }

    fn replace(&self, document: &mut Value, path: &str, value: Value) -> Result<(), JsonPatchError> {
        let (holder, key) = self.holder(document, path)?;
        match child_mut(holder, &key) {
            Some(old) => *old = value,
            None => return Err(self.missing(path)),
        }
        Ok(())
    }

    fn remove(&self, document: &mut Value, path: &str) -> Result<(), JsonPatchError> {
        let Ok((holder, key)) = self.holder(document, path) else { return Ok(()) };
        match holder {
            Value::Map(map) => drop(Arc::make_mut(map).remove(&key)),
            Value::List(items) => {
                if key.parse::<i64>().is_err() {
                    return Err(self.no_index(path));
                }
                let items = Arc::make_mut(items);
                self.meter.work(items.len())?;
                if let Some(place) = place(&key, items.len()).filter(|place| *place < items.len()) {
                    items.remove(place);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Makes the maps and lists that are missing above the last part of a path.
    fn make_way(&self, document: &mut Value, path: &str) -> Result<(), JsonPatchError> {
        let Some(parts) = path.strip_prefix('/') else { return Ok(()) };
        let parts: Vec<&str> = parts.split('/').collect();
        let mut current = document;
        for pair in parts.windows(2) {
            let [part, next] = pair else { break };
            self.meter.work(1)?;
            let key = decoded(part);
            let is_there = child_mut(current, &key).is_some_and(|value| !value.is_null());
            if !is_there {
                let made = self.container(next, path)?;
                match &mut *current {
                    Value::Map(map) => drop(Arc::make_mut(map).insert(key.as_str(), made)),
                    Value::List(items) => {
                        let items = Arc::make_mut(items);
                        let at = if key == "-" {
                            Some(items.len())
                        } else {
                            place(&key, items.len().saturating_add(1))
                        };
                        let at = at.filter(|at| *at <= MAX_FILLED).ok_or_else(|| self.no_index(path))?;
                        while items.len() < at {
                            items.push(Value::Null);
                        }
                        items.insert(at, made);
                    }
                    _ => return Err(self.missing(path)),
                }
            }
            let last = |current: &mut Value| match current {
                Value::List(items) => items.len().checked_sub(1).map(|last| last.to_string()),
                _ => None,
            };
            let key = if key == "-" { last(current).unwrap_or(key) } else { key };
            current = child_mut(current, &key).ok_or_else(|| self.missing(path))?;
        }
        Ok(())
    }

    /// What holds a part of a path: a list for an index, filled up to it, else a map.
    fn container(&self, next: &str, path: &str) -> Result<Value, JsonPatchError> {
        if next == "-" {
            return Ok(Value::from(Vec::new()));
        }
        match next.parse::<i64>() {
            Ok(-1) => Ok(Value::from(Vec::new())),
            Ok(index) => {
                let count = usize::try_from(index).ok().filter(|count| *count <= MAX_FILLED);
                let count = count.ok_or_else(|| self.no_index(path))?;
                Ok(Value::from(vec![Value::Null; count]))
            }
            Err(_) => Ok(Value::from(Map::default())),
        }
    }
}

/// The child of a map or list.
fn child_mut<'d>(value: &'d mut Value, key: &str) -> Option<&'d mut Value> {
    match value {
        Value::Map(map) => Arc::make_mut(map).get_mut(key),
        Value::List(items) => {
            let place = place(key, items.len())?;
            Arc::make_mut(items).get_mut(place)
        }
        _ => None,
    }
}

/// The place in a list of an index; a negative one counts from the end.
fn place(key: &str, length: usize) -> Option<usize> {
    let index: i64 = key.parse().ok()?;
    if index >= 0 {
        return usize::try_from(index).ok();
    }
    length.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)
}

fn decoded(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}
