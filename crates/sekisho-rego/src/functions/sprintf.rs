//! `sprintf`, with Go's directives.

use sekisho_chart::go::{self, Argument};

use super::arguments::{array, string};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::meter::MeterError;
use super::types::{ARRAY, Type};
use crate::value::{Number, Value, bytes_of, text_of_bytes};

pub(super) const FAMILY: Family = &[Builtin::new("sprintf", &[Type::String, ARRAY], Type::String, sprintf)];

/// The most bytes that one call may make.
const MAX_BYTES: usize = 64 << 20;

fn sprintf(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (format, values) = (string(args, 0)?, array(args, 1)?);
    if format == "%s"
        && let [Value::String(_)] = values
    {
        return Ok(values.first().cloned().unwrap_or_default());
    }
    call.charge_text(format.len() + 64)?;
    let mut arguments = Vec::with_capacity(values.len());
    for value in values {
        arguments.push(argument(call, value)?);
    }
    let most = call.bytes_left().min(MAX_BYTES);
    let printed = go::sprintf(&bytes_of(format), arguments, most).ok_or(MeterError::Bytes)?;
    call.allocate_text(printed.len())?;
    Ok(text_of_bytes(&printed).into())
}

/// What Go's function gets for a value: numbers and strings as such, anything else as OPA prints it.
fn argument(call: &mut Call<'_>, value: &Value) -> Result<Argument, BuiltinError> {
    Ok(match value {
        Value::String(text) => {
            call.allocate_text(text.len())?;
            Argument::Text(bytes_of(text).into_owned())
        }
        Value::Number(number) => number_argument(number),
        other => Argument::Text(call.printed(other)?.into_bytes()),
    })
}

fn number_argument(number: &Number) -> Argument {
    let as_text = || Argument::Text(number.to_text().as_bytes().to_vec());
    if number.is_written_as_float() {
        return number.to_f64().map_or_else(as_text, Argument::Float);
    }
    match number.as_i64() {
        Some(integer) => Argument::Int(integer),
        None => number.to_big().map_or_else(as_text, |big| Argument::Big {
            decimal: big.to_string(),
            hexadecimal: big.to_str_radix(16),
            octal: big.to_str_radix(8),
            binary: big.to_str_radix(2),
        }),
    }
}
