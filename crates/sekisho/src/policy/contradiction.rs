//! Parts of policies that contradict each other, so that nothing can match them.

use sekisho_manifest::selector::Selector;
use sekisho_manifest::{FieldPath, Node, Object, api, field};

/// Why the policy, or one of its rules, can never match, each with its place.
pub(super) fn contradictions(object: &Object) -> Vec<(FieldPath, String)> {
    let mut found = Vec::new();
    let Some(spec) = object.root.get("spec") else { return found };
    let name = format!("`{}`", object.name);
    match object.group() {
        "constraints.gatekeeper.sh" => {
            if let Some(wanted) = spec.get("match") {
                constraint(wanted, &name, &mut found);
            }
        }
        "kyverno.io" => {
            for (index, rule) in spec.get("rules").map_or(&[][..], Node::items).iter().enumerate() {
                let name = format!("`{}` of {name}", rule.str("name"));
                self::rule(rule, &field!["spec", "rules", index], &name, &mut found);
            }
        }
        _ => {
            let path = field!["spec", "matchConstraints"];
            if let Some(constraints) = spec.get("matchConstraints") {
                selectors(constraints, &["objectSelector", "namespaceSelector"], &path, &name, &mut found);
            }
            for (index, item) in spec.get("matchConditions").map_or(&[][..], Node::items).iter().enumerate() {
                if item.str("expression").trim() == "false" {
                    let path = field!["spec", "matchConditions", index, "expression"];
                    found.push((path, format!("{name} can never match: this condition never holds")));
                }
            }
        }
    }
    found
}

type Found = Vec<(FieldPath, String)>;

fn constraint(wanted: &Node, name: &str, found: &mut Found) {
    let path = field!["spec", "match"];
    selectors(wanted, &["labelSelector", "namespaceSelector"], &path, name, found);
    let excluded: Vec<&str> = wanted.strings("excludedNamespaces").collect();
    let mut namespaces = wanted.strings("namespaces").peekable();
    if namespaces.peek().is_some() && namespaces.all(|namespace| excluded.contains(&namespace)) {
        let message = format!("{name} can never match: all its namespaces are excluded");
        found.push((path.child("excludedNamespaces"), message));
    }
    let in_namespaces = match wanted.str("scope") {
        "Namespaced" => true,
        "Cluster" => false,
        _ => return,
    };
    let entries = wanted.get("kinds").map_or(&[][..], Node::items);
    let lives_elsewhere = |entry: &Node| {
        let known = |group: &str, kind: &str| api::is_namespaced(group, kind) == Some(!in_namespaces);
        let mut pairs = entry
            .strings("apiGroups")
            .flat_map(|group| entry.strings("kinds").map(move |kind| (group, kind)));
        let mut some = false;
        pairs.all(|(group, kind)| {
            some = true;
            known(group, kind)
        }) && some
    };
    if !entries.is_empty() && entries.iter().all(lives_elsewhere) {
        let message = format!("{name} can never match: objects of its kinds have the other scope");
        found.push((path.child("scope"), message));
    }
}

fn rule(rule: &Node, path: &FieldPath, name: &str, found: &mut Found) {
    let (wanted, excluded) = (rule.get("match"), rule.get("exclude"));
    if let (Some(wanted), Some(excluded)) = (wanted, excluded)
        && wanted.to_json() == excluded.to_json()
    {
        found.push((path.child("exclude"), format!("{name} can never match: what it matches is excluded")));
    }
    let Some(wanted) = wanted else { return };
    let path = path.child("match");
    let blocks = ["any", "all"].into_iter().flat_map(|key| {
        let items = wanted.get(key).map_or(&[][..], Node::items).iter().enumerate();
        items.map(move |(index, block)| (Some((key, index)), block))
    });
    for (place, block) in blocks.chain([(None, wanted)]) {
        let path = place.map_or_else(|| path.clone(), |(key, index)| path.child(key).child(index));
        if let Some(resources) = block.get("resources") {
            let path = path.child("resources");
            selectors(resources, &["selector", "namespaceSelector"], &path, name, found);
        }
    }
}

/// Selectors of labels that select nothing.
fn selectors(holder: &Node, keys: &[&str], path: &FieldPath, name: &str, found: &mut Found) {
    for key in keys {
        let Some(node) = holder.get(key) else { continue };
        if Selector::from_label_selector(node).is_ok_and(|selector| !selector.is_satisfiable()) {
            let message = format!("{name} can never match: no labels are as this selector wants them");
            found.push((path.child(*key), message));
        }
    }
}
