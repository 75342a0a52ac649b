//! JSON patches (RFC 6902), as the API server's library applies them.

use sekisho_manifest::{Entry, Node, Span, Value};
use smol_str::SmolStr;

/// One operation of a patch.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// What is done.
    pub step: Step,
    /// Where, as a JSON pointer (RFC 6901).
    pub path: SmolStr,
}

/// What an operation does.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Puts a value in; none stands for null.
    Add(Option<Node>),
    /// Takes the value out.
    Remove,
    /// Puts a value in the place of another.
    Replace(Option<Node>),
    /// Moves the value that stands at another place.
    Move(SmolStr),
    /// Copies the value that stands at another place.
    Copy(SmolStr),
    /// Demands that this value stands there.
    Test(Option<Node>),
    /// An operation that does not exist.
    Unknown(SmolStr),
}

/// Why a patch does not apply, in the words of the API server's library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonPatchError {
    /// What a `test` demands does not stand there.
    #[error("testing value {0} failed: test failed")]
    Test(SmolStr),
    /// Anything else.
    #[error("{0}")]
    Other(String),
    /// The object would become too large.
    #[error("the patched object is too large")]
    TooLarge,
}

impl Operation {
    /// As RFC 6902 writes it.
    pub fn to_json(&self) -> serde_json::Value {
        let value = |node: &Option<Node>| node.as_ref().map_or(serde_json::Value::Null, Node::to_json);
        let path = self.path.as_str();
        match &self.step {
            Step::Add(node) => serde_json::json!({"op": "add", "path": path, "value": value(node)}),
            Step::Remove => serde_json::json!({"op": "remove", "path": path}),
            Step::Replace(node) => serde_json::json!({"op": "replace", "path": path, "value": value(node)}),
            Step::Move(from) => serde_json::json!({"op": "move", "from": from.as_str(), "path": path}),
            Step::Copy(from) => serde_json::json!({"op": "copy", "from": from.as_str(), "path": path}),
            Step::Test(node) => serde_json::json!({"op": "test", "path": path, "value": value(node)}),
            Step::Unknown(name) => serde_json::json!({"op": name.as_str(), "path": path}),
        }
    }
}

/// The most values that copies of a patch may make, taken together.
const COPIED: usize = 1_000_000;

const MISSING: &str = "missing value";

fn other(text: String) -> JsonPatchError {
    JsonPatchError::Other(text)
}

/// Applies a patch to an object.
pub fn apply(object: &Node, patch: &[Operation]) -> Result<Node, JsonPatchError> {
    let mut changed = object.clone();
    let mut copied = 0;
    for operation in patch {
        step(&mut changed, operation, &mut copied)?;
    }
    Ok(changed)
}

fn step(root: &mut Node, operation: &Operation, copied: &mut usize) -> Result<(), JsonPatchError> {
    let path = &operation.path;
    let value = |node: &Option<Node>| node.clone().unwrap_or_else(null);
    let missing = |what: &str| other(format!("{what}: {MISSING}"));
    match &operation.step {
        Step::Add(node) => {
            let lacks = || missing(&format!("add operation does not apply: doc is missing path: \"{path}\""));
            let (holder, key) = find(root, path).ok_or_else(lacks)?;
            add(holder, &key, value(node))
                .map_err(|why| other(format!("error in add for path: '{path}': {why}")))
        }
        Step::Remove => {
            let lacks =
                || missing(&format!("remove operation does not apply: doc is missing path: \"{path}\""));
            let (holder, key) = find(root, path).ok_or_else(lacks)?;
            remove(holder, &key)
                .map(drop)
                .map_err(|why| other(format!("error in remove for path: '{path}': {why}")))
        }
        Step::Replace(node) if path.is_empty() => {
            *root = value(node);
            Ok(())
        }
        Step::Replace(node) => {
            let lacks = || missing(&format!("replace operation does not apply: doc is missing path: {path}"));
            let (holder, key) = find(root, path).ok_or_else(lacks)?;
            if let Some(items) = holder.items_mut() {
                let lacks =
                    |_| missing(&format!("replace operation does not apply: doc is missing key: {path}"));
                let place = index(&key, items.len(), false).map_err(lacks)?;
                if let Some(item) = items.get_mut(place) {
                    *item = value(node);
                }
            } else if let Some(mapping) = holder.as_mapping_mut() {
                mapping.put(entry(&key, value(node)));
            }
            Ok(())
        }
        Step::Move(from) => {
            let lacks =
                || missing(&format!("move operation does not apply: doc is missing from path: {from}"));
            let (holder, key) = find(root, from).ok_or_else(lacks)?;
            let node = remove(holder, &key)
                .map_err(|why| other(format!("error in move for path: '{key}': {why}")))?;
            let lacks = || {
                missing(&format!("move operation does not apply: doc is missing destination path: {path}"))
            };
            let (holder, key) = find(root, path).ok_or_else(lacks)?;
            add(holder, &key, node).map_err(|why| other(format!("error in move for path: '{path}': {why}")))
        }
        Step::Copy(from) => {
            let lacks =
                || missing(&format!("copy operation does not apply: doc is missing from path: {from}"));
            let (holder, key) = find(root, from).ok_or_else(lacks)?;
            let node =
                get(holder, &key).map_err(|why| other(format!("error in copy for from: '{from}': {why}")))?;
            let node = node.cloned().unwrap_or_else(null);
            *copied = copied.saturating_add(count(&node));
            if *copied > COPIED {
                return Err(JsonPatchError::TooLarge);
            }
            let lacks = || {
                missing(&format!("copy operation does not apply: doc is missing destination path: {path}"))
            };
            let (holder, key) = find(root, path).ok_or_else(lacks)?;
            add(holder, &key, node)
                .map_err(|why| other(format!("error while adding value during copy: {why}")))
        }
        Step::Test(node) if path.is_empty() => {
            let same = node.as_ref().is_some_and(|node| equal(root, node));
            if same { Ok(()) } else { Err(JsonPatchError::Test(path.clone())) }
        }
        Step::Test(node) => {
            let lacks = || missing(&format!("test operation does not apply: is missing path: {path}"));
            let (holder, key) = find(root, path).ok_or_else(lacks)?;
            let found =
                get(holder, &key).map_err(|why| other(format!("error in test for path: '{path}': {why}")))?;
            let same = match (found, node) {
                (None, None) => true,
                (Some(found), Some(node)) => equal(found, node),
                _ => false,
            };
            if same { Ok(()) } else { Err(JsonPatchError::Test(path.clone())) }
        }
        Step::Unknown(name) => Err(other(format!("Unexpected kind: {name}"))),
    }
}

