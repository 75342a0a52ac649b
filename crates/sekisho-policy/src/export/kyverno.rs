//! Kyverno's `ValidatingPolicy`, which has the fields of an admission policy and its binding in one.

use sekisho_manifest::{Node, Object};
use serde_json::{Map, Value};

use super::policy::Policy;
use crate::kyverno::cel::PolicyKind;

/// The fields that both have, of one meaning.
const FIELDS: [&str; 6] =
    ["matchConstraints", "matchConditions", "variables", "validations", "auditAnnotations", "failurePolicy"];

/// Every validating policy, each as a policy of the API server or why it can be none.
pub(super) fn policies(objects: &[Object]) -> Vec<(String, Result<Policy, String>)> {
    let validating = objects.iter().filter_map(|object| match PolicyKind::of(&object.root)? {
        (PolicyKind::Validating, namespaced) => Some((object, namespaced)),
        _ => None,
    });
    validating
        .map(|(object, namespaced)| (format!("{}/{}", object.kind, object.name), policy(object, namespaced)))
        .collect()
}

fn policy(object: &Object, namespaced: bool) -> Result<Policy, String> {
    if namespaced {
        return Err("it is for one namespace: an admission policy is for the cluster".to_owned());
    }
    let spec = object.root.get("spec").ok_or("it has no `spec`")?;
    if spec.at(&["evaluation", "mode"]).and_then(Node::as_str).is_some_and(|mode| mode != "Kubernetes") {
        return Err("it judges documents that are no objects of Kubernetes".to_owned());
    }
    let mut made = Map::new();
    for field in FIELDS {
        if let Some(node) = spec.get(field) {
            made.insert(field.to_owned(), node.to_json());
        }
    }
    let known = |node: &Node| match node.as_str()? {
        "Deny" => Some("Deny"),
        "Warn" => Some("Warn"),
        "Audit" => Some("Audit"),
        _ => None,
    };
    let given = spec.get("validationActions").map_or(&[][..], Node::items);
    let mut actions: Vec<&str> = given.iter().filter_map(known).collect();
    if actions.is_empty() {
        actions.push("Deny");
    }
    Ok(Policy::new(object.name.to_string(), Value::Object(made), actions))
}
