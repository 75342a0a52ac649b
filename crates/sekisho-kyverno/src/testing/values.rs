//! The values of a test: what variables stand for, by policy, rule and resource, and the labels of namespaces.

use std::sync::Arc;

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::matching::{Kind, User};
use crate::value::{Map, Value};

/// The values of a test.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    root: Value,
}

/// A part of objects that is tested as if it were an object of its own.
pub(super) struct Part {
    pub(super) parent: Kind,
    pub(super) name: SmolStr,
}

impl Values {
    pub(super) fn read(node: &Node) -> Self {
        Self { root: Value::from_node(node).with_floats() }
    }

    /// The variables of a resource under a policy, and of the whole test.
    pub(super) fn of_resource(&self, policy: &str, resource: &str) -> Vec<(SmolStr, Value)> {
        let mut found = entries(self.root.get("globalValues"));
        for known in self.policies(policy) {
            for each in list(known, "resources").iter().filter(|each| text(each, "name") == resource) {
                found.extend(entries(each.get("values")));
            }
        }
        found
    }

    /// The variables of the rules of a policy, by rule.
    pub(super) fn of_rules(&self, policy: &str) -> Vec<(SmolStr, Vec<(SmolStr, Value)>)> {
        let rules = self.policies(policy).flat_map(|known| list(known, "rules"));
        rules
            .map(|rule| {
                let mut values = entries(rule.get("values"));
                // Of a loop's values the first stand for all.
                values.extend(
                    entries(rule.get("foreachValues"))
                        .into_iter()
                        .filter_map(|(key, value)| Some((key, value.as_list()?.first()?.clone()))),
                );
                (text(rule, "name").into(), values)
            })
            .collect()
    }

    fn policies(&self, name: &str) -> impl Iterator<Item = &Value> {
        list(&self.root, "policies").iter().filter(move |known| text(known, "name") == name)
    }

    /// The namespaces that the values hold.
    pub(super) fn namespaces(&self) -> Vec<Value> {
        let named = list(&self.root, "namespaceSelector").iter().map(|each| {
            let mut metadata = Map::default();
            metadata.insert("name", Value::from(text(each, "name")));
            metadata.insert("labels", each.get("labels").cloned().unwrap_or_default());
            let mut namespace = Map::default();
            namespace.insert("apiVersion", Value::from("v1"));
            namespace.insert("kind", Value::from("Namespace"));
            namespace.insert("metadata", Value::from(metadata));
            Value::from(namespace)
        });
        list(&self.root, "namespaces").iter().cloned().chain(named).collect()
    }

    /// The labels of a namespace.
    pub(super) fn labels_of(&self, namespace: &str) -> Option<Value> {
        let named =
            |value: &&Value| value.at(&["metadata", "name"]).and_then(Value::as_str) == Some(namespace);
        let found = self.namespaces();
        let labels = found.iter().find(named)?.at(&["metadata", "labels"])?;
        labels.as_map().map(|labels| Value::Map(Arc::new(labels.clone())))
    }

    /// The part of objects that a kind stands for.
    pub(super) fn part(&self, kind: &Kind) -> Option<Part> {
        let kind_of = |value: &Value| Kind {
            group: text(value, "group").into(),
            version: text(value, "version").into(),
            kind: text(value, "kind").into(),
        };
        list(&self.root, "subresources").iter().find_map(|each| {
            let part = each.get("subresource").filter(|part| kind_of(part) == *kind)?;
            let (_, name) = text(part, "name").split_once('/')?;
            Some(Part { parent: kind_of(each.get("parentResource")?), name: name.into() })
        })
    }
}

/// Who sends the requests of a test.
pub(super) fn user(node: &Node) -> User {
    let value = Value::from_node(node);
    let texts = |holder: &Value, key: &str| -> Vec<SmolStr> {
        list(holder, key).iter().filter_map(Value::as_str).map(SmolStr::new).collect()
    };
    let empty = Value::Null;
    let info = value.get("userInfo").unwrap_or(&empty);
    User {
        name: text(info, "username").into(),
        uid: text(info, "uid").into(),
        groups: texts(info, "groups"),
        roles: texts(&value, "roles"),
        cluster_roles: texts(&value, "clusterRoles"),
    }
}

/// Puts a value at a path of keys; maps are merged.
pub(super) fn put(value: &mut Value, path: &[&str], new: &Value) {
    let Some((key, rest)) = path.split_first() else {
        match (&mut *value, new) {
            (Value::Map(map), Value::Map(new)) => {
                let map = Arc::make_mut(map);
                for (key, new) in new.iter() {
                    match map.get_mut(key) {
                        Some(old) => put(old, &[], new),
                        None => drop(map.insert(key.clone(), new.clone())),
                    }
                }
            }
            _ => *value = new.clone(),
        }
        return;
    };
    if value.as_map().is_none() {
        *value = Value::from(Map::default());
    }
    if let Value::Map(map) = value {
        let map = Arc::make_mut(map);
        if !map.contains(key) {
            map.insert(*key, Value::Null);
        }
        if let Some(inner) = map.get_mut(key) {
            put(inner, rest, new);
        }
    }
}

fn entries(value: Option<&Value>) -> Vec<(SmolStr, Value)> {
    value
        .and_then(Value::as_map)
        .into_iter()
        .flat_map(Map::iter)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_list).unwrap_or(&[])
}
