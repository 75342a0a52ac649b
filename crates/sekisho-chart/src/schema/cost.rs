//! What validating costs, reckoned before it is done: a schema of a few lines can make a validator visit one
//! value a billion times.

use std::collections::HashMap;

use serde_json::Value as Json;

/// So many visits of a part of a schema to a part of the values are made.
const MOST_VISITS: u64 = 2_000_000;

/// So many pairs of such parts are looked at.
const MOST_PAIRS: usize = 1_000_000;

/// So many parts of a schema may refer to each other in one chain.
const DEEPEST: usize = 1_000;

/// Why values are not validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CostError {
    /// Parts of the schema would visit values too often.
    #[error("validating takes more than {limit} steps; simplify the schema")]
    Visits {
        /// The limit.
        limit: u64,
    },
    /// Parts of the schema refer to each other too deep.
    #[error("schemas refer to each other more than {limit} deep; simplify the schema")]
    Depth {
        /// The limit.
        limit: usize,
    },
}

/// Looks whether validating stays within limits.
///
/// # Errors
/// Where it does not.
pub fn check(schema: &Json, instance: &Json) -> Result<(), CostError> {
    let mut index = Index::default();
    index.enter(schema, schema);
    let mut depths = Depths { index: &index, known: HashMap::new() };
    depths.depth(schema, 0)?;
    let mut reckoning = Reckoning { index: &index, known: HashMap::new() };
    let visits = reckoning.visits(schema, instance, 0)?;
    if visits > MOST_VISITS {
        return Err(CostError::Visits { limit: MOST_VISITS });
    }
    Ok(())
}

fn address(value: &Json) -> usize {
    std::ptr::from_ref(value).addr()
}

/// Where references of a schema lead.
#[derive(Default)]
struct Index<'s> {
    /// By `$id`, without fragment.
    by_id: HashMap<&'s str, &'s Json>,
    /// By `$anchor`; in other resources too.
    by_anchor: HashMap<&'s str, Vec<&'s Json>>,
    /// The resource that each part belongs to, where it is not the whole schema.
    resource_of: HashMap<usize, &'s Json>,
}

impl<'s> Index<'s> {
    fn enter(&mut self, part: &'s Json, resource: &'s Json) {
        let resource = match part.get("$id").or_else(|| part.get("id")).and_then(Json::as_str) {
            Some(id) => {
                self.by_id.insert(id.split('#').next().unwrap_or(id), part);
                part
            }
            None => resource,
        };
        self.resource_of.insert(address(part), resource);
        for key in ["$anchor", "$dynamicAnchor"] {
            if let Some(anchor) = part.get(key).and_then(Json::as_str) {
                self.by_anchor.entry(anchor).or_default().push(part);
            }
        }
        match part {
            Json::Object(entries) => entries.values().for_each(|below| self.enter(below, resource)),
            Json::Array(items) => items.iter().for_each(|below| self.enter(below, resource)),
            _ => {}
        }
    }

    /// The parts that a part refers to by `$ref` and its kin.
    fn referred(&self, part: &'s Json) -> Vec<&'s Json> {
        let mut found = Vec::new();
        for key in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let Some(reference) = part.get(key).and_then(Json::as_str) else { continue };
            let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
            let own = self.resource_of.get(&address(part)).copied();
            let resource = if file.is_empty() { own } else { self.resource(file) };
            if fragment.is_empty() || fragment.starts_with('/') {
                let decoded = decode(fragment);
                found.extend(resource.and_then(|resource| resource.pointer(&decoded)));
            } else {
                found.extend(self.by_anchor.get(fragment).into_iter().flatten());
            }
        }
        found
    }

    /// The resource that a reference names: by its whole `$id`, or by the end of one.
    fn resource(&self, file: &str) -> Option<&'s Json> {
        let ends_so = |id: &&str| id.ends_with(file);
        self.by_id
            .get(file)
            .or_else(|| {
                let id = self.by_id.keys().find(|id| ends_so(id))?;
                self.by_id.get(id)
            })
            .copied()
    }
}

