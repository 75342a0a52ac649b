//! What alerts are about, in the words of who runs the cluster: container → Pod → the workload that made it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::LazyLock;

use anyhow::{Result, bail};
use sekisho_manifest::{Node, Object, api};
use sekisho_policy::{GroupVersionKind, Kinds};
use sekisho_runtime::Subject;

use crate::policy::Resources;

/// Owners above owners are followed as far as this.
const DEPTH: usize = 8;
/// Characters of a container's identifier that events have.
const SHORT: usize = 12;
/// Workloads of one service account that are named.
const NAMED: usize = 3;
/// Kinds of objects that make Pods, with how many parts the names of their Pods have more.
const MAKERS: &[(&str, &[usize])] = &[
    ("Deployment", &[2]),
    ("ReplicaSet", &[1]),
    ("ReplicationController", &[1]),
    ("DaemonSet", &[1]),
    ("StatefulSet", &[1]),
    ("Job", &[1]),
    ("CronJob", &[2]),
];

/// An object by namespace, kind and name.
type Key = (String, String, String);

/// What is known of a cluster's workloads.
#[derive(Default)]
pub(crate) struct Workloads {
    /// The object that made each.
    owners: HashMap<Key, Key>,
    /// Every object that makes Pods, and every Pod.
    known: BTreeSet<Key>,
    /// The Pods of containers, by the identifiers as events have them.
    containers: HashMap<String, Key>,
    /// What runs with each service account, by namespace and name.
    accounts: BTreeMap<(String, String), BTreeSet<Key>>,
}

