//! What a cluster is made of: its version, nodes, images by digest with the workloads that run them, and Services.

use sekisho_manifest::Node;

use crate::connection::Connection;
use crate::error::RequestError;
use crate::gathering::{BOOKKEEPING, name, read, resource, text};
use crate::list::Selection;
use crate::nodes::{NodeFacts, nodes};
use crate::running::{ImageUse, images};
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
