//! Credentials that a chart draws at random when it is installed: they stand in no file, so no finding may say so.

use sekisho_chart::functions::Drawn;
use sekisho_manifest::{Node, Object, Value};
use smol_str::SmolStr;

/// Empties what was drawn in Secrets.
pub(super) fn empty(objects: &mut [Object], drawn: &Drawn) {
    for object in objects {
        empty_where(object, |_, _, value| value.as_str().is_some_and(|text| drawn.is_in(text)));
    }
}

/// Empties what another rendering, which draws something else, has another way.
pub(super) fn empty_where_other(objects: &mut [Object], others: &[Object]) {
    for (object, other) in objects.iter_mut().zip(others).filter(|(object, other)| object.kind == other.kind)
    {
        empty_where(object, |field, key, value| {
            let same = other.root.at(&[field, key]).is_some_and(|other| other.value == value.value);
            !same
        });
    }
}

/// Empties the values of a Secret for which a condition holds, by the field, the key and the value.
fn empty_where(object: &mut Object, is_drawn: impl Fn(&str, &SmolStr, &Node) -> bool) {
    if !object.is("", "Secret") {
        return;
    }
    for field in ["data", "stringData"] {
        let Some(data) = object.root.get(field) else { continue };
        let drawn = data.entries().iter().filter(|entry| is_drawn(field, &entry.key, &entry.node));
        let keys: Vec<SmolStr> = drawn.map(|entry| entry.key.clone()).collect();
        for key in keys {
            let data = object.root.as_mapping_mut().and_then(|root| root.value_mut(field));
            let entries = data.and_then(Node::as_mapping_mut);
            if let Some(value) = entries.and_then(|entries| entries.value_mut(&key)) {
                value.value = Value::String("".into());
            }
        }
    }
}
