//! Which objects of a cluster the policies of a bundle look at beside the request.

use std::collections::BTreeSet;

use sekisho_manifest::{Node, Object};

use super::compiled::Bundle;
use crate::need::{Need, Needed};

/// How deep policies are looked through.
const DEEPEST: usize = 64;

impl Bundle {
    /// What rules that make and change objects look at: what they clone, and what they change.
    pub fn effect_needs(&self) -> BTreeSet<Need> {
        let mut needs = BTreeSet::new();
        for object in &self.objects {
            match object.group() {
                "kyverno.io" => effects(&object.root, DEEPEST, &mut needs),
                "policies.kyverno.io" => targets(&object.root, &mut needs),
                _ => {}
            }
        }
        needs
    }

    /// The kinds that rules make, as far as they are named without variables.
    pub fn made(&self) -> BTreeSet<Need> {
        let mut needs = BTreeSet::new();
        for object in self.objects.iter().filter(|object| object.group() == "kyverno.io") {
            for rule in object.root.at(&["spec", "rules"]).map(Node::items).unwrap_or_default() {
                if let Some(generate) = rule.get("generate") {
                    made(generate, &mut needs);
                }
            }
        }
        needs
    }

    /// What policies look at to know who sends a request: bindings, where a policy of Kyverno's says anything of roles.
    pub fn sender_needs(&self) -> BTreeSet<Need> {
        let version = "rbac.authorization.k8s.io/v1";
        let of_kyverno = self.objects.iter().filter(|object| object.group() == "kyverno.io");
        if of_kyverno.into_iter().any(|object| asks_for_roles(&object.root, DEEPEST)) {
            BTreeSet::from([Need::kind(version, "RoleBinding"), Need::kind(version, "ClusterRoleBinding")])
        } else {
            BTreeSet::new()
        }
    }

    /// What a document of policies looks at beside the request.
    pub fn needs_of(object: &Object) -> BTreeSet<Need> {
        let mut needs = BTreeSet::new();
        of_object(object, &mut needs);
        needs
    }

    /// What the policies look at, as far as they say so: parameters, synchronized kinds, ConfigMaps and objects that
    /// rules ask the API for. Namespaces are always among it.
    pub fn needs(&self) -> BTreeSet<Need> {
        let mut needs = BTreeSet::from([Need::kind("v1", "Namespace")]);
        for object in &self.objects {
            of_object(object, &mut needs);
        }
        needs
    }
}

fn of_object(object: &Object, needs: &mut BTreeSet<Need>) {
    let kinds = |nodes: Option<&Node>, needs: &mut BTreeSet<Need>| {
        for node in nodes.map(Node::items).unwrap_or_default() {
            needs.insert(Need {
                group: node.str("group").into(),
                version: node.str("version").into(),
                what: Needed::Kind(node.str("kind").into()),
            });
        }
    };
    let root = &object.root;
    match object.group() {
        "admissionregistration.k8s.io" => parameters(root, needs),
        "config.gatekeeper.sh" => kinds(root.at(&["spec", "sync", "syncOnly"]), needs),
        "syncset.gatekeeper.sh" => kinds(root.at(&["spec", "gvks"]), needs),
        "kyverno.io" | "policies.kyverno.io" => {
            if let Some(node) = root.at(&["spec", "kubernetesResource"]) {
                needs.insert(Need {
                    group: node.str("group").into(),
                    version: node.str("version").into(),
                    what: Needed::Plural(node.str("resource").into()),
                });
            }
            let path = root.at(&["spec", "apiCall", "urlPath"]).and_then(Node::as_str);
            needs.extend(path.and_then(Need::path));
            contexts(root, DEEPEST, needs);
            if object.group() == "policies.kyverno.io" {
                calls(root, DEEPEST, needs);
            }
        }
        _ => {}
    }
}

/// Whether a policy says anything of the roles of whoever sends a request.
fn asks_for_roles(node: &Node, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    let is_named = |text: &str| text.contains("request.roles") || text.contains("request.clusterRoles");
    node.as_str().is_some_and(is_named)
        || node.items().iter().any(|item| asks_for_roles(item, depth))
        || node.entries().iter().any(|entry| {
            let lists = matches!(entry.key.as_str(), "roles" | "clusterRoles");
            (lists && entry.node.items().iter().any(|item| item.as_str().is_some()))
                || asks_for_roles(&entry.node, depth)
        })
}

