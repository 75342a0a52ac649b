//! Pods reach the instance metadata service of their machine.
//!
//! ## Why
//!
//! The answer of the metadata service passes as many routers as the hop limit says. At 1 it ends at the
//! machine; at 2 it reaches Pods on their own network, and with it the credentials of the node. Every Pod then
//! has the rights of the node in the cloud account.
//!
//! ## Mend
//!
//! Set `httpPutResponseHopLimit: 1`, and give Pods that need the cloud an identity of their own.
//!
//! ```yaml bad
//! apiVersion: karpenter.k8s.aws/v1
//! kind: EC2NodeClass
//! metadata:
//!   name: default
//! spec:
//!   metadataOptions:
//!     httpTokens: required
//!     httpPutResponseHopLimit: 2 # here
//! ```
//!
//! ```yaml good
//! apiVersion: karpenter.k8s.aws/v1
//! kind: EC2NodeClass
//! metadata:
//!   name: default
//! spec:
//!   metadataOptions:
//!     httpTokens: required
//!     httpPutResponseHopLimit: 1
//! ```
//!
//! ## References
//!
//! - Amazon EC2: use the instance metadata service
//! - OWASP Kubernetes Top 10 2025, K08: cluster-to-cloud lateral movement

use super::prelude::*;
use crate::instance_metadata;

pub(super) const CHECK: Check = Check {
    id: "instance-metadata-reachable-from-pods",
    title: "Pods reach the metadata service of their machine",
    message: "Pods reach the metadata service of their machine: the hop limit is {limit}",
    variants: &[],
    remedy: "Set `httpPutResponseHopLimit: 1`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cloud, Phase::Distribute, Mode::Preventive),
    controls: &[
        "owasp-2022/K08",
        "owasp-2025/K08",
        "nsa-cisa/cloud-metadata-protection",
        "nist-800-190/4.4.2",
        "pci/15",
        "attack/T1552.005",
        "microsoft-threat-matrix/MS-TA9028",
        "microsoft-threat-matrix/MS-TA9033",
    ],
    cel: None,
    examine: Examine::Object(instance_metadata::KINDS, examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    for options in instance_metadata::options(object) {
        let Some(limit) = options.hop_limit.as_ref().and_then(|place| place.node()?.as_i64()) else {
            continue;
        };
        let Some(place) = options.hop_limit.filter(|_| limit > 1) else { continue };
        let mend = Mend::risky("set `httpPutResponseHopLimit: 1`").set(&place, 1);
        examination.report(Found::at(place).arg("limit", limit.to_string()).mend(mend));
    }
}
