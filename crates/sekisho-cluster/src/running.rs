//! The images that Pods run: each by the digest that nodes report, with the workloads above the Pods, and the secrets
//! that it was pulled with.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use sekisho_manifest::Node;

use crate::connection::Connection;
use crate::error::RequestError;
use crate::gathering::{BOOKKEEPING, read, resource, text};
use crate::list::Selection;
use crate::nodes::{NodeFacts, nodes};
use crate::scanner::Left;
use crate::survey::Unread;

/// An image that Pods run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageUse {
    /// The reference, as Pods have it.
    pub reference: String,
    /// The digest that a node runs: `sha256:…`; none where no node has said it yet.
    pub digest: Option<String>,
    /// The containers that run it.
    pub users: BTreeSet<ImageUser>,
    /// The secrets of Pods that it may be pulled with: namespace and name.
    pub secrets: BTreeSet<(String, String)>,
    /// The nodes that it runs on.
    pub nodes: BTreeSet<String>,
}

/// A container of a workload.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageUser {
    /// The group and version of its kind; empty where they are not known.
    pub api_version: String,
    /// The kind of the workload that somebody wrote.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The container.
    pub container: String,
}

impl fmt::Display for ImageUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{} (container {})", self.kind, self.namespace, self.name, self.container)
    }
}

/// What a cluster runs.
#[derive(Debug, Clone, Default)]
pub struct Running {
    /// The images, in order.
    pub images: Vec<ImageUse>,
    /// The nodes by their names, as far as they could be read.
    pub nodes: BTreeMap<String, NodeFacts>,
    /// What was not read.
    pub unread: Vec<Unread>,
}

/// Parts of Pods that say nothing of images and owners.
pub(crate) const POD: &[Left] = &[
    &["metadata", "managedFields"],
    &["metadata", "annotations"],
    &["spec", "volumes"],
    &["spec", "containers", "*", "env"],
    &["spec", "initContainers", "*", "env"],
    &["status", "conditions"],
];

/// Reads the images that a cluster runs, or a namespace of it. What one request fails for is left out and said; an error
/// is that of the first request.
pub fn running(connection: &Connection, namespace: Option<&str>) -> Result<Running, RequestError> {
    connection.get("/version")?;
    let mut running = Running::default();
    let nodes = nodes(connection, &mut running.unread);
    running.nodes = nodes.into_iter().map(|node| (node.name.clone(), node)).collect();
    running.images = images(connection, namespace, &mut running.unread);
    Ok(running)
}

/// The images that Pods run.
pub(crate) fn images(
    connection: &Connection,
    namespace: Option<&str>,
    unread: &mut Vec<Unread>,
) -> Vec<ImageUse> {
    // Who made what, so that Pods can be given to what somebody wrote.
    let mut makers: HashMap<String, Maker> = HashMap::new();
    for (group, kind, plural) in [("apps", "ReplicaSet", "replicasets"), ("batch", "Job", "jobs")] {
        let resource = resource(group, "v1", kind, plural, true);
        let selection =
            Selection { namespace, metadata_only: true, leave: BOOKKEEPING, ..Selection::of(&resource) };
        read(connection, &selection, unread, &mut |root| {
            let name = text(root, &["metadata", "name"]);
            let owner = Maker::above(root).unwrap_or_else(|| Maker::of(&format!("{group}/v1"), kind, name));
            makers.insert(text(root, &["metadata", "uid"]).to_owned(), owner);
        });
    }
    let pods = resource("", "v1", "Pod", "pods", true);
    let mut images: BTreeMap<(String, Option<String>), ImageUse> = BTreeMap::new();
    let selection = Selection { namespace, leave: POD, ..Selection::of(&pods) };
    read(connection, &selection, unread, &mut |root| {
        let maker = Maker::above(root).map(|maker| makers.get(&maker.uid).cloned().unwrap_or(maker));
        let maker = maker.unwrap_or_else(|| Maker::of("v1", "Pod", text(root, &["metadata", "name"])));
        let namespace = text(root, &["metadata", "namespace"]);
        let secrets = root.at(&["spec", "imagePullSecrets"]).map_or(&[][..], Node::items);
        for (container, reference, digest) in containers(root) {
            let used = images.entry((reference.clone(), digest.clone())).or_insert_with(|| ImageUse {
                reference,
                digest,
                users: BTreeSet::new(),
                secrets: BTreeSet::new(),
                nodes: BTreeSet::new(),
            });
            used.users.insert(ImageUser {
                api_version: maker.api_version.clone(),
                kind: maker.kind.clone(),
                namespace: namespace.to_owned(),
                name: maker.name.clone(),
                container,
            });
            let names = secrets.iter().map(|secret| secret.str("name")).filter(|name| !name.is_empty());
            used.secrets.extend(names.map(|name| (namespace.to_owned(), name.to_owned())));
            let node = text(root, &["spec", "nodeName"]);
            used.nodes.extend(Some(node.to_owned()).filter(|node| !node.is_empty()));
        }
    });
    images.into_values().collect()
}

/// The object that made another.
#[derive(Debug, Clone)]
pub(crate) struct Maker {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) uid: String,
}

impl Maker {
    /// An object that nothing made.
    pub(crate) fn of(api_version: &str, kind: &str, name: &str) -> Self {
        let (api_version, kind, name) = (api_version.to_owned(), kind.to_owned(), name.to_owned());
        Self { api_version, kind, name, uid: String::new() }
    }

    pub(crate) fn above(root: &Node) -> Option<Self> {
        let owners = root.at(&["metadata", "ownerReferences"]).map_or(&[][..], Node::items);
        let owner = owners.iter().find(|owner| owner.is_true("controller"))?;
        let of = |key: &str| owner.str(key).to_owned();
        Some(Self { api_version: of("apiVersion"), kind: of("kind"), name: of("name"), uid: of("uid") })
    }
}

/// The containers of a Pod: name, image, and the digest that its node runs.
pub(crate) fn containers(pod: &Node) -> Vec<(String, String, Option<String>)> {
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
