//! The zero values of Go's types.

use std::rc::Rc;

use super::{Data, List, Map, Text, Type, Value};

impl Type {
    /// The zero value of the type.
    pub(crate) fn zero(self) -> Value {
        match self {
            Type::Any | Type::Host(_) => Value::NIL,
            Type::Reflect => Value::ABSENT,
            Type::Bool => false.into(),
            Type::Int(kind) => Data::Int(0, kind).into(),
            Type::Uint(kind) => Data::Uint(0, kind).into(),
            Type::Float64 => 0.0.into(),
            Type::String => Text::default().into(),
            Type::Bytes => Data::Bytes(Rc::from([])).into(),
            Type::List(element) => List::nil(element).into(),
            Type::Map(_) | Type::Values => Map::nil(self).into(),
        }
    }
}
