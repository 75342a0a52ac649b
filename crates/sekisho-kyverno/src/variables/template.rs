//! Parts of policies with variables in them.

use crate::value::Value;

/// A part of a policy, looked through once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    source: Value,
    is_constant: bool,
}

impl Template {
    pub(crate) fn new(source: &Value) -> Self {
        Self { source: source.clone(), is_constant: is_constant(source) }
    }

    /// What is written.
    pub(crate) fn source(&self) -> &Value {
        &self.source
    }

    /// The value, where there is nothing to replace in it.
    pub(crate) fn constant(&self) -> Option<&Value> {
        self.is_constant.then_some(&self.source)
    }
}

/// Whether a value has neither variables nor references nor anything that stands for them.
fn is_constant(value: &Value) -> bool {
    let plain = |text: &str| !text.contains("{{") && !text.contains("$(");
    match value {
        Value::String(text) => plain(text),
        Value::List(items) => items.iter().all(is_constant),
        Value::Map(map) => map.iter().all(|(key, value)| plain(key) && is_constant(value)),
        _ => true,
    }
}
