//! Credentials that a chart draws at random when it is installed: they stand in no file, so no finding may say so.
//!
//! What is random differs between two renderings that draw with different seeds; for new private keys a few fixed
//! ones stand in.

use sekisho_chart::functions::holds_stand_in_key;
use sekisho_chart::render::{Manifest, Rendering};
use sekisho_manifest::{Budget, Document, Format, Node, Object, SourceId, Value, load};

/// Whether a rendering has a Secret, so that it is worth drawing again.
pub(super) fn may_hold_credentials(rendering: &Rendering) -> bool {
    rendering.manifests.iter().any(|manifest| is_secret(&manifest.text))
}

fn is_secret(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"kind: Secret").is_some()
}

/// Empties what was drawn in the Secrets of a manifest, by another rendering of the same manifest.
pub(super) fn empty(objects: &mut [Object], again: Option<&Manifest>) {
    let Some(again) = again.filter(|manifest| is_secret(&manifest.text)) else { return };
    let loaded = load(SourceId(0), &again.text, Format::Yaml, &Budget::default());
    let others: Vec<Object> = loaded.documents.iter().flat_map(Document::objects).collect();
    for (object, other) in objects.iter_mut().zip(&others) {
        if object.is("", "Secret") && other.is("", "Secret") {
            for field in ["data", "stringData"] {
                empty_field(&mut object.root, &other.root, field);
            }
        }
    }
}

fn empty_field(root: &mut Node, other: &Node, field: &str) {
    let (Some(others), Some(mapping)) = (other.get(field), root.as_mapping_mut()) else { return };
    let Some(data) = mapping.value_mut(field) else { return };
    let keys: Vec<_> = data
        .entries()
        .iter()
        .filter(|entry| {
            let differs = others.get(&entry.key).is_none_or(|other| other.value != entry.node.value);
            differs || entry.node.as_str().is_some_and(holds_stand_in_key)
        })
        .map(|entry| entry.key.clone())
        .collect();
    for key in keys {
        if let Some(value) = data.as_mapping_mut().and_then(|mapping| mapping.value_mut(&key)) {
            value.value = Value::String("".into());
        }
    }
}
