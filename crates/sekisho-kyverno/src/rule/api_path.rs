//! Calls of the API server, answered from objects that are known.

use smol_str::{SmolStr, format_smolstr};

use crate::matching::{Identity, Kind};
use crate::value::{Map, Value};

/// A path of the API server that reads an object or a list: `/apis/apps/v1/namespaces/shop/deployments/front`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiPath {
    group: SmolStr,
    version: SmolStr,
    namespace: SmolStr,
    resource: SmolStr,
    name: SmolStr,
}

impl ApiPath {
    /// Reads a path; what stands behind `?` is left out. None where it reads neither an object nor a list.
    pub fn parse(path: &str) -> Option<Self> {
        let path = path.split('?').next()?;
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let (group, version) = match parts.next()? {
            "api" => ("", parts.next()?),
            "apis" => (parts.next()?, parts.next()?),
            _ => return None,
        };
        let rest: Vec<&str> = parts.collect();
        let (namespace, resource, name) = match rest.as_slice() {
            ["namespaces", namespace, resource] => (*namespace, *resource, ""),
            ["namespaces", namespace, resource, name] => (*namespace, *resource, *name),
            [resource] => ("", *resource, ""),
            [resource, name] => ("", *resource, *name),
            _ => return None,
        };
        Some(Self {
            group: group.into(),
            version: version.into(),
            namespace: namespace.into(),
            resource: resource.into(),
            name: name.into(),
        })
    }

    /// Whether the path reads an object of this kind, namespace and name. The plural of a kind is guessed as
    /// Kubernetes guesses it.
    pub fn reads(&self, kind: &Kind, namespace: &str, name: &str) -> bool {
        kind.group == self.group
            && kind.version == self.version
            && kind.plural() == self.resource
            && (self.namespace.is_empty() || self.namespace == namespace)
            && (self.name.is_empty() || self.name == name)
    }

    /// The answer where these are all objects that there are; none where the object is not among them.
    pub fn answer<'v>(&self, objects: impl IntoIterator<Item = &'v Value>) -> Option<Value> {
        let mut found = objects.into_iter().filter(|object| {
            let identity = Identity::of(object);
            self.reads(&Kind::of(object), identity.namespace, identity.name)
        });
        if !self.name.is_empty() {
            return found.next().cloned();
        }
        let items: Value = found.cloned().collect();
        let mut list = Map::default();
        let version = if self.group.is_empty() {
            self.version.clone()
        } else {
            format_smolstr!("{}/{}", self.group, self.version)
        };
        list.insert("apiVersion", Value::from(version));
        list.insert("kind", Value::from("List"));
        list.insert("metadata", Value::from(Map::default()));
        list.insert("items", items);
        Some(Value::from(list))
    }
}
