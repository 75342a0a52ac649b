//! JSON patches (RFC 6902) as kustomize applies them: negative indexes count from the end, `replace` makes a
//! key that is missing, and numbers go through floats.

use sekisho_manifest::{Node, Span, Value};
use smol_str::{SmolStr, format_smolstr};

use crate::error::{BuildErrorKind, Result};
use crate::resource::Resource;
use crate::texts::Texts;
use crate::tree;

/// One step of a JSON patch.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    name: SmolStr,
    path: Option<SmolStr>,
    from: Option<SmolStr>,
    value: Option<Node>,
    span: Span,
}

/// Reads the operations of a patch; null is a patch without any.
pub(crate) fn read(root: &Node) -> Result<Vec<Operation>> {
    let wrong = |node: &Node| {
        BuildErrorKind::Patch("a JSON patch is a list of operations, each a mapping".to_owned()).at(node.span)
    };
    let items = match &root.value {
        Value::Null => &[][..],
        Value::Sequence(items) => items,
        _ => return Err(wrong(root)),
    };
    items
        .iter()
        .map(|item| {
            if !matches!(item.value, Value::Mapping(_) | Value::Null) {
                return Err(wrong(item));
            }
            let text = |key: &str| item.get(key).and_then(Node::as_str).map(SmolStr::new);
            Ok(Operation {
                name: text("op").unwrap_or_default(),
                path: text("path"),
                from: text("from"),
                value: item.entry("value").map(|entry| entry.node.clone()),
                span: item.span,
            })
        })
        .collect()
}

/// Applies a patch to an object.
///
/// Kustomize keeps its notes on an object among the annotations. Where it has any, operations find a map to
/// put annotations in, though the object has none; afterwards what is there is made text.
pub(crate) fn apply(resource: &mut Resource, patch: &[Operation], texts: &Texts) -> Result<()> {
    let mut root = resource.root.clone();
    if resource.has_notes()
        && let Some(metadata) = tree::child_mut(&mut root, "metadata")
    {
        let span = metadata.span;
        tree::mapping_at(metadata, "annotations", span);
    }
    for operation in patch {
        operation.apply(&mut root).map_err(|reason| {
            BuildErrorKind::Operation {
                operation: operation.name.clone(),
                path: operation.path.clone().unwrap_or_default(),
                object: format_smolstr!("{}", resource.id()),
                reason,
            }
            .at(operation.span)
        })?;
    }
    through_floats(&mut root);
    resource.root = root;
    resource.unshare();
    resource.normalize_map("annotations", texts, &|_| false);
    Ok(())
}

impl Operation {
    fn apply(&self, root: &mut Node) -> Result<(), String> {
        let path = self.path.as_deref().ok_or("it has no `path`");
        match self.name.as_str() {
            "add" => {
                let (parent, key) = parent(root, path?)?;
                add(parent, &key, self.value(), self.span)
            }
            "remove" => {
                let (parent, key) = parent(root, path?)?;
                remove(parent, &key).map(drop)
            }
            "replace" => {
                let path = path?;
                if path.is_empty() {
                    *root = self.value();
                    if tree::is_scalar(root) {
                        return Err("the whole object takes a mapping only".to_owned());
                    }
                    return Ok(());
                }
                let (parent, key) = parent(root, path)?;
                replace(parent, &key, self.value(), self.span)
            }
            "move" => {
                let from = self.from.as_deref().ok_or("it has no `from`")?;
                let (parent_of_source, key) = parent(root, from)?;
                let value = remove(parent_of_source, &key)?;
                let (parent, key) = parent(root, path?)?;
                add(parent, &key, value, self.span)
            }
            "copy" => {
                let from = self.from.as_deref().ok_or("it has no `from`")?;
                let (parent_of_source, key) = parent(root, from)?;
                let value = get(parent_of_source, &key)?.cloned().unwrap_or_else(|| self.null());
                let (parent, key) = parent(root, path?)?;
                add(parent, &key, value, self.span)
            }
            "test" => self.test(root, path?),
            name => Err(format!("there is no operation `{name}`")),
        }
    }

    fn test(&self, root: &mut Node, path: &str) -> Result<(), String> {
        let wanted = self.value.as_ref().filter(|node| !node.is_null());
        let found = if path.is_empty() {
            Some(&*root)
        } else {
            let (parent, key) = parent(root, path)?;
            get(parent, &key)?.filter(|node| !node.is_null())
        };
        let fits = match (found, wanted) {
            (Some(found), Some(wanted)) => is_equal(found, wanted),
            (None, None) => true,
            _ => false,
        };
        if fits { Ok(()) } else { Err("the value is another one".to_owned()) }
    }

    fn value(&self) -> Node {
        self.value.clone().unwrap_or_else(|| self.null())
    }

    fn null(&self) -> Node {
        Node { span: self.span, value: Value::Null }
    }
}

