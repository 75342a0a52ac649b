//! What rules of Rego find below `data`: files of several places as one tree.

use sekisho_manifest::{Entry, Mapping, Node, Value};
use smol_str::SmolStr;

/// How deep data is followed.
const DEEPEST: usize = 64;

/// Why files cannot stand below `data` together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// Two files give the same key.
    #[error("another file gives `{0}` too: leave one out")]
    Twice(SmolStr),
    /// The file is no object.
    #[error("holds no object: data is an object whose keys stand below `data`")]
    NoObject,
}

/// Merges what a file holds into what is known, below the names of the folders that it lies in.
pub fn merge_data(known: &mut Option<Node>, file: Node, folders: &[&str]) -> Result<(), DataError> {
    if file.as_mapping().is_none() {
        return Err(DataError::NoObject);
    }
    let mut node = file;
    for folder in folders.iter().rev() {
        let span = node.span;
        let entry = Entry { key: SmolStr::new(folder), key_span: span, node };
        node = Node { span, value: Value::Mapping(Mapping::new(vec![entry]).into()) };
    }
    match known {
        None => *known = Some(node),
        Some(known) => merge(known, node, DEEPEST).map_err(DataError::Twice)?,
    }
    Ok(())
}

/// Data of two origins as one.
pub fn join_data(one: Option<Node>, two: Option<Node>) -> Result<Option<Node>, DataError> {
    match (one, two) {
        (Some(mut one), Some(two)) => {
            merge(&mut one, two, DEEPEST).map_err(DataError::Twice)?;
            Ok(Some(one))
        }
        (one, two) => Ok(one.or(two)),
    }
}

/// Puts what is new into what is known; the key where both have something else than objects.
fn merge(known: &mut Node, new: Node, depth: usize) -> Result<(), SmolStr> {
    let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
    for entry in new.entries() {
        let Some(mapping) = known.as_mapping_mut() else { return Err(entry.key.clone()) };
        match mapping.value_mut(&entry.key) {
            None => mapping.put(entry.clone()),
            Some(there) if there.as_mapping().is_some() && entry.node.as_mapping().is_some() => {
                merge(there, entry.node.clone(), depth)?;
            }
            Some(_) => return Err(entry.key.clone()),
        }
    }
    Ok(())
}
