//! Go's templates.

use sekisho_chart::go::template::{self, Budget, BudgetError, List, Map, TemplateError, Text};
use smol_str::SmolStr;

use super::arguments::{object, string, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::meter::MeterError;
use super::types::{DICT, Type};
use crate::value::{Value, bytes_of, text_of_bytes, write_json};

use Type::String as S;

pub(super) const FAMILY: Family = &[Builtin::new("strings.render_template", &[S, DICT], S, render)];

/// How deep actions and templates may call each other: what the stack of any thread bears.
const MAX_DEPTH: usize = 200;

fn render(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let source = string(args, 0)?;
    object(args, 1)?;
    let variables = value(args, 1);
    if !variables.has_at_most(call.bytes_left() / size_of::<template::Value>()) {
        return Err(MeterError::Bytes.into());
    }
    call.allocate_text(source.len())?;
    let (steps, bytes) = call.meter.left();
    let budget = Budget { steps, bytes: usize::try_from(bytes).unwrap_or(usize::MAX), depth: MAX_DEPTH };
    let data = converted(variables, 0)?;
    let (text, (steps, bytes)) =
        template::render("template", source, &data, budget).map_err(|error| match error {
            TemplateError::Budget(BudgetError::Steps { .. }) => MeterError::Work.into(),
            TemplateError::Budget(BudgetError::Bytes { .. }) => MeterError::Bytes.into(),
            other => BuiltinError::failed(other.to_string()),
        })?;
    call.meter.charge(steps)?;
    call.allocate(bytes.saturating_add(text.len()))?;
    let text = text_of_bytes(&text).replace("<no value>", "<undefined>");
    Ok(text.into())
}

/// A value as templates have it: numbers are the texts that they are written as.
fn converted(value: &Value, depth: usize) -> Result<template::Value, BuiltinError> {
    if depth > MAX_DEPTH {
        return Err(BuiltinError::failed(format!("variables are nested more than {MAX_DEPTH} deep")));
    }
    let list = |items: &[Value]| -> Result<template::Value, BuiltinError> {
        let items: Result<Vec<_>, _> = items.iter().map(|item| converted(item, depth + 1)).collect();
        Ok(List::new(items?).into())
    };
    Ok(match value {
        Value::Null => template::Value::NIL,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => template::Value::text(number.to_text().as_str()),
        Value::String(text) => template::Value::text(Text::from_bytes(bytes_of(text).into_owned())),
        Value::Array(items) => list(items)?,
        Value::Set(set) => list(set.elements())?,
        Value::Object(object) => {
            let entries: Result<_, BuiltinError> = object
                .entries()
                .iter()
                .map(|(key, value)| {
                    let key = match key {
                        Value::String(text) => text.clone(),
                        other => SmolStr::new(write_json(other, usize::MAX).unwrap_or_default()),
                    };
                    Ok((key, converted(value, depth + 1)?))
                })
                .collect();
            Map::of(template::Type::MAP, entries?).into()
        }
    })
}
