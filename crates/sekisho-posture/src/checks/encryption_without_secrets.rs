//! The configuration of encryption at rest has no entry for Secrets.
//!
//! ## Why
//!
//! Secrets stand in etcd, and in every backup of it, as they are, though the configuration makes one think otherwise.
//!
//! ## Mend
//!
//! Add `secrets` to the resources of an entry whose first provider encrypts, and write all Secrets anew.
//!
//! ```yaml bad
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: EncryptionConfiguration
//! resources:
//!   - resources: [configmaps] # here
//!     providers:
//!       - secretbox:
//!           keys:
//!             - name: key-2026
//!               secret: kQ8mJx2bV0nZ5rT7yP1cW4hL9sD3fG6aE+uIo/RtXzM=
//! ```
//!
//! ```yaml good
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: EncryptionConfiguration
//! resources:
//!   - resources: [secrets]
//!     providers:
//!       - secretbox:
//!           keys:
//!             - name: key-2026
//!               secret: kQ8mJx2bV0nZ5rT7yP1cW4hL9sD3fG6aE+uIo/RtXzM=
//!       - identity: {}
//! ```
//!
//! ```yaml good
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: EncryptionConfiguration
//! resources:
//!   - resources: ["*.*"]
//!     providers:
//!       - kms:
//!           apiVersion: v2
//!           name: vault
//!           endpoint: unix:///run/kms/vault.sock
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Encrypting Confidential Data at Rest
//! - CIS Kubernetes Benchmark 1.12, 1.2.28

use super::prelude::*;
use crate::encryption::{Entry, KINDS, entries};

pub(super) const CHECK: Check = Check {
    id: "encryption-without-secrets",
    title: "Encryption at rest leaves out Secrets",
    message: "no entry of the encryption configuration covers Secrets",
    variants: &[],
    remedy: "Add `secrets` to the resources of an entry",
    severity: Severity::High,
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
        "cis-1.12/1.2.27",
        "cis-1.12/1.2.28",
    ],
    cel: Some(concat!(
        "object.?resources.orValue([]).exists(entry, ",
        "entry.?resources.orValue([]).exists(resource, resource in ['secrets', 'secrets.', '*.', ",
        "'*.*']))"
    )),
    examine: Examine::Object(KINDS, examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let entries = entries(object);
    if !entries.iter().any(Entry::covers_secrets) {
        examination.report(Found::at(match entries.first() {
            Some(_) => object.place(field!["resources", 0, "resources"]),
            None => object.place(field!["resources"]),
        }));
    }
}
