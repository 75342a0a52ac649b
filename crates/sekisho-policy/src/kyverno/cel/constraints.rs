//! What policies match, in the form that admission policies have it.

use std::sync::Arc;

use sekisho_manifest::{Entry, Node, Value};
use smol_str::SmolStr;

use super::autogen::mapping;
use crate::admission::{At, MatchResources, Reader};

/// What a policy matches; none where it matches nothing. Kyverno takes versions as they are named but where the API
/// server converts for it, and a rule
/// that lacks a list for one that matches nothing.
pub(super) fn constraints(reader: &mut Reader<'_>, at: &At<'_>) -> Option<MatchResources> {
    let node = at.node?;
    let lists = ["apiGroups", "apiVersions", "operations", "resources"];
    let is_whole =
        |rule: &&Node| lists.iter().all(|key| rule.get(key).is_some_and(|list| !list.items().is_empty()));
    let whole = |key: &str| -> Option<Node> {
        let rules = node.get(key)?;
        let kept: Vec<Node> = rules.items().iter().filter(is_whole).cloned().collect();
        Some(Node { span: rules.span, value: Value::Sequence(Arc::new(kept)) })
    };
    let mut changed = node.clone();
    let is_empty = |node: Option<&Node>| node.is_none_or(|node| node.items().is_empty());
    let fields = changed.as_mapping_mut()?;
    for key in ["resourceRules", "excludeResourceRules"] {
        if let Some(rules) = whole(key) {
            if key == "resourceRules" && rules.items().is_empty() && !is_empty(node.get(key)) {
                return None;
            }
            fields.put(Entry { key: SmolStr::new(key), key_span: rules.span, node: rules });
        }
    }
    let read =
        MatchResources::read(reader, &At { node: Some(&changed), path: at.path.clone(), span: at.span });
    read.map(MatchResources::where_served)
}

/// Constraints that match the resources of others whatever is done to them.
pub(super) fn of_any_operation(node: &Node) -> Node {
    let mut changed = node.clone();
    let span = node.span;
    let all = || {
        let star = Node { span, value: Value::String(SmolStr::new_static("*")) };
        Node { span, value: Value::Sequence(Arc::new(vec![star])) }
    };
    let rules = changed.as_mapping_mut().and_then(|mapping| mapping.value_mut("resourceRules"));
    for rule in rules.and_then(Node::items_mut).into_iter().flatten() {
        if let Some(rule) = rule.as_mapping_mut() {
            rule.put(Entry { key: SmolStr::new_static("operations"), key_span: span, node: all() });
        } else {
            *rule = mapping(span, Vec::new());
        }
    }
    changed
}
