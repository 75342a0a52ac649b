//! Lists: made, taken apart, searched, changed. No function changes a list in place.

use super::arguments::{NIL_DEREFERENCE, from, int, is_empty, items, kind_name, value};
use super::convert::to_int;
use super::equality::deep_equal;
use super::function::{Body, Family, Function};
use crate::call::Call;
use crate::error::CallError;
use crate::value::{Data, List, Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::variadic("list", &[], Type::Any, LIST),
    Function::variadic("tuple", &[], Type::Any, LIST),
    Function::new("append", TWO, APPEND),
    Function::new("push", TWO, APPEND),
    Function::new("mustAppend", TWO, APPEND),
    Function::new("mustPush", TWO, APPEND),
    Function::new("prepend", TWO, PREPEND),
    Function::new("mustPrepend", TWO, PREPEND),
    Function::variadic("concat", &[], Type::Any, concat),
    Function::new("chunk", &[Type::INT, Type::Any], CHUNK),
    Function::new("mustChunk", &[Type::INT, Type::Any], CHUNK),
    Function::new("first", ONE, FIRST),
    Function::new("mustFirst", ONE, FIRST),
    Function::new("last", ONE, LAST),
    Function::new("mustLast", ONE, LAST),
    Function::new("rest", ONE, REST),
    Function::new("mustRest", ONE, REST),
    Function::new("initial", ONE, INITIAL),
    Function::new("mustInitial", ONE, INITIAL),
    Function::new("reverse", ONE, REVERSE),
    Function::new("mustReverse", ONE, REVERSE),
    Function::new("compact", ONE, COMPACT),
    Function::new("mustCompact", ONE, COMPACT),
    Function::new("uniq", ONE, UNIQ),
    Function::new("mustUniq", ONE, UNIQ),
    Function::variadic("without", ONE, Type::Any, WITHOUT),
    Function::variadic("mustWithout", ONE, Type::Any, WITHOUT),
    Function::new("has", TWO, HAS),
    Function::new("mustHas", TWO, HAS),
    Function::variadic("slice", ONE, Type::Any, SLICE),
    Function::variadic("mustSlice", ONE, Type::Any, SLICE),
];

const ONE: &[Type] = &[Type::Any];
const TWO: &[Type] = &[Type::Any, Type::Any];

const LIST: Body = |_, args| Ok(List::new(args.to_vec()).into());

const APPEND: Body = |call, args| {
    let mut items = slice_of(call, value(args, 0), "Cannot push on type ")?;
    items.push(value(args, 1).clone());
    Ok(List::new(items).into())
};

const PREPEND: Body = |call, args| {
    let mut items = slice_of(call, value(args, 0), "Cannot prepend on type ")?;
    items.insert(0, value(args, 1).clone());
    Ok(List::new(items).into())
};

const CHUNK: Body = |call, args| {
    let items = slice_of(call, value(args, 1), "Cannot chunk type ")?;
    chunk(int(args, 0), &items)
};

const FIRST: Body = |call, args| {
    let items = slice_of(call, value(args, 0), "Cannot find first on type ")?;
    Ok(items.first().cloned().unwrap_or_default())
};

const LAST: Body = |call, args| {
    let items = slice_of(call, value(args, 0), "Cannot find last on type ")?;
    Ok(items.last().cloned().unwrap_or_default())
};

const REST: Body = |call, args| {
    let mut items = slice_of(call, value(args, 0), "Cannot find rest on type ")?;
    if items.is_empty() {
        return Ok(List::nil(&Type::Any).into());
    }
    items.remove(0);
    Ok(List::new(items).into())
};

const INITIAL: Body = |call, args| {
    let mut items = slice_of(call, value(args, 0), "Cannot find initial on type ")?;
    if items.pop().is_none() {
        return Ok(List::nil(&Type::Any).into());
    }
    Ok(List::new(items).into())
};

const REVERSE: Body = |call, args| {
    let mut items = slice_of(call, value(args, 0), "Cannot find reverse on type ")?;
    items.reverse();
    Ok(List::new(items).into())
};

