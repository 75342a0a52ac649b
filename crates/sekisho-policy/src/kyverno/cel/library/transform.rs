//! `listObjToMap`: two lists of objects to a map from a field of one to a field of the other.

use sekisho_cel::{Call, Environment, Failure, Map, Value};

use super::function::{Given, failed, globals, text};

pub(super) fn extend(environment: Environment) -> Environment {
    let signature = "list(dyn), list(dyn), string, string -> map(dyn, dyn)";
    globals(environment, &["listObjToMap", "transform.listObjToMap"], signature, join)
}

fn join(call: &mut Call<'_>) -> Given {
    let [Value::List(keys), Value::List(values), ..] = call.arguments() else {
        return Err(Failure::NoSuchOverload);
    };
    let (key_field, value_field) = (text(call, 2)?, text(call, 3)?);
    if keys.len() != values.len() {
        return Err(failed(format!(
            "listObjToMap must take lists of equal length. list1: {}, list2: {}",
            keys.len(),
            values.len()
        )));
    }
    call.work(keys.len())?;
    let mut entries = Vec::with_capacity(keys.len());
    for (key, value) in keys.iter().zip(values.iter()) {
        let (Value::Map(key), Value::Map(value)) = (key, value) else { return Err(Failure::NoSuchOverload) };
        let Some(Value::String(key)) = key.field(&key_field) else {
            let message = "the passed key name cannot be handled as a string in the key object list";
            return Err(failed(message));
        };
        entries.push((Value::String(key), value.field(&value_field).unwrap_or(Value::Null)));
    }
    Ok(Map::new(entries).map_or(Value::Null, Value::Map))
}
