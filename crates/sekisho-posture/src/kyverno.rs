//! Kyverno policies as the checks see them: what happens to a request that violates one.

use sekisho_inventory::Inventory;
use sekisho_manifest::{Node, Object, Place, field};
use smol_str::SmolStr;

/// The group of ClusterPolicy and Policy.
pub(crate) const GROUP: &str = "kyverno.io";
/// The group of the policies that are written in CEL.
pub(crate) const NEW_GROUP: &str = "policies.kyverno.io";

/// A place that decides that violations are only reported.
#[derive(Debug)]
pub(crate) struct Reporting<'a> {
    /// The field of the action, whether it is there or not.
    pub(crate) place: Place<'a>,
    /// The rule, where the action is one rule's own.
    pub(crate) rule: Option<SmolStr>,
    /// The action as written.
    pub(crate) written: Option<SmolStr>,
}

/// The places that decide that violations of a policy are only reported; empty when it refuses them, or has
/// no rule that judges.
pub(crate) fn reporting(policy: &Object) -> Vec<Reporting<'_>> {
    if policy.group() == NEW_GROUP { reporting_new(policy) } else { reporting_rules(policy) }
}

/// Whether a policy makes or changes objects by rules that hold this text: the kind of an object to be made, a
/// label to be set. What Kyverno adds to a cluster stands in no manifest.
pub(crate) fn some_policy_adds(inventory: &Inventory, text: &str) -> bool {
    let rules = inventory.of(GROUP, "ClusterPolicy").flat_map(|policy| {
        let rules = policy.root.at(&["spec", "rules"]).map_or(&[][..], Node::items).iter();
        rules.flat_map(|rule| ["generate", "mutate"].into_iter().filter_map(|key| rule.get(key)))
    });
    let in_cel = ["GeneratingPolicy", "MutatingPolicy"];
    let specs = in_cel
        .into_iter()
        .flat_map(|kind| inventory.of(NEW_GROUP, kind))
        .filter_map(|policy| policy.root.get("spec"));
    rules.chain(specs).any(|node| holds(node, text))
}

/// Whether a key or a text at or below a node holds a text.
fn holds(node: &Node, text: &str) -> bool {
    let mut rest = vec![node];
    while let Some(node) = rest.pop() {
        if node.as_str().is_some_and(|value| value.contains(text)) {
            return true;
        }
        if node.entries().iter().any(|entry| entry.key.contains(text)) {
            return true;
        }
        rest.extend(node.entries().iter().map(|entry| &entry.node));
        rest.extend(node.items());
    }
    false
}

/// Whether some violation of the policy is refused.
pub(crate) fn enforces(policy: &Object) -> bool {
    if policy.group() == NEW_GROUP {
        return reporting_new(policy).is_empty();
    }
    let default = default_action(policy);
    judgements(policy).iter().any(|(_, action, overridden)| {
        *overridden || is_enforce(action.node().and_then(Node::as_str).unwrap_or(default))
    })
}

/// The field that keeps a policy from being evaluated at admission, where one does.
pub(crate) fn switched_off(policy: &Object) -> Option<Place<'_>> {
    if policy.group() == NEW_GROUP {
        let place = policy.place(field!["spec", "evaluation", "admission", "enabled"]);
        return (place.node()?.as_bool() == Some(false)).then_some(place);
    }
    let place = policy.place(field!["spec", "admission"]);
    (place.node()?.as_bool() == Some(false) && !judgements(policy).is_empty()).then_some(place)
}

fn reporting_new(policy: &Object) -> Vec<Reporting<'_>> {
    let place = policy.place(field!["spec", "validationActions"]);
    let actions: Vec<&str> =
        place.node().map_or(&[][..], Node::items).iter().filter_map(Node::as_str).collect();
    let of_payloads = policy.root.at(&["spec", "evaluation", "mode"]).and_then(Node::as_str) == Some("JSON");
    // Without actions the policy denies.
    if of_payloads || actions.is_empty() || actions.contains(&"Deny") {
        return Vec::new();
    }
    vec![Reporting { place, rule: None, written: Some(actions.join(", ").into()) }]
}

fn reporting_rules(policy: &Object) -> Vec<Reporting<'_>> {
    let default = default_action(policy);
    let mut found = Vec::new();
    let mut inherits = false;
    for (rule, action, overridden) in judgements(policy) {
        match action.node().and_then(Node::as_str) {
            _ if overridden => {}
            None => inherits = true,
            Some(written) if is_enforce(written) => {}
            Some(written) => {
                found.push(Reporting { rule: Some(rule), written: Some(written.into()), place: action });
            }
        }
    }
    if inherits && !is_enforce(default) {
        let place = policy.place(field!["spec", "validationFailureAction"]);
        let written = place.node().and_then(Node::as_str).map(SmolStr::new);
        found.push(Reporting { place, rule: None, written });
    }
    found
}

/// What each rule that judges is called, where its own action stands, and whether an override enforces it
/// somewhere.
fn judgements(policy: &Object) -> Vec<(SmolStr, Place<'_>, bool)> {
    let mut found = Vec::new();
    let policy_wide = overridden(policy.root.at(&["spec", "validationFailureActionOverrides"]));
    let rules = policy.root.at(&["spec", "rules"]).map_or(&[][..], Node::items);
    for (index, rule) in rules.iter().enumerate() {
        let place = policy.place(field!["spec", "rules", index]);
        let name = SmolStr::new(rule.str("name"));
        if let Some(validate) = rule.get("validate") {
            let action = place.child("validate").child("failureAction");
            let own = overridden(validate.get("failureActionOverrides"));
            // An override of the policy does not reach a rule that has an action of its own.
            let enforced = own || (policy_wide && action.node().is_none());
            found.push((name.clone(), action, enforced));
        }
        let images = rule.get("verifyImages").map_or(&[][..], Node::items);
        for image in 0..images.len() {
            let action = place.child("verifyImages").child(image).child("failureAction");
            let enforced = policy_wide && action.node().is_none();
            found.push((name.clone(), action, enforced));
        }
    }
    found
}

fn overridden(overrides: Option<&Node>) -> bool {
    overrides.map_or(&[][..], Node::items).iter().any(|each| is_enforce(each.str("action")))
}

fn default_action(policy: &Object) -> &str {
    policy.root.at(&["spec", "validationFailureAction"]).and_then(Node::as_str).unwrap_or("Audit")
}

fn is_enforce(action: &str) -> bool {
    action.eq_ignore_ascii_case("enforce")
}
