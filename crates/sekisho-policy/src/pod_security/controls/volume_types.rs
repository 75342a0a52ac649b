//! Volume types, restricted: only those that hold the cluster's own data or come through a driver.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "restrictedVolumes",
    name: "Volume Types",
    level: Level::Restricted,
    replaces: Some("hostPathVolumes"),
    editions: &[Edition { since: 0, examine }],
};

const ALLOWED: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// The others by name; the first that a volume has names it.
const FORBIDDEN: [&str; 21] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

fn examine(pod: &Pod<'_>) -> Option<Refusal> {
    let mut volumes = Vec::new();
    let mut kinds = BTreeSet::new();
    let mut faults = Vec::new();
    for (index, volume) in pod.list("volumes").iter().enumerate() {
        let Some((kind, key)) = forbidden(volume) else { continue };
        volumes.push(volume.str("name"));
        kinds.insert(kind);
        faults.push(Fault { path: field!["spec", "volumes", index, key], found: Found::Present });
    }
    let detail = || {
        let word = plural("volume", "volumes", volumes.len());
        let uses = plural("uses", "use", volumes.len());
        let what = plural("restricted volume type", "restricted volume types", kinds.len());
        format!("{word} {} {uses} {what} {}", Quoted(&volumes), quoted_set(&kinds))
    };
    (!volumes.is_empty()).then(|| Refusal { reason: "restricted volume types", detail: detail(), faults })
}

/// The type of a volume that must not be, and the field that says so. The type is `unknown` where nobody knows the
/// field. A volume without any becomes an `emptyDir` in the API server.
fn forbidden(volume: &Node) -> Option<(&'static str, &str)> {
    let has = |key: &&str| volume.get(key).is_some();
    if ALLOWED.iter().any(has) {
        return None;
    }
    if let Some(kind) = FORBIDDEN.into_iter().find(has) {
        return Some((kind, kind));
    }
    let unknown = volume.entries().iter().find(|entry| entry.key != "name" && !entry.node.is_null())?;
    Some(("unknown", &unknown.key))
}