/// The kinds that a rule makes: by its own word, or by those of its loops.
fn made(generate: &Node, needs: &mut BTreeSet<Need>) {
    let is_plain = |text: &str| !text.is_empty() && !text.contains('{');
    let mut enter = |version: &str, kind: &str| {
        if is_plain(version) && is_plain(kind) {
            needs.insert(Need::kind(version, kind));
        }
    };
    let loops = generate.get("foreach").map(Node::items).unwrap_or_default();
    for holder in std::iter::once(generate).chain(loops) {
        enter(holder.str("apiVersion"), holder.str("kind"));
        let listed = holder.at(&["cloneList", "kinds"]).map(Node::items).unwrap_or_default();
        for (version, kind) in listed.iter().filter_map(Node::as_str).filter_map(|kind| kind.rsplit_once('/'))
        {
            enter(version, kind);
        }
    }
}

/// The objects that a policy of expressions changes when something else happens.
fn targets(root: &Node, needs: &mut BTreeSet<Need>) {
    let existing = root.at(&["spec", "evaluation", "mutateExisting", "enabled"]).and_then(Node::as_bool);
    if existing != Some(true) {
        return;
    }
    let rules = |key: &str| root.at(&["spec", key, "resourceRules"]).map(Node::items).unwrap_or_default();
    let own = rules("targetMatchConstraints");
    for rule in if own.is_empty() { rules("matchConstraints") } else { own } {
        let texts = |key: &str| -> Vec<&str> {
            rule.get(key).map(Node::items).unwrap_or_default().iter().filter_map(Node::as_str).collect()
        };
        for group in texts("apiGroups") {
            for version in texts("apiVersions") {
                for resource in texts("resources") {
                    if [group, version, resource].iter().all(|text| !text.contains(['*', '/'])) {
                        needs.insert(Need {
                            group: group.into(),
                            version: version.into(),
                            what: Needed::Plural(resource.into()),
                        });
                    }
                }
            }
        }
    }
}

/// The objects that expressions ask for by name: `resource.Get("v1", "configmaps", …)`.
fn calls(node: &Node, depth: usize, needs: &mut BTreeSet<Need>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for text in node.as_str().into_iter().filter(|text| text.contains("resource.")) {
        for call in ["resource.Get(", "resource.List("] {
            for rest in text.split(call).skip(1) {
                let Some((version, rest)) = literal(rest) else { continue };
                let Some(rest) = rest.trim_start().strip_prefix(',') else { continue };
                if let Some((plural, _)) = literal(rest) {
                    needs.insert(Need::of(version, Needed::Plural(plural.into())));
                }
            }
        }
    }
    for item in node.items() {
        calls(item, depth, needs);
    }
    for entry in node.entries() {
        calls(&entry.node, depth, needs);
    }
}

/// The text in quotes that something begins with, and what follows it; none where it begins otherwise.
fn literal(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let (inner, rest) = text.get(1..)?.split_once(quote)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-');
    (!inner.is_empty() && inner.bytes().all(is_plain)).then_some((inner, rest))
}

fn effects(node: &Node, depth: usize, needs: &mut BTreeSet<Need>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let mut enter = |version: &str, kind: &str| {
        let is_plain = |text: &str| !text.is_empty() && !text.contains(['{', '*', '?']);
        if is_plain(version) && is_plain(kind) {
            needs.insert(Need::kind(version, kind));
        }
    };
    for target in node.get("targets").map(Node::items).unwrap_or_default() {
        enter(target.str("apiVersion"), target.str("kind"));
    }
    if node.get("clone").is_some() {
        enter(node.str("apiVersion"), node.str("kind"));
    }
    let listed = node.at(&["cloneList", "kinds"]).map(Node::items).unwrap_or_default();
    for (version, kind) in listed.iter().filter_map(Node::as_str).filter_map(|kind| kind.rsplit_once('/')) {
        enter(version, kind);
    }
    for item in node.items() {
        effects(item, depth, needs);
    }
    for entry in node.entries() {
        effects(&entry.node, depth, needs);
    }
}

/// The parameters of a policy of the API server.
fn parameters(root: &Node, needs: &mut BTreeSet<Need>) {
    if let Some(kind) = root.at(&["spec", "paramKind"]) {
        needs.insert(Need::kind(kind.str("apiVersion"), kind.str("kind")));
    }
}

/// What the contexts of Kyverno's rules ask for, and the parameters of their expressions.
fn contexts(node: &Node, depth: usize, needs: &mut BTreeSet<Need>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for item in node.items() {
        contexts(item, depth, needs);
    }
    for entry in node.entries() {
        match entry.key.as_str() {
            "context" => {
                for item in entry.node.items() {
                    if item.get("configMap").is_some() {
                        needs.insert(Need::kind("v1", "ConfigMap"));
                    }
                    let path = item.at(&["apiCall", "urlPath"]).and_then(Node::as_str);
                    needs.extend(path.and_then(Need::path));
                }
            }
            "paramKind" => {
                needs.insert(Need::kind(entry.node.str("apiVersion"), entry.node.str("kind")));
            }
            _ => contexts(&entry.node, depth, needs),
        }
    }
}
