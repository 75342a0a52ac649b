//! The Pods of a run by namespace and by label, and which of them a selector picks.

use std::collections::{HashMap, HashSet};

use sekisho_manifest::selector::{Labels, Operator, Requirement, Selector};
use sekisho_manifest::workload::{self, Pod};
use sekisho_manifest::{Node, Object};
use smol_str::SmolStr;

use crate::{Inventory, ObjectId};

/// A Pod by its place: the object that is or makes it, and its number among that object's Pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PodId {
    object: ObjectId,
    nth: u32,
}

/// The Pods of each namespace.
#[derive(Debug, Default)]
pub(crate) struct PodIndex {
    namespaces: HashMap<SmolStr, NamespacePods>,
}

/// The Pods of one namespace, and those that carry each label.
#[derive(Debug, Default)]
pub(crate) struct NamespacePods {
    all: Vec<PodId>,
    by_label: HashMap<(SmolStr, SmolStr), Vec<PodId>>,
    keys: HashSet<SmolStr>,
}

impl PodIndex {
    pub(crate) fn new(inventory: &Inventory) -> Self {
        let mut index = Self::default();
        for object in inventory.with_pods() {
            let Some(maker) = inventory.object(*object) else { continue };
            let namespace = index.namespaces.entry(inventory.namespace_of(maker).into()).or_default();
            for (nth, pod) in (0..).zip(workload::pods(maker)) {
                let id = PodId { object: *object, nth };
                namespace.all.push(id);
                for (key, value) in labels(&pod) {
                    if !namespace.keys.contains(key) {
                        namespace.keys.insert(key.into());
                    }
                    namespace.by_label.entry((key.into(), value.into())).or_default().push(id);
                }
            }
        }
        index
    }

    pub(crate) fn namespace(&self, name: &str) -> Option<&NamespacePods> {
        self.namespaces.get(name)
    }
}

impl NamespacePods {
    /// How many Pods carry one of the labels that a requirement asks for; none where the requirement does not
    /// ask for values, or for labels that templates do not show.
    pub(crate) fn carriers(&self, requirement: &Requirement) -> Option<usize> {
        (requirement.operator() == Operator::In && !is_automatic(requirement.key())).then(|| {
            let key = SmolStr::new(requirement.key());
            let count =
                |value: &SmolStr| self.by_label.get(&(key.clone(), value.clone())).map_or(0, Vec::len);
            requirement.values().iter().map(count).sum()
        })
    }

    /// The Pods among which are all that a selector can pick, as few as the labels tell.
    fn candidates(&self, selector: &Selector) -> Vec<PodId> {
        let counted = selector.requirements().iter().filter_map(|one| Some((self.carriers(one)?, one)));
        let Some((_, rarest)) = counted.min_by_key(|(count, _)| *count) else { return self.all.clone() };
        let key = SmolStr::new(rarest.key());
        let carriers = |value: &SmolStr| self.by_label.get(&(key.clone(), value.clone()));
        let mut found: Vec<PodId> = rarest.values().iter().filter_map(carriers).flatten().copied().collect();
        found.sort_unstable();
        found
    }
}

