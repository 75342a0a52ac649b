//! Lists and sets, in the extensions of the language and in those of Kubernetes.

use std::cmp::Ordering;

use super::Given;
use super::standard::{add, in_list};
use crate::budget::Meter;
use crate::error::Failure;
use crate::types::declaration::Form::{Global, Member};
use crate::types::declaration::Line;
use crate::value::compare::{equal, order};
use crate::value::{Duration, List, Value};

macro_rules! of_comparable {
    ($name:literal, $prefix:literal, $suffix:literal, $($kind:literal => $signature:literal),* ; $code:ident) => {
        [$(($name, Member, concat!($prefix, $kind, $suffix), $signature, $code)),*]
    };
}

const SORTS: [[Line; 8]; 2] = [
    of_comparable!("sort", "list_", "_sort",
        "int" => "list(int) -> list(int)", "uint" => "list(uint) -> list(uint)",
        "double" => "list(double) -> list(double)", "bool" => "list(bool) -> list(bool)",
        "duration" => "list(duration) -> list(duration)", "timestamp" => "list(timestamp) -> list(timestamp)",
        "string" => "list(string) -> list(string)", "bytes" => "list(bytes) -> list(bytes)"; sort),
    of_comparable!("@sortByAssociatedKeys", "list_", "_sortByAssociatedKeys",
        "int" => "list(T), list(int) -> list(T)", "uint" => "list(T), list(uint) -> list(T)",
        "double" => "list(T), list(double) -> list(T)", "bool" => "list(T), list(bool) -> list(T)",
        "duration" => "list(T), list(duration) -> list(T)",
        "timestamp" => "list(T), list(timestamp) -> list(T)",
        "string" => "list(T), list(string) -> list(T)", "bytes" => "list(T), list(bytes) -> list(T)"; sort_by),
];

const OTHERS: &[Line] = &[
    ("slice", Member, "list_slice", "list(T), int, int -> list(T)", slice),
    ("flatten", Member, "list_flatten", "list(list(T)) -> list(T)", flatten),
    ("flatten", Member, "list_flatten_int", "list(dyn), int -> list(dyn)", flatten),
    ("lists.range", Global, "lists_range", "int -> list(int)", range),
    ("reverse", Member, "list_reverse", "list(T) -> list(T)", reverse),
    ("distinct", Member, "list_distinct", "list(T) -> list(T)", distinct),
];

pub(crate) const TABLES: &[&[Line]] = &[OTHERS, SORTS.as_flattened()];

const COMPARABLE: [[Line; 8]; 3] = [
    of_comparable!("isSorted", "list_", "_is_sorted_bool",
        "int" => "list(int) -> bool", "uint" => "list(uint) -> bool", "double" => "list(double) -> bool",
        "bool" => "list(bool) -> bool", "duration" => "list(duration) -> bool",
        "timestamp" => "list(timestamp) -> bool", "string" => "list(string) -> bool",
        "bytes" => "list(bytes) -> bool"; is_sorted),
    of_comparable!("max", "list_", "_max",
        "int" => "list(int) -> int", "uint" => "list(uint) -> uint", "double" => "list(double) -> double",
        "bool" => "list(bool) -> bool", "duration" => "list(duration) -> duration",
        "timestamp" => "list(timestamp) -> timestamp", "string" => "list(string) -> string",
        "bytes" => "list(bytes) -> bytes"; max),
    of_comparable!("min", "list_", "_min",
        "int" => "list(int) -> int", "uint" => "list(uint) -> uint", "double" => "list(double) -> double",
        "bool" => "list(bool) -> bool", "duration" => "list(duration) -> duration",
        "timestamp" => "list(timestamp) -> timestamp", "string" => "list(string) -> string",
        "bytes" => "list(bytes) -> bytes"; min),
];

const SUMS: &[Line] = &[
    ("sum", Member, "list_int_sum_int", "list(int) -> int", sum),
    ("sum", Member, "list_uint_sum_uint", "list(uint) -> uint", sum_unsigned),
    ("sum", Member, "list_double_sum_double", "list(double) -> double", sum_double),
    ("sum", Member, "list_duration_sum_duration", "list(duration) -> duration", sum_duration),
    ("indexOf", Member, "list_a_index_of_int", "list(A), A -> int", index_of),
    ("lastIndexOf", Member, "list_a_last_index_of_int", "list(A), A -> int", last_index_of),
];

pub(crate) const KUBERNETES: &[&[Line]] = &[COMPARABLE.as_flattened(), SUMS];

pub(crate) const INCLUDES: &[Line] =
    &[("includes", Member, "list_includes_dyn_dyn", "dyn, dyn -> bool", includes)];

