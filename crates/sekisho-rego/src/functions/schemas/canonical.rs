//! Values as texts that are equal where the values are.

use super::super::call::Call;
use super::super::meter::MeterError;
use super::trouble::Trouble;
use crate::value::{Number, Value, write_json};

/// A value as JSON with all numbers as floats of 64 bits, so that equal ones have equal texts.
pub(super) fn canonical(call: &mut Call<'_>, value: &Value) -> Result<String, Trouble> {
    fn floats(value: &Value) -> Value {
        match value {
            Value::Number(number) => {
                number.to_f64().and_then(Number::from_f64).map_or_else(|| value.clone(), Value::Number)
            }
            Value::Array(items) => Value::array(items.iter().map(floats).collect()),
            Value::Set(set) => Value::array(set.iter().map(floats).collect()),
            Value::Object(object) => {
                let entries = object.entries();
                Value::object(entries.iter().map(|(key, value)| (key.clone(), floats(value))).collect())
            }
            other => other.clone(),
        }
    }
    let text = write_json(&floats(value), call.bytes_left()).ok_or(MeterError::Bytes)?;
    call.charge_text(text.len().saturating_mul(4))?;
    Ok(text)
}
