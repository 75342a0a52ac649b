//! The anchors of a strategic merge patch, worked off before it is laid over an object.
//!
//! `(key)` and `<(key)` hold the patch back where the object does not match, `+(key)` stands only where the
//! object lacks the field. In a list an item with anchors stands for all items of the object that match: for
//! each of them the patch gets an item with its name. What is left has no anchors.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::budget::{BudgetError, Meter};
use crate::pattern::anchor::Anchor;
use crate::pattern::{Failure, Pattern};
use crate::value::{Map, Value};

/// Why a patch is not laid over an object.
#[derive(Debug)]
pub(super) enum Unfit {
    /// A condition does not hold.
    Condition,
    /// A condition of the whole rule does not hold.
    Global(String),
    /// The patch and the object have no common shape.
    Patch(String),
    Budget(BudgetError),
}

impl From<BudgetError> for Unfit {
    fn from(error: BudgetError) -> Self {
        Self::Budget(error)
    }
}

/// Which anchors are meant.
type Which = fn(Anchor) -> bool;

/// Takes the anchors out of a patch for an object.
pub(super) fn work_off(patch: &mut Value, object: &Value, meter: &Meter) -> Result<(), Unfit> {
    value(patch, Some(object), meter)?;
    let Value::Map(map) = patch else {
        return Err(Unfit::Patch("the patch is no mapping".to_owned()));
    };
    delete_conditions(Arc::make_mut(map), meter)
}

/// Whether an anchor belongs to the patch itself, and is none of validation.
fn is_of_patches(anchor: Anchor) -> bool {
    anchor.is_conditional() || anchor == Anchor::AddIfNotPresent
}

fn is_global(anchor: Anchor) -> bool {
    anchor == Anchor::Global
}

fn is_condition(anchor: Anchor) -> bool {
    anchor == Anchor::Condition
}

fn value(patch: &mut Value, object: Option<&Value>, meter: &Meter) -> Result<(), Unfit> {
    meter.work(1)?;
    meter.deeper(|| match patch {
        Value::Map(fields) => map(Arc::make_mut(fields), object, meter),
        Value::List(items) if matches!(items.first(), Some(Value::Map(_))) => {
            list_of_maps(Arc::make_mut(items), object, meter)
        }
        _ => Ok(()),
    })
}

fn map(patch: &mut Map, object: Option<&Value>, meter: &Meter) -> Result<(), Unfit> {
    add_if_not_present(patch, object);
    conditions(patch, object, is_global, meter).map_err(|unfit| unfit.named(Unfit::Global))?;
    conditions(patch, object, is_condition, meter).map_err(|unfit| unfit.named(|_| Unfit::Condition))?;
    let plain: Vec<SmolStr> = patch
        .keys()
        .filter(|key| !Anchor::parse(key).is_some_and(|(anchor, _)| is_of_patches(anchor)))
        .cloned()
        .collect();
    for key in plain {
        let below = object.and_then(|object| object.get(&key));
        if let Some(field) = patch.get_mut(&key) {
            value(field, below, meter)?;
        }
    }
    Ok(())
}

impl Unfit {
    /// A condition that failed, as the kind that was asked for.
    fn named(self, kind: fn(String) -> Self) -> Self {
        match self {
            Self::Patch(message) => kind(message),
            other => other,
        }
    }
}

/// The keys with anchors of some kind: as written, and without the anchor.
fn anchored(patch: &Map, which: Which) -> Vec<(SmolStr, SmolStr)> {
    patch
        .keys()
        .filter_map(|written| {
            let (anchor, key) = Anchor::parse(written)?;
            which(anchor).then(|| (written.clone(), SmolStr::new(key)))
        })
        .collect()
}

/// Takes out the fields that the object has already, and the anchors from the others. Says how many fields
/// there were.
fn add_if_not_present(patch: &mut Map, object: Option<&Value>) -> usize {
    let fields = anchored(patch, |anchor| anchor == Anchor::AddIfNotPresent);
    for (written, key) in &fields {
        let Some(value) = patch.remove(written) else { continue };
        if object.is_none_or(|object| object.get(key).is_none()) {
            patch.insert(key.clone(), value);
        }
    }
    fields.len()
}

/// Whether the conditions of a map hold.
fn conditions(patch: &mut Map, object: Option<&Value>, which: Which, meter: &Meter) -> Result<(), Unfit> {
    for (written, key) in anchored(patch, which) {
        let Some(found) = object.and_then(|object| object.get(&key)) else {
            return Err(Unfit::Patch(format!("could not found \"{key}\" key in the resource")));
        };
        if let Some(Value::Map(inner)) = patch.get_mut(&written)
            && add_if_not_present(Arc::make_mut(inner), Some(found)) > 0
        {
            continue;
        }
        let Some(wanted) = patch.get(&written) else { continue };
        match Pattern::new(&as_compared(wanted)).matches(&as_compared(found), meter) {
            Ok(()) => {}
            Err(Failure::Mismatch(mismatch)) => return Err(Unfit::Patch(mismatch.message)),
            Err(Failure::Budget(error)) => return Err(error.into()),
        }
    }
    Ok(())
}

