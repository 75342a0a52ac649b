//! What captures tell of the Pods of containers.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

/// An object of Kubernetes as far as fields show it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resource {
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) namespace: String,
    pub(crate) address: String,
    pub(crate) labels: Vec<(String, String)>,
    /// The identifiers of the objects that it belongs to or that select it, by kind.
    pub(crate) related: Vec<(String, Vec<String>)>,
    bytes: usize,
}

/// The objects that are known, by identifier, of which the oldest are forgotten where they take too much.
#[derive(Debug, Default)]
pub(crate) struct Pods {
    known: HashMap<String, Resource>,
    order: VecDeque<String>,
    bytes: usize,
}

impl Pods {
    pub(crate) fn get(&self, uid: &str) -> Option<&Resource> {
        self.known.get(uid)
    }

    /// The objects of a kind that a Pod belongs to or that select it.
    pub(crate) fn related<'p>(&'p self, pod: &'p Resource, kind: &str) -> Vec<&'p Resource> {
        let uids = pod.related.iter().filter(|(known, _)| known == kind).flat_map(|(_, uids)| uids);
        uids.filter_map(|uid| self.get(uid)).collect()
    }

    /// Takes what an event of the collector of metadata says, within so many bytes.
    pub(crate) fn take(&mut self, json: &[u8], limit: usize) {
        let Ok(value) = serde_json::from_slice::<Value>(json) else { return };
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let uid = text("uid");
        if uid.is_empty() {
            return;
        }
        self.remove(&uid);
        if text("reason").eq_ignore_ascii_case("delete") {
            return;
        }
        let meta = nested(&value, "meta");
        let status = nested(&value, "status");
        let within = |value: &Option<Value>, key: &str| {
            let found = value.as_ref().and_then(|value| value.get(key)).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        let labels = meta.as_ref().and_then(|meta| meta.get("labels")).and_then(Value::as_object);
        let labels = labels.into_iter().flatten();
        let resource = Resource {
            name: within(&meta, "name"),
            namespace: within(&meta, "namespace"),
            address: within(&status, "podIP"),
            labels: labels
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect(),
            related: related(&value),
            bytes: json.len() + size_of::<Resource>(),
            uid: uid.clone(),
        };
        self.bytes += resource.bytes;
        self.order.push_back(uid.clone());
        self.known.insert(uid, resource);
        while self.bytes > limit && self.known.len() > 1 {
            let Some(oldest) = self.order.pop_front() else { break };
            self.remove(&oldest);
        }
    }

    fn remove(&mut self, uid: &str) {
        if let Some(resource) = self.known.remove(uid) {
            self.bytes -= resource.bytes;
            self.order.retain(|known| known != uid);
        }
    }
}

/// An object that is written as JSON in a string, or as it is.
fn nested(value: &Value, key: &str) -> Option<Value> {
    match value.get(key)? {
        Value::String(text) => serde_json::from_str(text).ok(),
        other => Some(other.clone()),
    }
}

fn related(value: &Value) -> Vec<(String, Vec<String>)> {
    let Some(references) = nested(value, "refs") else { return Vec::new() };
    let references = references.get("resources").cloned().unwrap_or(references);
    let Some(references) = references.as_object() else { return Vec::new() };
    let list = |value: &Value| {
        let uids = value.get("list").unwrap_or(value).as_array().into_iter().flatten();
        uids.filter_map(|uid| uid.as_str().map(str::to_owned)).collect()
    };
    references.iter().map(|(kind, value)| (kind.clone(), list(value))).collect()
}
