//! What a cluster is made of: its version, nodes, images by digest with the workloads that run them, and Services.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::connection::{Connection, RequestError};
use crate::discovery::Resource;
use crate::list::{Receiver, Selection};
use crate::scanner::Left;
use crate::status::parse;
use crate::survey::Unread;

/// What a cluster is made of.
#[derive(Debug, Clone, Default)]
pub struct Composition {
    /// The version of the API server: `v1.36.3`.
    pub version: String,
    /// The identifier of the cluster: that of its namespace `kube-system`; empty where it may not be read.
    pub identifier: String,
    /// The nodes, in the order of their names.
    pub nodes: Vec<NodeFacts>,
    /// The images that Pods run, in order.
    pub images: Vec<ImageUse>,
    /// The Services, in order.
    pub services: Vec<ServiceFacts>,
    /// What was not read.
    pub unread: Vec<Unread>,
}

/// What a node says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeFacts {
    /// Its name.
    pub name: String,
    /// `control-plane` and the like, as its labels say.
    pub roles: Vec<String>,
    /// The version of the kubelet: `v1.36.3`.
    pub kubelet: String,
    /// The container runtime: `containerd://2.1.4`.
    pub runtime: String,
    /// `linux`, `windows`.
    pub operating_system: String,
    /// The distribution: `Debian GNU/Linux 12 (bookworm)`.
    pub distribution: String,
    /// The version of the kernel.
    pub kernel: String,
    /// `amd64`, `arm64`.
    pub architecture: String,
}

/// An image that Pods run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageUse {
    /// The reference, as Pods have it.
    pub reference: String,
    /// The digest that a node runs: `sha256:…`; none where no node has said it yet.
    pub digest: Option<String>,
    /// The workloads that run it: `Deployment shop/web (container web)`.
    pub workloads: BTreeSet<String>,
}

/// A Service.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceFacts {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`.
    pub kind: String,
    /// The ports: `443/TCP`.
    pub ports: Vec<String>,
}

/// Parts of Pods that say nothing of images and owners.
const POD: &[Left] = &[
    &["metadata", "managedFields"],
    &["metadata", "annotations"],
    &["spec", "volumes"],
    &["spec", "containers", "*", "env"],
    &["spec", "initContainers", "*", "env"],
    &["status", "conditions"],
];

/// Parts of nodes that change by the minute, or are as long as there are images.
const NODE: &[Left] = &[
    &["metadata", "managedFields"],
    &["metadata", "annotations"],
    &["status", "images"],
    &["status", "conditions"],
];

const BOOKKEEPING: &[Left] = &[&["metadata", "managedFields"], &["metadata", "annotations"]];

/// Reads what a cluster is made of. What one request fails for is left out and said; an error is that of the first
/// request.
pub fn composition(connection: &Connection, namespace: Option<&str>) -> Result<Composition, RequestError> {
    let version = connection.get("/version")?;
    let mut found = Composition { version: version.str("gitVersion").to_owned(), ..Composition::default() };
    match connection.get("/api/v1/namespaces/kube-system") {
        Ok(root) => text(&root, &["metadata", "uid"]).clone_into(&mut found.identifier),
        Err(error) => found.lack("namespaces", &error),
    }
    let nodes = resource("", "v1", "Node", "nodes", false);
    let mut all: Vec<NodeFacts> = Vec::new();
    found.read(connection, &Selection { leave: NODE, ..Selection::of(&nodes) }, &mut |root| {
        all.push(NodeFacts::read(root));
    });
    all.sort();
    found.nodes = all;

    // Who made what, so that Pods can be given to what somebody wrote.
    let mut makers: HashMap<String, Maker> = HashMap::new();
    for (group, kind, plural) in [("apps", "ReplicaSet", "replicasets"), ("batch", "Job", "jobs")] {
        let resource = resource(group, "v1", kind, plural, true);
        let selection =
            Selection { namespace, metadata_only: true, leave: BOOKKEEPING, ..Selection::of(&resource) };
        found.read(connection, &selection, &mut |root| {
            let owner = Maker::above(root).unwrap_or_else(|| Maker {
                kind: kind.to_owned(),
                name: name(root),
                uid: String::new(),
            });
            makers.insert(text(root, &["metadata", "uid"]).to_owned(), owner);
        });
    }
    let pods = resource("", "v1", "Pod", "pods", true);
    let mut images: BTreeMap<(String, Option<String>), BTreeSet<String>> = BTreeMap::new();
    found.read(connection, &Selection { namespace, leave: POD, ..Selection::of(&pods) }, &mut |root| {
        let maker = Maker::above(root).map(|maker| makers.get(&maker.uid).cloned().unwrap_or(maker));
        let maker =
            maker.unwrap_or_else(|| Maker { kind: "Pod".to_owned(), name: name(root), uid: String::new() });
        let workload = format!("{} {}/{}", maker.kind, text(root, &["metadata", "namespace"]), maker.name);
        for (container, reference, digest) in containers(root) {
            let used = images.entry((reference, digest)).or_default();
            used.insert(format!("{workload} (container {container})"));
        }
    });
    found.images = images
        .into_iter()
        .map(|((reference, digest), workloads)| ImageUse { reference, digest, workloads })
        .collect();

    let services = resource("", "v1", "Service", "services", true);
    let mut all: Vec<ServiceFacts> = Vec::new();
    found.read(
        connection,
        &Selection { namespace, leave: BOOKKEEPING, ..Selection::of(&services) },
        &mut |root| {
            all.push(ServiceFacts::read(root));
        },
    );
    all.sort();
    found.services = all;
    Ok(found)
}

