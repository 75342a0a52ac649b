//! What the shape of a policy does not say: fields that exclude each other, names, empty matches.

use std::collections::HashSet;

use sekisho_manifest::{FieldPath, Node, field};

use super::error::{PolicyError, PolicyErrorKind};

/// The longest name of a rule.
const MAX_NAME: usize = 63;

type Errors = Vec<PolicyError>;

pub(super) fn policy(root: &Node, errors: &mut Errors) {
    let rules = root.at(&["spec", "rules"]);
    let path = field!["spec", "rules"];
    let Some(rules) = rules.filter(|rules| !rules.items().is_empty()) else {
        let span = root.get("spec").map_or(root.span, |node| node.span);
        errors.push(PolicyErrorKind::Missing("spec.rules").at(span, path));
        return;
    };
    let mut names = HashSet::new();
    for (index, rule) in rules.items().iter().enumerate() {
        let path = path.child(index);
        let name = rule.str("name");
        let name_span = rule.get("name").map_or(rule.span, |node| node.span);
        if !names.insert(name) && !name.is_empty() {
            errors.push(PolicyErrorKind::DuplicateRule(name.to_owned()).at(name_span, path.child("name")));
        }
        if name.len() > MAX_NAME {
            errors.push(PolicyErrorKind::LongName.at(name_span, path.child("name")));
        }
        self::rule(rule, &path, errors);
    }
    super::variables::policy(root, errors);
}

fn rule(rule: &Node, path: &FieldPath, errors: &mut Errors) {
    one_of(
        rule,
        path,
        &["validate", "mutate", "generate", "verifyImages"],
        "`validate`, `mutate`, `generate`, `verifyImages`",
        errors,
    );
    match rule.get("match") {
        None => errors.push(PolicyErrorKind::Missing("match").at(rule.span, path.child("match"))),
        Some(found) => filter(found, &path.child("match"), true, errors),
    }
    if let Some(found) = rule.get("exclude") {
        filter(found, &path.child("exclude"), false, errors);
    }
    if let Some(found) = rule.get("validate") {
        validate(found, &path.child("validate"), errors);
    }
    if let Some(found) = rule.get("mutate") {
        mutate(found, &path.child("mutate"), errors);
    }
    if let Some(found) = rule.get("generate") {
        generate(found, &path.child("generate"), errors);
    }
    context(rule, path, errors);
    sources(rule, path, errors);
}

/// Exactly one of some fields must be there.
fn one_of(node: &Node, path: &FieldPath, fields: &[&str], listed: &'static str, errors: &mut Errors) {
    if !fields.iter().any(|field| node.get(field).is_some()) {
        errors.push(PolicyErrorKind::NoneOf(listed).at(node.span, path.clone()));
    }
    at_most_one(node, path, fields, listed, errors);
}

/// No two of some fields may be there.
fn at_most_one(node: &Node, path: &FieldPath, fields: &[&str], listed: &'static str, errors: &mut Errors) {
    let mut there = fields.iter().filter_map(|field| node.get(field));
    if let (Some(_), Some(more)) = (there.next(), there.next()) {
        errors.push(PolicyErrorKind::Conflict(listed).at(more.span, path.clone()));
    }
}

fn filter(node: &Node, path: &FieldPath, is_match: bool, errors: &mut Errors) {
    let (any, all) = (node.get("any"), node.get("all"));
    let old = ["resources", "subjects", "roles", "clusterRoles"].iter().find_map(|key| node.get(key));
    match (any, all, old) {
        (Some(_), Some(more), _) | (Some(_), None, Some(more)) | (None, Some(_), Some(more)) => {
            let kind = PolicyErrorKind::Conflict("`any`, `all`, `resources`");
            errors.push(kind.at(more.span, path.clone()));
        }
        (None, None, None) if is_match => {
            errors.push(PolicyErrorKind::EmptyMatch.at(node.span, path.clone()));
        }
        _ => {}
    }
    let listed = ["any", "all"].into_iter().flat_map(|key| {
        let items = node.get(key).map_or(&[][..], Node::items);
        items.iter().enumerate().map(move |(index, item)| (Some((key, index)), item))
    });
    for (place, block) in listed.chain(std::iter::once((None, node))) {
        let path = match place {
            Some((key, index)) => path.child(key).child(index),
            None => path.clone(),
        };
        let Some(resources) = block.get("resources") else { continue };
        if let (Some(_), Some(names)) = (resources.get("name"), resources.get("names")) {
            let kind = PolicyErrorKind::Conflict("`name`, `names`");
            errors.push(kind.at(names.span, path.child("resources").child("names")));
        }
    }
}

const CHECKS: &[&str] =
    &["pattern", "anyPattern", "deny", "foreach", "podSecurity", "cel", "manifests", "assert"];

fn validate(node: &Node, path: &FieldPath, errors: &mut Errors) {
    let listed = "`pattern`, `anyPattern`, `deny`, `foreach`, `podSecurity`, `cel`, `manifests`";
    one_of(node, path, CHECKS, listed, errors);
    if let Some(assert) = node.get("assert") {
        errors.push(PolicyErrorKind::UnknownField("assert".to_owned()).at(assert.span, path.child("assert")));
    }
    for (index, each) in node.get("foreach").map_or(&[][..], Node::items).iter().enumerate() {
        validate_foreach(each, &path.child("foreach").child(index), 0, errors);
    }
    if let Some(security) = node.get("podSecurity")
        && security.get("level").is_none()
    {
        errors.push(PolicyErrorKind::Missing("level").at(security.span, path.child("podSecurity")));
    }
}

/// How deep loops may be nested.
const MAX_LOOPS: usize = 16;

