//! Rules of Kyverno's `ClusterPolicy` and `Policy` that validate, each as an admission policy.

use sekisho_kyverno::admission::{AdmissionRule, Fields, ITEM, Shape, rules};
use sekisho_kyverno::matching::{Kind, KindSelector};
use sekisho_kyverno::policy::{self, Document, Exception, FailureAction};
use sekisho_manifest::{Object, api};
use serde_json::{Map, Value, json};
use smol_str::SmolStr;

use super::policy::Policy;
use crate::group_version::GroupVersionKind;
use crate::kinds::Kinds;
use crate::patch::field_shape;

/// Every rule, each as a policy of the API server or why it can be none.
pub(super) fn policies(objects: &[Object], kinds: &Kinds) -> Vec<(String, Result<Policy, String>)> {
    let mut made = Vec::new();
    let mut documents = Vec::new();
    for object in objects.iter().filter(|object| policy::is_policy(&object.root)) {
        let loaded = policy::load(&object.root);
        match loaded.errors.first() {
            Some(error) => {
                let why = format!("it cannot be used: {error}");
                made.push((format!("{}/{}", object.kind, object.name), Err(why)));
            }
            None => documents.extend(loaded.document),
        }
    }
    let exceptions: Vec<&Exception> = documents
        .iter()
        .filter_map(|document| match document {
            Document::Exception(exception) => Some(&**exception),
            _ => None,
        })
        .collect();
    for document in &documents {
        let Document::Policy(policy) = document else { continue };
        let kind = if policy.is_namespaced { "Policy" } else { "ClusterPolicy" };
        for (name, rule) in rules(policy, &exceptions, &BuiltIn) {
            let title = format!("{kind}/{}: rule `{name}`", policy.name);
            let rule = rule.map_err(|error| error.to_string());
            made.push((title, rule.map(|rule| self::policy(policy, &rule, kinds))));
        }
    }
    made
}

fn policy(policy: &policy::Policy, rule: &AdmissionRule, kinds: &Kinds) -> Policy {
    let list = |pairs: &[(String, String)]| -> Vec<Value> {
        pairs.iter().map(|(name, expression)| json!({"name": name, "expression": expression})).collect()
    };
    let demands: Vec<Value> = rule
        .demands
        .iter()
        .map(|demand| {
            let mut made = json!({"expression": demand.expression});
            let texts = [("message", &demand.message), ("messageExpression", &demand.message_expression)];
            for (key, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
                made[key] = text.as_str().into();
            }
            made
        })
        .collect();
    let mut spec = json!({
        "failurePolicy": if policy.ignores_failures { "Ignore" } else { "Fail" },
        "matchConstraints": {"resourceRules": resource_rules(rule, kinds)},
        "validations": demands,
    });
    for (key, pairs) in [("matchConditions", &rule.conditions), ("variables", &rule.variables)] {
        if !pairs.is_empty() {
            spec[key] = list(pairs).into();
        }
    }
    let actions = match rule.action {
        FailureAction::Enforce => vec!["Deny"],
        FailureAction::Audit => vec!["Audit", "Warn"],
    };
    let mut made = Policy::new(name(&policy.name, &rule.name), spec, actions);
    if let Some(parameters) = &rule.parameters {
        made.spec["paramKind"] =
            json!({"apiVersion": parameters.kind.api_version(), "kind": parameters.kind.kind});
        let missing = if parameters.allows_none { "Allow" } else { "Deny" };
        let mut reference = Map::new();
        reference.insert("parameterNotFoundAction".to_owned(), missing.into());
        for (key, text) in [("name", &parameters.name), ("namespace", &parameters.namespace)] {
            if !text.is_empty() {
                reference.insert(key.to_owned(), text.as_str().into());
            }
        }
        if parameters.name.is_empty() {
            let labels: Map<String, Value> = parameters
                .labels
                .iter()
                .map(|(key, value)| (key.to_string(), value.as_str().into()))
                .collect();
            reference.insert("selector".to_owned(), json!({"matchLabels": labels}));
        }
        made.parameters = Some(Value::Object(reference));
    }
    made
}

