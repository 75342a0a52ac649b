//! Lists that are merged item by item, told apart by the values of their keys.
//!
//! Items of the patch come first, then those that only the object has. kustomize does this with searches
//! that let some items that lack a key vanish or replace others; objects are to come out the same here, so
//! the searches are the same where keys are missing or double.

use std::collections::HashMap;

use sekisho_manifest::Node;
use smol_str::SmolStr;

use super::{DIRECTIVE, Directive, Merged, Walk, directive_named, is_same};
use crate::error::{BuildErrorKind, Result};
use crate::schema::Schema;
use crate::texts::{Texts, canonical};
use crate::{tree, yaml3};

/// How many items two lists may have together where keys are missing or double, since every item is then
/// looked for in every other.
const MAX_SEARCHED: usize = 4_000;

/// The values of an item's keys; a missing one is empty.
type Values = Vec<SmolStr>;

impl Walk<'_> {
    /// Merges two lists whose items have these keys; single values have none.
    pub(super) fn keyed_lists(
        &mut self,
        dest: Option<&Node>,
        patch: Option<&Node>,
        schema: &Schema,
        keys: &[SmolStr],
    ) -> Result<Merged> {
        let nothing = |node: Option<&Node>| node.is_none_or(Node::is_null);
        let (dest, patch) = match (dest, patch) {
            (dest, Some(patch)) if nothing(dest) => (patch.clone(), Patch::Same),
            (Some(_), Some(patch)) if patch.is_null() => return Ok(Merged::Nothing),
            (Some(dest), Some(patch)) => match list_directive(patch)? {
                (Directive::Delete, _) => return Ok(Merged::Nothing),
                (Directive::Replace, rest) => (rest, Patch::Same),
                (Directive::Merge, rest) if is_same(dest, patch) => (rest, Patch::Same),
                (Directive::Merge, rest) => (dest.clone(), Patch::Items(rest.items().to_vec())),
            },
            (Some(dest), None) => (dest.clone(), Patch::None),
            (None, _) => return Ok(Merged::Nothing),
        };
        let items = schema.items();
        let mut lists =
            Lists { texts: self.merging.texts, dest: dest.items().to_vec(), patch, items: Vec::new() };
        let single = [SmolStr::default()];
        let (keys, values) = if keys.is_empty() {
            (single.as_slice(), lists.single_values())
        } else {
            (keys, lists.key_values(keys))
        };
        if lists.is_regular(keys, &values) {
            let merged = self.regular(&lists, keys, &values, items)?;
            return Ok(Merged::Taken(tree::sequence(merged, dest.span)));
        }
        let count = lists.in_order().count();
        if count > MAX_SEARCHED {
            let what = "items in a list whose keys are missing or double";
            return Err(BuildErrorKind::Budget { what, limit: MAX_SEARCHED }.at(dest.span));
        }
        let merged = self.searched(&mut lists, keys, values, items)?;
        Ok(Merged::Taken(tree::sequence(merged, dest.span)))
    }

    /// Merges lists of which every item has its key, and each key stands once in each list.
    fn regular(
        &mut self,
        lists: &Lists<'_>,
        keys: &[SmolStr],
        values: &[Values],
        schema: Option<Schema>,
    ) -> Result<Vec<Node>> {
        let index = |items: &[Node]| -> HashMap<SmolStr, usize> {
            items.iter().enumerate().map(|(place, item)| (lists.key(item, keys), place)).collect()
        };
        let dest = index(&lists.dest);
        let patch = if let Patch::Items(items) = &lists.patch { index(items) } else { HashMap::new() };
        let mut merged = Vec::with_capacity(values.len());
        for value in values.iter().filter_map(|values| values.first()) {
            let old = dest.get(value).and_then(|place| lists.dest.get(*place));
            let new = match &lists.patch {
                Patch::None => None,
                Patch::Same => old,
                Patch::Items(items) => patch.get(value).and_then(|place| items.get(*place)),
            };
            match (self.values(old, new, schema.clone())?, old) {
                // The object's own item takes back the place of one that the patch would have replaced.
                (Merged::Taken(_), Some(old)) if !matches!(lists.patch, Patch::Same) => {
                    merged.push(old.clone());
                }
                (Merged::Kept(node) | Merged::Taken(node), _) if !is_void(&node) => merged.push(node),
                _ => {}
            }
        }
        Ok(merged)
    }

    /// Merges any other lists.
    fn searched(
        &mut self,
        lists: &mut Lists<'_>,
        keys: &[SmolStr],
        mut all: Vec<Values>,
        schema: Option<Schema>,
    ) -> Result<Vec<Node>> {
        if keys.len() > 1 {
            complete(&mut all);
        }
        let mut used: Vec<SmolStr> = Vec::new();
        for values in &all {
            let (valid_keys, valid_values) = valid(&all, values, keys);
            let old = lists.find(&lists.dest, &valid_keys, &valid_values);
            let old_node = old.and_then(|place| lists.dest.get(place)).cloned();
            let new = match &lists.patch {
                Patch::None => None,
                Patch::Same => old_node.clone(),
                Patch::Items(items) => {
                    lists.find(items, &valid_keys, &valid_values).and_then(|place| items.get(place)).cloned()
                }
            };
            let merged = self.values(old_node.as_ref(), new.as_ref(), schema.clone())?;
            let (mut node, kept) = match merged {
                Merged::Kept(node) => (Some(node), true),
                Merged::Taken(node) => (Some(node), false),
                Merged::Null(_) | Merged::Nothing => (None, false),
            };
            node = node.filter(|node| !is_void(node));
            let Some(mut node) = node else {
                let dest = std::mem::take(&mut lists.dest);
                lists.dest = lists.set(dest, None, &valid_keys, &valid_values)?;
                used = valid_keys;
                continue;
            };
            for (key, value) in valid_keys.iter().zip(&valid_values) {
                if !key.is_empty() && node.entry(key).is_none() && !value.is_empty() {
                    let span = node.span;
                    let value = Node { span, value: yaml3::resolve(value) };
                    tree::set(&mut node, key, span, value);
                }
            }
            let is_own = kept || matches!(lists.patch, Patch::Same);
            if is_own && let Some(place) = old.and_then(|place| lists.dest.get_mut(place)) {
                *place = node.clone();
            }
            let items = std::mem::take(&mut lists.items);
            lists.items = lists.set(items, Some(node), &valid_keys, &valid_values)?;
            used = valid_keys;
        }
        if all.is_empty() { Ok(std::mem::take(&mut lists.dest)) } else { lists.append(&used) }
    }
}

