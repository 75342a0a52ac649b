//! Parts of documents by paths: filtered, removed, patched.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::arguments::{array, object, value};
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::types::{OBJECT, Type};
use crate::value::{Number, Object, Set, Value};

use Type::{Any as A, Either, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("json.filter", &[OBJECT, PATHS], A, |call, args| {
        object(args, 0)?;
        let tree = tree(paths(args)?);
        filter(call, value(args, 0), &tree)
    }),
    Builtin::new("json.patch", &[A, PATCHES], A, patch),
    Builtin::new("json.remove", &[OBJECT, PATHS], A, |call, args| {
        object(args, 0)?;
        let tree = tree(paths(args)?);
        remove(call, value(args, 0), Some(&tree))?.ok_or(BuiltinError::Undefined)
    }),
];

const PATH: Type = Either(&[S, Type::Array(&[], Some(&A))]);
const PATHS: Type = Either(&[Type::Array(&[], Some(&PATH)), Type::Set(&PATH)]);
const PATCHES: Type = Type::Array(&[], Some(&Type::Object(&[("op", S), ("path", A)], Some((&A, &A)))));

type Path = Vec<Value>;

/// Paths that share their beginnings.
enum Tree {
    /// A path ends here.
    End,
    Inner(BTreeMap<Value, Tree>),
}

fn paths(args: &[Value]) -> Result<Vec<Path>, BuiltinError> {
    let given = value(args, 1);
    let Some(members) = super::arguments::members(given) else {
        return Err(BuiltinError::operand_type(2, given, &["set", "array"]));
    };
    members.iter().map(path).collect()
}

/// A path as text between slashes, or as an array of its segments.
fn path(given: &Value) -> Result<Path, BuiltinError> {
    match given {
        Value::String(text) if text.is_empty() => Ok(Vec::new()),
        Value::String(text) => {
            let segments = text.trim_start_matches('/').split('/');
            Ok(segments.map(|segment| segment.replace("~1", "/").replace("~0", "~").into()).collect())
        }
        Value::Array(segments) => Ok(segments.to_vec()),
        other => Err(BuiltinError::operand(
            2,
            format!(
                "must be one of {{set, array}} containing string paths or array of path segments but got {}",
                other.type_name()
            ),
        )),
    }
}

fn tree(paths: Vec<Path>) -> Tree {
    let mut root = BTreeMap::new();
    for path in paths {
        let mut node = &mut root;
        let mut segments = path.into_iter().peekable();
        while let Some(segment) = segments.next() {
            if segments.peek().is_none() {
                node.insert(segment, Tree::End);
                break;
            }
            match node.entry(segment).or_insert_with(|| Tree::Inner(BTreeMap::new())) {
                // A path that ends before this one takes in all below it.
                Tree::End => break,
                Tree::Inner(inner) => node = inner,
            }
        }
    }
    Tree::Inner(root)
}

/// The segment of an item of an array.
fn index_key(index: usize) -> Value {
    index.to_string().into()
}

fn filter(call: &mut Call<'_>, whole: &Value, tree: &Tree) -> Result<Value, BuiltinError> {
    let Tree::Inner(inner) = tree else {
        return Ok(whole.clone());
    };
    call.charge(1 + inner.len())?;
    Ok(match whole {
        Value::Array(items) => {
            call.allocate_values(items.len())?;
            let mut kept = Vec::new();
            for (index, item) in items.iter().enumerate() {
                if let Some(tree) = inner.get(&index_key(index)) {
                    kept.push(filter(call, item, tree)?);
                }
            }
            Value::array(kept)
        }
        Value::Set(set) => {
            call.allocate_values(set.len())?;
            let mut kept = Vec::new();
            for element in set.iter() {
                if let Some(tree) = inner.get(element) {
                    kept.push(filter(call, element, tree)?);
                }
            }
            Value::set(kept)
        }
        Value::Object(object) => {
            call.allocate_values(2 * inner.len())?;
            let mut kept = Vec::new();
            for (key, tree) in inner {
                if let Some(value) = object.get(key) {
                    kept.push((key.clone(), filter(call, value, tree)?));
                }
            }
            Value::object(kept)
        }
        scalar => scalar.clone(),
    })
}

