//! Constraints of templates with `K8sNativeValidation`.

use std::collections::HashMap;

use sekisho_manifest::{Node, Object};
use serde_json::{Map, Value, json};

use super::literal::literal;
use super::policy::Policy;
use crate::gatekeeper::ANY_OBJECT;
use crate::group_version::GroupVersionKind;
use crate::kinds::Kinds;

const ENGINE: &str = "K8sNativeValidation";

/// Where a scoped action is meant for the API server's own policies.
const POINTS: [&str; 2] = ["vap.k8s.io", "*"];

/// The constraints of all templates with such a rule, each as a policy or why it can be none.
pub(super) fn policies(objects: &[Object], kinds: &Kinds) -> Vec<(String, Result<Policy, String>)> {
    let templates =
        objects.iter().filter(|object| object.is("templates.gatekeeper.sh", "ConstraintTemplate"));
    let sources: HashMap<&str, &Node> = templates.filter_map(|object| rule(&object.root)).collect();
    objects
        .iter()
        .filter(|object| object.group() == "constraints.gatekeeper.sh")
        .filter_map(|constraint| {
            let source = sources.get(constraint.kind.as_str())?;
            let name = format!("{}/{}", constraint.kind, constraint.name);
            Some((name, policy(constraint, source, kinds)))
        })
        .collect()
}

/// The kind that a template makes, and the source of its rule in CEL.
fn rule(root: &Node) -> Option<(&str, &Node)> {
    let kind = root.at(&["spec", "crd", "spec", "names", "kind"])?.as_str()?;
    let target = root.at(&["spec", "targets"])?.items().first()?;
    let code = target.get("code")?.items().iter().find(|code| code.str("engine") == ENGINE)?;
    Some((kind, code.get("source")?))
}

fn policy(constraint: &Object, source: &Node, kinds: &Kinds) -> Result<Policy, String> {
    let spec = constraint.root.get("spec");
    let wanted = spec.and_then(|spec| spec.get("match"));
    let parameters = spec.and_then(|spec| spec.get("parameters")).map_or(Value::Null, Node::to_json);
    let list = |key: &str| source.get(key).map(|node| node.items().iter().map(Node::to_json).collect());
    let mut variables = vec![
        json!({"name": "anyObject", "expression": ANY_OBJECT}),
        json!({"name": "params", "expression": literal(&parameters)}),
    ];
    variables.extend(list("variables").unwrap_or_else(Vec::new));
    let mut conditions: Vec<Value> = wanted.map_or(Ok(Vec::new()), conditions)?;
    conditions.extend(list("matchConditions").or_else(|| list("matchCondition")).unwrap_or_else(Vec::new));
    let mut made = json!({
        "failurePolicy": source.get("failurePolicy").and_then(Node::as_str).unwrap_or("Fail"),
        "matchConstraints": constraints(wanted, kinds),
        "variables": variables,
        "validations": list("validations").unwrap_or_else(Vec::new),
    });
    if !conditions.is_empty() {
        made["matchConditions"] = conditions.into();
    }
    let name = format!("{}-{}", constraint.kind.to_lowercase(), constraint.name);
    Ok(Policy::new(name, made, actions(spec)?))
}

/// What the enforcement of a constraint is for a binding.
fn actions(spec: Option<&Node>) -> Result<Vec<&'static str>, String> {
    let action = |word: &str| match word {
        "" | "deny" => Some("Deny"),
        "warn" => Some("Warn"),
        "dryrun" => Some("Audit"),
        _ => None,
    };
    let word = spec.map_or("", |spec| spec.str("enforcementAction"));
    if word != "scoped" {
        let known = action(word).map(|action| vec![action]);
        return known.ok_or_else(|| format!("the API server knows no enforcement action `{word}`"));
    }
    let scoped = spec.and_then(|spec| spec.get("scopedEnforcementActions")).map_or(&[][..], Node::items);
    let is_meant = |entry: &&Node| {
        let points = entry.get("enforcementPoints").map_or(&[][..], Node::items);
        points.iter().any(|point| POINTS.contains(&point.str("name")))
    };
    let mut found: Vec<&str> =
        scoped.iter().filter(is_meant).filter_map(|entry| action(entry.str("action"))).collect();
    found.dedup();
    if found.is_empty() { Err("its actions are not for `vap.k8s.io`".to_owned()) } else { Ok(found) }
}

