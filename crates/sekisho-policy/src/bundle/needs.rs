//! Which objects of a cluster the policies of a bundle look at beside the request.

use std::collections::BTreeSet;

use sekisho_manifest::{Node, Object};
use smol_str::SmolStr;

use super::Bundle;

/// Objects that a policy looks at: all of a kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need {
    /// The group; empty for the core group.
    pub group: SmolStr,
    /// The version.
    pub version: SmolStr,
    /// What they are.
    pub what: Needed,
}

/// What a policy names that it looks at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Needed {
    /// A kind: `ConfigMap`.
    Kind(SmolStr),
    /// The plural name in paths: `configmaps`.
    Plural(SmolStr),
}

/// How deep policies are looked through.
const DEEPEST: usize = 64;

impl Need {
    /// Objects of a kind.
    pub fn kind(api_version: &str, kind: &str) -> Self {
        Self::of(api_version, Needed::Kind(kind.into()))
    }

    fn of(api_version: &str, what: Needed) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), what }
    }

    /// The objects that a path of the API names: `/apis/apps/v1/namespaces/shop/deployments`.
    fn path(path: &str) -> Option<Self> {
        let mut parts = path.split('?').next()?.trim_matches('/').split('/');
        let api_version = match parts.next()? {
            "api" => parts.next()?.to_owned(),
            "apis" => format!("{}/{}", parts.next()?, parts.next()?),
            _ => return None,
        };
        let first = parts.next()?;
        let plural = match (first, parts.next(), parts.next()) {
            ("namespaces", Some(_), Some(plural)) => plural,
            _ => first,
        };
        let is_plain = !plural.is_empty() && plural.bytes().all(|byte| byte.is_ascii_lowercase());
        (is_plain && !api_version.contains('{'))
            .then(|| Self::of(&api_version, Needed::Plural(plural.into())))
    }
}

impl Bundle {
    /// What rules that make and change objects look at: what they clone, and what they change.
    pub fn effect_needs(&self) -> BTreeSet<Need> {
        let mut needs = BTreeSet::new();
        for object in self.objects.iter().filter(|object| object.group() == "kyverno.io") {
            effects(&object.root, DEEPEST, &mut needs);
        }
        needs
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
            contexts(root, DEEPEST, needs);
        }
        _ => {}
    }
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