/// What is merged into a list.
enum Patch {
    /// Nothing; its items are only put in order.
    None,
    /// The list itself, as kustomize does with one that is new.
    Same,
    Items(Vec<Node>),
}

/// Two lists on their way to one.
struct Lists<'t> {
    texts: &'t Texts,
    dest: Vec<Node>,
    patch: Patch,
    /// The result so far.
    items: Vec<Node>,
}

impl Lists<'_> {
    /// The text of a field, if it is there.
    fn field(&self, item: &Node, key: &str) -> Option<SmolStr> {
        item.entry(key).map(|entry| SmolStr::new(self.texts.text(&entry.node)))
    }

    /// What tells an item apart that has one key.
    fn key(&self, item: &Node, keys: &[SmolStr]) -> SmolStr {
        match keys.first() {
            Some(key) if !key.is_empty() => self.field(item, key).unwrap_or_default(),
            _ => SmolStr::new(self.texts.text(item)),
        }
    }

    /// The lists in the order in which their items come: the patch's before the object's.
    fn in_order(&self) -> impl Iterator<Item = &Node> {
        let patch = if let Patch::Items(items) = &self.patch { items.as_slice() } else { &[] };
        patch.iter().chain(&self.dest)
    }

    fn single_values(&self) -> Vec<Values> {
        unique(self.in_order().map(|item| vec![SmolStr::new(self.texts.text(item))]))
    }

    fn key_values(&self, keys: &[SmolStr]) -> Vec<Values> {
        let value = |item: &Node, key: &SmolStr| match item.entry(key) {
            Some(entry) if !tree::is_empty(&entry.node) => SmolStr::new(self.texts.text(&entry.node)),
            _ => SmolStr::default(),
        };
        unique(self.in_order().map(|item| keys.iter().map(|key| value(item, key)).collect()))
    }

    /// Whether every item has one key, and each key stands once in each list.
    fn is_regular(&self, keys: &[SmolStr], values: &[Values]) -> bool {
        let [key] = keys else { return false };
        if values.iter().any(|values| values.iter().any(SmolStr::is_empty)) {
            return false;
        }
        let regular = |items: &[Node]| {
            let fits = |item: &Node| tree::is_scalar(item) == key.is_empty() && !is_void(item);
            items.iter().all(fits)
                && unique(items.iter().map(|item| vec![self.key(item, keys)])).len() == items.len()
        };
        regular(&self.dest) && if let Patch::Items(items) = &self.patch { regular(items) } else { true }
    }

    /// The first item that has all these values.
    fn find(&self, items: &[Node], keys: &[SmolStr], values: &[SmolStr]) -> Option<usize> {
        let (keys, values) = valid(&[values.to_vec()], values, keys);
        if keys.first().is_none_or(SmolStr::is_empty) {
            let value = values.first().map_or("", SmolStr::as_str);
            return items.iter().position(|item| self.texts.text(item) == value);
        }
        items.iter().position(|item| {
            item.as_mapping().is_some()
                && keys.iter().zip(&values).all(|(key, value)| self.field(item, key).as_ref() == Some(value))
        })
    }

    /// Puts an item in the place of those that have these values, or at the end; without an item, takes them
    /// out.
    fn set(
        &self,
        items: Vec<Node>,
        new: Option<Node>,
        keys: &[SmolStr],
        values: &[SmolStr],
    ) -> Result<Vec<Node>> {
        let of_mappings = keys.first().is_some_and(|key| !key.is_empty())
            && values.first().is_some_and(|value| !value.is_empty());
        let mut left = Vec::with_capacity(items.len() + 1);
        let mut found = false;
        for item in items {
            if is_void(&item) {
                continue;
            }
            if item.as_mapping().is_none() && of_mappings {
                left.push(item);
                continue;
            }
            if !self.has(&item, keys, values)? {
                if !values.is_empty() {
                    left.push(item);
                }
                continue;
            }
            found = true;
            left.extend(new.clone());
        }
        if let Some(new) = new.filter(|new| !found && !new.is_null()) {
            left.push(new);
        }
        Ok(left)
    }

    /// Whether an item has these values. A key behind the last value counts as found when the one before it
    /// was, and an empty value is any value.
    fn has(&self, item: &Node, keys: &[SmolStr], values: &[SmolStr]) -> Result<bool> {
        let mut last = false;
        for (place, key) in keys.iter().enumerate() {
            if let Some(value) = values.get(place) {
                last = if key.is_empty() {
                    if !tree::is_scalar(item) {
                        return Err(unfit(item, "a single value"));
                    }
                    self.texts.text(item) == value.as_str()
                } else {
                    if item.as_mapping().is_none() {
                        return Err(unfit(item, "a mapping"));
                    }
                    self.field(item, key).is_some_and(|known| value.is_empty() || known == *value)
                };
            }
            if !last {
                return Ok(false);
            }
        }
        Ok(!keys.is_empty())
    }

    /// Adds what the object has behind the items so far.
    fn append(&mut self, keys: &[SmolStr]) -> Result<Vec<Node>> {
        let mut items = std::mem::take(&mut self.items);
        for item in std::mem::take(&mut self.dest) {
            if keys.first().is_none_or(SmolStr::is_empty) {
                let value = [SmolStr::new(self.texts.text(&item))];
                items = self.set(items, Some(item), &[SmolStr::default()], &value)?;
                continue;
            }
            if tree::is_scalar(&item) && !item.is_null() || !item.items().is_empty() {
                return Err(unfit(&item, "a mapping"));
            }
            let mut values = Vec::new();
            for key in keys {
                match self.field(&item, key) {
                    Some(value) => values.push(value),
                    None => items.push(item.clone()),
                }
            }
            if keys.len() > 1 {
                items = self.set(items, None, keys, &values)?;
            }
            items = self.set(items, Some(item), keys, &values)?;
        }
        Ok(items)
    }
}

