//! What a scalar is.

use std::borrow::Cow;

/// A scalar's value, before it is known whether it is a key or a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar<'t> {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Float(f64),
    Text(Cow<'t, str>),
}