const COMPACT: Body = |call, args| {
    let mut items = slice_of(call, value(args, 0), "Cannot compact on type ")?;
    items.retain(|item| !is_empty(item));
    Ok(List::new(items).into())
};

const UNIQ: Body = |call, args| {
    let mut kept: Vec<Value> = Vec::new();
    for item in slice_of(call, value(args, 0), "Cannot find uniq on type ")? {
        if !holds(call, &kept, &item)? {
            kept.push(item);
        }
    }
    Ok(List::new(kept).into())
};

const WITHOUT: Body = |call, args| {
    let mut kept = Vec::new();
    for item in slice_of(call, value(args, 0), "Cannot find without on type ")? {
        if !holds(call, from(args, 1), &item)? {
            kept.push(item);
        }
    }
    Ok(List::new(kept).into())
};

const HAS: Body = |call, args| {
    if value(args, 1).is_nil() {
        return Ok(false.into());
    }
    let items = slice_of(call, value(args, 1), "Cannot find has on type ")?;
    Ok(holds(call, &items, value(args, 0))?.into())
};

const SLICE: Body = |call, args| {
    let items = slice_of(call, value(args, 0), "list should be type of slice or array but ")?;
    if items.is_empty() {
        return Ok(Value::NIL);
    }
    let index = |at: usize, otherwise: i64| args.get(at).map_or(otherwise, to_int);
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let (start, end) = (index(1, 0), index(2, length));
    let part = match (usize::try_from(start), usize::try_from(end)) {
        (Ok(start), Ok(end)) => items.get(start..end),
        _ => None,
    };
    let Some(part) = part else {
        return Err(CallError::new("reflect.Value.Slice: slice index out of bounds"));
    };
    Ok(match &value(args, 0).data {
        Data::Bytes(bytes) => {
            let start = usize::try_from(start).unwrap_or(0);
            Data::Bytes(bytes.get(start..start + part.len()).unwrap_or_default().into()).into()
        }
        Data::List(list) => List::of(list.element(), part.to_vec()).into(),
        _ => List::new(part.to_vec()).into(),
    })
};

/// The items of a slice; of anything else an error that ends in the name of its kind.
fn slice_of(call: &mut Call<'_>, value: &Value, error: &str) -> Result<Vec<Value>, CallError> {
    if value.is_nil() {
        return Err(CallError::new(NIL_DEREFERENCE));
    }
    if let Data::List(list) = &value.data {
        call.charge(list.len() as u64 / 16)?;
    }
    items(value).ok_or_else(|| CallError::Message(format!("{error}{}", kind_name(value))))
}

/// Whether a list has an item that equals another value in depth.
fn holds(call: &mut Call<'_>, items: &[Value], wanted: &Value) -> Result<bool, CallError> {
    for item in items {
        if deep_equal(call, wanted, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn concat(call: &mut Call<'_>, args: &[Value]) -> Result<Value, CallError> {
    let mut all = Vec::new();
    for list in args {
        if list.is_nil() {
            return Err(CallError::new(NIL_DEREFERENCE));
        }
        call.charge(1)?;
        let items = items(list)
            .ok_or_else(|| CallError::Message(format!("Cannot concat type {} as list", kind_name(list))))?;
        call.allocate(items.len().saturating_mul(size_of::<Value>()))?;
        all.extend(items);
    }
    // Nothing put together is Go's nil slice.
    Ok(if all.is_empty() { List::nil(&Type::Any) } else { List::new(all) }.into())
}

/// Parts of so many items, the last one with what is left.
fn chunk(size: i64, items: &[Value]) -> Result<Value, CallError> {
    const PART: Type = Type::LIST;
    let chunks = |size| items.chunks(size).map(|part| List::new(part.to_vec()).into()).collect();
    let parts = match usize::try_from(size) {
        Ok(size) if size > 0 => chunks(size),
        // Below 0, Go's arithmetic yields no parts for lists of up to that many items and one more, but of one.
        Err(_) if items.len() > 1 && items.len() as u64 - 2 < size.unsigned_abs() => Vec::new(),
        _ => return Err(CallError::new("runtime error: makeslice: len out of range")),
    };
    Ok(List::of(&PART, parts).into())
}
