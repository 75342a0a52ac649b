//! Typed views: the Pod that a workload makes, and its containers.
//!
//! A view is a window on the tree: it copies nothing and knows the path of what it shows.

use smol_str::SmolStr;

use crate::{FieldPath, Node, Object, Place, field};

/// The Pod that an object is or makes.
#[derive(Debug, Clone)]
pub struct Pod<'a> {
    /// The object: a Pod, a workload, a PodTemplate, or a custom resource that embeds a template.
    pub object: &'a Object,
    /// The Pod's `spec`.
    pub spec: &'a Node,
    /// The path of `spec` in the object.
    pub spec_path: FieldPath,
    /// The Pod's `metadata` (of the template, for a workload).
    pub metadata: Option<&'a Node>,
    /// The path of `metadata` in the object.
    pub metadata_path: FieldPath,
}

/// What a container is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerRole {
    /// Runs for the life of the Pod.
    Regular,
    /// Runs to its end before the regular ones start.
    Init,
    /// An init container with `restartPolicy: Always`: starts first and stays.
    Sidecar,
    /// Added to a running Pod by hand.
    Ephemeral,
}

/// One container of a [`Pod`].
#[derive(Debug, Clone)]
pub struct Container<'a> {
    /// The Pod it belongs to.
    pub pod: &'a Pod<'a>,
    /// What it is for.
    pub role: ContainerRole,
    /// The container's tree.
    pub node: &'a Node,
    /// The path of the container in the object.
    pub path: FieldPath,
}

/// The built-in kinds that make Pods and the path of the Pod (its `metadata` and `spec`) in each.
const TEMPLATES: &[(&str, &str, &[&str])] = &[
    ("", "Pod", &[]),
    ("", "PodTemplate", &["template"]),
    ("", "ReplicationController", &["spec", "template"]),
    ("apps", "Deployment", &["spec", "template"]),
    ("apps", "StatefulSet", &["spec", "template"]),
    ("apps", "DaemonSet", &["spec", "template"]),
    ("apps", "ReplicaSet", &["spec", "template"]),
    ("extensions", "Deployment", &["spec", "template"]),
    ("extensions", "DaemonSet", &["spec", "template"]),
    ("extensions", "ReplicaSet", &["spec", "template"]),
    ("batch", "Job", &["spec", "template"]),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template"]),
];

/// How deep a custom resource is searched for an embedded Pod template.
const SEARCH_DEPTH: usize = 8;

/// The Pods that an object is or makes: one for the built-in kinds, any number for a custom resource that
/// embeds templates (recognised by a `spec` with a list of `containers` that have names), none otherwise.
pub fn pods(object: &Object) -> Vec<Pod<'_>> {
    let built_in = TEMPLATES.iter().find(|(group, kind, _)| object.is(group, kind));
    if let Some((_, _, path)) = built_in {
        let path: FieldPath = path.iter().copied().collect();
        return object
            .root
            .resolve(&path)
            .and_then(|template| pod_at(object, template, &path))
            .into_iter()
            .collect();
    }
    let mut found = Vec::new();
    if object.is_custom() {
        search(object, &object.root, FieldPath::root(), SEARCH_DEPTH, &mut found);
    }
    found
}

fn search<'a>(object: &'a Object, node: &'a Node, path: FieldPath, depth: usize, found: &mut Vec<Pod<'a>>) {
    if depth == 0 {
        return;
    }
    if let Some(pod) = pod_at(object, node, &path).filter(|pod| holds_containers(pod.spec)) {
        found.push(pod);
        return;
    }
    let desired = |key: &str| !(path.is_root() && key == "status");
    for entry in node.entries().iter().filter(|entry| desired(&entry.key)) {
        search(object, &entry.node, path.child(&entry.key), depth - 1, found);
    }
    for (index, item) in node.items().iter().enumerate() {
        search(object, item, path.child(index), depth - 1, found);
    }
}

fn holds_containers(spec: &Node) -> bool {
    let containers = spec.get("containers").map_or(&[][..], Node::items);
    !containers.is_empty()
        && containers
            .iter()
            .all(|container| container.get("name").is_some() || container.get("image").is_some())
}

fn pod_at<'a>(object: &'a Object, template: &'a Node, path: &FieldPath) -> Option<Pod<'a>> {
    Some(Pod {
        object,
        spec: template.get("spec")?,
        spec_path: path.child("spec"),
        metadata: template.get("metadata"),
        metadata_path: path.child("metadata"),
    })
}