impl Workloads {
    /// Reads files and folders: manifests, or what `kubectl get -o yaml` prints of a cluster, with the status of Pods.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Option<Self>> {
        if paths.is_empty() {
            return Ok(None);
        }
        let read = Resources::read(paths)?;
        if read.objects.is_empty() {
            bail!("the inventory holds no object: name manifests, or what a cluster holds as YAML or JSON");
        }
        let mut workloads = Self::default();
        for object in &read.objects {
            workloads.add(object);
        }
        Ok(Some(workloads))
    }

    fn add(&mut self, object: &Object) {
        let namespace = object.namespace.as_deref().unwrap_or("default").to_owned();
        let key: Key = (namespace.clone(), object.kind.to_string(), object.name.to_string());
        let owners = object.root.at(&["metadata", "ownerReferences"]).map_or(&[][..], Node::items);
        if let Some(owner) = owners.iter().find(|owner| owner.is_true("controller")) {
            let above = (namespace.clone(), owner.str("kind").to_owned(), owner.str("name").to_owned());
            self.owners.insert(key.clone(), above);
        }
        let is_pod = object.kind == "Pod";
        if !is_pod && !MAKERS.iter().any(|(kind, _)| object.kind == *kind) {
            return;
        }
        if is_pod {
            for list in ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] {
                for status in object.root.at(&["status", list]).map_or(&[][..], Node::items) {
                    let last =
                        status.at(&["lastState", "terminated"]).map_or("", |last| last.str("containerID"));
                    for id in [status.str("containerID"), last] {
                        let bare = id.rsplit("//").next().unwrap_or_default();
                        if let Some(short) = bare.get(..SHORT) {
                            self.containers.insert(short.to_owned(), key.clone());
                        }
                    }
                }
            }
        }
        let path: &[&str] = match object.kind.as_str() {
            "Pod" => &["spec"],
            "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
            _ => &["spec", "template", "spec"],
        };
        if let Some(spec) = object.root.at(path) {
            let account = spec.str("serviceAccountName");
            let account = if account.is_empty() { "default" } else { account };
            self.accounts.entry((namespace, account.to_owned())).or_default().insert(key.clone());
        }
        self.known.insert(key);
    }

    /// The workload that something happened in, or that a request was about; of other requests by service accounts what
    /// runs with the account. None where that is not known.
    pub(crate) fn workload(&self, subject: &Subject) -> Option<String> {
        self.key(subject).map(|key| shown(&key)).or_else(|| self.of_account(&subject.user))
    }

    /// The same as an object: kind, namespace and name.
    pub(crate) fn key(&self, subject: &Subject) -> Option<Key> {
        let pod = |name: &str| (subject.namespace.clone(), "Pod".to_owned(), name.to_owned());
        let start = if !subject.resource.is_empty() {
            let kind = kind(&subject.group, &subject.resource)?.kind;
            let is_workload = kind == "Pod" || MAKERS.iter().any(|(known, _)| kind == *known);
            let key = (subject.namespace.clone(), kind.to_owned(), subject.name.clone());
            if !is_workload || subject.name.is_empty() {
                return None;
            }
            key
        } else if !subject.pod.is_empty() {
            pod(&subject.pod)
        } else {
            let short = subject.container.get(..SHORT)?;
            self.containers.get(short)?.clone()
        };
        Some(self.top(start))
    }

    /// The topmost owner, by references where they are known, else by the names that controllers give.
    fn top(&self, mut key: Key) -> Key {
        for _ in 0..DEPTH {
            match self.owners.get(&key).cloned().or_else(|| self.by_name(&key)) {
                Some(above) if above != key => key = above,
                _ => break,
            }
        }
        key
    }

    /// What made an object that is not known itself: `web-7c9d8f6b5-x2x4z` is of the Deployment `web`.
    fn by_name(&self, key: &Key) -> Option<Key> {
        let (namespace, kind, name) = key;
        if self.known.contains(key) {
            return None;
        }
        let candidates = MAKERS.iter().filter_map(|(maker, parts)| {
            let parts = match (kind.as_str(), *maker) {
                ("Pod", _) => *parts,
                ("ReplicaSet", "Deployment") | ("Job", "CronJob") => &[1][..],
                _ => return None,
            };
            parts.iter().find_map(|count| {
                let mut rest = name.as_str();
                for _ in 0..*count {
                    rest = rest.rsplit_once('-')?.0;
                }
                let above = (namespace.clone(), (*maker).to_owned(), rest.to_owned());
                self.known.contains(&above).then_some(above)
            })
        });
        // The longest name says most.
        candidates.max_by_key(|(_, _, name)| name.len())
    }

    /// What runs with a service account.
    fn of_account(&self, user: &str) -> Option<String> {
        let (namespace, name) = user.strip_prefix("system:serviceaccount:")?.split_once(':')?;
        let users = self.accounts.get(&(namespace.to_owned(), name.to_owned()))?;
        let tops: BTreeSet<Key> = users.iter().map(|key| self.top(key.clone())).collect();
        let mut names: Vec<String> = tops.iter().take(NAMED).map(shown).collect();
        if tops.len() > NAMED {
            names.push(format!("{} more", tops.len() - NAMED));
        }
        Some(names.join(", "))
    }
}

fn shown((namespace, kind, name): &Key) -> String {
    format!("{kind} {namespace}/{name}")
}

/// The kind of a built-in resource, in its newest version that is known.
pub(super) fn kind(group: &str, resource: &str) -> Option<&'static api::ApiVersion> {
    static KINDS: LazyLock<HashMap<(String, String), &'static api::ApiVersion>> = LazyLock::new(|| {
        let kinds = Kinds::default();
        let mut all: Vec<&api::ApiVersion> = api::all().iter().collect();
        // Stable versions come last, and stay.
        all.sort_by_key(|api| (!api.version.contains("alpha"), !api.version.contains("beta")));
        let of = |api: &'static api::ApiVersion| {
            let kind = GroupVersionKind {
                group: api.group.into(),
                version: api.version.into(),
                kind: api.kind.into(),
            };
            ((api.group.to_owned(), kinds.of(&kind).resource.resource.to_string()), api)
        };
        all.into_iter().map(of).collect()
    });
    KINDS.get(&(group.to_owned(), resource.to_owned())).copied()
}
