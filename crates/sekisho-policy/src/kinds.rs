//! Which resource serves a kind, and where its objects live.

use std::collections::HashMap;

use sekisho_manifest::{Node, Object, api};

use crate::group_version::{GroupVersionKind, GroupVersionResource};

/// What is known of the kinds that are served: those of Kubernetes itself, and those that resource definitions
/// bring.
#[derive(Debug, Clone, Default)]
pub struct Kinds {
    /// By group and kind: the plural name, and whether namespaced.
    defined: HashMap<(String, String), (String, bool)>,
}

/// The resource that serves a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The resource in the version of the kind.
    pub resource: GroupVersionResource,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

impl Kinds {
    /// The built-in kinds and those of the `CustomResourceDefinition`s among these objects.
    pub fn new<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Self {
        let definitions = objects
            .into_iter()
            .filter(|object| object.is("apiextensions.k8s.io", "CustomResourceDefinition"));
        Self { defined: definitions.filter_map(|object| defined(&object.root)).collect() }
    }

    /// The resource that serves a kind. Of an unknown kind the name is guessed as Kubernetes guesses it, and
    /// its objects are taken to live in namespaces.
    pub fn of(&self, kind: &GroupVersionKind) -> Resource {
        let known = self.defined.get(&(kind.group.to_string(), kind.kind.to_string()));
        let (plural, namespaced) = known.cloned().unwrap_or_else(|| {
            (plural(&kind.kind), api::is_namespaced(&kind.group, &kind.kind).unwrap_or(true))
        });
        let resource = GroupVersionResource {
            group: kind.group.clone(),
            version: kind.version.clone(),
            resource: plural.into(),
        };
        Resource { resource, namespaced }
    }
}

/// What a resource definition says of its kind.
fn defined(root: &Node) -> Option<((String, String), (String, bool))> {
    let spec = root.get("spec")?;
    let names = spec.get("names")?;
    let key = (spec.str("group").to_owned(), names.str("kind").to_owned());
    Some((key, (names.str("plural").to_owned(), spec.str("scope") != "Cluster")))
}

/// The plural of a kind, as Kubernetes guesses it (`UnsafeGuessKindToResource` of its API machinery).
fn plural(kind: &str) -> String {
    let singular = kind.to_lowercase();
    if singular == "endpoints" {
        return singular;
    }
    match singular.chars().last() {
        Some('s') => format!("{singular}es"),
        Some('y') => format!("{}ies", singular.strip_suffix('y').unwrap_or(&singular)),
        Some(_) => format!("{singular}s"),
        None => singular,
    }
}