impl<'a> Pod<'a> {
    /// The containers of every role, in the order in which they start: init and sidecar, regular, ephemeral.
    pub fn containers(&'a self) -> Vec<Container<'a>> {
        let lists = [
            ("initContainers", ContainerRole::Init),
            ("containers", ContainerRole::Regular),
            ("ephemeralContainers", ContainerRole::Ephemeral),
        ];
        let mut containers = Vec::new();
        for (list, role) in lists {
            let items = self.spec.get(list).map_or(&[][..], Node::items);
            for (index, node) in items.iter().enumerate() {
                let sidecar = role == ContainerRole::Init && node.str("restartPolicy") == "Always";
                containers.push(Container {
                    pod: self,
                    role: if sidecar { ContainerRole::Sidecar } else { role },
                    node,
                    path: self.spec_path.child(list).child(index),
                });
            }
        }
        containers
    }

    /// The place of a field of the Pod's `spec`, by its path from there.
    pub fn field(&self, path: FieldPath) -> Place<'a> {
        self.object.place(self.spec_path.join(&path))
    }

    /// The place of a field of the Pod's `metadata`, by its path from there.
    pub fn metadata_field(&self, path: FieldPath) -> Place<'a> {
        self.object.place(self.metadata_path.join(&path))
    }

    /// A label of the Pod.
    pub fn label(&self, key: &str) -> Option<&'a str> {
        self.metadata?.at(&["labels", key])?.as_str()
    }

    /// An annotation of the Pod.
    pub fn annotation(&self, key: &str) -> Option<&'a str> {
        self.metadata?.at(&["annotations", key])?.as_str()
    }

    /// The service account the Pod runs as; `default` where none is named.
    pub fn service_account(&self) -> &'a str {
        [self.spec.str("serviceAccountName"), self.spec.str("serviceAccount")]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or("default")
    }

    /// Whether the Pod ends by itself: a Job's, or one that is not restarted when it has succeeded.
    pub fn runs_to_completion(&self) -> bool {
        self.object.group() == "batch" || matches!(self.spec.str("restartPolicy"), "Never" | "OnFailure")
    }

    /// Whether this is only a patch on a Pod that stands elsewhere: none of its containers is whole.
    pub fn is_patch(&self) -> bool {
        self.containers().iter().all(Container::is_patch)
    }

    /// Whether the kubelet of one node makes the Pod from a file of that node, as it does for the control
    /// plane: such a Pod has no service account and no owner.
    pub fn is_static(&self) -> bool {
        self.object.is("", "Pod")
            && (self.annotation("kubernetes.io/config.mirror").is_some()
                || self.annotation("kubernetes.io/config.source").is_some_and(|source| source != "api")
                || self.label("tier") == Some("control-plane"))
    }

    /// Whether the Pod runs on Windows, as far as its `spec` says.
    pub fn is_windows(&self) -> bool {
        self.spec
            .at(&["os", "name"])
            .or_else(|| self.spec.at(&["nodeSelector", "kubernetes.io/os"]))
            .and_then(Node::as_str)
            == Some("windows")
    }
}

impl<'a> Container<'a> {
    /// The container's name, else its place in the list.
    pub fn name(&self) -> SmolStr {
        match self.node.str("name") {
            "" => SmolStr::new(self.path.to_string()),
            name => SmolStr::new(name),
        }
    }

    /// The image reference as written; empty where there is none.
    pub fn image(&self) -> &'a str {
        self.node.str("image")
    }

    /// Whether this is only a patch on a container that stands elsewhere, for an operator or for kustomize, so
    /// that what it leaves out is unknown: the API server takes no container without an image.
    pub fn is_patch(&self) -> bool {
        self.image().is_empty()
    }

    /// Whether the container stays for the life of its Pod, so that it may have probes.
    pub fn stays(&self) -> bool {
        matches!(self.role, ContainerRole::Regular | ContainerRole::Sidecar)
    }

    /// A field of the container's security context.
    pub fn security(&self, key: &str) -> Option<&'a Node> {
        self.node.at(&["securityContext", key])
    }

    /// A field of the container's security context, else of the Pod's, as the kubelet takes it, and the
    /// place where it stands: the container's field unless only the Pod's is set.
    pub fn effective(&self, key: &str) -> (Option<&'a Node>, Place<'a>) {
        if let Some(node) = self.security(key) {
            return (Some(node), self.field(field!["securityContext", key]));
        }
        match self.pod.spec.at(&["securityContext", key]) {
            Some(node) => (Some(node), self.pod.field(field!["securityContext", key])),
            None => (None, self.field(field!["securityContext", key])),
        }
    }

    /// The place of a field of the container, by its path from there.
    pub fn field(&self, path: FieldPath) -> Place<'a> {
        self.pod.object.place(self.path.join(&path))
    }

    /// The place that stands for the container as a whole.
    pub fn head(&self) -> Place<'a> {
        self.pod.object.place(self.path.clone())
    }
}
