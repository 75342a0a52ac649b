//! Which objects a constraint or a mutator looks at: `spec.match`.

use sekisho_manifest::Node;
use sekisho_manifest::selector::Selector;
use smol_str::SmolStr;

use crate::problem::Problem;

/// What `spec.match` demands. Everything that is given must hold; what is missing holds.
#[derive(Debug, Clone)]
pub(crate) struct Match {
    origin: Option<Origin>,
    kinds: Vec<Kinds>,
    scope: Scope,
    namespaces: Vec<Glob>,
    excluded_namespaces: Vec<Glob>,
    labels: Option<Selector>,
    namespace_labels: Option<Selector>,
    name: Option<Glob>,
}

/// Groups and kinds; an empty list or a `*` stands for all.
#[derive(Debug, Clone)]
pub(crate) struct Kinds {
    pub(crate) groups: Vec<SmolStr>,
    pub(crate) kinds: Vec<SmolStr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Any,
    Cluster,
    Namespaced,
}

/// A text that may begin or end with `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Glob(SmolStr);

/// Where an object comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    /// It was asked about.
    Original,
    /// An expansion template made it.
    Generated,
}

/// An object that may match.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) object: &'a Node,
    /// The name of the namespace that it lives in; empty for what lives in the cluster as a whole.
    pub(crate) namespace: &'a str,
    /// That namespace itself, where it is known.
    pub(crate) namespace_object: Option<&'a Node>,
    pub(crate) origin: Origin,
}

/// Why it cannot be said whether an object matches.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MatchError {
    /// The labels of its namespace decide, and they are not known.
    #[error(
        "failed to run Match criteria: namespace selector for namespace-scoped object but missing Namespace"
    )]
    NamespaceUnknown,
}

impl Match {
    /// Reads `spec.match`; missing, everything matches.
    pub(crate) fn read(node: Option<&Node>) -> Result<Self, Problem> {
        let Some(node) = node else { return Ok(Self::everything()) };
        let selector = |key: &str| match node.get(key) {
            Some(found) => Selector::from_label_selector(found)
                .map(Some)
                .map_err(|error| Problem::error(found, format!("`match.{key}`: {error}"))),
            None => Ok(None),
        };
        let globs = |key: &str| node.strings(key).map(|text| Glob(text.into())).collect();
        let origin = match node.get("source").map(|found| (found, found.as_str())) {
            None | Some((_, Some("" | "All"))) => None,
            Some((_, Some("Original"))) => Some(Origin::Original),
            Some((_, Some("Generated"))) => Some(Origin::Generated),
            Some((found, _)) => {
                return Err(Problem::error(found, "`match.source` must be `All`, `Original` or `Generated`"));
            }
        };
        let kinds = node.get("kinds").map(Node::items).unwrap_or_default();
        Ok(Self {
            origin,
            kinds: kinds.iter().map(Kinds::read).collect(),
            scope: match node.str("scope") {
                "Cluster" => Scope::Cluster,
                "Namespaced" => Scope::Namespaced,
                _ => Scope::Any,
            },
            namespaces: globs("namespaces"),
            excluded_namespaces: globs("excludedNamespaces"),
            labels: selector("labelSelector")?,
            namespace_labels: selector("namespaceSelector")?,
            name: Some(node.str("name")).filter(|name| !name.is_empty()).map(|name| Glob(name.into())),
        })
    }

    fn everything() -> Self {
        Self {
            origin: None,
            kinds: Vec::new(),
            scope: Scope::Any,
            namespaces: Vec::new(),
            excluded_namespaces: Vec::new(),
            labels: None,
            namespace_labels: None,
            name: None,
        }
    }

    /// The groups and kinds that can match; empty: all.
    pub(crate) fn kinds(&self) -> &[Kinds] {
        &self.kinds
    }

    /// Whether an object matches.
    pub(crate) fn matches(&self, subject: &Subject<'_>) -> Result<bool, MatchError> {
        let object = subject.object;
        Ok(self.of_kind(object)
            && self.of_scope(subject)
            && self.in_namespace(subject)
            && self.labels.as_ref().is_none_or(|selector| selector.matches(&labels(object)))
            && self.in_labelled_namespace(subject)?
            && self.name.as_ref().is_none_or(|name| name.fits_name(object))
            && self.origin.is_none_or(|origin| origin == subject.origin))
    }