impl Inventory {
    /// The Pods that the objects of a namespace are or make.
    pub fn pods_in<'a>(&'a self, namespace: &str) -> impl Iterator<Item = Pod<'a>> + use<'a> {
        let pods = self.pod_index().namespace(namespace).map_or(&[][..], |pods| &pods.all);
        self.resolve(pods.iter().copied())
    }

    /// The Pods of a namespace that a selector picks.
    pub fn pods_selected<'a>(
        &'a self,
        namespace: &str,
        selector: &'a Selector,
    ) -> impl Iterator<Item = Pod<'a>> + use<'a> {
        let candidates =
            self.pod_index().namespace(namespace).map_or_else(Vec::new, |pods| pods.candidates(selector));
        self.resolve(candidates).filter(|pod| selects(selector, pod))
    }

    /// Whether a selector that picks no Pod of a namespace would pick one if some labels were there that no
    /// Pod template of the namespace shows: labels that a program gives to Pods at run time, its leader for
    /// instance.
    pub fn may_select_at_run_time(&self, namespace: &str, selector: &Selector) -> bool {
        let Some(pods) = self.pod_index().namespace(namespace) else { return false };
        let shown: Vec<Requirement> =
            selector.requirements().iter().filter(|one| pods.keys.contains(one.key())).cloned().collect();
        let all = shown.len() == selector.requirements().len();
        let rest = Selector::new(shown);
        !all && !rest.is_empty() && self.pods_selected(namespace, &rest).next().is_some()
    }

    /// The Pods behind ids, which are in order, so that each object is searched for its Pods once.
    fn resolve<'a>(&'a self, ids: impl IntoIterator<Item = PodId>) -> impl Iterator<Item = Pod<'a>> {
        let mut last: Option<(ObjectId, Vec<Pod<'a>>)> = None;
        ids.into_iter().filter_map(move |id| {
            if last.as_ref().is_none_or(|(object, _)| *object != id.object) {
                last = Some((id.object, workload::pods(self.object(id.object)?)));
            }
            last.as_ref()?.1.get(id.nth as usize).cloned()
        })
    }
}

/// Whether a selector picks a Pod, by the labels of its template and by those that its controller adds.
pub fn selects(selector: &Selector, pod: &Pod<'_>) -> bool {
    selector.matches(&WithAutomatic { pod, selector })
}

/// The labels of a Pod as its template writes them.
pub(crate) fn labels<'a>(pod: &Pod<'a>) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
    let labels = pod.metadata.and_then(|metadata| metadata.get("labels"));
    labels
        .map_or(&[][..], Node::entries)
        .iter()
        .filter_map(|entry| Some((entry.key.as_str(), entry.node.as_str()?)))
}

/// The labels that controllers give to the Pods they make.
const AUTOMATIC: &[(&str, &[&str])] = &[
    ("statefulset.kubernetes.io/pod-name", &["StatefulSet"]),
    ("apps.kubernetes.io/pod-index", &["StatefulSet"]),
    ("controller-revision-hash", &["StatefulSet", "DaemonSet"]),
    ("pod-template-generation", &["DaemonSet"]),
    ("pod-template-hash", &["Deployment"]),
    ("batch.kubernetes.io/job-name", &["Job", "CronJob"]),
    ("job-name", &["Job", "CronJob"]),
    ("batch.kubernetes.io/controller-uid", &["Job", "CronJob"]),
    ("controller-uid", &["Job", "CronJob"]),
    ("batch.kubernetes.io/job-completion-index", &["Job", "CronJob"]),
];

fn is_automatic(key: &str) -> bool {
    AUTOMATIC.iter().any(|(known, _)| *known == key)
}

/// The labels of a Pod, with those that its controller adds taken to be as the selector wants them where
/// they can be.
struct WithAutomatic<'a> {
    pod: &'a Pod<'a>,
    selector: &'a Selector,
}

impl Labels for WithAutomatic<'_> {
    fn label_value(&self, key: &str) -> Option<&str> {
        let written = self.pod.label_value(key);
        if written.is_some() {
            return written;
        }
        let (_, kinds) = AUTOMATIC.iter().find(|(known, _)| *known == key)?;
        let object = self.pod.object;
        if !kinds.contains(&object.kind.as_str()) {
            return None;
        }
        let wanted = self.selector.requirements().iter().find(|one| one.key() == key)?;
        match wanted.operator() {
            Operator::In => {
                wanted.values().iter().map(SmolStr::as_str).find(|value| can_be(object, key, value))
            }
            _ => Some(""),
        }
    }
}

/// Whether a controller can give this value to a label.
fn can_be(object: &Object, key: &str, value: &str) -> bool {
    let behind_name = || value.strip_prefix(object.name.as_str())?.strip_prefix('-');
    match key {
        "apps.kubernetes.io/pod-index" | "batch.kubernetes.io/job-completion-index" => is_number(value),
        "batch.kubernetes.io/job-name" | "job-name" if object.kind == "Job" => value == object.name,
        "statefulset.kubernetes.io/pod-name" | "batch.kubernetes.io/job-name" | "job-name" => {
            behind_name().is_some_and(is_number)
        }
        _ => true,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
