//! A JSON object in which each key stands once, whatever its case.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use smol_str::SmolStr;

use super::DocumentError;

/// Reads a document; the keys that are known must not come in two ways. Programs in Go take `Layers` for
/// `layers`, and the last one counts.
pub(super) fn read<T: DeserializeOwned>(
    what: &'static str,
    bytes: &[u8],
    known: &[&str],
    limit: u64,
) -> Result<T, DocumentError> {
    if bytes.len() as u64 > limit {
        return Err(DocumentError::TooLarge { what, limit });
    }
    let broken = |error: serde_json::Error| DocumentError::Broken { what, message: error.to_string() };
    let Keys(mut keys) = serde_json::from_slice(bytes).map_err(broken)?;
    keys.sort();
    if let Some(key) = keys.windows(2).find_map(|pair| match pair {
        [one, two] if one == two => Some(one),
        _ => None,
    }) {
        return Err(DocumentError::Ambiguous { what, key: key.to_string() });
    }
    for key in &keys {
        let differs = |name: &str| key.as_str() != name && key.eq_ignore_ascii_case(name);
        if known.iter().any(|name| differs(name)) {
            return Err(DocumentError::Ambiguous { what, key: key.to_string() });
        }
    }
    serde_json::from_slice(bytes).map_err(broken)
}

/// The keys of an object, in their order.
struct Keys(Vec<SmolStr>);

impl<'de> serde::Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl<'de> Visitor<'de> for Seen {
            type Value = Keys;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = map.next_key::<SmolStr>()? {
                    map.next_value::<IgnoredAny>()?;
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(Seen)
    }
}

/// `null` is what a program in Go writes for an empty list or map.
pub(super) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + serde::Deserialize<'de>,
{
    Ok(<Option<T> as serde::Deserialize>::deserialize(deserializer)?.unwrap_or_default())
}

/// A value that may be of any kind, as text where it is text.
pub(super) fn text_or_nothing<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(match <Value as serde::Deserialize>::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

/// The keys of a map whose values say nothing, as Go writes sets.
pub(super) fn keys<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    let map = <Option<BTreeMap<String, Value>> as serde::Deserialize>::deserialize(deserializer)?;
    Ok(map.unwrap_or_default().into_keys().collect())
}