/// The value without what the paths lead to; none where that is the value itself.
fn remove(call: &mut Call<'_>, whole: &Value, tree: Option<&Tree>) -> Result<Option<Value>, BuiltinError> {
    let inner = match tree {
        None => return Ok(Some(whole.clone())),
        Some(Tree::End) => return Ok(None),
        Some(Tree::Inner(inner)) => inner,
    };
    call.charge(1 + inner.len())?;
    Ok(Some(match whole {
        Value::Array(items) => {
            call.allocate_values(items.len())?;
            let mut kept = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                kept.extend(remove(call, item, inner.get(&index_key(index)))?);
            }
            Value::array(kept)
        }
        Value::Set(set) => {
            call.allocate_values(set.len())?;
            let mut kept = Vec::with_capacity(set.len());
            for element in set.iter() {
                kept.extend(remove(call, element, inner.get(element))?);
            }
            Value::set(kept)
        }
        Value::Object(object) => {
            call.allocate_values(2 * object.len())?;
            let mut kept = Vec::with_capacity(object.len());
            for (key, value) in object.entries() {
                kept.extend(remove(call, value, inner.get(key))?.map(|value| (key.clone(), value)));
            }
            Value::object(kept)
        }
        scalar => scalar.clone(),
    }))
}

fn failed<T>(message: impl Into<String>) -> Result<T, BuiltinError> {
    Err(BuiltinError::failed(message))
}

fn attribute<'o>(operation: &'o Object, name: &str) -> Result<&'o Value, BuiltinError> {
    operation.field(name).ok_or_else(|| BuiltinError::failed(format!("missing required attribute '{name}'")))
}

fn patch(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let mut whole = Some(value(args, 0).clone());
    for operation in array(args, 1)? {
        let Some(operation) = operation.as_object() else {
            return failed(
                "must be an array of JSON-Patch objects, but at least one element is not an object",
            );
        };
        let at = attribute(operation, "path")?;
        let kind = attribute(operation, "op")?;
        let Some(kind) = kind.as_str() else {
            return failed(format!("attribute 'op' must be a string but found: {}", kind.type_name()));
        };
        let at = path(at)?;
        match kind {
            "add" => insert(call, &mut whole, &at, attribute(operation, "value")?.clone())?,
            "remove" => {
                delete(call, &mut whole, &at)?;
            }
            "replace" => {
                delete(call, &mut whole, &at)?;
                insert(call, &mut whole, &at, attribute(operation, "value")?.clone())?;
            }
            "move" => {
                let from = path(attribute(operation, "from")?)?;
                let moved = resolve(whole.as_ref(), &from)?.clone();
                delete(call, &mut whole, &from)?;
                insert(call, &mut whole, &at, moved)?;
            }
            "copy" => {
                let from = path(attribute(operation, "from")?)?;
                let copied = resolve(whole.as_ref(), &from)?.clone();
                insert(call, &mut whole, &at, copied)?;
            }
            "test" => {
                let found = resolve(whole.as_ref(), &at)?;
                let wanted = attribute(operation, "value")?;
                if found != wanted {
                    let (wanted, found) = (call.printed(wanted)?, call.printed(found)?);
                    return failed(format!(
                        "value from EditTree != patch value.\n\nExpected: {wanted}\n\nFound: {found}"
                    ));
                }
            }
            other => return failed(format!("unrecognized op: '{other}'")),
        }
    }
    whole.ok_or(BuiltinError::Undefined)
}

