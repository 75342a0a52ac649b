//! Walks to the location of a mutator and writes there.

use std::sync::Arc;

use sekisho_manifest::{Entry, Mapping, Node, Span, Value};
use smol_str::SmolStr;

use super::location::{KeyValue, Step};

/// What is demanded of the places on the way.
#[derive(Debug, Clone, Default)]
pub(crate) struct PathTests {
    /// By the number of the step: whether it must exist.
    pub(crate) demands: Vec<(usize, bool)>,
}

impl PathTests {
    fn may_exist(&self, step: usize) -> bool {
        self.of(step) != Some(false)
    }

    fn may_be_missing(&self, step: usize) -> bool {
        self.of(step) != Some(true)
    }

    fn of(&self, step: usize) -> Option<bool> {
        self.demands.iter().rev().find(|(known, _)| *known == step).map(|(_, must)| *must)
    }
}

/// Writes a field.
pub(crate) trait Setter {
    /// Writes the field `key` of an object.
    fn set(&self, object: &mut Mapping, key: &SmolStr, span: Span) -> Result<(), MutationError>;

    /// The item that is put into a list which the location ends at; none where that is not possible.
    fn item(&self) -> Option<&Node> {
        None
    }
}

/// Why a mutator cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MutationError {
    /// The object has something else where the location goes through.
    #[error("mismatch between path entry (type: {wanted}) and received object (type: {found}) at `{step}`")]
    Mismatch {
        /// `object` or `list`.
        wanted: &'static str,
        /// What is there.
        found: &'static str,
        /// The step.
        step: String,
    },
    /// A list follows a list.
    #[error("two consecutive list path entries are not allowed")]
    ListInList,
    /// An item would get another key.
    #[error("key value of replaced object must not change")]
    KeyChanged,
    /// A mutator that writes fields is pointed at an item.
    #[error("mutator does not understand keyed lists")]
    ItemNotPossible,
    /// An item that every key stands for cannot be made.
    #[error("last path entry can not be globbed")]
    EveryItem,
    /// The field has a value that the mutator cannot change.
    #[error("{0}")]
    Value(String),
}

/// Applies a setter at a location. Whether anything was written, which may be what stood there.
pub(crate) fn apply(
    object: &mut Node,
    steps: &[Step],
    tests: &PathTests,
    setter: &dyn Setter,
) -> Result<bool, MutationError> {
    Walk { steps, tests, setter }.at(object, 0)
}

struct Walk<'a> {
    steps: &'a [Step],
    tests: &'a PathTests,
    setter: &'a dyn Setter,
}

