//! What users give beside policies and resources: the values of variables, by policy, rule and resource, the
//! labels of namespaces, what parts of objects are, and who sends the requests.

use std::sync::Arc;

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::context::names;
use crate::matching::{Kind, Operation, User};
use crate::rule::Request;
use crate::value::{Map, Value};

/// The values of a `Values` file of Kyverno's, or of a test.
#[derive(Debug, Clone, Default)]
pub struct Values {
    root: Value,
    /// The variables of all policies, before all others.
    set: Vec<(SmolStr, Value)>,
}

/// A part of objects that is asked about as if it were an object of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The kind of the objects.
    pub parent: Kind,
    /// The part: `scale`.
    pub name: SmolStr,
}

impl Values {
    /// Reads a document; older files lack its `apiVersion` and `kind`.
    pub fn read(node: &Node) -> Self {
        Self { root: Value::from_node(node).with_floats(), set: Vec::new() }
    }

    /// With a text for a variable of all policies, which counts before the values of the document.
    #[must_use]
    pub fn with(mut self, name: &str, text: &str) -> Self {
        self.set.push((name.into(), text.into()));
        self
    }

    /// Whether there are any.
    pub fn is_empty(&self) -> bool {
        self.root.is_null() && self.set.is_empty()
    }

    /// What all requests do; none where the values do not say so.
    pub fn operation(&self) -> Option<Operation> {
        let text = self.root.get("globalValues")?.get("request.operation")?.as_str()?;
        Operation::named(text).filter(|operation| *operation != Operation::Connect)
    }

    /// The names that variables of a policy begin with.
    pub fn names(&self, policy: &str) -> impl Iterator<Item = &str> {
        let rules = self.policies(policy).flat_map(|known| list(known, "rules"));
        let resources = self.policies(policy).flat_map(|known| list(known, "resources"));
        let maps = rules
            .flat_map(|rule| [rule.get("values"), rule.get("foreachValues")])
            .chain(resources.map(|resource| resource.get("values")))
            .chain([self.root.get("globalValues")]);
        let named = maps.flatten().filter_map(Value::as_map).flat_map(Map::keys);
        let set = self.set.iter().map(|(name, _)| name);
        named.chain(set).map(|name| name.split(['.', '[']).next().unwrap_or(name))
    }

    /// The request as the values of a policy have it: variables, what is done, and fields of the object.
    pub fn request(&self, policy: &str, asked: &Request, operation: Option<Operation>) -> Request {
        let Some(resource) = asked.subject() else { return asked.clone() };
        let name = resource.at(&["metadata", "name"]).and_then(Value::as_str).unwrap_or("");
        let mut variables = self.of_resource(policy, name);
        if let Some(operation) = operation {
            variables.push(("request.operation".into(), Value::from(operation.as_str())));
        }
        let done = variables.iter().rev().find(|(key, _)| key == "request.operation");
        let done = done.and_then(|(_, value)| value.as_str()).and_then(Operation::named);
        let mut request = asked.clone();
        request.does(done.unwrap_or(asked.operation), resource.clone());
        for (key, value) in &variables {
            let names = names(key);
            let mut names = names.iter().map(String::as_str);
            let object = match (names.next(), names.next()) {
                (Some("request"), Some("object")) => request.object.as_mut(),
                (Some("request"), Some("oldObject")) => request.old_object.as_mut(),
                _ => None,
            };
            if let Some(object) = object {
                put(object, &names.collect::<Vec<_>>(), value);
            }
        }
        request.variables = variables;
        request.rule_variables = self.of_rules(policy);
        request
    }

    /// The variables of a resource under a policy, and of all.
    fn of_resource(&self, policy: &str, resource: &str) -> Vec<(SmolStr, Value)> {
        let mut found = entries(self.root.get("globalValues"));
        for known in self.policies(policy) {
            for each in list(known, "resources").iter().filter(|each| text(each, "name") == resource) {
                found.extend(entries(each.get("values")));
            }
        }
        found.extend(self.set.iter().cloned());
        found
    }

    /// The variables of the rules of a policy, by rule.
    fn of_rules(&self, policy: &str) -> Vec<(SmolStr, Vec<(SmolStr, Value)>)> {
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
    pub fn namespaces(&self) -> Vec<Value> {
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
    pub fn labels_of(&self, namespace: &str) -> Option<Value> {
        let named =
            |value: &&Value| value.at(&["metadata", "name"]).and_then(Value::as_str) == Some(namespace);
        let found = self.namespaces();
        let labels = found.iter().find(named)?.at(&["metadata", "labels"])?;
        labels.as_map().map(|labels| Value::Map(Arc::new(labels.clone())))
    }

    /// The part of objects that a kind stands for.
    pub fn part(&self, kind: &Kind) -> Option<Part> {
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

/// Who sends the requests, of a `UserInfo` document; older files lack its `apiVersion` and `kind`.
pub fn user(node: &Node) -> User {
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
pub(crate) fn put(value: &mut Value, path: &[&str], new: &Value) {
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
