//! Which kinds a server has: aggregated discovery, and the older way by group and version where that is all there is.

use sekisho_manifest::Node;
use smol_str::{SmolStr, format_smolstr};

use crate::connection::Connection;
use crate::error::RequestError;

/// A kind of the server's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The API group; empty for the core group.
    pub group: SmolStr,
    /// The version that the server prefers.
    pub version: SmolStr,
    /// The kind: `Deployment`.
    pub kind: SmolStr,
    /// The plural in paths and roles: `deployments`.
    pub plural: SmolStr,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// What can be done with it: `get`, `list`, …
    pub verbs: Vec<SmolStr>,
}

/// What a server has.
#[derive(Debug, Clone, Default)]
pub struct Discovered {
    /// The kinds, each in the version that the server prefers, in the server's order.
    pub resources: Vec<Resource>,
    /// Groups and versions of which nothing could be learned, with the reason.
    pub unknown: Vec<(SmolStr, String)>,
}

/// Aggregated discovery as it was in 1.26 and since 1.30, else the names of groups alone.
const ACCEPT: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                      application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,\
                      application/json";

impl Resource {
    /// `deployments.apps`; `pods`.
    pub fn full_name(&self) -> SmolStr {
        if self.group.is_empty() {
            self.plural.clone()
        } else {
            format_smolstr!("{}.{}", self.plural, self.group)
        }
    }

    /// The group and version as objects name them: `apps/v1`, `v1`.
    pub fn api_version(&self) -> SmolStr {
        if self.group.is_empty() {
            self.version.clone()
        } else {
            format_smolstr!("{}/{}", self.group, self.version)
        }
    }

    /// The path of the list, in a namespace or of the whole cluster.
    pub fn path(&self, namespace: Option<&str>) -> String {
        let root = if self.group.is_empty() { "/api" } else { "/apis" };
        let mut path = format!("{root}/{}", self.api_version());
        if let Some(namespace) = namespace.filter(|_| self.namespaced) {
            path = format!("{path}/namespaces/{namespace}");
        }
        format!("{path}/{}", self.plural)
    }

    /// The path of one object.
    pub fn object_path(&self, namespace: Option<&str>, name: &str) -> String {
        format!("{}/{name}", self.path(namespace))
    }

    /// Whether the objects can be watched.
    pub fn is_watchable(&self) -> bool {
        self.is_listable() && self.verbs.iter().any(|verb| verb == "watch")
    }

    /// Whether the objects can be listed.
    pub fn is_listable(&self) -> bool {
        self.verbs.iter().any(|verb| verb == "list")
    }
}

/// Asks a server which kinds it has.
pub fn discover(connection: &Connection) -> Result<Discovered, RequestError> {
    let mut found = Discovered::default();
    for root in ["/api", "/apis"] {
        let answer = connection.get_as(root, ACCEPT)?;
        match answer.str("kind") {
            "APIGroupDiscoveryList" => found.aggregated(&answer),
            "APIVersions" => {
                let versions: Vec<_> = answer.strings("versions").map(SmolStr::new).collect();
                found.group(connection, "", &versions);
            }
            "APIGroupList" => {
                for group in answer.get("groups").map_or(&[][..], Node::items) {
                    found.group(connection, group.str("name"), &versions(group));
                }
            }
            _ => return Err(RequestError::Nonsense { path: root.to_owned() }),
        }
    }
    Ok(found)
}

/// The versions of a group, the preferred one first.
fn versions(group: &Node) -> Vec<SmolStr> {
    let preferred = group.get("preferredVersion").map_or("", |version| version.str("version"));
    let items = group.get("versions").map_or(&[][..], Node::items).iter().map(|item| item.str("version"));
    let others = items.filter(|version| *version != preferred);
    [preferred].into_iter().filter(|one| !one.is_empty()).chain(others).map(SmolStr::new).collect()
}

impl Discovered {
    fn aggregated(&mut self, answer: &Node) {
        for group in answer.get("items").map_or(&[][..], Node::items) {
            let name = group.get("metadata").map_or("", |metadata| metadata.str("name"));
            for version in group.get("versions").map_or(&[][..], Node::items) {
                if version.str("freshness") == "Stale" {
                    let api_version = joined(name, version.str("version"));
                    self.unknown.push((api_version, "the server behind it does not answer".to_owned()));
                }
                for item in version.get("resources").map_or(&[][..], Node::items) {
                    self.add(Resource {
                        group: name.into(),
                        version: version.str("version").into(),
                        kind: item.get("responseKind").map_or("", |kind| kind.str("kind")).into(),
                        plural: item.str("resource").into(),
                        namespaced: item.str("scope") == "Namespaced",
                        verbs: item.strings("verbs").map(SmolStr::new).collect(),
                    });
                }
            }
        }
    }

    fn group(&mut self, connection: &Connection, group: &str, versions: &[SmolStr]) {
        for version in versions {
            let api_version = joined(group, version);
            let root = if group.is_empty() { "/api" } else { "/apis" };
            match connection.get(&format!("{root}/{api_version}")) {
                Ok(answer) => {
                    for item in answer.get("resources").map_or(&[][..], Node::items) {
                        self.add(Resource {
                            group: group.into(),
                            version: version.clone(),
                            kind: item.str("kind").into(),
                            plural: item.str("name").into(),
                            namespaced: item.is_true("namespaced"),
                            verbs: item.strings("verbs").map(SmolStr::new).collect(),
                        });
                    }
                }
                Err(error) => self.unknown.push((api_version, error.to_string())),
            }
        }
    }

    /// Enters a kind, unless a version that comes before has it.
    fn add(&mut self, resource: Resource) {
        let part = resource.plural.contains('/') || resource.plural.is_empty() || resource.kind.is_empty();
        let known = |one: &Resource| one.group == resource.group && one.plural == resource.plural;
        if !part && !self.resources.iter().any(known) {
            self.resources.push(resource);
        }
    }
}

fn joined(group: &str, version: &str) -> SmolStr {
    if group.is_empty() { version.into() } else { format_smolstr!("{group}/{version}") }
}