    fn of_kind(&self, object: &Node) -> bool {
        let (group, kind) = (group(object), object.str("kind"));
        self.kinds.is_empty() || self.kinds.iter().any(|kinds| kinds.have(group, kind))
    }

    fn of_scope(&self, subject: &Subject<'_>) -> bool {
        let namespaced = !is_namespace(subject.object)
            && (!subject.namespace.is_empty() || subject.namespace_object.is_some());
        match self.scope {
            Scope::Any => true,
            Scope::Cluster => !namespaced,
            Scope::Namespaced => namespaced,
        }
    }

    fn in_namespace(&self, subject: &Subject<'_>) -> bool {
        let Some(namespace) = subject.namespace_name() else { return true };
        (self.namespaces.is_empty() || self.namespaces.iter().any(|glob| glob.fits(namespace)))
            && !self.excluded_namespaces.iter().any(|glob| glob.fits(namespace))
    }

    fn in_labelled_namespace(&self, subject: &Subject<'_>) -> Result<bool, MatchError> {
        let Some(selector) = &self.namespace_labels else { return Ok(true) };
        if is_namespace(subject.object) {
            return Ok(selector.matches(&labels(subject.object)));
        }
        match subject.namespace_object {
            Some(namespace) => Ok(selector.matches(&labels(namespace))),
            // What lives in the cluster as a whole matches.
            None if subject.namespace.is_empty() => Ok(true),
            None => Err(MatchError::NamespaceUnknown),
        }
    }
}

impl<'a> Subject<'a> {
    /// The namespace that lists of namespaces are about: of a namespace itself its name.
    fn namespace_name(&self) -> Option<&'a str> {
        if is_namespace(self.object) {
            return Some(name(self.object));
        }
        let named = self.namespace_object.map_or(self.namespace, name);
        Some(named).filter(|named| !named.is_empty())
    }
}

impl Kinds {
    fn read(node: &Node) -> Self {
        let texts = |key: &str| node.strings(key).map(SmolStr::new).collect();
        Self { groups: texts("apiGroups"), kinds: texts("kinds") }
    }

    fn have(&self, group: &str, kind: &str) -> bool {
        let has = |list: &[SmolStr], wanted: &str| {
            list.is_empty() || list.iter().any(|entry| entry == "*" || entry == wanted)
        };
        has(&self.kinds, kind) && has(&self.groups, group)
    }
}

impl Glob {
    fn fits(&self, text: &str) -> bool {
        let pattern = self.0.as_str();
        match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
            (Some(rest), Some(_)) => text.contains(rest.strip_suffix('*').unwrap_or(rest)),
            (Some(end), None) => text.ends_with(end),
            (None, Some(start)) => text.starts_with(start),
            (None, None) => text == pattern,
        }
    }

    /// Whether the object's name fits, or the start that the API server will make its name of.
    fn fits_name(&self, object: &Node) -> bool {
        let metadata = object.get("metadata");
        let generated = metadata.map_or("", |metadata| metadata.str("generateName"));
        self.fits(name(object)) || self.0.ends_with('*') && self.fits(generated)
    }
}

/// The API group of an object.
pub(crate) fn group(object: &Node) -> &str {
    object.str("apiVersion").split_once('/').map_or("", |(group, _)| group)
}

/// The version of an object, without its group.
pub(crate) fn version(object: &Node) -> &str {
    let api_version = object.str("apiVersion");
    api_version.split_once('/').map_or(api_version, |(_, version)| version)
}

/// The name of an object; empty where it has none.
pub(crate) fn name(object: &Node) -> &str {
    object.get("metadata").map_or("", |metadata| metadata.str("name"))
}

/// Whether an object is a namespace.
pub(crate) fn is_namespace(object: &Node) -> bool {
    object.str("kind") == "Namespace" && group(object).is_empty()
}

/// The labels of an object.
fn labels(object: &Node) -> Option<&Node> {
    object.at(&["metadata", "labels"])
}
