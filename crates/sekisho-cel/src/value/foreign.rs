//! Values of types of the caller's own.

use std::any::Any;
use std::fmt;

use smol_str::SmolStr;

use super::Value;

/// A value of a type of the caller's own.
pub trait Foreign: Any + fmt::Debug + Send + Sync {
    /// The full name of its type, with a dot in it: `kyverno.Image`.
    fn type_name(&self) -> SmolStr;

    /// Whether this value is the same as another of the caller's own.
    fn is_equal(&self, other: &dyn Foreign) -> bool;

    /// A field of the value, for types whose fields are selected (`value.field`).
    fn field(&self, _name: &str) -> Option<Value> {
        None
    }

    /// What the cost model counts with as its size.
    fn size(&self) -> usize {
        1
    }
}