/// The index that a segment means in an array of so many items.
fn index(length: usize, segment: &Value) -> Result<i64, BuiltinError> {
    match segment {
        Value::Number(number) => {
            number.as_i64().ok_or_else(|| BuiltinError::failed("invalid number type for indexing"))
        }
        Value::String(text) if text == "-" => Ok(i64::try_from(length).unwrap_or(i64::MAX)),
        Value::String(text) => {
            let index = Number::parse(text).ok().and_then(|number| number.as_i64());
            let Some(index) = index else {
                return failed("invalid string for indexing");
            };
            if text != "0" && text.starts_with('0') {
                return failed("leading zeros are not allowed in JSON paths");
            }
            Ok(index)
        }
        _ => failed("invalid type for indexing"),
    }
}

/// Go's name for the type of a scalar.
fn scalar_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "ast.Null",
        Value::Bool(_) => "ast.Boolean",
        Value::Number(_) => "ast.Number",
        _ => "ast.String",
    }
}

/// A value in a message, if it is not too long for one.
fn show(value: &Value) -> String {
    const MOST: usize = 1 << 16;
    value.printed_within(MOST).unwrap_or_else(|| "…".to_owned())
}

/// The value under one segment.
fn child<'v>(whole: &'v Value, segment: &Value) -> Result<&'v Value, BuiltinError> {
    match whole {
        Value::Object(object) => object.get(segment).ok_or_else(|| {
            BuiltinError::failed(format!("path {segment} does not exist in object term {}", show(whole)))
        }),
        Value::Set(set) => set.get(segment).ok_or_else(|| {
            BuiltinError::failed(format!("path {segment} does not exist in set term {}", show(whole)))
        }),
        Value::Array(items) => {
            let index = index(items.len(), segment)?;
            let item = usize::try_from(index).ok().and_then(|index| items.get(index));
            item.ok_or_else(|| {
                BuiltinError::failed(format!("path {index} does not exist in array term {}", show(whole)))
            })
        }
        scalar => failed(format!(
            "expected composite type for path {segment}, found value: {scalar} (type: {})",
            scalar_type(scalar)
        )),
    }
}

fn resolve<'v>(whole: Option<&'v Value>, path: &[Value]) -> Result<&'v Value, BuiltinError> {
    let Some(whole) = whole else {
        return failed("nil value encountered where composite value was expected");
    };
    path.iter().try_fold(whole, child)
}

/// Puts a value in at a path, within the memory that takes.
fn insert(
    call: &mut Call<'_>,
    whole: &mut Option<Value>,
    path: &[Value],
    value: Value,
) -> Result<(), BuiltinError> {
    let Some((last, above)) = path.split_last() else {
        *whole = Some(value);
        return Ok(());
    };
    edit(call, whole, above, &mut |target| insert_child(target, last, value.clone()))
}

fn delete(call: &mut Call<'_>, whole: &mut Option<Value>, path: &[Value]) -> Result<(), BuiltinError> {
    let Some((last, above)) = path.split_last() else {
        if whole.take().is_none() {
            return failed("deleted node encountered during delete operation");
        }
        return Ok(());
    };
    edit(call, whole, above, &mut |target| delete_child(target, last))
}

/// Changes the value at a path; what lies above it is copied.
fn edit(
    call: &mut Call<'_>,
    whole: &mut Option<Value>,
    path: &[Value],
    change: &mut dyn FnMut(&Value) -> Result<Value, BuiltinError>,
) -> Result<(), BuiltinError> {
    let Some(root) = whole.as_ref() else {
        return failed(if path.is_empty() {
            "deleted node encountered during insert operation"
        } else {
            "nil value encountered where composite value was expected"
        });
    };
    *whole = Some(edited(call, root, path, change)?);
    Ok(())
}

