//! Whose cloud the objects of a run are meant for, as far as they show it.

use std::collections::BTreeSet;

use sekisho_manifest::{Node, Object};

use crate::Inventory;

/// A cloud that gives its machines a metadata service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cloud {
    /// Amazon Web Services.
    Aws,
    /// Google Cloud.
    Google,
    /// Microsoft Azure.
    Azure,
    /// Another one.
    Other,
}

/// Heads of `spec.providerID` of a Node.
const PROVIDERS: &[(&str, Cloud)] = &[
    ("aws://", Cloud::Aws),
    ("gce://", Cloud::Google),
    ("azure://", Cloud::Azure),
    ("openstack://", Cloud::Other),
    ("digitalocean://", Cloud::Other),
    ("hcloud://", Cloud::Other),
    ("oci://", Cloud::Other),
    ("ibm://", Cloud::Other),
];

/// Provisioners of storage classes.
const PROVISIONERS: &[(&str, Cloud)] = &[
    ("ebs.csi.aws.com", Cloud::Aws),
    ("efs.csi.aws.com", Cloud::Aws),
    ("ebs.csi.eks.amazonaws.com", Cloud::Aws),
    ("kubernetes.io/aws-ebs", Cloud::Aws),
    ("pd.csi.storage.gke.io", Cloud::Google),
    ("filestore.csi.storage.gke.io", Cloud::Google),
    ("kubernetes.io/gce-pd", Cloud::Google),
    ("disk.csi.azure.com", Cloud::Azure),
    ("file.csi.azure.com", Cloud::Azure),
    ("kubernetes.io/azure-disk", Cloud::Azure),
    ("kubernetes.io/azure-file", Cloud::Azure),
];

/// Heads of annotations of service accounts, by which a Pod gets rights in a cloud.
const IDENTITIES: &[(&str, Cloud)] = &[
    ("eks.amazonaws.com/", Cloud::Aws),
    ("iam.gke.io/", Cloud::Google),
    ("azure.workload.identity/", Cloud::Azure),
];

pub(crate) fn detect(inventory: &Inventory) -> BTreeSet<Cloud> {
    let nodes = inventory.of("", "Node").filter_map(|node| {
        let id = node.root.at(&["spec", "providerID"])?.as_str()?;
        PROVIDERS.iter().find(|(head, _)| id.starts_with(head)).map(|(_, cloud)| *cloud)
    });
    let classes = inventory.of("storage.k8s.io", "StorageClass").filter_map(|class| {
        let provisioner = class.root.str("provisioner");
        PROVISIONERS.iter().find(|(name, _)| *name == provisioner).map(|(_, cloud)| *cloud)
    });
    let identities = inventory
        .of("", "ServiceAccount")
        .flat_map(annotations)
        .filter_map(|key| IDENTITIES.iter().find(|(head, _)| key.starts_with(head)).map(|(_, cloud)| *cloud));
    nodes.chain(classes).chain(identities).collect()
}

fn annotations(object: &Object) -> impl Iterator<Item = &str> {
    let annotations = object.root.at(&["metadata", "annotations"]).map_or(&[][..], Node::entries);
    annotations.iter().map(|entry| entry.key.as_str())
}
