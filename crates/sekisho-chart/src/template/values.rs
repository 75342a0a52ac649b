//! The methods of Helm's own map type, which `.Values` and `.` have.

use sekisho_go::quote::quote;

use crate::call::Call;
use crate::error::CallError;
use crate::functions::{self, Form};
use crate::value::{Data, Map, Text, Type, Value};

/// A method of a map of type `common.Values`.
pub(super) struct ValuesMethod {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [Type],
    pub(super) body: fn(&mut Call<'_>, &Map, &[Value]) -> Result<Value, CallError>,
}

const METHODS: &[ValuesMethod] = &[
    ValuesMethod { name: "AsMap", parameters: &[], body: |_, values, _| Ok(as_map(values)) },
    ValuesMethod { name: "Encode", parameters: &[Type::Host("io.Writer")], body: |_, _, _| Ok(Value::NIL) },
    ValuesMethod {
        name: "PathValue",
        parameters: &[Type::String],
        body: |_, values, args| path_value(values, &path(args)),
    },
    ValuesMethod {
        name: "Table",
        parameters: &[Type::String],
        body: |_, values, args| Ok(with_type(&table(values, &path(args))?, Type::Values)),
    },
    ValuesMethod { name: "YAML", parameters: &[], body: yaml },
];

/// The method of this name that a map has.
pub(super) fn method(map: &Map, name: &str) -> Option<&'static ValuesMethod> {
    if map.map_type() != Type::Values {
        return None;
    }
    METHODS.iter().find(|method| method.name == name)
}

fn path(args: &[Value]) -> String {
    args.first().and_then(Value::as_text).map(|text| text.to_str().into_owned()).unwrap_or_default()
}

/// The same entries as a map of another type; a change through one is seen through the other.
fn with_type(map: &Map, map_type: Type) -> Value {
    map.viewed_as(map_type).into()
}

fn as_map(values: &Map) -> Value {
    if values.is_empty() { Map::new().into() } else { with_type(values, Type::MAP) }
}

fn table(values: &Map, path: &str) -> Result<Map, CallError> {
    let mut table = values.clone();
    for name in path.split('.') {
        let below = table.get(name).and_then(|value| value.as_map().cloned());
        table = below.ok_or_else(|| CallError::Message(format!("{} is not a table", quote(name))))?;
    }
    Ok(table)
}

fn path_value(values: &Map, path: &str) -> Result<Value, CallError> {
    if path.is_empty() {
        return Err(CallError::new("YAML path cannot be empty"));
    }
    let (above, key) = match path.rsplit_once('.') {
        Some((above, key)) => (table(values, above).ok(), key),
        None => (Some(values.clone()), path),
    };
    let value = above.and_then(|table| table.get(key));
    match value {
        Some(value) if !value.as_map().is_some_and(|map| map.map_type() == Type::MAP) => Ok(value),
        _ => Err(CallError::Message(format!("{} is not a value", quote(key)))),
    }
}

fn yaml(call: &mut Call<'_>, values: &Map, _: &[Value]) -> Result<Value, CallError> {
    let Some(Form::Plain(body)) = functions::find("toYaml").map(|function| function.form) else {
        return Err(CallError::new("there is no function toYaml"));
    };
    let shown = body(call, &[values.clone().into()])?;
    let mut text = crate::value::TextBuilder::new();
    if let Data::Text(shown) = &shown.data {
        text.push_text(shown);
    }
    text.push("\n");
    Ok(Text::into(text.finish()))
}