/// A value as conditions compare it: plain values as their text, numbers inside others as floats.
fn as_compared(value: &Value) -> Value {
    match value {
        Value::Map(_) | Value::List(_) => value.with_floats(),
        Value::String(_) => value.clone(),
        scalar => Value::from(scalar.to_json()),
    }
}

fn list_of_maps(patch: &mut Vec<Value>, object: Option<&Value>, meter: &Meter) -> Result<(), Unfit> {
    let items = match object {
        Some(Value::List(items)) => items.as_slice(),
        None | Some(Value::Null) => &[],
        Some(_) => return Err(Unfit::Patch("wrong node kind: expected a list".to_owned())),
    };
    let count = patch.len();
    for index in 0..count {
        let Some(element) = patch.get(index) else { break };
        if !has_anchors(element, is_of_patches) {
            continue;
        }
        let is_global = has_anchors(element, is_global);
        let mut element = element.clone();
        let (mut passed, mut refused) = (false, None);
        for item in items {
            match value(&mut element, Some(item), meter) {
                Ok(()) if is_global => passed = true,
                Ok(()) => append_named(patch, &element, item, meter)?,
                Err(Unfit::Condition) => {}
                Err(Unfit::Global(message)) => refused = Some(message),
                Err(other) => return Err(other),
            }
        }
        if object.is_none() {
            match value(&mut element, None, meter) {
                Ok(()) => passed |= is_global,
                Err(Unfit::Condition) => continue,
                Err(other) => return Err(other),
            }
        }
        if let Some(message) = refused
            && !passed
        {
            return Err(Unfit::Global(message));
        }
    }
    Ok(())
}

/// Puts an item without anchors behind the patch's list, with the name of the object's item.
fn append_named(patch: &mut Vec<Value>, element: &Value, item: &Value, meter: &Meter) -> Result<(), Unfit> {
    let Some(name) = item.get("name").filter(|name| !name.is_null()) else { return Ok(()) };
    let mut element = element.clone();
    if delete_anchors(&mut element, true, meter)? {
        return Ok(());
    }
    if let Value::Map(map) = &mut element {
        Arc::make_mut(map).insert("name", name.clone());
    }
    meter.memory(size_of::<Value>())?;
    patch.push(element);
    Ok(())
}

fn has_anchors(value: &Value, which: Which) -> bool {
    match value {
        Value::Map(map) => map.iter().any(|(key, value)| {
            Anchor::parse(key).is_some_and(|(anchor, _)| which(anchor)) || has_anchors(value, which)
        }),
        Value::List(items) => items.iter().any(|item| has_anchors(item, which)),
        Value::String(text) => Anchor::parse(text).is_some_and(|(anchor, _)| anchor.is_conditional()),
        _ => false,
    }
}

/// Takes out what served conditions only.
fn delete_conditions(patch: &mut Map, meter: &Meter) -> Result<(), Unfit> {
    let keys: Vec<SmolStr> = patch.keys().cloned().collect();
    for key in keys {
        let is_condition = Anchor::parse(&key).is_some_and(|(anchor, _)| anchor.is_conditional());
        let Some(field) = patch.get_mut(&key) else { continue };
        if delete_anchors(field, is_condition, meter)? {
            patch.remove(&key);
        }
    }
    Ok(())
}

/// Takes the conditions out of a value; says whether nothing but conditions was there, so that the value is
/// to go as a whole. A plain value goes if `plain` says so.
fn delete_anchors(value: &mut Value, plain: bool, meter: &Meter) -> Result<bool, Unfit> {
    meter.work(1)?;
    meter.deeper(|| match value {
        Value::Map(map) => delete_in_map(Arc::make_mut(map), meter),
        Value::List(items) => delete_in_list(Arc::make_mut(items), meter),
        _ => Ok(plain),
    })
}

fn delete_in_map(map: &mut Map, meter: &Meter) -> Result<bool, Unfit> {
    for (written, key) in anchored(map, Anchor::is_conditional) {
        let Some(mut value) = map.remove(&written) else { continue };
        if !delete_anchors(&mut value, true, meter)? {
            map.insert(key, value);
        }
    }
    let keys: Vec<SmolStr> = map.keys().cloned().collect();
    let mut is_empty = true;
    for key in keys {
        let Some(value) = map.get_mut(&key) else { continue };
        if delete_anchors(value, false, meter)? {
            map.remove(&key);
        } else {
            is_empty = false;
        }
    }
    Ok(is_empty)
}

fn delete_in_list(items: &mut Vec<Value>, meter: &Meter) -> Result<bool, Unfit> {
    let was_empty = items.is_empty();
    let mut kept = Vec::with_capacity(items.len());
    for mut item in std::mem::take(items) {
        if !has_anchors(&item, is_of_patches) && !delete_anchors(&mut item, false, meter)? {
            kept.push(item);
        }
    }
    *items = kept;
    Ok(items.is_empty() && !was_empty)
}