/// A fragment with its percent escapes taken back.
fn decode(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escaped = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = behind.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Keywords whose schemas see the same value.
const IN_PLACE: &[&str] = &["allOf", "anyOf", "oneOf", "not", "if", "then", "else"];

/// Keywords whose schemas, by name, see the same value.
const IN_PLACE_BY_NAME: &[&str] = &["dependentSchemas", "dependencies"];

/// Keywords whose schemas see the items or entries.
const BELOW: &[&str] = &[
    "items",
    "prefixItems",
    "additionalItems",
    "contains",
    "unevaluatedItems",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
];

/// Keywords whose schemas, by a name or pattern, see entries.
const BELOW_BY_NAME: &[&str] = &["properties", "patternProperties"];

/// A schema, or those of a list.
fn schemas(value: &Json) -> &[Json] {
    match value {
        Json::Array(items) => items,
        other => std::slice::from_ref(other),
    }
}

fn named_schemas(value: &Json) -> impl Iterator<Item = &Json> {
    value.as_object().into_iter().flat_map(serde_json::Map::values)
}

/// How deep parts of a schema refer to each other.
struct Depths<'i, 's> {
    index: &'i Index<'s>,
    /// By part; none while it is being reckoned.
    known: HashMap<usize, Option<usize>>,
}

impl<'s> Depths<'_, 's> {
    fn depth(&mut self, part: &'s Json, above: usize) -> Result<usize, CostError> {
        match self.known.get(&address(part)) {
            Some(Some(depth)) if above + depth <= DEEPEST => return Ok(*depth),
            Some(None) => return Ok(0),
            _ => {}
        }
        if above > DEEPEST {
            return Err(CostError::Depth { limit: DEEPEST });
        }
        self.known.insert(address(part), None);
        let mut deepest = 0;
        for below in self.index.referred(part) {
            deepest = deepest.max(1 + self.depth(below, above + 1)?);
        }
        let below: Box<dyn Iterator<Item = &'s Json>> = match part {
            Json::Object(entries) => Box::new(entries.values()),
            Json::Array(items) => Box::new(items.iter()),
            _ => Box::new(std::iter::empty()),
        };
        for below in below.filter(|below| below.is_object() || below.is_array()) {
            deepest = deepest.max(1 + self.depth(below, above + 1)?);
        }
        self.known.insert(address(part), Some(deepest));
        Ok(deepest)
    }
}

/// How often parts of a schema visit parts of the values.
struct Reckoning<'i, 's> {
    index: &'i Index<'s>,
    /// By part of the schema and part of the values; none while it is being reckoned.
    known: HashMap<(usize, usize), Option<u64>>,
}

impl<'s> Reckoning<'_, 's> {
    fn visits(&mut self, part: &'s Json, instance: &Json, depth: usize) -> Result<u64, CostError> {
        let pair = (address(part), address(instance));
        if let Some(known) = self.known.get(&pair) {
            // A validator notices a circle by itself.
            return Ok(known.unwrap_or(1));
        }
        if self.known.len() >= MOST_PAIRS {
            return Err(CostError::Visits { limit: MOST_VISITS });
        }
        if depth > DEEPEST {
            return Err(CostError::Depth { limit: DEEPEST });
        }
        self.known.insert(pair, None);
        let mut visits: u64 = 1;
        for below in self.index.referred(part) {
            visits = visits.saturating_add(self.visits(below, instance, depth + 1)?);
        }
        let keyword = |name: &&'static str| part.get(*name);
        for below in IN_PLACE.iter().filter_map(keyword).flat_map(schemas) {
            visits = visits.saturating_add(self.visits(below, instance, depth + 1)?);
        }
        for below in IN_PLACE_BY_NAME.iter().filter_map(keyword).flat_map(named_schemas) {
            visits = visits.saturating_add(self.visits(below, instance, depth + 1)?);
        }
        let children: Vec<&Json> = match instance {
            Json::Object(entries) => entries.values().collect(),
            Json::Array(items) => items.iter().collect(),
            _ => Vec::new(),
        };
        if !children.is_empty() {
            for below in BELOW.iter().filter_map(keyword).flat_map(schemas) {
                for child in &children {
                    visits = visits.saturating_add(self.visits(below, child, depth + 1)?);
                }
            }
            visits = visits.saturating_add(self.entries(part, instance, &children, depth)?);
        }
        self.known.insert(pair, Some(visits));
        Ok(visits)
    }

    /// The visits of schemas that stand below names and patterns.
    fn entries(
        &mut self,
        part: &'s Json,
        instance: &Json,
        children: &[&Json],
        depth: usize,
    ) -> Result<u64, CostError> {
        let mut visits: u64 = 0;
        for name in BELOW_BY_NAME {
            let Some(named) = part.get(*name).and_then(Json::as_object) else { continue };
            for (key, below) in named {
                // A pattern may fit every key.
                let is_pattern = *name == "patternProperties";
                let own = instance.get(key);
                let seen: &[&Json] = if is_pattern { children } else { own.as_slice() };
                for child in seen {
                    visits = visits.saturating_add(self.visits(below, child, depth + 1)?);
                }
            }
        }
        Ok(visits)
    }
}
