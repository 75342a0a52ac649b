//! What JSON patches need.

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::Global;
use crate::types::declaration::Line;
use crate::value::Value;

pub(crate) const TABLE: &[Line] =
    &[("jsonpatch.escapeKey", Global, "string_jsonpatch_escapeKey_string", "string -> string", escape_key)];

/// Escapes a key for use in the path of a patch (RFC 6901).
fn escape_key(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::String(text)] = values else { return Err(Failure::NoSuchOverload) };
    let escaped = text.replace('~', "~0").replace('/', "~1");
    meter.memory(escaped.len())?;
    Ok(Value::String(escaped.into()))
}
