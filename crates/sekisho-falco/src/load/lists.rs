//! Lists written out: in other lists by their items, in conditions by their text.

use std::collections::{HashMap, HashSet};

use super::collect::Collection;

/// A list with the lists among its items written out.
pub(super) struct List {
    pub(super) name: String,
    pub(super) items: Vec<String>,
}

/// The lists of a collection, and the names of those that others use.
pub(super) fn resolve(collection: &Collection) -> (Vec<List>, HashSet<String>) {
    let known: HashMap<&str, usize> =
        collection.lists.iter().enumerate().map(|(place, list)| (list.name.as_str(), place)).collect();
    let mut used = HashSet::new();
    let resolve = |list: &super::collect::ListItem| {
        let mut items = Vec::new();
        for item in &list.items {
            let other = known.get(item.as_str()).and_then(|place| collection.lists.get(*place));
            // A list sees those that were defined before it was last touched.
            match other.filter(|other| other.index < list.visible) {
                Some(other) => {
                    used.insert(other.name.clone());
                    items.extend(other.items.iter().cloned());
                }
                None => items.push(item.clone()),
            }
        }
        List { name: list.name.clone(), items }
    };
    let lists = collection.lists.iter().map(resolve).collect();
    (lists, used)
}

/// Quotes an item that has blanks in it and no quotes around it.
pub(super) fn quoted(item: &str) -> String {
    if item.contains(' ') && !item.starts_with(['"', '\'']) { format!("\"{item}\"") } else { item.to_owned() }
}

/// Writes a list out wherever a condition names it; none where it does not. Names stand between blanks,
/// parentheses, commas and equal signs; a list without items takes a comma with it.
pub(super) fn write_out(condition: &str, list: &List, limit: usize) -> Option<Result<String, ()>> {
    let name = list.name.as_str();
    if name.is_empty() || !condition.contains(name) {
        return None;
    }
    let items: Vec<_> = list.items.iter().map(|item| quoted(item)).collect();
    let items = items.join(", ");
    let mut out = String::with_capacity(condition.len() + items.len());
    let mut rest = condition;
    let mut is_used = false;
    while let Some(at) = rest.find(name) {
        let (before, behind) = (rest.get(..at)?, rest.get(at + name.len()..)?);
        let is_open = before.chars().next_back().or(out.chars().next_back()).is_none_or(is_delimiter);
        if !(is_open && behind.chars().next().is_none_or(is_delimiter)) {
            let step = at + name.chars().next().map_or(1, char::len_utf8);
            out.push_str(rest.get(..step)?);
            rest = rest.get(step..)?;
            continue;
        }
        is_used = true;
        out.push_str(before);
        out.truncate(out.trim_end_matches(is_blank).len());
        rest = behind.trim_start_matches(is_blank);
        if items.is_empty() {
            if out.ends_with(',') {
                out.pop();
            } else if let Some(behind) = rest.strip_prefix(',') {
                rest = behind;
            }
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&items);
        out.push(' ');
        if out.len() > limit {
            return Some(Err(()));
        }
    }
    out.push_str(rest);
    is_used.then_some(Ok(out))
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r')
}

fn is_delimiter(character: char) -> bool {
    is_blank(character) || matches!(character, '(' | ')' | ',' | '=')
}
