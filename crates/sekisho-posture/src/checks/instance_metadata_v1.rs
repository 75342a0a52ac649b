//! Machines answer requests to version 1 of the instance metadata service.
//!
//! ## Why
//!
//! Version 1 hands the machine's credentials to every plain GET request. A web application that can be made to
//! fetch an address of the attacker's choice, the most common of server-side faults, is then enough to act in
//! the cloud account as the node. Version 2 asks for a token first, which such a request cannot get.
//!
//! ## Mend
//!
//! Require version 2: `httpTokens: required`, or `disableIMDSv1: true` in eksctl.
//!
//! ```yaml bad
//! apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
//! kind: AWSMachineTemplate
//! metadata:
//!   name: shop
//! spec:
//!   template:
//!     spec:
//!       instanceType: m7g.large
//!       instanceMetadataOptions:
//!         httpEndpoint: enabled
//!         httpTokens: optional # here
//! ```
//!
//! ```yaml bad
//! apiVersion: karpenter.k8s.aws/v1
//! kind: EC2NodeClass
//! metadata:
//!   name: default
//! spec:
//!   metadataOptions:
//!     httpTokens: optional # here
//! ```
//!
//! ```yaml bad
//! apiVersion: eksctl.io/v1alpha5
//! kind: ClusterConfig
//! metadata:
//!   name: shop
//!   region: eu-central-1
//! managedNodeGroups:
//!   - name: web
//!     disableIMDSv1: false # here
//! ```
//!
//! ```yaml good
//! apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
//! kind: AWSMachineTemplate
//! metadata:
//!   name: shop
//! spec:
//!   template:
//!     spec:
//!       instanceType: m7g.large
//!       instanceMetadataOptions:
//!         httpTokens: required
//! ```
//!
//! ```yaml good
//! apiVersion: karpenter.k8s.aws/v1
//! kind: EC2NodeClass
//! metadata:
//!   name: default
//! spec:
//!   amiFamily: AL2023
//! ```
//!
//! ## References
//!
//! - Amazon EC2: use the instance metadata service
//! - OWASP Kubernetes Top 10 2025, K08: cluster-to-cloud lateral movement

use super::prelude::*;
use crate::instance_metadata;

pub(super) const CHECK: Check = Check {
    id: "instance-metadata-v1",
    title: "Machines answer metadata requests without a token",
    message: "the machines answer metadata requests without a token",
    variants: &[],
    remedy: "Set `httpTokens: required`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cloud, Phase::Distribute, Mode::Preventive),
    controls: &[
        "owasp-2022/K08",
        "owasp-2025/K08",
        "nsa-cisa/cloud-metadata-protection",
        "nist-800-190/4.3.5",
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
        if options.answers_without_token() {
            let mend = Mend::risky("require tokens of the metadata service")
                .set(&options.tokens, options.required());
            examination.report(Found::at(options.tokens.clone()).mend(mend));
        }
    }
}
