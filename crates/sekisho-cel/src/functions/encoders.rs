//! Base64.

use std::sync::Arc;

use data_encoding::{BASE64, BASE64_NOPAD};

use super::Given;
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::Global;
use crate::types::declaration::Line;
use crate::value::Value;

pub(crate) const TABLE: &[Line] = &[
    ("base64.decode", Global, "base64_decode_string", "string -> bytes", decode),
    ("base64.encode", Global, "base64_encode_bytes", "bytes -> string", encode),
];

fn decode(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::String(text)] = values else { return Err(Failure::NoSuchOverload) };
    meter.memory(text.len())?;
    let text: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let decoded = BASE64.decode(&text).or_else(|_| BASE64_NOPAD.decode(&text));
    let decoded = decoded.map_err(|_| Failure::argument("illegal base64 data"))?;
    Ok(Value::Bytes(Arc::from(decoded)))
}

fn encode(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::Bytes(bytes)] = values else { return Err(Failure::NoSuchOverload) };
    meter.memory(bytes.len().saturating_mul(2))?;
    Ok(Value::String(BASE64.encode(bytes).into()))
}