fn unfit(item: &Node, expected: &'static str) -> crate::error::Fault {
    BuildErrorKind::Type { field: "the item of the list".into(), expected }.at(item.span)
}

/// Whether an item is null or an empty mapping, and so none.
fn is_void(node: &Node) -> bool {
    node.is_null() || node.as_mapping().is_some_and(|mapping| mapping.entries().is_empty())
}

fn unique(values: impl Iterator<Item = Values>) -> Vec<Values> {
    let mut seen = std::collections::HashSet::new();
    values.filter(|values| !values.is_empty() && seen.insert(values.clone())).collect()
}

/// The keys that some item has a value for, with the values of one item for them; all keys where no item has
/// any.
fn valid(all: &[Values], values: &[SmolStr], keys: &[SmolStr]) -> (Vec<SmolStr>, Values) {
    let has: Vec<bool> = (0..keys.len())
        .map(|place| all.iter().any(|values| values.get(place).is_some_and(|value| !value.is_empty())))
        .collect();
    if !has.contains(&true) {
        return (keys.to_vec(), values.to_vec());
    }
    let kept = |place: usize| has.get(place) == Some(&true);
    (
        keys.iter().enumerate().filter(|(place, _)| kept(*place)).map(|(_, key)| key.clone()).collect(),
        values
            .iter()
            .enumerate()
            .filter(|(place, value)| !value.is_empty() || kept(*place))
            .map(|(_, value)| value.clone())
            .collect(),
    )
}