pub(crate) const SETS: &[Line] = &[
    ("sets.contains", Global, "list_sets_contains_list", "list(T), list(T) -> bool", contains),
    ("sets.equivalent", Global, "list_sets_equivalent_list", "list(T), list(T) -> bool", equivalent),
    ("sets.intersects", Global, "list_sets_intersects_list", "list(T), list(T) -> bool", intersects),
];

pub(crate) const INSERT: &[Line] = &[
    ("cel.@mapInsert", Global, "@mapInsert_map_key_value", "map(K, V), K, V -> map(K, V)", insert),
    ("cel.@mapInsert", Global, "@mapInsert_map_map", "map(K, V), map(K, V) -> map(K, V)", insert),
];

/// The plan inserts into the map of a macro itself.
fn insert(_: &mut Meter, _: &[Value]) -> Given {
    Err(Failure::NoSuchOverload)
}

fn only_list(values: &[Value]) -> Result<&List, Failure> {
    match values {
        [Value::List(list)] => Ok(list),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn slice(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::List(list), Value::Int(start), Value::Int(end)] = values else {
        return Err(Failure::NoSuchOverload);
    };
    let refused = |why: String| Err(Failure::Argument(format!("cannot slice({start}, {end}), {why}")));
    let (Ok(from), Ok(to)) = (usize::try_from(*start), usize::try_from(*end)) else {
        return refused("negative indexes not supported".to_owned());
    };
    if from > to {
        return refused("start index must be less than or equal to end index".to_owned());
    }
    if to > list.len() {
        return refused(format!("list is length {}", list.len()));
    }
    meter.items(to - from)?;
    Ok(Value::list((from..to).filter_map(|place| list.get(place)).collect()))
}

fn flatten(meter: &mut Meter, values: &[Value]) -> Given {
    let (list, depth) = match values {
        [Value::List(list)] => (list, 1),
        [Value::List(list), Value::Int(depth)] => (list, *depth),
        _ => return Err(Failure::NoSuchOverload),
    };
    if depth < 0 {
        return Err(Failure::argument("level must be non-negative"));
    }
    let mut flat = Vec::new();
    flatten_into(meter, list, depth, &mut flat)?;
    Ok(Value::list(flat))
}

fn flatten_into(meter: &mut Meter, list: &List, depth: i64, flat: &mut Vec<Value>) -> Result<(), Failure> {
    for item in list.iter() {
        match item {
            Value::List(inner) if depth > 0 => flatten_into(meter, &inner, depth - 1, flat)?,
            item => {
                meter.items(1)?;
                flat.push(item);
            }
        }
    }
    Ok(())
}

fn range(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::Int(count)] = values else { return Err(Failure::NoSuchOverload) };
    let size = usize::try_from(*count)
        .map_err(|_| Failure::Argument(format!("lists.range: size must be non-negative, got {count}")))?;
    meter.items(size)?;
    Ok(Value::list((0..*count).map(Value::Int).collect()))
}

fn reverse(meter: &mut Meter, values: &[Value]) -> Given {
    let list = only_list(values)?;
    meter.items(list.len())?;
    Ok(Value::list(list.iter().rev().collect()))
}

fn distinct(meter: &mut Meter, values: &[Value]) -> Given {
    let list = only_list(values)?;
    let mut kept: Vec<Value> = Vec::new();
    'items: for item in list.iter() {
        for known in &kept {
            if equal(known, &item, meter)? {
                continue 'items;
            }
        }
        meter.items(1)?;
        kept.push(item);
    }
    Ok(Value::list(kept))
}

/// Sorts values by keys of one comparable type.
fn sorted(meter: &mut Meter, keys: &List, values: &List) -> Given {
    if keys.len() != values.len() {
        let message = format!(
            "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got \
             {} and {} elements respectively",
            values.len(),
            keys.len()
        );
        return Err(Failure::Argument(message));
    }
    meter.items(keys.len().saturating_mul(2))?;
    meter.work(keys.len().saturating_mul(20))?;
    let mut pairs: Vec<(Value, Value)> = keys.iter().zip(values.iter()).collect();
    if let Some((first, _)) = pairs.first() {
        let name = first.type_name();
        let comparable = order(first, first).is_some() || matches!(first, Value::Double(_));
        if !comparable {
            return Err(Failure::argument("list elements must be comparable"));
        }
        if pairs.iter().any(|(key, _)| key.type_name() != name) {
            return Err(Failure::argument("list elements must have the same type"));
        }
    }
    pairs.sort_by(|(a, _), (b, _)| order(a, b).unwrap_or(Ordering::Equal));
    Ok(Value::list(pairs.into_iter().map(|(_, value)| value).collect()))
}

fn sort(meter: &mut Meter, values: &[Value]) -> Given {
    let list = only_list(values)?;
    sorted(meter, list, list)
}

