//! The Pod as the controls look at it: a window on the trees of its `metadata` and `spec`.

use sekisho_manifest::{Entry, FieldPath, Node, Value, field};

use super::violation::{Fault, Found};

/// A Pod, or the template of one.
#[derive(Debug, Clone, Copy)]
pub struct Pod<'a> {
    metadata: Option<&'a Node>,
    spec: Option<&'a Node>,
}

/// One container of a Pod, of whichever list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Container<'a> {
    list: &'static str,
    index: usize,
    node: &'a Node,
}

/// The lists of containers, in the order in which the original reads them.
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

impl<'a> Pod<'a> {
    /// Of its `metadata` and its `spec`, as far as they are there.
    pub fn new(metadata: Option<&'a Node>, spec: Option<&'a Node>) -> Self {
        Self { metadata, spec }
    }

    /// Of an object that has both: a Pod or a Pod template.
    pub fn of(root: &'a Node) -> Self {
        Self::new(root.get("metadata"), root.get("spec"))
    }

    /// A field of the `spec`.
    pub(super) fn field(&self, key: &str) -> Option<&'a Node> {
        self.spec?.get(key)
    }

    /// The items of a list in the `spec`.
    pub(super) fn list(&self, key: &str) -> &'a [Node] {
        self.field(key).map_or(&[], Node::items)
    }

    /// A field of the Pod's security context.
    pub(super) fn security(&self, key: &str) -> Option<&'a Node> {
        self.field("securityContext")?.get(key)
    }

    /// The containers: init, regular, ephemeral.
    pub(super) fn containers(&self) -> impl Iterator<Item = Container<'a>> + use<'a> {
        let pod = *self;
        LISTS.into_iter().flat_map(move |list| {
            pod.list(list).iter().enumerate().map(move |(index, node)| Container { list, index, node })
        })
    }

    /// The annotations; one without a value has the empty text.
    pub(super) fn annotations(&self) -> &'a [Entry] {
        self.metadata.and_then(|metadata| metadata.get("annotations")).map_or(&[], Node::entries)
    }

    /// The class of runtime that the Pod asks for; empty where it asks for none.
    pub(super) fn runtime_class(&self) -> &'a str {
        self.spec.map_or("", |spec| spec.str("runtimeClassName"))
    }

    /// Whether the Pod says that it runs on Windows.
    pub(super) fn is_windows(&self) -> bool {
        self.field("os").is_some_and(|system| system.str("name") == "windows")
    }

    /// Whether the users of the Pod are not those of the node.
    pub(super) fn has_own_users(&self) -> bool {
        self.field("hostUsers").and_then(Node::as_bool) == Some(false)
    }

    /// A field of the Pod's security context that is at fault.
    pub(super) fn fault(keys: &[&str], found: Found) -> Fault {
        Fault { path: extend(field!["spec", "securityContext"], keys), found }
    }
}

impl<'a> Container<'a> {
    pub(super) fn name(&self) -> &'a str {
        self.node.str("name")
    }

    /// A field of the container.
    pub(super) fn field(&self, key: &str) -> Option<&'a Node> {
        self.node.get(key)
    }

    /// A field of the container's security context.
    pub(super) fn security(&self, key: &str) -> Option<&'a Node> {
        self.node.get("securityContext")?.get(key)
    }

    /// The path from the Pod of a field of the container.
    pub(super) fn path(&self, keys: &[&str]) -> FieldPath {
        extend(field!["spec", self.list, self.index], keys)
    }

    /// A field of the container's security context that is at fault.
    pub(super) fn fault(&self, keys: &[&str], found: Found) -> Fault {
        Fault { path: extend(field!["spec", self.list, self.index, "securityContext"], keys), found }
    }
}

fn extend(mut path: FieldPath, keys: &[&str]) -> FieldPath {
    for key in keys {
        path.push(*key);
    }
    path
}

/// The text of a value; a null is the empty text, as Go reads it.
pub(super) fn text(node: &Node) -> &str {
    node.as_str().unwrap_or("")
}

/// The integer of a value; YAML's `0.0` is one too.
pub(super) fn integer(node: &Node) -> Option<i64> {
    /// The whole numbers up to here are exact as floats.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match node.value {
        Value::Int(number) => Some(number),
        #[allow(clippy::cast_possible_truncation, reason = "whole and within range, so that nothing is cut")]
        Value::Float(number) if number.fract() == 0.0 && number.abs() <= EXACT => Some(number as i64),
        _ => None,
    }
}
