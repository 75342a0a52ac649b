//! The encryption at rest uses version 1 of the KMS interface.
//!
//! ## Why
//!
//! Version 1 is deprecated since Kubernetes 1.28 and off by default since 1.29: the API server does not start with it
//! unless a feature gate is set. It makes a key of its own for every object, slowly, and does not notice when the key in
//! the KMS is rotated.
//!
//! ## Mend
//!
//! Set `apiVersion: v2`, with a plugin that speaks it. Without the field the version is `v1`.
//!
//! ```yaml bad
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: EncryptionConfiguration
//! resources:
//!   - resources: [secrets]
//!     providers:
//!       - kms:
//!           apiVersion: v1 # here
//!           name: vault
//!           endpoint: unix:///run/kms/vault.sock
//! ```
//!
//! ```yaml bad
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: EncryptionConfiguration
//! resources:
//!   - resources: [secrets]
//!     providers:
//!       - kms: # here
//!           name: vault
//!           endpoint: unix:///run/kms/vault.sock
//! ```
//!
//! ```yaml good
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: EncryptionConfiguration
//! resources:
//!   - resources: [secrets]
//!     providers:
//!       - kms:
//!           apiVersion: v2
//!           name: vault
//!           endpoint: unix:///run/kms/vault.sock
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Using a KMS provider for data encryption

use super::prelude::*;
use crate::encryption::{KINDS, entries};

pub(super) const CHECK: Check = Check {
    id: "encryption-kms-v1",
    title: "KMS interface of version 1",
    message: "KMS provider `{name}` uses version 1 of the interface, which is deprecated and off by default",
    variants: &[],
    remedy: "Set `apiVersion: v2` with a plugin that speaks it",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K08",
        "owasp-2025/K03",
        "nsa-cisa/secrets-protection",
        "nsa-cisa/etcd-protection",
        "pci/6",
        "attack/T1552.007",
        "cis-1.12/1.2.28",
    ],
    cel: Some(concat!(
        "object.?resources.orValue([]).all(entry, entry.?providers.orValue([]).all(provider, ",
        "!has(provider.kms) || !(provider.kms.?apiVersion.orValue('v1') in ['', 'v1'])))"
    )),
    examine: Examine::Object(KINDS, examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    for provider in entries(object).iter().flat_map(|entry| &entry.providers) {
        if provider.kind == "kms" && matches!(provider.node.str("apiVersion"), "" | "v1") {
            examination.report(
                Found::at(provider.place().child("apiVersion")).arg("name", provider.node.str("name")),
            );
        }
    }
}
