//! Maps: made, read, and changed in place for everybody who holds them.

use super::arguments::{from, map, shown, text, value};
use super::function::{Body, Family, Function};
use super::versions::VersionHost;
use crate::call::Call;
use crate::error::{BudgetError, CallError};
use crate::value::{Data, List, Map, Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::variadic("dict", &[], Type::Any, |call, args| {
        call.allocate(Map::footprint(args.len() / 2))?;
        let dict = Map::new();
        for pair in args.chunks(2) {
            let key = shown(call, value(pair, 0))?.to_key();
            // A key without value gets the empty text.
            dict.set(key, pair.get(1).cloned().unwrap_or_else(|| "".into()))?;
        }
        Ok(dict.into())
    }),
    Function::new("get", MAP_AND_KEY, |_, args| {
        Ok(map(args, 0).get(&text(args, 1).to_key()).unwrap_or_else(|| "".into()))
    }),
    Function::new("set", &[Type::MAP, Type::String, Type::Any], |call, args| {
        let (dict, given) = (map(args, 0), value(args, 2));
        let noted = call.state().note_change(&dict, given);
        call.allocate(size_of::<Value>() + noted)?;
        dict.set(text(args, 1).to_key(), given.clone())?;
        Ok(Value { key: value(args, 0).key.clone(), ..dict.into() })
    }),
    Function::new("unset", MAP_AND_KEY, |_, args| {
        let dict = map(args, 0);
        dict.unset(&text(args, 1).to_key());
        Ok(Value { key: value(args, 0).key.clone(), ..dict.into() })
    }),
    Function::new("hasKey", MAP_AND_KEY, |_, args| Ok(map(args, 0).has(&text(args, 1).to_key()).into())),
    Function::variadic("pluck", &[Type::String], Type::MAP, |_, args| {
        let key = text(args, 0).to_key();
        let found = from(args, 1).iter().filter_map(|dict| dict.as_map()?.get(&key)).collect();
        Ok(List::new(found).into())
    }),
    Function::variadic("keys", &[], Type::MAP, |call, args| {
        let mut keys = Vec::new();
        for dict in args.iter().filter_map(Value::as_map) {
            call.allocate(dict.len().saturating_mul(size_of::<Value>()))?;
            keys.extend(dict.entries().keys().map(|key| Value::from(key.clone())));
        }
        Ok(List::strings(keys).into())
    }),
    Function::new("values", &[Type::MAP], |_, args| {
        Ok(List::new(map(args, 0).entries().values().cloned().collect()).into())
    }),
    Function::variadic("pick", &[Type::MAP], Type::String, |call, args| {
        let (dict, picked) = (map(args, 0), Map::new());
        call.charge(args.len() as u64 / 16)?;
        call.allocate(Map::footprint(args.len()))?;
        for key in from(args, 1).iter().filter_map(Value::as_text) {
            if let Some(value) = dict.get(&key.to_key()) {
                picked.set(key.to_key(), value)?;
            }
        }
        Ok(picked.into())
    }),
    Function::variadic("omit", &[Type::MAP], Type::String, |call, args| {
        let kept: Map = map(args, 0).snapshot().into_iter().collect();
        call.allocate(Map::footprint(kept.len()))?;
        for key in from(args, 1).iter().filter_map(Value::as_text) {
            kept.unset(&key.to_key());
        }
        Ok(kept.into())
    }),
    Function::variadic("dig", &[], Type::Any, |_, args| dig(args)),
    Function::new("deepCopy", &[Type::Any], DEEP_COPY),
    Function::new("mustDeepCopy", &[Type::Any], DEEP_COPY),
];

const MAP_AND_KEY: &[Type] = &[Type::MAP, Type::String];

/// How deep values are copied.
const MAX_NESTING: usize = 1_000;

const DEEP_COPY: Body = |call, args| {
    if value(args, 0).is_nil() {
        return Err(CallError::new("reflect: call of reflect.Value.Type on zero Value"));
    }
    Ok(copy(call, value(args, 0), 0)?)
};

/// A copy that shares no list or map.
fn copy(call: &mut Call<'_>, value: &Value, depth: usize) -> Result<Value, BudgetError> {
    if depth > MAX_NESTING {
        return Err(BudgetError::Nesting { limit: MAX_NESTING });
    }
    call.charge(1)?;
    let data = match &value.data {
        Data::List(list) if !list.is_nil() => {
            call.allocate(list.len().saturating_mul(size_of::<Value>()))?;
            let items = list.items().iter().map(|item| copy(call, item, depth + 1));
            Data::List(List::of(list.element(), items.collect::<Result<_, _>>()?))
        }
        Data::Map(map) if !map.is_nil() => {
            call.allocate(Map::footprint(map.len()))?;
            let entries = map.snapshot().into_iter();
            let entries = entries.map(|(key, item)| Ok((key, copy(call, &item, depth + 1)?)));
            Data::Map(Map::of(map.map_type(), entries.collect::<Result<_, BudgetError>>()?))
        }
        // Go copies what a struct shows, and a version shows nothing.
        Data::Host(_) if value.as_host::<VersionHost>().is_some() => return Ok(VersionHost::zero()),
        data => data.clone(),
    };
    Ok(Value { data, key: value.key.clone() })
}

/// What stands below keys in a map of maps, or what is given for when one of them is not there.
fn dig(args: &[Value]) -> Result<Value, CallError> {
    let [path @ .., default, dict] = args else {
        return Err(CallError::new("dig needs at least three arguments"));
    };
    if path.is_empty() {
        return Err(CallError::new("dig needs at least three arguments"));
    }
    let wrong = |value: &Value, wanted: &str| {
        let own = value.type_of().map_or_else(|| "nil".to_owned(), |own| own.to_string());
        CallError::Message(format!("interface conversion: interface {{}} is {own}, not {wanted}"))
    };
    let as_map = |value: &Value| match &value.data {
        Data::Map(map) if map.map_type() == Type::MAP => Ok(map.clone()),
        _ => Err(wrong(value, "map[string]interface {}")),
    };
    let mut below = as_map(dict)?;
    let mut keys = Vec::with_capacity(path.len());
    for key in path {
        keys.push(key.as_text().ok_or_else(|| wrong(key, "string"))?.to_key());
    }
    let mut found = dict.clone();
    for (index, key) in keys.iter().enumerate() {
        if index > 0 {
            below = as_map(&found)?;
        }
        match below.get(key) {
            Some(value) => found = value,
            None => return Ok(default.clone()),
        }
    }
    Ok(found)
}
