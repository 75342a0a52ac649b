//! One change of the tree → splices of the text.

use serde_json::Value as Json;

use super::change::Operation;
use super::collection::{Collection, Sharing};
use super::error::{EditErrorKind, Result};
use super::locate::{Found, Spot, Written, find};
use super::page::Page;
use super::style::is_flow;
use super::text::Splice;
use super::verify::same_as_json;
use super::{block, flow};
use crate::{FieldPath, Segment, Value};

/// How a change is made.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) splices: Vec<Splice>,
    /// The topmost value that is made, replaced or taken away.
    pub(super) root: FieldPath,
    /// The collection that gains or loses a part.
    pub(super) collection: Option<Collection>,
}

/// Plans a change; none where the document already is as the change wants it.
pub(super) fn plan(page: Page<'_>, path: &FieldPath, operation: &Operation) -> Result<Option<Plan>> {
    let found = match find(page, path) {
        Err(EditErrorKind::NotMapping { .. } | EditErrorKind::NotSequence { .. })
            if *operation == Operation::Remove =>
        {
            return Ok(None);
        }
        found => found?,
    };
    let shared = found.shared;
    let planned = match operation {
        Operation::Set(value) => set(page, found, value),
        Operation::Remove => remove(page, found),
        Operation::Append(item) => append(page, found, item),
    }?;
    if shared && planned.is_some() { Err(EditErrorKind::Shared) } else { Ok(planned) }
}

fn set(page: Page<'_>, found: Found<'_, '_>, value: &Json) -> Result<Option<Plan>> {
    let Some((step, behind)) = found.rest.split_first() else {
        if same_as_json(found.spot.node, value) && found.spot.written != Written::Absent {
            return Ok(None);
        }
        let splices = replace(page, &found, value)?;
        return Ok(Some(Plan { splices, root: found.at, collection: None }));
    };
    let made = found.at.child(step.clone());
    if found.merged && !behind.is_empty() {
        return Err(EditErrorKind::Merged { at: made });
    }
    let Segment::Key(key) = step else { return Err(EditErrorKind::NoItem { at: made }) };
    let value = nest(behind, value, &made)?;
    let spot = &found.spot;
    let bare = is_bare(page, spot);
    if spot.node.is_null() || bare {
        let mapping = Json::Object([(key.to_string(), value)].into_iter().collect());
        let splices = replace(page, &found, &mapping)?;
        return Ok(Some(Plan { splices, root: found.at, collection: None }));
    }
    let (splices, sharing) = if is_flow(page.text, spot.node) {
        flow::add_entry(page, spot, key, &value)?
    } else if spot.flow {
        return Err(EditErrorKind::Layout);
    } else {
        (block::add_entry(page, spot.node, key, &value)?, Sharing::Gains)
    };
    let collection = Collection::new(found.at, found.spot.node, sharing);
    Ok(Some(Plan { splices, root: made, collection: Some(collection) }))
}

/// The value within the mappings that the steps to it make.
fn nest(steps: &[Segment], value: &Json, at: &FieldPath) -> Result<Json> {
    let mut nested = value.clone();
    for (place, step) in steps.iter().enumerate().rev() {
        let Segment::Key(key) = step else {
            let missing = steps.iter().take(place + 1).cloned().collect();
            return Err(EditErrorKind::NoItem { at: at.join(&missing) });
        };
        nested = Json::Object([(key.to_string(), nested)].into_iter().collect());
    }
    Ok(nested)
}

/// Whether a value is `{}` or `[]` in block style, which what is added to replaces.
fn is_bare(page: Page<'_>, spot: &Spot<'_>) -> bool {
    let empty = match &spot.node.value {
        Value::Mapping(mapping) => mapping.entries().is_empty(),
        Value::Sequence(items) => items.is_empty(),
        _ => false,
    };
    empty && !spot.flow && !page.style.json && is_flow(page.text, spot.node)
}

fn append(page: Page<'_>, found: Found<'_, '_>, item: &Json) -> Result<Option<Plan>> {
    let list = Json::Array(vec![item.clone()]);
    if let Some(step) = found.rest.first() {
        if found.merged {
            return Err(EditErrorKind::Merged { at: found.at.child(step.clone()) });
        }
        return set(page, found, &list);
    }
    let spot = &found.spot;
    let Value::Sequence(items) = &spot.node.value else {
        if spot.node.is_null() {
            return set(page, found, &list);
        }
        return Err(EditErrorKind::NotSequence { at: found.at });
    };
    if spot.written == Written::Alias {
        return Err(EditErrorKind::Alias { at: found.at });
    }
    let root = found.at.child(items.len());
    if is_bare(page, spot) {
        let splices = replace(page, &found, &list)?;
        return Ok(Some(Plan { splices, root: found.at, collection: None }));
    }
    let (splices, sharing) = if is_flow(page.text, spot.node) {
        flow::add_item(page, spot, item)?
    } else {
        (block::add_item(page, spot.node, item)?, Sharing::Gains)
    };
    let collection = Collection::new(found.at, found.spot.node, sharing);
    Ok(Some(Plan { splices, root, collection: Some(collection) }))
}

fn remove(page: Page<'_>, found: Found<'_, '_>) -> Result<Option<Plan>> {
    if let Some(step) = found.rest.first() {
        if found.merged {
            return Err(EditErrorKind::Merged { at: found.at.child(step.clone()) });
        }
        return Ok(None);
    }
    let (Some(holder), Some(within)) = (&found.holder, found.at.parent()) else {
        return Err(EditErrorKind::Root);
    };
    let (splices, sharing) = if found.spot.flow {
        flow::remove(page, holder, &found.spot)?
    } else {
        block::remove(page, holder, &found.spot, within.is_root())?
    };
    let collection = Collection::new(within, holder.node, sharing);
    Ok(Some(Plan { splices, root: found.at, collection: Some(collection) }))
}

/// Writes another value in place of the one that was found.
fn replace(page: Page<'_>, found: &Found<'_, '_>, value: &Json) -> Result<Vec<Splice>> {
    let in_entry = found.holder.as_ref().is_some_and(|holder| holder.node.as_mapping().is_some());
    if found.spot.flow || page.style.json {
        let brackets = found.holder.as_ref().map(|holder| holder.node);
        Ok(flow::replace(page, brackets, &found.spot, value))
    } else if in_entry {
        block::replace_entry(page, &found.spot, value)
    } else {
        Ok(block::replace_item(page, &found.spot, value))
    }
}
