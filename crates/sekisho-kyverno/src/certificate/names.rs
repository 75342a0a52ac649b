//! Distinguished names, and the attributes of requests.

use super::der::{Element, Reader, tag};
use super::extensions::{self, Extension};
use super::values::{base64, list, oid, to_map};
use crate::value::Value;

/// A distinguished name: its well-known parts, and all of them in order.
pub(super) fn name(sequence: &Element<'_>) -> Value {
    let parts: Vec<(Vec<u32>, Value)> = sequence
        .reader()
        .elements()
        .flat_map(|set| set.reader().elements().collect::<Vec<_>>())
        .filter_map(|pair| type_and_value(&pair))
        .collect();
    let all = |arc: u32| -> Vec<Value> {
        let wanted = [2, 5, 4, arc];
        parts
            .iter()
            .filter(|(kind, value)| *kind == wanted && value.as_str().is_some())
            .map(|(_, value)| value.clone())
            .collect()
    };
    let last = |arc: u32| all(arc).pop().unwrap_or_else(|| "".into());
    let names = parts.iter().map(|(kind, value)| to_map(vec![("Type", oid(kind)), ("Value", value.clone())]));
    to_map(vec![
        ("Country", list(all(6))),
        ("Organization", list(all(10))),
        ("OrganizationalUnit", list(all(11))),
        ("Locality", list(all(7))),
        ("Province", list(all(8))),
        ("StreetAddress", list(all(9))),
        ("PostalCode", list(all(17))),
        ("SerialNumber", last(5)),
        ("CommonName", last(3)),
        ("Names", list(names.collect())),
        ("ExtraNames", Value::Null),
    ])
}

fn type_and_value(pair: &Element<'_>) -> Option<(Vec<u32>, Value)> {
    let mut parts = pair.reader();
    let kind = parts.take(tag::OID)?;
    let value = parts.next()?;
    let value = match value.tag {
        tag::OCTET_STRING => base64(value.content),
        tag::BOOLEAN => Value::Bool(value.content.first().is_some_and(|byte| *byte != 0)),
        tag::INTEGER => Value::Float(value.decimal().parse().unwrap_or(0.0)),
        _ => value.text().map_or(Value::Null, Value::from),
    };
    Some((kind.arcs(), value))
}

/// The attributes of a request, and the extensions that one of them asks for.
pub(super) fn attributes<'b>(all: &Element<'b>) -> (Vec<Value>, Vec<Extension<'b>>) {
    const EXTENSION_REQUEST: &str = "1.2.840.113549.1.9.14";
    let mut shown = Vec::new();
    let mut wanted = Vec::new();
    for attribute in all.reader().elements() {
        let mut parts = attribute.reader();
        let Some((kind, set)) = parts.take(tag::OID).zip(parts.take(tag::SET)) else { continue };
        if kind.dotted() == EXTENSION_REQUEST {
            wanted.extend(set.reader().elements().flat_map(|sequence| extensions::read(&sequence)));
        }
        let sequences: Option<Vec<Value>> =
            set.reader().elements().map(|sequence| pairs(sequence.reader())).collect();
        if let Some(sequences) = sequences {
            shown.push(to_map(vec![("Type", oid(&kind.arcs())), ("Value", list(sequences))]));
        }
    }
    (shown, wanted)
}

/// A sequence of types with values; none where it holds anything else.
fn pairs(sequence: Reader<'_>) -> Option<Value> {
    let pair = |pair: Element<'_>| {
        let (kind, value) = type_and_value(&pair)?;
        Some(to_map(vec![("Type", oid(&kind)), ("Value", value)]))
    };
    sequence.elements().map(pair).collect::<Option<Vec<_>>>().map(Value::from)
}
