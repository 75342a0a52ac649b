//! Documents → objects: a list is opened, and its items get the kind that it implies.

use smol_str::SmolStr;

use crate::{Document, FieldPath, Node, Object};

impl Document {
    /// The Kubernetes objects of the document: itself, or the items of a list; none where it has no
    /// `apiVersion` and `kind`.
    ///
    /// As to `kubectl`, a list is what has a field `items`, whatever its kind: the items of a `ConfigMap`
    /// are applied too. An item that names neither `apiVersion` nor `kind` has those of its list, a `List`
    /// at the end of the kind left out.
    pub fn objects(&self) -> Vec<Object> {
        let mut found = Vec::new();
        self.collect(&self.root, None, FieldPath::root(), &mut found);
        found
    }

    fn collect(
        &self,
        root: &Node,
        implied: Option<(&str, &str)>,
        within: FieldPath,
        found: &mut Vec<Object>,
    ) {
        let (api_version, kind) = match (root.str("apiVersion"), root.str("kind")) {
            ("", "") => implied.unwrap_or_default(),
            named => named,
        };
        if kind.is_empty() || root.as_mapping().is_none() {
            return;
        }
        if let Some(items) = root.entry("items") {
            let item_kind = kind.strip_suffix("List").unwrap_or(kind);
            for (index, item) in items.node.items().iter().enumerate() {
                let within = within.child("items").child(index);
                self.collect(item, Some((api_version, item_kind)), within, found);
            }
            return;
        }
        if api_version.is_empty() {
            return;
        }
        let metadata = root.get("metadata");
        let text = |key| metadata.and_then(|metadata| metadata.get(key)).and_then(Node::as_str);
        found.push(Object {
            api_version: api_version.into(),
            kind: kind.into(),
            name: text("name").unwrap_or("").into(),
            namespace: text("namespace").filter(|name| !name.is_empty()).map(SmolStr::new),
            root: root.clone(),
            source: root.span.source,
            document: self.index,
            within,
        });
    }
}
