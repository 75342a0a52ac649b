//! What a cluster is made of: its version, nodes, images by digest with the workloads that run them, and Services.

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::connection::{Connection, RequestError};
use crate::discovery::Resource;
use crate::list::{Receiver, Selection};
use crate::running::{ImageUse, images};
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

/// Parts of nodes that change by the minute, or are as long as there are images.
const NODE: &[Left] = &[
    &["metadata", "managedFields"],
    &["metadata", "annotations"],
    &["status", "images"],
    &["status", "conditions"],
];

pub(crate) const BOOKKEEPING: &[Left] = &[&["metadata", "managedFields"], &["metadata", "annotations"]];

/// Reads what a cluster is made of. What one request fails for is left out and said; an error is that of the first
/// request.
pub fn composition(connection: &Connection, namespace: Option<&str>) -> Result<Composition, RequestError> {
    let version = connection.get("/version")?;
    let mut found = Composition { version: version.str("gitVersion").to_owned(), ..Composition::default() };
    match connection.get("/api/v1/namespaces/kube-system") {
        Ok(root) => text(&root, &["metadata", "uid"]).clone_into(&mut found.identifier),
        Err(error) => found.lack("namespaces", &error),
    }
    found.nodes = nodes(connection, &mut found.unread);
    found.images = images(connection, namespace, &mut found.unread);

    let services = resource("", "v1", "Service", "services", true);
    let mut all: Vec<ServiceFacts> = Vec::new();
    let selection = Selection { namespace, leave: BOOKKEEPING, ..Selection::of(&services) };
    read(connection, &selection, &mut found.unread, &mut |root| all.push(ServiceFacts::read(root)));
    all.sort();
    found.services = all;
    Ok(found)
}

impl Composition {
    fn lack(&mut self, what: &str, error: &RequestError) {
        self.unread.push(Unread { what: what.into(), why: error.to_string() });
    }
}

/// The nodes, in the order of their names.
pub(crate) fn nodes(connection: &Connection, unread: &mut Vec<Unread>) -> Vec<NodeFacts> {
    let nodes = resource("", "v1", "Node", "nodes", false);
    let mut all: Vec<NodeFacts> = Vec::new();
    let selection = Selection { leave: NODE, ..Selection::of(&nodes) };
    read(connection, &selection, unread, &mut |root| all.push(NodeFacts::read(root)));
    all.sort();
    all
}

/// Reads a list; why it could not be read is entered.
pub(crate) fn read(
    connection: &Connection,
    selection: &Selection<'_>,
    unread: &mut Vec<Unread>,
    take: &mut dyn FnMut(&Node),
) {
    let mut taking = Taking { take, kept: Vec::new() };
    match connection.list(selection, &mut taking) {
        Ok(_) => {
            for root in &taking.kept {
                (taking.take)(root);
            }
        }
        Err(error) => {
            unread.push(Unread { what: selection.resource.full_name(), why: error.to_string() });
        }
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

pub(crate) fn resource(group: &str, version: &str, kind: &str, plural: &str, namespaced: bool) -> Resource {
    Resource {
        group: group.into(),
        version: version.into(),
        kind: kind.into(),
        plural: plural.into(),
        namespaced,
        verbs: vec![SmolStr::new_static("list")],
    }
}

pub(crate) fn text<'n>(root: &'n Node, path: &[&str]) -> &'n str {
    root.at(path).and_then(Node::as_str).unwrap_or("")
}

fn name(root: &Node) -> String {
    text(root, &["metadata", "name"]).to_owned()
}