fn null() -> Node {
    Node { span: Span::default(), value: Value::Null }
}

fn entry(key: &str, node: Node) -> Entry {
    Entry { key: key.into(), key_span: Span::default(), node }
}

/// How many values a tree has, as far as it matters.
fn count(node: &Node) -> usize {
    let mut rest = vec![node];
    let mut counted = 0_usize;
    while let Some(node) = rest.pop() {
        counted += 1;
        if counted > COPIED {
            break;
        }
        rest.extend(node.items());
        rest.extend(node.entries().iter().map(|entry| &entry.node));
    }
    counted
}

/// The mapping or list that holds what a pointer names, and the last step of the pointer.
fn find<'a>(root: &'a mut Node, path: &str) -> Option<(&'a mut Node, String)> {
    let steps: Vec<String> = path.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let (last, between) = steps.get(1..)?.split_last()?;
    let mut node = root;
    for step in between {
        node = if matches!(node.value, Value::Sequence(_)) {
            let place = index(step, node.items().len(), false).ok()?;
            node.items_mut()?.get_mut(place)?
        } else {
            node.as_mapping_mut()?.value_mut(step)?
        };
    }
    let holds = matches!(node.value, Value::Sequence(_) | Value::Mapping(_));
    holds.then(|| (node, last.clone()))
}

/// The place of an item in a list of this length; counted from the end where it is negative.
fn index(key: &str, length: usize, adds: bool) -> Result<usize, String> {
    let number: i64 = match key.parse() {
        Ok(number) => number,
        Err(_) if adds => {
            return Err(format!(
                "value was not a proper array index: '{key}': strconv.Atoi: parsing {key:?}: invalid syntax"
            ));
        }
        Err(_) => return Err(format!("strconv.Atoi: parsing {key:?}: invalid syntax")),
    };
    let length = i64::try_from(length).unwrap_or(i64::MAX).saturating_add(i64::from(adds));
    let place = if number < 0 { number.saturating_add(length) } else { number };
    let place = usize::try_from(place).ok().filter(|_| place < length);
    place.ok_or_else(|| format!("Unable to access invalid index: {number}: invalid index referenced"))
}

fn add(holder: &mut Node, key: &str, node: Node) -> Result<(), String> {
    if let Some(items) = holder.items_mut() {
        let place = if key == "-" { items.len() } else { index(key, items.len(), true)? };
        items.insert(place.min(items.len()), node);
    } else if let Some(mapping) = holder.as_mapping_mut() {
        mapping.put(entry(key, node));
    }
    Ok(())
}

fn remove(holder: &mut Node, key: &str) -> Result<Node, String> {
    if let Some(items) = holder.items_mut() {
        let place = index(key, items.len(), false)?;
        return Ok(items.remove(place));
    }
    let removed = holder.as_mapping_mut().and_then(|mapping| mapping.remove(key));
    removed
        .map(|entry| entry.node)
        .ok_or_else(|| format!("Unable to remove nonexistent key: {key}: {MISSING}"))
}

fn get<'a>(holder: &'a Node, key: &str) -> Result<Option<&'a Node>, String> {
    if let Value::Sequence(items) = &holder.value {
        return Ok(items.get(index(key, items.len(), false)?));
    }
    Ok(holder.entry(key).map(|entry| &entry.node).filter(|node| !node.is_null()))
}

/// Whether two trees hold the same, whatever the order of fields.
pub(super) fn equal(a: &Node, b: &Node) -> bool {
    match (&a.value, &b.value) {
        (Value::Sequence(a), Value::Sequence(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b))
        }
        (Value::Mapping(a), Value::Mapping(b)) => {
            a.entries().len() == b.entries().len()
                && a.entries()
                    .iter()
                    .all(|entry| b.entry(&entry.key).is_some_and(|other| equal(&entry.node, &other.node)))
        }
        (a, b) => a == b,
    }
}
