//! Values as Go makes them of the parts of certificates.

use data_encoding::BASE64;
use smol_str::SmolStr;

use crate::value::{Map, Value};

/// The fields that a map is made of.
pub(super) type Fields = Vec<(&'static str, Value)>;

/// A map of these fields.
pub(super) fn to_map(fields: Fields) -> Value {
    fields.into_iter().map(|(key, value)| (SmolStr::new_static(key), value)).collect::<Map>().into()
}

/// A number as Go's JSON decoder reads it.
pub(super) fn number(value: u32) -> Value {
    Value::Float(f64::from(value))
}

/// Bytes as Go's JSON writes them.
pub(super) fn base64(bytes: &[u8]) -> Value {
    BASE64.encode(bytes).into()
}

/// A list, null where it is empty.
pub(super) fn list(items: Vec<Value>) -> Value {
    if items.is_empty() { Value::Null } else { items.into() }
}

/// An object identifier as a list of its numbers.
pub(super) fn oid(arcs: &[u32]) -> Value {
    arcs.iter().map(|arc| number(*arc)).collect()
}