impl Walk<'_> {
    fn at(&self, current: &mut Node, depth: usize) -> Result<bool, MutationError> {
        match self.steps.get(depth) {
            Some(Step::Field(key)) => self.field(current, key, depth),
            Some(Step::Items { key, value }) => self.items(current, key, value.as_ref(), depth),
            None => Ok(false),
        }
    }

    fn is_last(&self, depth: usize) -> bool {
        depth + 1 == self.steps.len()
    }

    fn field(&self, current: &mut Node, key: &SmolStr, depth: usize) -> Result<bool, MutationError> {
        let (span, found) = (current.span, type_name(current));
        let Some(mapping) = current.as_mapping_mut() else {
            return Err(MutationError::Mismatch { wanted: "object", found, step: key.to_string() });
        };
        let exists = mapping.entry(key).is_some();
        let allowed = if exists { self.tests.may_exist(depth) } else { self.tests.may_be_missing(depth) };
        if !allowed {
            return Ok(false);
        }
        if self.is_last(depth) {
            self.setter.set(mapping, key, span)?;
            return Ok(true);
        }
        if let Some(next) = mapping.value_mut(key) {
            return self.at(next, depth + 1);
        }
        let mut next = self.missing(depth, span)?;
        let changed = self.at(&mut next, depth + 1)?;
        if changed {
            mapping.put(Entry { key: key.clone(), key_span: span, node: next });
        }
        Ok(changed)
    }

    fn items(
        &self,
        current: &mut Node,
        key: &SmolStr,
        value: Option<&KeyValue>,
        depth: usize,
    ) -> Result<bool, MutationError> {
        let (span, found) = (current.span, type_name(current));
        let Some(items) = current.items_mut() else {
            return Err(MutationError::Mismatch { wanted: "list", found, step: format!("[{key}]") });
        };
        if self.is_last(depth) {
            return self.put_item(items, key, value, depth);
        }
        let Some(value) = value else {
            if !self.tests.may_exist(depth) {
                return Ok(false);
            }
            let mut changed = false;
            for item in items {
                changed |= self.at(item, depth + 1)?;
            }
            return Ok(changed);
        };
        let (mut changed, mut seen) = (false, false);
        for item in items.iter_mut().filter(|item| has_key(item, key, value)) {
            if !self.tests.may_exist(depth) {
                return Ok(false);
            }
            changed |= self.at(item, depth + 1)?;
            seen = true;
        }
        if seen {
            return Ok(changed);
        }
        if !self.tests.may_be_missing(depth) {
            return Ok(false);
        }
        let mut next = self.missing(depth, span)?;
        let changed = self.at(&mut next, depth + 1)?;
        if changed {
            items.push(next);
        }
        Ok(changed)
    }

    /// Puts an item into the list that the location ends at, in the place of the one with its key.
    fn put_item(
        &self,
        items: &mut Vec<Node>,
        key: &SmolStr,
        value: Option<&KeyValue>,
        depth: usize,
    ) -> Result<bool, MutationError> {
        let item = self.setter.item().ok_or(MutationError::ItemNotPossible)?;
        let value = value.ok_or(MutationError::EveryItem)?;
        if let Some(known) = items.iter_mut().find(|known| has_key(known, key, value)) {
            if !has_key(item, key, value) {
                return Err(MutationError::KeyChanged);
            }
            if !self.tests.may_exist(depth) {
                return Ok(false);
            }
            *known = item.clone();
            return Ok(true);
        }
        if !self.tests.may_be_missing(depth) {
            return Ok(false);
        }
        items.push(item.clone());
        Ok(true)
    }

    /// What is put where something is missing: the item with its key, or what the next step goes through.
    fn missing(&self, depth: usize, span: Span) -> Result<Node, MutationError> {
        let next_is_list = matches!(self.steps.get(depth + 1), Some(Step::Items { .. }));
        match self.steps.get(depth) {
            Some(Step::Items { .. }) if next_is_list => Err(MutationError::ListInList),
            Some(Step::Items { key, value: Some(value) }) => {
                let value = match value {
                    KeyValue::Text(text) => Value::String(text.clone()),
                    KeyValue::Number(number) => Value::Int(*number),
                };
                let entry = Entry { key: key.clone(), key_span: span, node: Node { span, value } };
                Ok(Node { span, value: Value::Mapping(Arc::new(Mapping::new(vec![entry]))) })
            }
            _ if next_is_list => Ok(Node { span, value: Value::Sequence(Arc::default()) }),
            _ => Ok(Node { span, value: Value::Mapping(Arc::default()) }),
        }
    }
}

/// Whether an item of a list has this key.
pub(crate) fn has_key(item: &Node, key: &str, value: &KeyValue) -> bool {
    match (item.entry(key).map(|entry| &entry.node.value), value) {
        (Some(Value::String(text)), KeyValue::Text(wanted)) => text == wanted,
        (Some(Value::Int(number)), KeyValue::Number(wanted)) => number == wanted,
        _ => false,
    }
}

fn type_name(node: &Node) -> &'static str {
    match node.value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::UInt(_) => "integer",
        Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::Sequence(_) => "list",
        Value::Mapping(_) => "object",
    }
}
