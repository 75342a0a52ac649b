//! Policies that stand in a cluster: ConfigMaps, and the resources of Kyverno's and Gatekeeper's policies.

use std::fmt::Write as _;

use data_encoding::BASE64;
use sekisho_cluster::{Connection, RequestError, Resource, discover};
use sekisho_manifest::{Node, to_yaml};
use smol_str::format_smolstr;

use crate::bundle::{Budget, Bundle, BundleError, FileOrigin, Gathering, Provenance};
use crate::location::{ClusterLocation, Location};

/// Why a cluster gives no bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// The API server does not answer as asked.
    #[error("cannot read {what}: {error}")]
    Request {
        /// What was asked for.
        what: String,
        /// Why.
        error: RequestError,
    },
    /// What was read is no bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

/// Objects a page.
const PAGE: u32 = 200;

/// The groups whose resources are policies that the API server does not enforce by itself.
const GROUPS: [&str; 5] = [
    "kyverno.io",
    "policies.kyverno.io",
    "templates.gatekeeper.sh",
    "constraints.gatekeeper.sh",
    "policy.sigstore.dev",
];

/// Kinds of those groups that hold no policy but what came of some.
const OTHERS: [&str; 6] = [
    "UpdateRequest",
    "AdmissionReport",
    "BackgroundScanReport",
    "ClusterEphemeralReport",
    "EphemeralReport",
    "TrustRoot",
];

/// Fields of `metadata` that the API server keeps for itself; they change where the policy does not.
const BOOKKEEPING: [&str; 6] =
    ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"];

pub(crate) fn read(
    location: &ClusterLocation,
    connection: &Connection,
    budget: Budget,
) -> Result<Bundle, ClusterError> {
    let mut gathering = Gathering::new(budget);
    if let Some(namespace) = &location.namespace {
        config_maps(connection, namespace, &location.selector, &mut gathering)?;
    }
    if location.resources {
        let failed = |error| ClusterError::Request { what: "the kinds of the cluster".to_owned(), error };
        for resource in discover(connection).map_err(failed)?.resources {
            let listed = resource.verbs.iter().any(|verb| verb == "list");
            if GROUPS.contains(&resource.group.as_str())
                && listed
                && !OTHERS.contains(&resource.kind.as_str())
            {
                policies(connection, &resource, &mut gathering)?;
            }
        }
    }
    let source = format_smolstr!("{}", Location::Cluster(location.clone()));
    let provenance = Provenance { source, ..Provenance::default() };
    if location.resources {
        // Whoever takes the last policy out of a cluster means it.
        return Ok(gathering.bundle_even_of_nothing(provenance));
    }
    Ok(gathering.bundle(provenance)?)
}

/// Goes over the pages of a list.
fn each(
    connection: &Connection,
    path: &str,
    what: &str,
    mut take: impl FnMut(&Node) -> Result<(), ClusterError>,
) -> Result<(), ClusterError> {
    let mut next = String::new();
    loop {
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut asked = format!("{path}{separator}limit={PAGE}");
        if !next.is_empty() {
            asked.push_str("&continue=");
            asked.push_str(&escaped(&next));
        }
        let failed = |error| ClusterError::Request { what: what.to_owned(), error };
        let page = connection.get(&asked).map_err(failed)?;
        for item in page.get("items").map(Node::items).unwrap_or_default() {
            take(item)?;
        }
        page.get("metadata").map_or("", |metadata| metadata.str("continue")).clone_into(&mut next);
        if next.is_empty() {
            return Ok(());
        }
    }
}

fn config_maps(
    connection: &Connection,
    namespace: &str,
    selector: &str,
    gathering: &mut Gathering,
) -> Result<(), ClusterError> {
    let path =
        format!("/api/v1/namespaces/{}/configmaps?labelSelector={}", escaped(namespace), escaped(selector));
    each(connection, &path, &format!("the ConfigMaps of `{namespace}`"), |item| {
        let name = item.get("metadata").map_or("", |metadata| metadata.str("name"));
        for entry in item.get("data").map(Node::entries).unwrap_or_default() {
            let text = entry.node.as_str().unwrap_or_default();
            gathering.add(
                &format!("{name}/{}", entry.key),
                text.as_bytes().to_vec(),
                FileOrigin::default(),
            )?;
        }
        for entry in item.get("binaryData").map(Node::entries).unwrap_or_default() {
            let bytes = BASE64.decode(entry.node.as_str().unwrap_or_default().as_bytes()).unwrap_or_default();
            gathering.add(&format!("{name}/{}", entry.key), bytes, FileOrigin::default())?;
        }
        Ok(())
    })
}

fn policies(
    connection: &Connection,
    resource: &Resource,
    gathering: &mut Gathering,
) -> Result<(), ClusterError> {
    let kind = resource.full_name();
    each(connection, &resource.path(None), &kind, |item| {
        let mut json = item.to_json();
        json["apiVersion"] = resource.api_version().as_str().into();
        json["kind"] = resource.kind.as_str().into();
        if let Some(object) = json.as_object_mut() {
            object.remove("status");
        }
        if let Some(metadata) = json["metadata"].as_object_mut() {
            metadata.retain(|key, _| !BOOKKEEPING.contains(&key.as_str()));
        }
        let metadata = |key: &str| json["metadata"][key].as_str().unwrap_or_default();
        let folder = match metadata("namespace") {
            "" => kind.to_string(),
            namespace => format!("{kind}/{namespace}"),
        };
        let path = format!("{folder}/{}.yaml", metadata("name").replace(':', "_"));
        gathering.add(&path, to_yaml(&json).into_bytes(), FileOrigin::default())?;
        Ok(())
    })
}

/// A text in a query.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