fn edited(
    call: &mut Call<'_>,
    whole: &Value,
    path: &[Value],
    change: &mut dyn FnMut(&Value) -> Result<Value, BuiltinError>,
) -> Result<Value, BuiltinError> {
    call.charge(1)?;
    call.allocate(whole.shallow_bytes())?;
    let Some((segment, rest)) = path.split_first() else {
        return change(whole);
    };
    let old = child(whole, segment)?;
    let new = edited(call, old, rest, change)?;
    Ok(match whole {
        Value::Object(object) => {
            let mut object = Object::clone(object);
            object.insert(segment.clone(), new);
            Value::Object(Arc::new(object))
        }
        Value::Set(set) => {
            let mut elements: Vec<Value> = set.iter().filter(|element| *element != old).cloned().collect();
            elements.push(new);
            Value::set(elements)
        }
        Value::Array(items) => {
            let mut items = Vec::clone(items);
            let place = usize::try_from(index(items.len(), segment)?).ok();
            if let Some(item) = place.and_then(|place| items.get_mut(place)) {
                *item = new;
            }
            Value::array(items)
        }
        other => other.clone(),
    })
}

fn insert_child(target: &Value, segment: &Value, value: Value) -> Result<Value, BuiltinError> {
    match target {
        Value::Object(object) => {
            let mut object = Object::clone(object);
            object.insert(segment.clone(), value);
            Ok(Value::Object(Arc::new(object)))
        }
        Value::Set(set) => {
            if *segment != value {
                return failed(format!(
                    "set key {segment} does not equal value to be inserted {}",
                    show(&value)
                ));
            }
            let mut set = Set::clone(set);
            set.insert(value);
            Ok(Value::Set(Arc::new(set)))
        }
        Value::Array(items) => {
            let index = usize::try_from(index(items.len(), segment)?).ok();
            let Some(index) = index.filter(|index| *index <= items.len()) else {
                return failed("index for array insertion out of bounds");
            };
            let mut items = Vec::clone(items);
            items.insert(index, value);
            Ok(Value::array(items))
        }
        scalar => {
            failed(format!("expected composite type, found value: {scalar} (type: {})", scalar_type(scalar)))
        }
    }
}

fn delete_child(target: &Value, segment: &Value) -> Result<Value, BuiltinError> {
    let missing = || BuiltinError::failed(format!("cannot delete child key {segment} that does not exist"));
    match target {
        Value::Object(object) => {
            let mut object = Object::clone(object);
            object.remove(segment).ok_or_else(missing)?;
            Ok(Value::Object(Arc::new(object)))
        }
        Value::Set(set) => {
            if !set.contains(segment) {
                return Err(missing());
            }
            Ok(Value::set(set.iter().filter(|element| *element != segment).cloned().collect()))
        }
        Value::Array(items) => {
            let index = usize::try_from(index(items.len(), segment)?).ok();
            let Some(index) = index.filter(|index| *index < items.len()) else {
                return failed("index for array delete out of bounds");
            };
            let mut items = Vec::clone(items);
            items.remove(index);
            Ok(Value::array(items))
        }
        scalar => {
            failed(format!("expected composite type, found value: {scalar} (type: {})", scalar_type(scalar)))
        }
    }
}

/// What `walk` gives for a value: each part of it with its path, from the outside in.
pub(super) fn walk(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let mut found = Vec::new();
    visit(call, &mut Vec::new(), value(args, 0), &mut found)?;
    Ok(Value::array(found))
}

fn visit(
    call: &mut Call<'_>,
    path: &mut Vec<Value>,
    whole: &Value,
    found: &mut Vec<Value>,
) -> Result<(), BuiltinError> {
    call.charge(1)?;
    call.allocate_values(path.len() + 4)?;
    found.push(Value::array(vec![Value::array(path.clone()), whole.clone()]));
    let mut enter = |call: &mut Call<'_>, key: Value, part: &Value| {
        path.push(key);
        let outcome = visit(call, path, part, found);
        path.pop();
        outcome
    };
    match whole {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                enter(call, index.into(), item)?;
            }
        }
        Value::Object(object) => {
            for (key, value) in object.entries() {
                enter(call, key.clone(), value)?;
            }
        }
        Value::Set(set) => {
            for element in set.iter() {
                enter(call, element.clone(), element)?;
            }
        }
        _ => {}
    }
    Ok(())
}
