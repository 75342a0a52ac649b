//! Calls of the API server, answered from objects that are known.

use std::collections::BTreeMap;

use sekisho_manifest::selector::Selector;
use smol_str::{SmolStr, format_smolstr};

use crate::matching::{Identity, Kind};
use crate::value::{Map, Value};

/// A path of the API server that reads an object or a list: `/apis/apps/v1/namespaces/shop/deployments/front`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiPath {
    /// The group; empty for the core group.
    pub group: SmolStr,
    /// The version.
    pub version: SmolStr,
    namespace: SmolStr,
    /// The resource: `deployments`.
    pub resource: SmolStr,
    /// The name; empty for a list.
    pub name: SmolStr,
    /// The kind of the resource; none: it is guessed.
    kind: Option<SmolStr>,
    labels: Selector,
    fields: Vec<FieldRequirement>,
}

/// What the name or the namespace of an object must be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FieldRequirement {
    is_name: bool,
    is_equal: bool,
    value: SmolStr,
}

impl ApiPath {
    /// Reads a path; of what stands behind `?` the selectors count. None where it reads neither an object nor a list,
    /// or selects by something that is not known of objects here.
    pub fn parse(path: &str) -> Option<Self> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (mut labels, mut fields) = (Selector::everything(), Vec::new());
        for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            match key {
                "labelSelector" => labels = decoded(value)?.parse().ok()?,
                "fieldSelector" => fields = field_requirements(&decoded(value)?)?,
                _ => {}
            }
        }
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
            kind: None,
            labels,
            fields,
        })
    }

    /// The same, where the kind of its resource is known.
    #[must_use]
    pub fn of_kind(self, kind: SmolStr) -> Self {
        Self { kind: Some(kind), ..self }
    }

    /// Whether the path reads an object of this kind, namespace and name, whatever its labels. Where nobody says the kind
    /// of the resource, it is guessed as Kubernetes guesses it.
    pub fn reads(&self, kind: &Kind, namespace: &str, name: &str) -> bool {
        kind.group == self.group
            && kind.version == self.version
            && self.kind.as_ref().map_or_else(|| kind.plural() == self.resource, |known| *known == kind.kind)
            && (self.namespace.is_empty() || self.namespace == namespace)
            && (self.name.is_empty() || self.name == name)
    }

    /// The answer where these are all objects that there are; none where the object is not among them.
    pub fn answer<'v>(&self, objects: impl IntoIterator<Item = &'v Value>) -> Option<Value> {
        let mut found = objects.into_iter().filter(|object| {
            let identity = Identity::of(object);
            self.reads(&Kind::of(object), identity.namespace, identity.name) && self.selects(object)
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

    /// Whether the selectors select an object.
    fn selects(&self, object: &Value) -> bool {
        if !self.labels.is_empty() {
            let labels = object.at(&["metadata", "labels"]).and_then(Value::as_map);
            let labels: BTreeMap<&str, &str> = labels
                .into_iter()
                .flat_map(Map::iter)
                .map(|(key, value)| (key.as_str(), value.as_str().unwrap_or("")))
                .collect();
            if !self.labels.matches(&labels) {
                return false;
            }
        }
        let identity = Identity::of(object);
        self.fields.iter().all(|field| {
            let known = if field.is_name { identity.name } else { identity.namespace };
            (field.value == known) == field.is_equal
        })
    }
}

/// The requirements of a field selector; none where it names another field than name and namespace.
fn field_requirements(text: &str) -> Option<Vec<FieldRequirement>> {
    let requirement = |text: &str| {
        let (field, value) = text.split_once('=')?;
        let is_equal = !field.ends_with('!');
        let is_name = match field.trim_end_matches('!').trim() {
            "metadata.name" => true,
            "metadata.namespace" => false,
            _ => return None,
        };
        let value = value.trim_start_matches('=').trim().into();
        Some(FieldRequirement { is_name, is_equal, value })
    };
    text.split(',').filter(|part| !part.trim().is_empty()).map(requirement).collect()
}

/// A part of a query as it was before it was encoded; none where it is no text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let value = digit()? * 16 + digit()?;
                bytes.push(u8::try_from(value).ok()?);
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}
