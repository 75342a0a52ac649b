//! Functions of lists, maps and types.

use super::function::{
    Argument, Function, Given, Type, function, list, map, number, plain, reference, refused,
};
use super::function::{text, value, variadic};
use super::numbers::index;
use crate::jmespath::error::JmespathError;
use crate::jmespath::surroundings::Surroundings;
use crate::value::{Map, Value};

pub(super) const TABLE: &[Function] = &[
    function(("length", &[&[Type::String, Type::Array, Type::Object]], length)),
    function(("contains", &[&[Type::Array, Type::String], &[Type::Any]], contains)),
    function(("map", &[&[Type::Reference], &[Type::Array]], map_each)),
    variadic(("merge", &[&[Type::Object]], merge)),
    variadic(("not_null", &[&[Type::Any]], |given, _| {
        let mut values = (0..given.len()).map(|place| value(given, place));
        Ok(values.find(|value| !value.is_null()).unwrap_or_default())
    })),
    function(("type", &[&[Type::Any]], type_name)),
    function(("keys", &[&[Type::Object]], |given, around| {
        let map = map(given, 0)?;
        around.items(map.len())?;
        Ok(map.keys().cloned().map(Value::String).collect())
    })),
    function(("values", &[&[Type::Object]], |given, around| {
        let map = map(given, 0)?;
        around.items(map.len())?;
        Ok(map.values().cloned().collect())
    })),
    function(("reverse", &[&[Type::Array, Type::String]], reverse)),
    function(("to_array", &[&[Type::Any]], |given, _| {
        Ok(match value(given, 0) {
            list @ Value::List(_) => list,
            other => vec![other].into(),
        })
    })),
    function(("lookup", &[&[Type::Object, Type::Array], &[Type::String, Type::Number]], lookup)),
    function(("items", &[&[Type::Object, Type::Array], &[Type::String], &[Type::String]], items)),
    function(("object_from_lists", &[&[Type::Array], &[Type::Array]], object_from_lists)),
    function(("label_match", &[&[Type::Object], &[Type::Object]], label_match)),
];

#[expect(clippy::cast_precision_loss, reason = "no collection is as long")]
fn length(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let length = match value(given, 0) {
        Value::String(text) => {
            around.meter.work(text.len() / 16)?;
            text.chars().count()
        }
        Value::List(items) => items.len(),
        Value::Map(map) => map.len(),
        _ => return Err(JmespathError::refused("could not compute length()")),
    };
    Ok((length as f64).into())
}

fn contains(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let wanted = value(given, 1);
    let items = match value(given, 0) {
        Value::String(text) => {
            around.meter.work(text.len() / 16)?;
            return Ok(wanted.as_str().is_some_and(|wanted| text.contains(wanted)).into());
        }
        Value::List(items) => items,
        _ => return Ok(false.into()),
    };
    around.meter.work(items.len())?;
    for item in items.iter() {
        match (item, &wanted) {
            (Value::List(_), Value::List(_)) | (Value::Map(_), Value::Map(_)) => {
                return Err(JmespathError::refused("lists and maps cannot be looked for in a list"));
            }
            (item, wanted) if item == wanted => return Ok(true.into()),
            _ => {}
        }
    }
    Ok(false.into())
}

fn map_each(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let (each, items) = (reference(given, 0)?, list(given, 1)?);
    around.items(items.len())?;
    items.iter().map(|item| each.lenient(item, around)).collect::<Result<Vec<_>, _>>().map(Value::from)
}

fn merge(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let mut merged = Vec::new();
    for place in 0..given.len() {
        let map = map(given, place)?;
        around.items(map.len())?;
        merged.extend(map.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    Ok(merged.into_iter().collect())
}

fn type_name(given: &[Argument<'_>], _: &Surroundings<'_>) -> Given {
    Ok(match value(given, 0) {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        Value::Int(_) => return Err(JmespathError::refused("unknown type")),
    }
    .into())
}

fn reverse(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    Ok(match value(given, 0) {
        Value::String(text) => {
            around.text(text.len())?;
            text.chars().rev().collect::<String>().into()
        }
        Value::List(items) => {
            around.items(items.len())?;
            items.iter().rev().cloned().collect()
        }
        other => other,
    })
}

fn lookup(given: &[Argument<'_>], _: &Surroundings<'_>) -> Given {
    match (value(given, 0), value(given, 1)) {
        (Value::Map(map), Value::String(key)) => Ok(map.get(&key).cloned().unwrap_or_default()),
        (Value::Map(_), _) => Err(refused("lookup", 2, "String")),
        (Value::List(items), Value::Float(_)) => {
            let place = index(number(given, 1)?).map_err(|problem| {
                JmespathError::refused(format!("JMESPath function 'lookup': argument #2: {problem}"))
            })?;
            Ok(usize::try_from(place).ok().and_then(|place| items.get(place)).cloned().unwrap_or_default())
        }
        (Value::List(_), _) => Err(refused("lookup", 2, "Number")),
        _ => Err(refused("lookup", 1, "Object or Array")),
    }
}

fn items(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let (key_name, value_name) = (text(given, 1)?, text(given, 2)?);
    let item = |key: Value, value: &Value| {
        Value::from(
            [(key_name.clone(), key), (value_name.clone(), value.clone())].into_iter().collect::<Map>(),
        )
    };
    match value(given, 0) {
        Value::Map(map) => {
            around.items(map.len().saturating_mul(3))?;
            Ok(map.iter().map(|(key, value)| item(Value::String(key.clone()), value)).collect())
        }
        Value::List(items) => {
            around.items(items.len().saturating_mul(3))?;
            let places = (0_u32..).map(|place| Value::Float(f64::from(place)));
            Ok(places.zip(items.iter()).map(|(place, value)| item(place, value)).collect())
        }
        _ => Err(refused("items", 1, "Object or Array")),
    }
}

fn object_from_lists(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let (keys, values) = (list(given, 0)?, list(given, 1)?);
    around.items(keys.len())?;
    let mut entries = Vec::with_capacity(keys.len());
    for (place, key) in keys.iter().enumerate() {
        let key = plain(key).ok_or_else(|| refused("object_from_lists", 1, "StringArray"))?;
        entries.push((key, values.get(place).cloned().unwrap_or_default()));
    }
    Ok(entries.into_iter().collect())
}

fn label_match(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let (wanted, labels) = (map(given, 0)?, map(given, 1)?);
    around.meter.weigh(&Value::Map(std::sync::Arc::clone(&wanted)))?;
    Ok(wanted.iter().all(|(key, value)| labels.get(key) == Some(value)).into())
}
