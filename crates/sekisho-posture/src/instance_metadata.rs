//! How the machines that an object makes let others ask their metadata service.

use sekisho_manifest::{Object, Place, field};

use crate::KindName;

/// What one object says of the metadata service of the machines that it makes.
#[derive(Debug)]
pub(crate) struct MetadataOptions<'a> {
    /// Where it says whether a token is needed.
    pub(crate) tokens: Place<'a>,
    /// Where it says how far answers travel.
    pub(crate) hop_limit: Option<Place<'a>>,
    /// Whether requests without a token are answered where nothing is said.
    open: bool,
    /// The value that asks for a token.
    closing: Closing,
}

/// The value that asks for a token.
#[derive(Debug, Clone, Copy)]
enum Closing {
    /// `httpTokens: required`.
    Required,
    /// `disableIMDSv1: true`.
    True,
}

/// Kinds that make machines of AWS, the mapping with the options, and whether version 1 is on by default.
const MACHINES: &[(&str, &str, &[&str], bool)] = &[
    (
        "infrastructure.cluster.x-k8s.io",
        "AWSMachineTemplate",
        &["spec", "template", "spec", "instanceMetadataOptions"],
        true,
    ),
    ("infrastructure.cluster.x-k8s.io", "AWSMachine", &["spec", "instanceMetadataOptions"], true),
    (
        "infrastructure.cluster.x-k8s.io",
        "AWSMachinePool",
        &["spec", "awsLaunchTemplate", "instanceMetadataOptions"],
        true,
    ),
    (
        "infrastructure.cluster.x-k8s.io",
        "AWSManagedMachinePool",
        &["spec", "awsLaunchTemplate", "instanceMetadataOptions"],
        false,
    ),
    ("karpenter.k8s.aws", "EC2NodeClass", &["spec", "metadataOptions"], false),
    ("karpenter.k8s.aws", "AWSNodeTemplate", &["spec", "metadataOptions"], false),
    ("kops.k8s.io", "InstanceGroup", &["spec", "instanceMetadata"], false),
    ("ec2.aws.upbound.io", "Instance", &["spec", "forProvider", "metadataOptions"], false),
    ("ec2.aws.upbound.io", "LaunchTemplate", &["spec", "forProvider", "metadataOptions"], false),
];

/// Every kind that [`options`] knows.
pub(crate) const KINDS: &[KindName] = &{
    let mut kinds = [EKSCTL; MACHINES.len() + 1];
    let mut index = 0;
    while index < MACHINES.len() {
        kinds[index] = (MACHINES[index].0, MACHINES[index].1);
        index += 1;
    }
    kinds
};

const EKSCTL: KindName = ("eksctl.io", "ClusterConfig");

/// The options of the machines that an object makes: none for most objects, one a group of nodes for eksctl.
pub(crate) fn options(object: &Object) -> Vec<MetadataOptions<'_>> {
    if object.is(EKSCTL.0, EKSCTL.1) {
        return node_groups(object);
    }
    let known = MACHINES.iter().find(|(group, kind, ..)| object.is(group, kind));
    let Some((_, _, path, open)) = known else { return Vec::new() };
    let mut place = object.place(path.iter().copied().collect());
    // Some versions of these kinds have a list of one.
    if place.node().is_some_and(|node| !node.items().is_empty()) {
        place = place.child(0);
    }
    let hop_limit = place.child("httpPutResponseHopLimit");
    vec![MetadataOptions {
        tokens: place.child("httpTokens"),
        hop_limit: Some(hop_limit).filter(|place| place.node().is_some()),
        open: *open,
        closing: Closing::Required,
    }]
}

fn node_groups(object: &Object) -> Vec<MetadataOptions<'_>> {
    let mut found = Vec::new();
    for list in ["nodeGroups", "managedNodeGroups"] {
        for index in 0..object.root.get(list).map_or(0, |groups| groups.items().len()) {
            found.push(MetadataOptions {
                tokens: object.place(field![list, index, "disableIMDSv1"]),
                hop_limit: None,
                open: false,
                closing: Closing::True,
            });
        }
    }
    found
}

impl MetadataOptions<'_> {
    /// Whether requests without a token are answered.
    pub(crate) fn answers_without_token(&self) -> bool {
        match (self.tokens.node(), self.closing) {
            (None, _) => self.open,
            (Some(tokens), Closing::Required) => tokens.as_str() == Some("optional"),
            (Some(disabled), Closing::True) => disabled.as_bool() == Some(false),
        }
    }

    /// The value that asks for a token.
    pub(crate) fn required(&self) -> serde_json::Value {
        match self.closing {
            Closing::Required => "required".into(),
            Closing::True => true.into(),
        }
    }
}
