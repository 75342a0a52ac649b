//! The API server is told to write Secrets without encryption: `identity` is the first provider of their entry.
//!
//! ## Why
//!
//! The first provider writes, the others only read. Secrets stand in etcd, and in every backup of it, as they are.
//!
//! ## Mend
//!
//! Put the encrypting provider first and leave `identity` last, until everything has been written anew
//! (`kubectl get secrets -A -o json | kubectl replace -f -`). Then remove it.
//!
//! ```yaml bad
//! apiVersion: apiserver.config.k8s.io/v1
//! kind: EncryptionConfiguration
//! resources:
//!   - resources: [secrets]
//!     providers:
//!       - identity: {} # here
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
//! ## References
//!
//! - Kubernetes documentation: Encrypting Confidential Data at Rest
//! - CIS Kubernetes Benchmark 1.12, 1.2.28

use super::prelude::*;
use crate::encryption::{KINDS, entries};
use crate::rbac::list;

pub(super) const CHECK: Check = Check {
    id: "encryption-identity-first",
    title: "Secrets written without encryption",
    message: "the API server writes Secrets without encryption: `identity` is the first provider",
    variants: &[(
        "resources",
        "the API server writes `{resources}` without encryption: `identity` is the first provider",
    )],
    remedy: "Put an encrypting provider first",
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
        "cis-1.12/1.2.28",
    ],
    cel: None,
    examine: Examine::Object(KINDS, examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let mut secrets_written = false;
    for entry in entries(object) {
        // The first entry that names a resource decides.
        let secrets = entry.covers_secrets() && !secrets_written;
        secrets_written |= secrets;
        let Some(first) = entry.providers.first().filter(|provider| provider.kind == "identity") else {
            continue;
        };
        if secrets {
            examination.report(Found::at(first.place()));
        } else if entry.providers.len() > 1 {
            // With `identity` alone an entry leaves its resources out on purpose.
            examination.report(
                Found::at(first.place())
                    .variant("resources")
                    .severity(Severity::Medium)
                    .arg("resources", list(entry.resources.iter().copied())),
            );
        }
    }
}
