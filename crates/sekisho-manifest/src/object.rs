//! One Kubernetes object: its identity, its tree, and the place of any of its fields.

use smol_str::SmolStr;

use crate::{FieldPath, Node, Segment, SourceId, Span};

/// One Kubernetes object as a document (or an item of a `List`) holds it.
#[derive(Debug, Clone)]
pub struct Object {
    /// The group and version: `apps/v1`, `v1`.
    pub api_version: SmolStr,
    /// The kind: `Deployment`.
    pub kind: SmolStr,
    /// The name; empty where `generateName` or nothing stands.
    pub name: SmolStr,
    /// The namespace as written; none where it is left to the command that applies the manifest.
    pub namespace: Option<SmolStr>,
    /// The tree.
    pub root: Node,
    /// The source it was read from.
    pub source: SourceId,
    /// The document of that source, from 0.
    pub document: u32,
    /// Where the object stands in its document: the root, or `items[3]` of a `List`.
    pub within: FieldPath,
}

/// Which object: enough to name it to a user and to the API server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// The group and version: `apps/v1`, `v1`.
    pub api_version: SmolStr,
    /// The kind: `Deployment`.
    pub kind: SmolStr,
    /// The namespace as written.
    pub namespace: Option<SmolStr>,
    /// The name.
    pub name: SmolStr,
}

impl Object {
    /// The API group: empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The version without its group: `v1beta1`.
    pub fn version(&self) -> &str {
        self.api_version.split_once('/').map_or(self.api_version.as_str(), |(_, version)| version)
    }

    /// Whether the object is of this group and kind, in any version.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind == kind && self.group() == group
    }

    /// Whether the object is of a kind that Kubernetes does not bring itself: groups of its own have no dot,
    /// or end in `.k8s.io`.
    pub fn is_custom(&self) -> bool {
        let group = self.group();
        group.contains('.') && !group.ends_with(".k8s.io") || group.ends_with(".x-k8s.io")
    }

    /// Whether objects of this kind live in namespaces; none where the kind is not built in.
    pub fn is_namespaced(&self) -> Option<bool> {
        crate::api::is_namespaced(self.group(), &self.kind)
    }

    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.root.at(&["metadata", "labels", key])?.as_str()
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.root.at(&["metadata", "annotations", key])?.as_str()
    }

    /// The identity of the object.
    pub fn reference(&self) -> ObjectRef {
        ObjectRef {
            api_version: self.api_version.clone(),
            kind: self.kind.clone(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }

    /// The place of a field of this object, whether the field is there or not.
    pub fn place(&self, path: FieldPath) -> Place<'_> {
        Place { object: self, path }
    }

    /// The place that stands for the object as a whole: its name, else its kind.
    pub fn head(&self) -> Place<'_> {
        let named = self.root.at(&["metadata", "name"]).is_some();
        self.place(if named { crate::field!["metadata", "name"] } else { crate::field!["kind"] })
    }
}

/// A field of an object, present or absent, to point at.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// The object.
    pub object: &'a Object,
    /// The field's path from the object's root.
    pub path: FieldPath,
}

impl<'a> Place<'a> {
    /// A field below this one.
    #[must_use]
    pub fn child(&self, segment: impl Into<Segment>) -> Self {
        Self { object: self.object, path: self.path.child(segment) }
    }

    /// A field below this one, by a relative path.
    #[must_use]
    pub fn join(&self, rest: &FieldPath) -> Self {
        Self { object: self.object, path: self.path.join(rest) }
    }

    /// The value at this place, if any.
    pub fn node(&self) -> Option<&'a Node> {
        self.object.root.resolve(&self.path)
    }

    /// What to show a person: `key: value` of a scalar field, an item of a list, the key of a field that
    /// holds more. Where the field is absent, the nearest thing above it that is there; a list item that
    /// is a mapping with a `name` is shown by that name.
    pub fn span(&self) -> Span {
        let mut node = &self.object.root;
        let mut shown = head_of(node);
        for segment in self.path.segments() {
            match segment {
                Segment::Key(key) => {
                    let Some(entry) = node.entry(key) else { break };
                    shown = match entry.node.value {
                        crate::Value::Sequence(_) | crate::Value::Mapping(_) => entry.key_span,
                        _ if entry.node.span.start >= entry.key_span.end
                            && entry.node.span.source == entry.key_span.source =>
                        {
                            entry.key_span.to(entry.node.span)
                        }
                        // Another file gave the value, as a kustomization does.
                        _ if entry.node.span.source != entry.key_span.source => entry.node.span,
                        _ => entry.key_span,
                    };
                    node = &entry.node;
                }
                Segment::Index(index) => {
                    let Some(item) = node.items().get(*index) else {
                        break;
                    };
                    shown = head_of(item);
                    node = item;
                }
            }
        }
        shown
    }
}

/// The part of a value that stands for the whole: a mapping's `name`, `metadata.name`, `kind` or first
/// entry, else the value itself.
fn head_of(node: &Node) -> Span {
    if let Some(entry) = node.entry("metadata").and_then(|entry| entry.node.entry("name")) {
        return entry.key_span.to(entry.node.span);
    }
    let entry = node.entry("name").or_else(|| node.entry("kind")).or_else(|| node.entries().first());
    match entry {
        Some(entry) if entry.node.as_mapping().is_none() && entry.node.items().is_empty() => {
            entry.key_span.to(entry.node.span)
        }
        Some(entry) => entry.key_span,
        None => node.span,
    }
}
