//! Documents → objects: a `List` is opened, and its items get the kind that the list implies.

use smol_str::SmolStr;

use crate::{Document, FieldPath, Node, Object};

impl Document {
    /// The Kubernetes objects of the document: itself, or the items of a `List`; none where it has no
    /// `apiVersion` and `kind`.
    ///
    /// An item of a typed list such as `DeploymentList` that names neither `apiVersion` nor `kind` has those
    /// of its list, the `List` at the end left out.
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
        if api_version.is_empty() || kind.is_empty() || root.as_mapping().is_none() {
            return;
        }
        let items = root.get("items").filter(|items| matches!(items.value, crate::Value::Sequence(_)));
        if let (Some(item_kind), Some(items)) = (kind.strip_suffix("List"), items) {
            for (index, item) in items.items().iter().enumerate() {
                let within = within.child("items").child(index);
                self.collect(item, Some((api_version, item_kind)), within, found);
            }
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
