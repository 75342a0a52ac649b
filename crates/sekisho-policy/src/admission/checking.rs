//! Expressions against the schemas of the kinds that a policy is for: what the API server writes into
//! `status.typeChecking` of a policy.

use std::collections::BTreeSet;

use sekisho_cel::{Environment, StructType, Type};
use sekisho_manifest::{Node, Object, api};
use smol_str::SmolStr;

use super::environment::{self, Optional};
use super::reader::{At, Reader};
use crate::group_version::GroupVersionKind;
use crate::kinds::Kinds;
use crate::patch::declared_types;

/// The most kinds that a policy is checked against.
const KINDS: usize = 10;

/// Warns of expressions that can never hold for a kind that the rules of a validating policy name: of fields
/// that it does not have, of operators that its fields do not know. What is refused anyway is passed over.
pub(super) fn check_types(reader: &mut Reader<'_>, object: &Object, base: &Environment) {
    let spec = At::root(&object.root).get("spec");
    let items = |at: At<'_>| at.node.map_or(0, |node| node.items().len());
    let mut expressions = Vec::new();
    for place in 0..items(spec.get("validations")) {
        let validation = spec.get("validations").item(place);
        expressions.extend([validation.get("expression"), validation.get("messageExpression")]);
    }
    let parameters = spec.get("paramKind").is_there();
    let plain = environment::extended(base, Optional { parameters, authorizer: true, patches: false });
    for kind in kinds(spec.node) {
        let Some(typed) = typed(&plain, &kind) else { continue };
        let typed = with_variables(typed, &spec);
        let untyped = with_variables(plain.clone(), &spec);
        for at in &expressions {
            let Some(text) = at.node.and_then(Node::as_str).filter(|text| !text.trim().is_empty()) else {
                continue;
            };
            let Err(error) = typed.compile(text) else { continue };
            if untyped.compile(text).is_err() {
                continue;
            }
            for fault in error.faults {
                let message = format!("for {} {}: {}", kind.api_version(), kind.kind, fault.problem);
                reader.warn_part(at, fault.span, &message);
            }
        }
    }
}

/// Warns of resources in the rules of a policy or a binding that no API of the groups beside them has. Groups that
/// are not Kubernetes' own may hold anything.
pub(super) fn check_resources(reader: &mut Reader<'_>, object: &Object) {
    let spec = At::root(&object.root).get("spec");
    for part in ["matchConstraints", "matchResources"] {
        let rules = spec.get(part).get("resourceRules");
        for place in 0..rules.node.map_or(0, |node| node.items().len()) {
            let rule = rules.item(place);
            let groups = rule.get("apiGroups");
            let groups: Vec<&str> =
                groups.node.map_or(&[][..], Node::items).iter().filter_map(Node::as_str).collect();
            let has_group = |group: &&str| api::all().iter().any(|known| known.group == *group);
            if groups.is_empty() || !groups.iter().all(has_group) {
                continue;
            }
            let resources = rule.get("resources");
            for place in 0..resources.node.map_or(0, |node| node.items().len()) {
                let at = resources.item(place);
                let Some(text) = at.node.and_then(Node::as_str) else { continue };
                if let Some(message) = unserved(text, &groups) {
                    reader.warn(&at, &message);
                }
            }
        }
    }
}

/// That no API of the groups has a resource, and which one may be meant.
fn unserved(text: &str, groups: &[&str]) -> Option<String> {
    let (resource, part) = text.split_once('/').map_or((text, ""), |(resource, part)| (resource, part));
    let served = Kinds::default();
    let mut meant = None;
    for known in api::all().iter().filter(|known| groups.contains(&known.group)) {
        let kind = GroupVersionKind {
            group: known.group.into(),
            version: known.version.into(),
            kind: known.kind.into(),
        };
        let plural = served.of(&kind).resource.resource;
        if plural == resource || resource == "*" {
            return None;
        }
        if known.kind.eq_ignore_ascii_case(resource) || plural.eq_ignore_ascii_case(resource) {
            meant = Some(plural);
        }
    }
    let slash = if part.is_empty() { "" } else { "/" };
    let mend = meant.map_or("correct its name".to_owned(), |plural| format!("write `{plural}{slash}{part}`"));
    Some(format!("no API here has the resource `{resource}`, so nothing matches it: {mend}"))
}

/// The environment in which the object is of a kind; none where its fields are not known.
fn typed(plain: &Environment, kind: &GroupVersionKind) -> Option<Environment> {
    let (root, types) = declared_types(kind)?;
    let mut environment = plain.clone();
    for (name, fields) in types {
        environment = environment.with_message(name, StructType { fields, open: false });
    }
    let root = Type::Struct(root);
    Some(environment.with_variable("object", root.clone()).with_variable("oldObject", root))
}

/// The environment with the variables of the policy; one that cannot be compiled may be anything.
fn with_variables(mut environment: Environment, spec: &At<'_>) -> Environment {
    let mut types: Vec<(SmolStr, Type)> = Vec::new();
    for item in spec.get("variables").node.map_or(&[][..], Node::items) {
        let kind = environment
            .compile(item.str("expression"))
            .map_or(Type::Dyn, |program| environment::declared(program.output_type()));
        types.push((item.str("name").into(), kind));
        environment = environment::with_variables(environment, &types);
    }
    environment
}

/// The kinds that the rules name, in their order by group, version and kind.
fn kinds(spec: Option<&Node>) -> BTreeSet<GroupVersionKind> {
    let rules = spec.and_then(|spec| spec.at(&["matchConstraints", "resourceRules"]));
    let served = Kinds::default();
    let mut found = BTreeSet::new();
    for rule in rules.map_or(&[][..], Node::items) {
        let named = |key: &str| -> Vec<&str> {
            rule.get(key).map_or(&[][..], Node::items).iter().filter_map(Node::as_str).collect()
        };
        let (groups, versions, resources) = (named("apiGroups"), named("apiVersions"), named("resources"));
        for known in api::all() {
            let kind = GroupVersionKind {
                group: known.group.into(),
                version: known.version.into(),
                kind: known.kind.into(),
            };
            let is_named = groups.contains(&known.group)
                && versions.contains(&known.version)
                && resources.contains(&served.of(&kind).resource.resource.as_str());
            if is_named && found.len() < KINDS {
                found.insert(kind);
            }
        }
    }
    found
}