fn constraints(wanted: Option<&Node>, kinds: &Kinds) -> Value {
    let mut made = Map::new();
    let entries = wanted.and_then(|wanted| wanted.get("kinds")).map_or(&[][..], Node::items);
    let mut rules: Vec<Value> = entries.iter().map(|entry| rule_of(entry, wanted, kinds)).collect();
    if rules.is_empty() {
        rules.push(resource_rule(vec!["*".into()], vec!["*".into()], wanted));
    }
    made.insert("resourceRules".to_owned(), rules.into());
    for (theirs, ours) in [("labelSelector", "objectSelector"), ("namespaceSelector", "namespaceSelector")] {
        if let Some(selector) = wanted.and_then(|wanted| wanted.get(theirs)) {
            made.insert(ours.to_owned(), selector.to_json());
        }
    }
    Value::Object(made)
}

fn rule_of(entry: &Node, wanted: Option<&Node>, kinds: &Kinds) -> Value {
    let texts = |key: &str| -> Vec<String> { entry.strings(key).map(str::to_owned).collect() };
    let or_all = |texts: Vec<String>| {
        let is_all = texts.is_empty() || texts.iter().any(|text| text == "*");
        if is_all { vec!["*".to_owned()] } else { texts }
    };
    let groups = or_all(texts("apiGroups"));
    let mut resources: Vec<String> = Vec::new();
    for kind in or_all(texts("kinds")) {
        for group in &groups {
            let resource = match kind.as_str() {
                "*" => "*".to_owned(),
                kind => {
                    let kind = GroupVersionKind {
                        group: group.as_str().into(),
                        version: "v1".into(),
                        kind: kind.into(),
                    };
                    kinds.of(&kind).resource.resource.to_string()
                }
            };
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
    }
    resource_rule(groups, resources, wanted)
}

fn resource_rule(groups: Vec<String>, resources: Vec<String>, wanted: Option<&Node>) -> Value {
    let mut rule = json!({
        "apiGroups": groups,
        "apiVersions": ["*"],
        "operations": ["CREATE", "UPDATE"],
        "resources": resources,
    });
    if let Some(scope @ ("Cluster" | "Namespaced")) = wanted.map(|wanted| wanted.str("scope")) {
        rule["scope"] = scope.into();
    }
    rule
}

/// What the match criteria ask for that rules and selectors cannot say.
fn conditions(wanted: &Node) -> Result<Vec<Value>, String> {
    if !matches!(wanted.str("source"), "" | "All" | "Original") {
        return Err("it is for generated resources, which no request is about".to_owned());
    }
    let mut made = Vec::new();
    let mut add = |name: &str, expression: String| {
        made.push(json!({"name": format!("gatekeeper-{name}"), "expression": expression}));
    };
    let any = |key: &str, subject: &str| -> Option<String> {
        let globs: Vec<String> = wanted.strings(key).map(|glob| fits(subject, glob)).collect();
        (!globs.is_empty()).then(|| globs.join(" || "))
    };
    if let Some(fits) = any("namespaces", "request.namespace") {
        add("namespaces", format!("!has(request.namespace) || {fits}"));
    }
    if let Some(fits) = any("excludedNamespaces", "request.namespace") {
        add("excluded-namespaces", format!("!has(request.namespace) || !({fits})"));
    }
    let glob = wanted.str("name");
    if !glob.is_empty() {
        let named = fits("object.metadata.?name.orValue(\"\")", glob);
        let generated = fits("object.metadata.?generateName.orValue(\"\")", glob);
        let expression = if glob.ends_with('*') { format!("{named} || {generated}") } else { named };
        add("name", expression);
    }
    Ok(made)
}

/// Whether a text fits a glob, which has its asterisks at its ends.
fn fits(subject: &str, glob: &str) -> String {
    let text = |text: &str| Value::from(text).to_string();
    match (glob.strip_prefix('*'), glob.strip_suffix('*')) {
        (Some(rest), Some(_)) => {
            format!("{subject}.contains({})", text(rest.strip_suffix('*').unwrap_or(rest)))
        }
        (Some(end), None) => format!("{subject}.endsWith({})", text(end)),
        (None, Some(start)) => format!("{subject}.startsWith({})", text(start)),
        (None, None) => format!("{subject} == {}", text(glob)),
    }
}