/// Lets items that agree in a key, and differ in none that both have, take over each other's values.
fn complete(all: &mut [Values]) {
    for one in 0..all.len() {
        for other in 0..all.len() {
            let (Some(first), Some(second)) = (all.get(one), all.get(other)) else { continue };
            if let Some(values) = agreed(first, second) {
                for place in [one, other] {
                    if let Some(place) = all.get_mut(place) {
                        place.clone_from(&values);
                    }
                }
            }
        }
    }
}

fn agreed(one: &[SmolStr], other: &[SmolStr]) -> Option<Values> {
    let mut common = false;
    let mut values = Vec::with_capacity(one.len());
    for (one, other) in one.iter().zip(other) {
        common |= one == other;
        values.push(match (one.is_empty(), other.is_empty()) {
            (false, false) if one != other => return None,
            (true, _) => other.clone(),
            _ => one.clone(),
        });
    }
    common.then_some(values)
}

/// What a list of a patch says about itself, by an item that holds nothing else, and the list without that.
fn list_directive(patch: &Node) -> Result<(Directive, Node)> {
    let item = patch.items().iter().find_map(|item| Some((item, item.entry(DIRECTIVE)?)));
    let Some((_, entry)) = item.filter(|(item, _)| item.entries().len() == 1) else {
        return Ok((Directive::Merge, patch.clone()));
    };
    let name = canonical(&entry.node.value);
    let directive = directive_named(&name, &entry.node)?;
    let says = |item: &Node| item.entry(DIRECTIVE).is_some_and(|entry| canonical(&entry.node.value) == name);
    let rest = patch.items().iter().filter(|item| !is_void(item) && !says(item)).cloned().collect();
    Ok((directive, tree::sequence(rest, patch.span)))
}
