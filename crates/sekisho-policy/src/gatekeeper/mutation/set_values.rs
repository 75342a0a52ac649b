//! `ModifySet`: merges values into a list of distinct values, or takes them out.

use sekisho_manifest::{Entry, Mapping, Node, Span, Value};
use smol_str::SmolStr;

use super::apply::{MutationError, Setter};

/// Merges or prunes.
#[derive(Debug, Clone)]
pub(crate) struct SetValues {
    pub(crate) values: Vec<Node>,
    pub(crate) prune: bool,
}

impl Setter for SetValues {
    fn set(&self, object: &mut Mapping, key: &SmolStr, span: Span) -> Result<(), MutationError> {
        let Some(current) = object.value_mut(key) else {
            if !self.prune {
                let node = Node { span, value: Value::Sequence(self.values.clone().into()) };
                object.put(Entry { key: key.clone(), key_span: span, node });
            }
            return Ok(());
        };
        let Some(items) = current.items_mut() else {
            let message = format!("`{key}` is not a list of values, cannot treat it as a set");
            return Err(MutationError::Value(message));
        };
        let same = |a: &Node, b: &Node| a.to_json() == b.to_json();
        if self.prune {
            items.retain(|item| !self.values.iter().any(|value| same(value, item)));
        } else {
            for value in &self.values {
                if !items.iter().any(|item| same(item, value)) {
                    items.push(value.clone());
                }
            }
        }
        Ok(())
    }
}
