//! Maps merged into the first of them, as the Go library `mergo` does it for Helm.

use super::arguments::{from, map};
use super::function::{Body, Family, Function};
use crate::call::Call;
use crate::error::{BudgetError, CallError};
use crate::value::{Data, Map, Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::variadic("merge", &[Type::MAP], Type::MAP, FILL),
    Function::variadic("mustMerge", &[Type::MAP], Type::MAP, FILL),
    Function::variadic("mergeOverwrite", &[Type::MAP], Type::MAP, OVERWRITE),
    Function::variadic("mustMergeOverwrite", &[Type::MAP], Type::MAP, OVERWRITE),
];

/// How deep maps are merged.
const MAX_NESTING: usize = 1_000;

/// Adds what the first map lacks or has empty.
const FILL: Body = |call, args| merge_all(call, args, false);

/// Replaces also what the first map has.
const OVERWRITE: Body = |call, args| merge_all(call, args, true);

fn merge_all(call: &mut Call<'_>, args: &[Value], overwrites: bool) -> Result<Value, CallError> {
    let mut target = map(args, 0);
    let own_key = args.first().and_then(|first| first.key.clone());
    for source in from(args, 1).iter().filter_map(Value::as_map) {
        if target.is_nil() && !source.is_nil() {
            target = Map::new();
        }
        merge(call, &target, source, overwrites, 0)?;
    }
    Ok(Value { key: own_key, ..target.into() })
}

/// Merges one map into another, in place.
fn merge(
    call: &mut Call<'_>,
    target: &Map,
    source: &Map,
    overwrites: bool,
    depth: usize,
) -> Result<(), CallError> {
    if depth > MAX_NESTING {
        return Err(BudgetError::Nesting { limit: MAX_NESTING }.into());
    }
    call.charge(1 + source.len() as u64 / 4)?;
    call.allocate(source.len().saturating_mul(size_of::<Value>()))?;
    for (key, given) in source.snapshot() {
        if given.is_nil() {
            if overwrites {
                target.set(key, given)?;
            }
            continue;
        }
        let own = target.get(&key);
        if let (Some(Data::Map(own)), Data::Map(given)) = (own.as_ref().map(|own| &own.data), &given.data) {
            // A nil map stays one, even where it could take entries.
            if !own.is_nil() {
                merge(call, own, given, overwrites, depth + 1)?;
            }
            if !own.is_empty() {
                continue;
            }
        }
        let lacks = own.as_ref().is_none_or(is_unset);
        if overwrites || lacks {
            let noted = call.state().note_change(target, &given);
            call.allocate(noted)?;
            target.set(key, given)?;
        }
    }
    Ok(())
}

/// Whether a value gives way to any other.
fn is_unset(value: &Value) -> bool {
    match value.data {
        Data::Host(_) => false,
        _ => !value.truth(),
    }
}
