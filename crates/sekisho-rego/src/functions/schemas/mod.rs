//! Values against JSON schemas, with the drafts and messages of the library that OPA is built with: drafts 4,
//! 6 and 7, and a mixture of them for schemas that name none of these.

mod compile;
mod formats;
mod keywords;
mod validate;

use self::compile::Compiled;
use self::validate::Issue;
use super::arguments::value;
use super::types::STRING_OR_OBJECT;
use super::{Builtin, BuiltinError, Call, Family, MeterError, Type};
use crate::value::{Number, Value, is_json, read_json, write_json};

use Type::{Array, Boolean as B, Either, Null, Object, String as S};

/// What is said of each mistake.
const ISSUE: Type = Object(&[("desc", S), ("error", S), ("field", S), ("type", S)], None);

pub(super) const FAMILY: Family = &[
    Builtin::new(
        "json.match_schema",
        &[STRING_OR_OBJECT, STRING_OR_OBJECT],
        Array(&[B, Array(&[], Some(&ISSUE))], None),
        match_schema,
    )
    .nondeterministic(),
    Builtin::new(
        "json.verify_schema",
        &[STRING_OR_OBJECT],
        Array(&[B, Either(&[Null, S])], None),
        verify_schema,
    )
    .nondeterministic(),
];

/// Why there is no schema.
enum Trouble {
    Mistake(String),
    Stopped(BuiltinError),
}

impl From<BuiltinError> for Trouble {
    fn from(error: BuiltinError) -> Self {
        Self::Stopped(error)
    }
}

impl From<MeterError> for Trouble {
    fn from(error: MeterError) -> Self {
        Self::Stopped(error.into())
    }
}

impl From<Trouble> for BuiltinError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Mistake(message) => Self::Failed(message),
            Trouble::Stopped(error) => error,
        }
    }
}

fn mistake<T>(message: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Mistake(message.into()))
}

/// A document that is given as such or as its text.
fn document(call: &mut Call<'_>, given: &Value) -> Result<Value, Trouble> {
    match given {
        Value::String(text) => {
            const VALUES_PER_BYTE: usize = 2;
            call.allocate_values(text.len().saturating_mul(VALUES_PER_BYTE))?;
            if !is_json(text) {
                return mistake("invalid JSON string");
            }
            read_json(text).or_else(|error| mistake(error.to_string()))
        }
        Value::Object(_) | Value::Array(_) => {
            if !given.has_at_most(call.bytes_left() / size_of::<Value>()) {
                return Err(MeterError::Bytes.into());
            }
            Ok(given.clone())
        }
        _ => mistake("wrong type, expected string or object"),
    }
}

fn compiled(call: &mut Call<'_>, given: &Value) -> Result<Compiled, Trouble> {
    let schema = document(call, given)?;
    Compiled::of(call, &schema)
}

fn verify_schema(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let verdict = match compiled(call, value(args, 0)) {
        Ok(_) => [true.into(), Value::Null],
        Err(Trouble::Mistake(message)) => [false.into(), format!("jsonschema: {message}").into()],
        Err(Trouble::Stopped(error)) => return Err(error),
    };
    Ok(Value::array(verdict.to_vec()))
}

fn match_schema(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let document = document(call, value(args, 0))?;
    let schema = compiled(call, value(args, 1))?;
    let issues = schema.validate(call, &document)?;
    let shown = |Issue { kind, field, description }: &Issue| {
        Value::fields([
            ("desc", description.as_str().into()),
            ("error", format!("{field}: {description}").into()),
            ("field", field.as_str().into()),
            ("type", (*kind).into()),
        ])
    };
    let issues: Vec<Value> = issues.iter().map(shown).collect();
    Ok(Value::array(vec![issues.is_empty().into(), Value::array(issues)]))
}

/// A value as JSON with all numbers as floats of 64 bits, so that equal ones have equal texts.
fn canonical(call: &mut Call<'_>, value: &Value) -> Result<String, Trouble> {
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
