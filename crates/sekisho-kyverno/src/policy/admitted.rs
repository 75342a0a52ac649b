//! What Kyverno's own admission refuses in documents whose shape is right: settings that exclude each other, numbers out
//! of range, names that nothing has.

use sekisho_manifest::{FieldPath, Node, field};

use super::error::{PolicyError, PolicyErrorKind};

type Errors = Vec<PolicyError>;

/// The kinds of users that a rule may name.
const SUBJECTS: [&str; 3] = ["User", "Group", "ServiceAccount"];

/// The seconds that an examination may take.
const TIMEOUTS: std::ops::RangeInclusive<i64> = 1..=30;

/// The controls of Pod Security about containers alone, and those about Pods alone.
const OF_CONTAINERS: [&str; 5] =
    ["Capabilities", "Privileged Containers", "Host Ports", "/proc Mount Type", "Privilege Escalation"];
const OF_PODS: [&str; 4] = ["Host Namespaces", "HostPath Volumes", "Sysctls", "Volume Types"];

pub(super) fn policy(root: &Node, errors: &mut Errors) {
    let Some(spec) = root.get("spec") else { return };
    let path = field!["spec"];
    let webhook = spec.get("webhookConfiguration");
    timeout(spec.get("webhookTimeoutSeconds"), &path.child("webhookTimeoutSeconds"), errors);
    let seconds = webhook.and_then(|webhook| webhook.get("timeoutSeconds"));
    timeout(seconds, &path.child("webhookConfiguration").child("timeoutSeconds"), errors);
    let background = !spec.is_false("background");
    if let Some(admission) = spec.get("admission").filter(|_| spec.is_false("admission")) {
        let rules = spec.get("rules").map_or(&[][..], Node::items);
        let others = ["mutate", "generate", "verifyImages"];
        let changes = rules.iter().any(|rule| others.iter().any(|key| rule.get(key).is_some()));
        if !background || changes {
            let kind = if background { PolicyErrorKind::NeedsAdmission } else { PolicyErrorKind::NeverAsked };
            errors.push(kind.at(admission.span, path.child("admission")));
        }
    }
    for (index, rule) in spec.get("rules").map_or(&[][..], Node::items).iter().enumerate() {
        self::rule(rule, &path.child("rules").child(index), errors);
    }
}

pub(super) fn exception(root: &Node, errors: &mut Errors) {
    let Some(spec) = root.get("spec") else { return };
    let path = field!["spec"];
    if let Some(found) = spec.get("match") {
        let path = path.child("match");
        for (block, path) in blocks(found, &path) {
            subjects(block, &path, errors);
            if spec.is_false("background") {
                continue;
            }
            for key in ["subjects", "roles", "clusterRoles"] {
                if let Some(users) = block.get(key) {
                    errors.push(PolicyErrorKind::Background(key).at(users.span, path.child(key)));
                }
            }
        }
    }
    standards(spec.get("podSecurity"), &path.child("podSecurity"), errors);
}

fn timeout(node: Option<&Node>, path: &FieldPath, errors: &mut Errors) {
    if let Some(node) = node
        && node.as_i64().is_some_and(|seconds| !TIMEOUTS.contains(&seconds))
    {
        errors.push(PolicyErrorKind::Timeout.at(node.span, path.clone()));
    }
}

fn rule(rule: &Node, path: &FieldPath, errors: &mut Errors) {
    if let Some(conditions) = rule.get("celPreconditions")
        && rule.at(&["validate", "cel"]).is_none()
    {
        errors.push(PolicyErrorKind::CelConditions.at(conditions.span, path.child("celPreconditions")));
    }
    for key in ["match", "exclude"] {
        let Some(filter) = rule.get(key) else { continue };
        for (block, path) in blocks(filter, &path.child(key)) {
            subjects(block, &path, errors);
            let kinds = block.at(&["resources", "kinds"]).map_or(&[][..], Node::items);
            for (index, kind) in kinds.iter().enumerate() {
                let text = kind.as_str().unwrap_or("");
                let place = path.child("resources").child("kinds").child(index);
                if text == "*" && ["generate", "verifyImages"].iter().any(|key| rule.get(key).is_some()) {
                    errors.push(PolicyErrorKind::AnyKind.at(kind.span, place));
                }
            }
        }
    }
    let excluded = rule.at(&["validate", "podSecurity", "exclude"]);
    let path = path.child("validate").child("podSecurity").child("exclude");
    standards(excluded, &path, errors);
}

/// The blocks of a `match` or an `exclude`, with their places.
fn blocks<'n>(filter: &'n Node, path: &FieldPath) -> Vec<(&'n Node, FieldPath)> {
    let mut found = vec![(filter, path.clone())];
    for key in ["any", "all"] {
        for (index, block) in filter.get(key).map_or(&[][..], Node::items).iter().enumerate() {
            found.push((block, path.child(key).child(index)));
        }
    }
    found
}

fn subjects(block: &Node, path: &FieldPath, errors: &mut Errors) {
    for (index, subject) in block.get("subjects").map_or(&[][..], Node::items).iter().enumerate() {
        let Some(kind) = subject.get("kind") else { continue };
        let given = kind.as_str().unwrap_or("");
        if !SUBJECTS.contains(&given) {
            let known = "`User`, `Group`, `ServiceAccount`".to_owned();
            let error = PolicyErrorKind::Choice { given: given.to_owned(), known };
            errors.push(error.at(kind.span, path.child("subjects").child(index).child("kind")));
        }
    }
}

/// Controls of Pod Security that are let off.
fn standards(node: Option<&Node>, path: &FieldPath, errors: &mut Errors) {
    for (index, standard) in node.map_or(&[][..], Node::items).iter().enumerate() {
        let path = path.child(index);
        let name = standard.str("controlName");
        let is_empty = |key: &str| standard.get(key).is_none_or(|list| list.items().is_empty());
        if OF_CONTAINERS.contains(&name) && is_empty("images") {
            errors.push(PolicyErrorKind::Missing("images").at(standard.span, path.clone()));
        }
        if OF_PODS.contains(&name) && !is_empty("images") {
            let kind = PolicyErrorKind::Conflict("the control of a Pod as a whole, `images`");
            errors.push(kind.at(standard.span, path.clone()));
        }
        match (standard.str("restrictedField").is_empty(), is_empty("values")) {
            (false, true) => errors.push(PolicyErrorKind::Missing("values").at(standard.span, path)),
            (true, false) => errors.push(PolicyErrorKind::Missing("restrictedField").at(standard.span, path)),
            _ => {}
        }
    }
}
