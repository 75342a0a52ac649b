//! The schema that a kustomization names under `openapi`: OpenAPI 2 definitions as JSON or YAML.

use std::collections::{HashMap, HashSet};

use sekisho_manifest::{Node, Value};
use smol_str::{SmolStr, format_smolstr};

use super::table::{self, Type};
use crate::error::{BuildErrorKind, Result};

/// How many references may lead from one to the next.
const MAX_REFERENCES: usize = 64;

/// Definitions by name, and which of them is which kind.
#[derive(Debug)]
pub(crate) struct Definitions {
    by_name: HashMap<SmolStr, Node>,
    /// By API version and kind.
    kinds: HashMap<(SmolStr, SmolStr), Node>,
    cluster_scoped: HashSet<(SmolStr, SmolStr)>,
    /// Whether the built-in definitions can be referred to.
    leans_on_built_in: bool,
}

/// Where a reference leads.
pub(super) enum Found {
    Custom(Node),
    BuiltIn(&'static Type),
}

impl Definitions {
    pub(super) fn read(root: &Node) -> Result<Self> {
        if root.as_mapping().is_none() {
            let field = SmolStr::new_static("openapi.path");
            return Err(BuildErrorKind::Type { field, expected: "a file with a mapping" }.at(root.span));
        }
        let mut by_name = HashMap::new();
        let mut kinds = HashMap::new();
        for entry in root.get("definitions").map_or(&[][..], Node::entries) {
            by_name.insert(entry.key.clone(), entry.node.clone());
            for named in entry.node.get("x-kubernetes-group-version-kind").map_or(&[][..], Node::items) {
                kinds.insert(type_of(named), entry.node.clone());
            }
        }
        let (mut scoped, mut cluster) = (HashSet::new(), HashSet::new());
        for path in root.get("paths").map_or(&[][..], Node::entries) {
            if let Some(named) = path.node.at(&["get", "x-kubernetes-group-version-kind"]) {
                let within = path.key.contains("namespaces/{namespace}");
                if within { &mut scoped } else { &mut cluster }.insert(type_of(named));
            }
        }
        let cluster_scoped = cluster.difference(&scoped).cloned().collect();
        Ok(Self { by_name, kinds, cluster_scoped, leans_on_built_in: false })
    }

    /// Lets references lead to the built-in definitions.
    pub(super) fn lean_on_built_in(&mut self) {
        self.leans_on_built_in = true;
    }

    pub(super) fn of(&self, api_version: &str, kind: &str) -> Option<Node> {
        self.kinds.get(&(api_version.into(), kind.into())).cloned()
    }

    pub(super) fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        self.cluster_scoped.contains(&(api_version.into(), kind.into()))
    }

    pub(super) fn field(&self, schema: &Node, name: &str) -> Option<Found> {
        let named = schema.get("properties").and_then(|properties| properties.get(name));
        let found = named
            .or_else(|| schema.get("additionalProperties").filter(|schema| schema.as_mapping().is_some()))?;
        self.resolve(found)
    }

    pub(super) fn items(&self, schema: &Node) -> Option<Found> {
        if schema.str("type") != "array" {
            return None;
        }
        self.resolve(schema.get("items")?)
    }

    /// Follows references to the definition that they mean.
    fn resolve(&self, schema: &Node) -> Option<Found> {
        let mut found = schema;
        for _ in 0..MAX_REFERENCES {
            let Some(Value::String(reference)) = found.get("$ref").map(|node| &node.value) else {
                return Some(Found::Custom(found.clone()));
            };
            let name = reference.strip_prefix("#/definitions/")?;
            let name = name.replace("~1", "/");
            match self.by_name.get(name.as_str()) {
                Some(definition) => found = definition,
                None if self.leans_on_built_in => return table::definition(&name).map(Found::BuiltIn),
                None => return None,
            }
        }
        None
    }
}

fn type_of(node: &Node) -> (SmolStr, SmolStr) {
    let (group, version) = (node.str("group"), node.str("version"));
    let api_version =
        if group.is_empty() { SmolStr::new(version) } else { format_smolstr!("{group}/{version}") };
    (api_version, node.str("kind").into())
}

/// The keys of a list whose strategy is to merge.
pub(super) fn merge_keys(schema: &Node) -> Option<Vec<SmolStr>> {
    if !schema.str("x-kubernetes-patch-strategy").split(',').any(|strategy| strategy == "merge") {
        return None;
    }
    if let Some(keys) = schema.get("x-kubernetes-list-map-keys") {
        return Some(keys.items().iter().filter_map(Node::as_str).map(SmolStr::new).collect());
    }
    let key = schema.str("x-kubernetes-patch-merge-key");
    Some(if key.is_empty() { Vec::new() } else { vec![key.into()] })
}
