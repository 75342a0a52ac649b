//! The nodes of a cluster, as they describe themselves.

use sekisho_manifest::Node;

use crate::connection::Connection;
use crate::gathering::{name, read, resource, text};
use crate::list::Selection;
use crate::scanner::Left;
use crate::survey::Unread;

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

/// Parts of nodes that change by the minute, or are as long as there are images.
const NODE: &[Left] = &[
    &["metadata", "managedFields"],
    &["metadata", "annotations"],
    &["status", "images"],
    &["status", "conditions"],
];

/// The nodes, in the order of their names.
pub(crate) fn nodes(connection: &Connection, unread: &mut Vec<Unread>) -> Vec<NodeFacts> {
    let nodes = resource("", "v1", "Node", "nodes", false);
    let mut all: Vec<NodeFacts> = Vec::new();
    let selection = Selection { leave: NODE, ..Selection::of(&nodes) };
    read(connection, &selection, unread, &mut |root| all.push(NodeFacts::read(root)));
    all.sort();
    all
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
