//! `json`: texts to values and back.

use sekisho_cel::{Call, Environment, Nulls, Value};
use sekisho_manifest::Format;

use super::function::{Context, Given, failed, members, node, read, text, with_context};

pub(super) const CONTEXT: Context = Context { name: "json", kind: "json.Json" };

pub(super) fn extend(environment: Environment) -> Environment {
    let environment = with_context(environment, CONTEXT);
    let environment = members(environment, &["unmarshal"], &format!("{CONTEXT}, dyn -> dyn"), unmarshal);
    members(environment, &["marshal"], &format!("{CONTEXT}, dyn -> string"), marshal)
}

fn unmarshal(call: &mut Call<'_>) -> Given {
    let text = text(call, 1)?;
    let node = read(call, &text, Format::Json).map_err(failed)?;
    // Go's decoder makes every number a float.
    let value = sekisho_kyverno::Value::from_node(&node).with_floats();
    Ok(floats(&value))
}

/// A value whose numbers stay floats.
fn floats(value: &sekisho_kyverno::Value) -> Value {
    match value {
        sekisho_kyverno::Value::Float(number) => Value::Double(*number),
        sekisho_kyverno::Value::List(items) => Value::list(items.iter().map(floats).collect()),
        sekisho_kyverno::Value::Map(map) => {
            let entries = map.iter().map(|(key, value)| (Value::String(key.clone()), floats(value)));
            sekisho_cel::Map::new(entries.collect()).map_or(Value::Null, Value::Map)
        }
        other => Value::from_node(&other.to_node(), Nulls::Kept),
    }
}

fn marshal(call: &mut Call<'_>) -> Given {
    let node = node(call, 1)?;
    let text = sekisho_kyverno::Value::from_node(&node).to_json();
    call.memory(text.len())?;
    Ok(Value::from(text))
}
