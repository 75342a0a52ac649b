//! A pattern, read once and matched often.

use super::compile::element;
use super::evaluate::matches;
use super::failure::Failure;
use super::tree::Element;
use crate::budget::Meter;
use crate::value::Value;

/// A pattern, read once.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub(crate) root: Element,
}

impl Pattern {
    /// Reads a pattern in which no variables are left.
    pub(crate) fn new(value: &Value) -> Self {
        Self { root: element(value) }
    }

    /// Matches a resource.
    pub(crate) fn matches(&self, resource: &Value, meter: &Meter) -> Result<(), Failure> {
        matches(&self.root, resource, meter)
    }
}