fn validate_foreach(node: &Node, path: &FieldPath, depth: usize, errors: &mut Errors) {
    if node.str("list").is_empty() {
        errors.push(PolicyErrorKind::Missing("list").at(node.span, path.clone()));
    }
    one_of(
        node,
        path,
        &["pattern", "anyPattern", "deny", "foreach"],
        "`pattern`, `anyPattern`, `deny`, `foreach`",
        errors,
    );
    context(node, path, errors);
    for (index, each) in node.get("foreach").map_or(&[][..], Node::items).iter().enumerate() {
        nested(each, &path.child("foreach").child(index), depth, errors, validate_foreach);
    }
}

fn nested(
    node: &Node,
    path: &FieldPath,
    depth: usize,
    errors: &mut Errors,
    check: fn(&Node, &FieldPath, usize, &mut Errors),
) {
    if depth >= MAX_LOOPS {
        errors.push(PolicyErrorKind::Depth.at(node.span, path.clone()));
    } else {
        check(node, path, depth.saturating_add(1), errors);
    }
}

fn mutate(node: &Node, path: &FieldPath, errors: &mut Errors) {
    one_of(
        node,
        path,
        &["patchStrategicMerge", "patchesJson6902", "foreach"],
        "`patchStrategicMerge`, `patchesJson6902`, `foreach`",
        errors,
    );
    for (index, each) in node.get("foreach").map_or(&[][..], Node::items).iter().enumerate() {
        mutate_foreach(each, &path.child("foreach").child(index), 0, errors);
    }
    for (index, target) in node.get("targets").map_or(&[][..], Node::items).iter().enumerate() {
        context(target, &path.child("targets").child(index), errors);
    }
}

fn mutate_foreach(node: &Node, path: &FieldPath, depth: usize, errors: &mut Errors) {
    if node.str("list").is_empty() {
        errors.push(PolicyErrorKind::Missing("list").at(node.span, path.clone()));
    }
    one_of(
        node,
        path,
        &["patchStrategicMerge", "patchesJson6902", "foreach"],
        "`patchStrategicMerge`, `patchesJson6902`, `foreach`",
        errors,
    );
    context(node, path, errors);
    for (index, each) in node.get("foreach").map_or(&[][..], Node::items).iter().enumerate() {
        nested(each, &path.child("foreach").child(index), depth, errors, mutate_foreach);
    }
}

fn generate(node: &Node, path: &FieldPath, errors: &mut Errors) {
    if let Some(loops) = node.get("foreach") {
        for (index, each) in loops.items().iter().enumerate() {
            let path = path.child("foreach").child(index);
            at_most_one(each, &path, &["data", "clone", "cloneList"], "`data`, `clone`, `cloneList`", errors);
            context(each, &path, errors);
        }
        return;
    }
    at_most_one(node, path, &["data", "clone", "cloneList"], "`data`, `clone`, `cloneList`", errors);
    if node.get("cloneList").is_none() {
        for (field, missing) in [("kind", "kind"), ("name", "name")] {
            if node.get(field).is_none() {
                errors.push(PolicyErrorKind::Missing(missing).at(node.span, path.clone()));
            }
        }
    }
}

fn context(node: &Node, path: &FieldPath, errors: &mut Errors) {
    for (index, entry) in node.get("context").map_or(&[][..], Node::items).iter().enumerate() {
        let path = path.child("context").child(index);
        if entry.str("name").is_empty() {
            errors.push(PolicyErrorKind::Missing("name").at(entry.span, path.clone()));
        }
        one_of(
            entry,
            &path,
            &["configMap", "apiCall", "imageRegistry", "variable", "globalReference"],
            "`configMap`, `apiCall`, `imageRegistry`, `variable`, `globalReference`",
            errors,
        );
    }
}

/// Checks what the entries of a rule itself hold: only there Kyverno looks before it accepts a policy.
fn sources(rule: &Node, path: &FieldPath, errors: &mut Errors) {
    for (index, entry) in rule.get("context").map_or(&[][..], Node::items).iter().enumerate() {
        let path = path.child("context").child(index);
        let name = entry.str("name");
        let is_taken = |known: &str| {
            name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if TAKEN.into_iter().any(is_taken) {
            let known = "a name that no variable of Kyverno's has".to_owned();
            let kind = PolicyErrorKind::Choice { given: name.to_owned(), known };
            errors.push(kind.at(entry.span, path.child("name")));
        }
        source(entry, &path, errors);
    }
}

/// The names of variables that are there without being declared.
const TAKEN: [&str; 6] =
    ["images", "request", "serviceAccountName", "serviceAccountNamespace", "element", "elementIndex"];

/// Checks where the value of a context entry comes from.
fn source(entry: &Node, path: &FieldPath, errors: &mut Errors) {
    let is_given = |node: &Node, key: &str| node.get(key).is_some_and(|value| !value.is_null());
    if let Some(map) = entry.get("configMap") {
        for field in ["name", "namespace"] {
            if map.str(field).is_empty() {
                errors.push(PolicyErrorKind::Missing(field).at(map.span, path.child("configMap")));
            }
        }
    }
    if let Some(variable) = entry.get("variable") {
        let path = path.child("variable");
        let has_query = !variable.str("jmesPath").is_empty();
        if !has_query && !is_given(variable, "value") {
            errors.push(PolicyErrorKind::NoneOf("`value`, `jmesPath`").at(variable.span, path.clone()));
        }
        if !has_query && is_given(variable, "default") {
            errors.push(PolicyErrorKind::Missing("jmesPath").at(variable.span, path));
        }
    }
    if let Some(call) = entry.get("apiCall")
        && !call.str("urlPath").is_empty()
        && is_given(call, "service")
    {
        errors.push(PolicyErrorKind::Conflict("`urlPath`, `service`").at(call.span, path.child("apiCall")));
    }
}
