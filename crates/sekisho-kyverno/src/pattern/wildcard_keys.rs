//! Wildcards in the keys of labels and annotations: each stands for the first key of the resource that it
//! matches. Elsewhere keys are taken as they are.

use smol_str::SmolStr;

use crate::budget::{BudgetError, Meter};
use crate::scalar::{has_wildcard, wildcard};
use crate::value::{Map, Value};

use super::anchor::Anchor;

const TAGS: [&str; 2] = ["labels", "annotations"];

/// Whether a map's own metadata must be read anew for each resource.
pub(super) fn has(pattern: &Map) -> bool {
    let Some((_, Value::Map(metadata))) = field(pattern, "metadata") else { return false };
    TAGS.iter().any(|tag| match field(metadata, tag) {
        Some((_, Value::Map(tags))) => {
            tags.iter().any(|(key, value)| has_wildcard(key) || value.as_str().is_none())
        }
        _ => false,
    })
}

/// The pattern with the keys of the resource in place of wildcards; none where nothing is replaced.
pub(super) fn expand(pattern: &Value, resource: &Map, meter: &Meter) -> Result<Option<Value>, BudgetError> {
    let Some(whole) = pattern.as_map() else { return Ok(None) };
    let Some((metadata_key, Value::Map(metadata))) = field(whole, "metadata") else { return Ok(None) };
    let Some(Value::Map(resource)) = resource.get("metadata") else { return Ok(None) };
    let mut expanded = Map::clone(metadata);
    let mut changed = false;
    for tag in TAGS {
        let Some((tag_key, Value::Map(tags))) = field(metadata, tag) else { continue };
        let Some(Value::Map(known)) = resource.get(tag) else { continue };
        expanded.insert(tag_key.clone(), Value::from(replace(tags, known, meter)?));
        changed = true;
    }
    if !changed {
        return Ok(None);
    }
    let mut whole = whole.clone();
    whole.insert(metadata_key.clone(), Value::from(expanded));
    Ok(Some(Value::from(whole)))
}

/// The entry with a key, with or without an anchor.
fn field<'m>(map: &'m Map, key: &str) -> Option<(&'m SmolStr, &'m Value)> {
    map.iter().find(|(known, _)| {
        known.as_str() == key || Anchor::parse(known).is_some_and(|(_, inner)| inner == key)
    })
}

/// The tags with keys of the resource. Only texts stay.
fn replace(tags: &Map, known: &Map, meter: &Meter) -> Result<Map, BudgetError> {
    let mut replaced = Map::default();
    for (key, value) in tags.iter().filter(|(_, value)| value.as_str().is_some()) {
        let expanded = match Anchor::parse(key) {
            _ if !has_wildcard(key) => key.clone(),
            Some((anchor, inner)) => anchor.around(actual(inner, known, meter)?.unwrap_or(inner)).into(),
            None => actual(key, known, meter)?.unwrap_or(key).into(),
        };
        replaced.insert(expanded, value.clone());
    }
    Ok(replaced)
}

/// The first key of the resource that a pattern matches.
fn actual<'k>(pattern: &str, known: &'k Map, meter: &Meter) -> Result<Option<&'k str>, BudgetError> {
    for (key, value) in known.iter() {
        if value.as_str().is_some() && wildcard(pattern, key, meter)? {
            return Ok(Some(key));
        }
    }
    Ok(None)
}
