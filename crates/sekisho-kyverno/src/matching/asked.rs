//! What filters are asked about: what is done, to which object, by whom.

use sekisho_manifest::Operation;
use smol_str::{SmolStr, format_smolstr};

use crate::value::{Map, Value};

/// A kind in a version of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Kind {
    /// The group; empty for the core group.
    pub group: SmolStr,
    /// The version.
    pub version: SmolStr,
    /// The kind.
    pub kind: SmolStr,
}

impl Kind {
    /// Of `apps/v1` or `v1`, and a kind.
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.into(), version: version.into(), kind: kind.into() }
    }

    /// The kind that an object names.
    pub fn of(object: &Value) -> Self {
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or("");
        Self::new(text("apiVersion"), text("kind"))
    }

    /// The plural in lower case, as Kubernetes guesses it.
    pub fn plural(&self) -> SmolStr {
        let singular = self.kind.to_lowercase();
        match singular.chars().last() {
            _ if singular == "endpoints" => singular.into(),
            Some('s') => format_smolstr!("{singular}es"),
            Some('y') => format_smolstr!("{}ies", singular.strip_suffix('y').unwrap_or(&singular)),
            Some(_) => format_smolstr!("{singular}s"),
            None => SmolStr::default(),
        }
    }

    /// Group and version as a manifest names them.
    pub fn api_version(&self) -> SmolStr {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format_smolstr!("{}/{}", self.group, self.version)
        }
    }
}

/// Who sends a request, and the roles that are bound to them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User {
    /// The name.
    pub name: SmolStr,
    /// What tells apart users of one name.
    pub uid: SmolStr,
    /// The groups.
    pub groups: Vec<SmolStr>,
    /// The roles, each `namespace:name`.
    pub roles: Vec<SmolStr>,
    /// The cluster roles.
    pub cluster_roles: Vec<SmolStr>,
}

/// An object, as far as it matters to who it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity<'v> {
    pub(crate) kind: &'v str,
    /// The name, or what the API server will make one of.
    pub(crate) name: &'v str,
    pub(crate) namespace: &'v str,
    pub(crate) labels: Option<&'v Map>,
    pub(crate) annotations: Option<&'v Map>,
}

impl<'v> Identity<'v> {
    pub(crate) fn of(object: &'v Value) -> Self {
        let metadata = object.get("metadata");
        let text = |key: &str| metadata.and_then(|metadata| metadata.get(key)?.as_str()).unwrap_or("");
        let map = |key: &str| metadata.and_then(|metadata| metadata.get(key)?.as_map());
        let name = text("name");
        Self {
            kind: object.get("kind").and_then(Value::as_str).unwrap_or(""),
            name: if name.is_empty() { text("generateName") } else { name },
            namespace: text("namespace"),
            labels: map("labels"),
            annotations: map("annotations"),
        }
    }
}

/// What a rule is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'v> {
    pub(crate) object: Identity<'v>,
    /// The kind of the request, which is the object's own but for parts of objects.
    pub(crate) kind: &'v Kind,
    pub(crate) subresource: &'v str,
    pub(crate) operation: Operation,
    /// None where nobody is known to have sent the request; what rules say about users is then left out.
    pub(crate) user: Option<&'v User>,
    /// The labels of the object's namespace.
    pub(crate) namespace_labels: Option<&'v Map>,
}