/// The list or mapping that a path ends in, and the last part of the path.
fn parent<'n>(root: &'n mut Node, path: &str) -> Result<(&'n mut Node, String), String> {
    let missing = || "nothing stands at its path".to_owned();
    let (_, rest) = path.split_once('/').ok_or_else(missing)?;
    let mut parts: Vec<String> =
        rest.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let key = parts.pop().ok_or_else(missing)?;
    let mut node = root;
    for part in &parts {
        node = match &node.value {
            Value::Sequence(items) => {
                let place = index(part, items.len())?;
                node.items_mut().and_then(|items| items.get_mut(place)).ok_or_else(missing)?
            }
            Value::Mapping(_) => tree::child_mut(node, part).ok_or_else(missing)?,
            _ => return Err(missing()),
        };
    }
    if tree::is_scalar(node) { Err(missing()) } else { Ok((node, key)) }
}

/// The place of an item in a list; a negative one counts from the end.
fn index(text: &str, length: usize) -> Result<usize, String> {
    let number: i64 = text.parse().map_err(|_| format!("`{text}` is no place in a list"))?;
    let place = if number < 0 {
        usize::try_from(number.unsigned_abs()).ok().and_then(|back| length.checked_sub(back))
    } else {
        usize::try_from(number).ok()
    };
    place.filter(|place| *place < length).ok_or_else(|| format!("the list has no item {text}"))
}

fn get<'n>(parent: &'n Node, key: &str) -> Result<Option<&'n Node>, String> {
    match &parent.value {
        Value::Sequence(items) => Ok(items.get(index(key, items.len())?)),
        _ => Ok(parent.entry(key).map(|entry| &entry.node)),
    }
}

fn add(parent: &mut Node, key: &str, value: Node, span: Span) -> Result<(), String> {
    if let Some(items) = parent.items_mut() {
        let place = if key == "-" { items.len() } else { index(key, items.len() + 1)? };
        items.insert(place, value);
    } else if let Some(mapping) = parent.as_mapping_mut() {
        mapping.put(tree::entry(key, span, value));
    }
    Ok(())
}

fn replace(parent: &mut Node, key: &str, value: Node, span: Span) -> Result<(), String> {
    if let Some(items) = parent.items_mut() {
        let place = index(key, items.len())?;
        if let Some(item) = items.get_mut(place) {
            *item = value;
        }
    } else if let Some(mapping) = parent.as_mapping_mut() {
        mapping.put(tree::entry(key, span, value));
    }
    Ok(())
}

fn remove(parent: &mut Node, key: &str) -> Result<Node, String> {
    if let Some(items) = parent.items_mut() {
        let place = index(key, items.len())?;
        return Ok(items.remove(place));
    }
    let removed = parent.as_mapping_mut().and_then(|mapping| mapping.remove(key));
    removed.map(|entry| entry.node).ok_or_else(|| format!("there is no `{key}` to take away"))
}

/// Whether two values are the same, wherever they stand.
fn is_equal(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Sequence(one), Value::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| is_equal(one, other))
        }
        (Value::Mapping(ours), Value::Mapping(theirs)) => {
            ours.entries().len() == theirs.entries().len()
                && ours.entries().iter().all(|entry| {
                    other.entry(&entry.key).is_some_and(|known| is_equal(&entry.node, &known.node))
                })
        }
        (one, other) => one == other,
    }
}

/// The largest whole number up to which floats hold every one.
const EXACT: u64 = 1 << 53;

/// Rounds whole numbers that a float cannot hold.
fn through_floats(node: &mut Node) {
    match &mut node.value {
        Value::Int(value) if value.unsigned_abs() > EXACT => {
            #[expect(clippy::cast_precision_loss, reason = "the rounding is what kustomize does")]
            let float = *value as f64;
            node.value = from_float(float);
        }
        Value::UInt(value) => {
            #[expect(clippy::cast_precision_loss, reason = "the rounding is what kustomize does")]
            let float = *value as f64;
            node.value = from_float(float);
        }
        Value::Sequence(items) if items.iter().any(has_large) => {
            node.items_mut().into_iter().flatten().for_each(through_floats);
        }
        Value::Mapping(mapping) if mapping.entries().iter().any(|entry| has_large(&entry.node)) => {
            if let Some(mapping) = node.as_mapping_mut() {
                mapping.values_mut().for_each(through_floats);
            }
        }
        _ => {}
    }
}

fn has_large(node: &Node) -> bool {
    match &node.value {
        Value::Int(value) => value.unsigned_abs() > EXACT,
        Value::UInt(_) => true,
        Value::Sequence(items) => items.iter().any(has_large),
        Value::Mapping(mapping) => mapping.entries().iter().any(|entry| has_large(&entry.node)),
        _ => false,
    }
}

fn from_float(value: f64) -> Value {
    let text = serde_json::Number::from_f64(value).map(|number| sekisho_manifest::to_yaml(&number.into()));
    let text = text.unwrap_or_default();
    match text.trim_end().parse() {
        Ok(whole) => Value::Int(whole),
        Err(_) => Value::Float(value),
    }
}