fn sort_by(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::List(list), Value::List(keys)] = values else { return Err(Failure::NoSuchOverload) };
    sorted(meter, keys, list)
}

fn is_sorted(meter: &mut Meter, values: &[Value]) -> Given {
    let list = only_list(values)?;
    meter.work(list.len())?;
    let mut before: Option<Value> = None;
    for item in list.iter() {
        if let Some(before) = &before
            && compared(before, &item)?.is_gt()
        {
            return Ok(Value::Bool(false));
        }
        before = Some(item);
    }
    Ok(Value::Bool(true))
}

fn compared(a: &Value, b: &Value) -> Result<Ordering, Failure> {
    match order(a, b) {
        Some(order) => Ok(order),
        None if matches!((a, b), (Value::Double(_), Value::Double(_))) => Ok(Ordering::Equal),
        None => Err(Failure::NoSuchOverload),
    }
}

fn extreme(meter: &mut Meter, values: &[Value], name: &str, wins: Ordering) -> Given {
    let list = only_list(values)?;
    meter.work(list.len())?;
    let mut best: Option<Value> = None;
    for item in list.iter() {
        let better = match &best {
            Some(best) => compared(&item, best)? == wins,
            None => true,
        };
        if better {
            best = Some(item);
        }
    }
    best.ok_or_else(|| Failure::Argument(format!("{name} called on empty list")))
}

fn max(meter: &mut Meter, values: &[Value]) -> Given {
    extreme(meter, values, "max", Ordering::Greater)
}

fn min(meter: &mut Meter, values: &[Value]) -> Given {
    extreme(meter, values, "min", Ordering::Less)
}

fn sum_from(meter: &mut Meter, values: &[Value], zero: Value) -> Given {
    let list = only_list(values)?;
    meter.work(list.len())?;
    list.iter().enumerate().try_fold(zero, |total, (place, item)| {
        // A list whose type was not known beforehand says by its first item what is summed.
        let same = total.type_name() == item.type_name();
        if place == 0 && !same {
            return match item {
                Value::UInt(_) | Value::Double(_) | Value::Duration(_) => Ok(item),
                _ => Err(Failure::NoSuchOverload),
            };
        }
        add(meter, &[total, item])
    })
}

fn sum(meter: &mut Meter, values: &[Value]) -> Given {
    sum_from(meter, values, Value::Int(0))
}

fn sum_unsigned(meter: &mut Meter, values: &[Value]) -> Given {
    sum_from(meter, values, Value::UInt(0))
}

fn sum_double(meter: &mut Meter, values: &[Value]) -> Given {
    sum_from(meter, values, Value::Double(0.0))
}

fn sum_duration(meter: &mut Meter, values: &[Value]) -> Given {
    sum_from(meter, values, Value::Duration(Duration::default()))
}

fn place_of(meter: &mut Meter, values: &[Value], last: bool) -> Given {
    let [Value::List(items), wanted] = values else { return Err(Failure::NoSuchOverload) };
    let mut found = -1;
    for (place, item) in items.iter().enumerate() {
        if equal(&item, wanted, meter)? {
            found = i64::try_from(place).unwrap_or(i64::MAX);
            if !last {
                break;
            }
        }
    }
    Ok(Value::Int(found))
}

fn index_of(meter: &mut Meter, values: &[Value]) -> Given {
    place_of(meter, values, false)
}

fn last_index_of(meter: &mut Meter, values: &[Value]) -> Given {
    place_of(meter, values, true)
}

fn includes(meter: &mut Meter, values: &[Value]) -> Given {
    match values {
        [Value::List(_), item] => {
            let list = values.first().cloned().unwrap_or(Value::Null);
            in_list(meter, &[item.clone(), list])
        }
        [value, item] => equal(value, item, meter).map(Value::Bool),
        _ => Err(Failure::NoSuchOverload),
    }
}

fn holds(meter: &mut Meter, list: &List, item: &Value) -> Result<bool, Failure> {
    for other in list.iter() {
        if equal(&other, item, meter)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn holds_all(meter: &mut Meter, list: &List, items: &List) -> Result<bool, Failure> {
    for item in items.iter() {
        if !holds(meter, list, &item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn contains(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::List(list), Value::List(items)] = values else { return Err(Failure::NoSuchOverload) };
    holds_all(meter, list, items).map(Value::Bool)
}

fn equivalent(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::List(a), Value::List(b)] = values else { return Err(Failure::NoSuchOverload) };
    Ok(Value::Bool(holds_all(meter, a, b)? && holds_all(meter, b, a)?))
}

fn intersects(meter: &mut Meter, values: &[Value]) -> Given {
    let [Value::List(a), Value::List(b)] = values else { return Err(Failure::NoSuchOverload) };
    for item in a.iter() {
        if holds(meter, b, &item)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}