/// A name as objects may have it, of those of a policy and its rule.
fn name(policy: &str, rule: &str) -> String {
    let mut name = String::new();
    for letter in format!("{policy}-{rule}").to_lowercase().chars() {
        let letter = if letter.is_ascii_alphanumeric() || letter == '.' { letter } else { '-' };
        if letter == '-' && name.ends_with(['-', '.']) {
            continue;
        }
        name.push(letter);
    }
    name.truncate(253);
    name.trim_matches(['-', '.']).to_owned()
}

fn resource_rules(rule: &AdmissionRule, kinds: &Kinds) -> Vec<Value> {
    let operations: Vec<&str> = rule.operations.iter().map(|operation| operation.as_str()).collect();
    let made = |groups: &str, versions: &str, resources: Vec<String>| json!({"apiGroups": [groups], "apiVersions": [versions], "operations": operations, "resources": resources});
    if rule.kinds.is_empty() {
        return vec![made("*", "*", vec!["*".to_owned()])];
    }
    let mut grouped: Vec<((String, String), Vec<String>)> = Vec::new();
    for kind in &rule.kinds {
        let group = group(kind);
        let resources = resources(kind, &group, kinds);
        let key = (group, kind.version().to_owned());
        match grouped.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => known.extend(resources),
            None => grouped.push((key, resources)),
        }
    }
    grouped
        .into_iter()
        .map(|((group, version), mut resources)| {
            resources.sort_unstable();
            resources.dedup();
            made(&group, &version, resources)
        })
        .collect()
}

/// The group that is meant: the only one with such a kind, where none is written.
fn group(kind: &KindSelector) -> String {
    if kind.group() != "*" {
        return kind.group().to_owned();
    }
    let mut groups: Vec<&str> =
        api::all().iter().filter(|known| known.kind == kind.kind()).map(|known| known.group).collect();
    groups.dedup();
    match groups.as_slice() {
        [only] => (*only).to_owned(),
        _ => "*".to_owned(),
    }
}

fn resources(kind: &KindSelector, group: &str, kinds: &Kinds) -> Vec<String> {
    let plural = match kind.kind() {
        "*" => "*".to_owned(),
        name => {
            let kind = GroupVersionKind { group: group.into(), version: "v1".into(), kind: name.into() };
            kinds.of(&kind).resource.resource.to_string()
        }
    };
    match kind.subresource() {
        "" if plural == "pods" => vec![plural.clone(), format!("{plural}/ephemeralcontainers")],
        "" => vec![plural],
        "*" if plural == "*" => vec!["*/*".to_owned()],
        "*" => vec![plural.clone(), format!("{plural}/*")],
        part => vec![format!("{plural}/{part}")],
    }
}

/// The kinds of Kubernetes itself.
struct BuiltIn;

impl Fields for BuiltIn {
    fn kind(&self, group: &str, version: &str, kind: &str) -> Option<Kind> {
        let mut fitting = api::all().iter().filter(|known| {
            known.kind == kind
                && (group == "*" || group == known.group)
                && (version == "*" || version == known.version)
                && known.is_served(api::LATEST_MINOR)
        });
        let stable = fitting.clone().find(|known| known.version == "v1");
        let found = stable.or_else(|| fitting.next())?;
        Some(Kind::new(&found.api_version(), found.kind))
    }

    fn shape(&self, kind: &Kind, path: &[SmolStr]) -> Shape {
        let kind = GroupVersionKind {
            group: kind.group.clone(),
            version: kind.version.clone(),
            kind: kind.kind.clone(),
        };
        let path: Vec<Option<&str>> =
            path.iter().map(|step| (step.as_str() != ITEM).then_some(step.as_str())).collect();
        field_shape(&kind, &path)
    }
}