impl Composition {
    fn read(&mut self, connection: &Connection, selection: &Selection<'_>, take: &mut dyn FnMut(&Node)) {
        let mut taking = Taking { take, kept: Vec::new() };
        match connection.list(selection, &mut taking) {
            Ok(_) => {
                for root in &taking.kept {
                    (taking.take)(root);
                }
            }
            Err(error) => self.lack(&selection.resource.full_name(), &error),
        }
    }

    fn lack(&mut self, what: &str, error: &RequestError) {
        self.unread.push(Unread { what: what.into(), why: error.to_string() });
    }
}

/// Keeps a list until it is whole, since a list that expires begins anew.
struct Taking<'a> {
    take: &'a mut dyn FnMut(&Node),
    kept: Vec<Node>,
}

impl Receiver for Taking<'_> {
    fn item(&mut self, text: &str) -> bool {
        self.kept.extend(parse(text).filter(|root| root.as_mapping().is_some()));
        true
    }

    fn restart(&mut self) {
        self.kept.clear();
    }
}

impl NodeFacts {
    fn read(root: &Node) -> Self {
        const ROLE: &str = "node-role.kubernetes.io/";
        let said = |key: &str| text(root, &["status", "nodeInfo", key]).to_owned();
        let labels = root.at(&["metadata", "labels"]).map_or(&[][..], Node::entries);
        Self {
            name: name(root),
            roles: labels.iter().filter_map(|label| Some(label.key.strip_prefix(ROLE)?.to_owned())).collect(),
            kubelet: said("kubeletVersion"),
            runtime: said("containerRuntimeVersion"),
            operating_system: said("operatingSystem"),
            distribution: said("osImage"),
            kernel: said("kernelVersion"),
            architecture: said("architecture"),
        }
    }
}

impl ServiceFacts {
    fn read(root: &Node) -> Self {
        let ports = root.at(&["spec", "ports"]).map_or(&[][..], Node::items);
        let port = |port: &Node| {
            let protocol =
                Some(port.str("protocol")).filter(|protocol| !protocol.is_empty()).unwrap_or("TCP");
            Some(format!("{}/{protocol}", port.get("port")?.as_i64()?))
        };
        Self {
            namespace: text(root, &["metadata", "namespace"]).to_owned(),
            name: name(root),
            kind: text(root, &["spec", "type"]).to_owned(),
            ports: ports.iter().filter_map(port).collect(),
        }
    }
}

/// The object that made another.
#[derive(Debug, Clone)]
struct Maker {
    kind: String,
    name: String,
    uid: String,
}

impl Maker {
    fn above(root: &Node) -> Option<Self> {
        let owners = root.at(&["metadata", "ownerReferences"]).map_or(&[][..], Node::items);
        let owner = owners.iter().find(|owner| owner.is_true("controller"))?;
        let of = |key: &str| owner.str(key).to_owned();
        Some(Self { kind: of("kind"), name: of("name"), uid: of("uid") })
    }
}

/// The containers of a Pod: name, image, and the digest that its node runs.
fn containers(pod: &Node) -> Vec<(String, String, Option<String>)> {
    let mut found = Vec::new();
    let lists = [
        ("initContainers", "initContainerStatuses"),
        ("containers", "containerStatuses"),
        ("ephemeralContainers", "ephemeralContainerStatuses"),
    ];
    for (list, statuses) in lists {
        let statuses = pod.at(&["status", statuses]).map_or(&[][..], Node::items);
        for container in pod.at(&["spec", list]).map_or(&[][..], Node::items) {
            let name = container.str("name");
            let status = statuses.iter().find(|status| status.str("name") == name);
            let running = status.and_then(|status| digest(status.str("imageID")));
            let written = container.str("image").split_once('@').map(|(_, digest)| digest.to_owned());
            found.push((name.to_owned(), container.str("image").to_owned(), running.or(written)));
        }
    }
    found
}

/// The digest of a manifest in what a runtime calls an image; what has no repository before it is the digest of the
/// configuration.
fn digest(image: &str) -> Option<String> {
    let (_, digest) = image.rsplit_once('@')?;
    digest.starts_with("sha256:").then(|| digest.to_owned())
}

fn resource(group: &str, version: &str, kind: &str, plural: &str, namespaced: bool) -> Resource {
    Resource {
        group: group.into(),
        version: version.into(),
        kind: kind.into(),
        plural: plural.into(),
        namespaced,
        verbs: vec![SmolStr::new_static("list")],
    }
}

fn text<'n>(root: &'n Node, path: &[&str]) -> &'n str {
    root.at(path).and_then(Node::as_str).unwrap_or("")
}

fn name(root: &Node) -> String {
    text(root, &["metadata", "name"]).to_owned()
}
