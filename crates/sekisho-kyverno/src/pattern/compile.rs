//! A value to a pattern.

use crate::scalar;
use crate::value::{Map, Value};

use super::anchor::Anchor;
use super::tree::{Element, Field, MapPattern, Scalar};
use super::wildcard_keys;

pub(super) fn element(value: &Value) -> Element {
    match value {
        Value::Map(map) => Element::Map(fields_of(map, value)),
        Value::List(items) => Element::List(items.iter().map(element).collect()),
        Value::String(text) => Element::Scalar(Scalar::Text(scalar::Pattern::new(text))),
        other => Element::Scalar(Scalar::Other(other.clone())),
    }
}

fn fields_of(map: &Map, whole: &Value) -> MapPattern {
    let mut anchors = Vec::new();
    let (mut early, mut late) = (Vec::new(), Vec::new());
    for (written, value) in map.iter() {
        let parsed = Anchor::parse(written);
        let field = Field {
            written: written.clone(),
            anchor: parsed.map(|(anchor, _)| anchor),
            key: parsed.map_or_else(|| written.clone(), |(_, key)| key.into()),
            element: element(value),
        };
        match field.anchor {
            Some(anchor) if anchor.is_first() => anchors.push(field),
            Some(Anchor::Global) => early.push(field),
            _ if has_anchors(value) => early.push(field),
            _ => late.push(field),
        }
    }
    // What has anchors inside comes first, the last of its keys before the others.
    early.reverse();
    early.append(&mut late);
    let wildcards = wildcard_keys::has(map).then(|| whole.clone());
    MapPattern { anchors, fields: early, wildcards }
}

/// Whether there is an anchor anywhere below that decides anything when validating.
fn has_anchors(value: &Value) -> bool {
    match value {
        Value::Map(map) => {
            map.keys()
                .any(|key| Anchor::parse(key).is_some_and(|(anchor, _)| anchor != Anchor::AddIfNotPresent))
                || map.values().any(has_anchors)
        }
        Value::List(items) => items.iter().any(has_anchors),
        _ => false,
    }
}
