//! Values against JSON schemas, with the drafts and messages of the library that OPA is built with: drafts 4,
//! 6 and 7, and a mixture of them for schemas that name none of these.

mod canonical;
mod compile;
mod formats;
mod keywords;
mod trouble;
mod validate;

use self::compile::Compiled;
use self::trouble::{Trouble, mistake};
use self::validate::Issue;
use super::arguments::value;
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::meter::MeterError;
use super::types::{STRING_OR_OBJECT, Type};
use crate::value::{Value, is_json, read_json};

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
