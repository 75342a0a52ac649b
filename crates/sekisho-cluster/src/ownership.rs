//! Who made what: a Pod belongs to the workload that somebody wrote, and one Pod stands for all that are like it.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use sekisho_manifest::{Node, ObjectRef};
use serde_json::Value;
use smol_str::SmolStr;

/// What was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Ownership {
    known: HashMap<SmolStr, Known>,
    /// What the Pods of each workload are like, by its identifier. The hashes are made with keys of this run, so
    /// that nobody can make a Pod that passes for another.
    alike: HashSet<(SmolStr, u64)>,
    /// Those of the list that is being read.
    recent: Vec<(SmolStr, u64)>,
    keys: RandomState,
}

#[derive(Debug, Clone)]
struct Known {
    object: ObjectRef,
    owner: Option<SmolStr>,
}

/// What becomes of an object.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stands for itself.
    Own,
    /// It says nothing that is not known already.
    Known,
    /// It differs from what its owner, which is known, has said.
    Of(ObjectRef),
}

/// How many owners above each other are followed.
const DEPTH: usize = 8;

impl Ownership {
    /// Enters an object, and says what becomes of it.
    pub(crate) fn enter(&mut self, object: &ObjectRef, root: &Node) -> Fate {
        let uid = SmolStr::new(root.at(&["metadata", "uid"]).and_then(Node::as_str).unwrap_or(""));
        let is_made = ["ReplicaSet", "Job", "Pod"].contains(&object.kind.as_str());
        let owner = controller(root).filter(|owner| is_made && self.known.contains_key(owner));
        if !uid.is_empty() {
            self.known.insert(uid.clone(), Known { object: object.clone(), owner: owner.clone() });
        }
        let Some(pod) = pod(object, root) else { return Fate::Own };
        let top = self.top(owner);
        if let Some((_, maker)) = &top
            && object.kind != "Pod"
            && ["Deployment", "CronJob"].contains(&maker.kind.as_str())
        {
            // It repeats its owner, or what that was like before; what still runs of that are Pods.
            return Fate::Known;
        }
        let signature = self.signature(object, pod);
        let like = (top.as_ref().map_or(uid, |(uid, _)| uid.clone()), signature);
        let is_fresh = self.alike.insert(like.clone());
        if is_fresh {
            self.recent.push(like);
        }
        match top {
            None => Fate::Own,
            Some((_, maker)) if is_fresh => Fate::Of(maker),
            Some(_) => Fate::Known,
        }
    }

    /// From here on a list is read that may have to be begun anew.
    pub(crate) fn begin(&mut self) {
        self.recent.clear();
    }

    /// Forgets what was entered of a list that is begun anew.
    pub(crate) fn restart(&mut self) {
        for like in self.recent.drain(..) {
            self.alike.remove(&like);
        }
    }

    /// The topmost owner.
    fn top(&self, owner: Option<SmolStr>) -> Option<(SmolStr, ObjectRef)> {
        let mut uid = owner?;
        let mut top = self.known.get(&uid)?;
        for _ in 0..DEPTH {
            let Some(above) = &top.owner else { break };
            let Some(known) = self.known.get(above) else { break };
            uid = above.clone();
            top = known;
        }
        Some((uid, top.object.clone()))
    }

    fn signature(&self, object: &ObjectRef, pod: &Node) -> u64 {
        let mut spec = pod.to_json();
        let name = if object.kind == "Pod" { object.name.as_str() } else { "" };
        reduce(&mut spec, name);
        self.keys.hash_one(spec.to_string())
    }
}

/// The identifier of the object that made this one.
fn controller(root: &Node) -> Option<SmolStr> {
    let owners = root.at(&["metadata", "ownerReferences"]).map_or(&[][..], Node::items);
    owners.iter().find(|owner| owner.is_true("controller")).map(|owner| owner.str("uid").into())
}

/// The `spec` of the Pod that an object is or makes.
fn pod<'n>(object: &ObjectRef, root: &'n Node) -> Option<&'n Node> {
    let path: &[&str] = match object.kind.as_str() {
        "Pod" => &["spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController" => {
            &["spec", "template", "spec"]
        }
        _ => return None,
    };
    let built_in = ["v1", "apps/v1", "batch/v1"].contains(&object.api_version.as_str());
    root.at(path).filter(|_| built_in)
}

/// Takes out of a `spec` what the control plane writes into every Pod that it makes of a template.
fn reduce(spec: &mut Value, pod: &str) {
    const WRITTEN: &[&str] = &[
        "affinity",
        "enableServiceLinks",
        "hostname",
        "imagePullSecrets",
        "nodeName",
        "preemptionPolicy",
        "priority",
        "schedulerName",
        "serviceAccount",
        "subdomain",
        "tolerations",
    ];
    let Some(fields) = spec.as_object_mut() else { return };
    fields.retain(|key, value| !WRITTEN.contains(&key.as_str()) && !value.is_null());
    if fields.get("serviceAccountName").is_some_and(|name| name == "default") {
        fields.remove("serviceAccountName");
    }
    let is_written = |volume: &Value| {
        let claim = volume["persistentVolumeClaim"]["claimName"].as_str().unwrap_or("");
        let of_set = !pod.is_empty() && claim.strip_suffix(pod).is_some_and(|rest| rest.ends_with('-'));
        of_set || is_token(volume["name"].as_str().unwrap_or(""))
    };
    retain(fields.get_mut("volumes"), |volume| !is_written(volume));
    for list in ["initContainers", "containers"] {
        for container in fields.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            retain(container.get_mut("volumeMounts"), |mount| {
                !is_token(mount["name"].as_str().unwrap_or(""))
            });
            request_limits(&mut container["resources"]);
        }
    }
    fields.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    for list in ["initContainers", "containers"] {
        for container in fields.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(fields) = container.as_object_mut() {
                fields.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
            }
        }
    }
}

/// What has a limit and no request has a request as large.
fn request_limits(resources: &mut Value) {
    if resources.is_null() {
        *resources = serde_json::json!({});
    }
    let Some(limits) = resources.get("limits").and_then(Value::as_object).cloned() else { return };
    let Some(fields) = resources.as_object_mut() else { return };
    let requests = fields.entry("requests").or_insert_with(|| serde_json::json!({}));
    if let Some(requests) = requests.as_object_mut() {
        for (name, limit) in limits {
            requests.entry(name).or_insert(limit);
        }
    }
}

/// Whether a volume is the one in which the API server puts the token of the service account.
fn is_token(volume: &str) -> bool {
    volume.starts_with("kube-api-access-")
}

fn retain(list: Option<&mut Value>, keep: impl Fn(&Value) -> bool) {
    if let Some(list) = list.and_then(Value::as_array_mut) {
        list.retain(keep);
    }
}
