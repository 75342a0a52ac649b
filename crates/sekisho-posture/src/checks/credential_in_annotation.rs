//! An annotation holds a credential as plain text.
//!
//! ## Why
//!
//! Annotations are shown by every tool, copied to dashboards and events, and readable for all who may read the object.
//!
//! ## Mend
//!
//! Change the credential, since it has been seen. Keep it in a Secret and let the annotation name that.
//!
//! ```yaml bad
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//!   annotations:
//!     example.com/upstream-password: 9wTr4vLq2Zx7 # here
//! spec:
//!   defaultBackend:
//!     service:
//!       name: shop
//!       port:
//!         number: 80
//! ```
//!
//! ```yaml good
//! apiVersion: networking.k8s.io/v1
//! kind: Ingress
//! metadata:
//!   name: shop
//!   annotations:
//!     nginx.ingress.kubernetes.io/auth-secret: shop-users
//!     checksum/password: 5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9
//! spec:
//!   defaultBackend:
//!     service:
//!       name: shop
//!       port:
//!         number: 80
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Annotations

use sekisho_manifest::workload;

use super::prelude::*;
use crate::credential;

pub(super) const CHECK: Check = Check {
    id: "credential-in-annotation",
    title: "Credential in an annotation",
    message: "annotation `{annotation}` holds a credential ({kind})",
    variants: &[],
    remedy: "Change the credential and keep it in a Secret",
    severity: Severity::High,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Code, Phase::Develop, Mode::Preventive),
    controls: &[
        "owasp-2022/K08",
        "owasp-2025/K03",
        "nsa-cisa/secrets-protection",
        "nist-800-190/4.1.4",
        "pci/6",
        "attack/T1552.001",
    ],
    cel: None,
    examine: Examine::AnyObject(examine),
};

/// A copy of the object, whose fields are examined where they stand.
const COPY: &str = "kubectl.kubernetes.io/last-applied-configuration";

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let own = field!["metadata", "annotations"];
    examine_annotations(object, &own, examination);
    for pod in workload::pods(object) {
        let path = pod.metadata_path.child("annotations");
        if path != own {
            examine_annotations(object, &path, examination);
        }
    }
}

fn examine_annotations<'a>(object: &'a Object, path: &FieldPath, examination: &mut Examination<'a>) {
    for entry in object.root.resolve(path).map_or(&[][..], Node::entries) {
        let Some(value) = entry.node.as_str().filter(|_| entry.key != COPY) else { continue };
        let (prefix, name) = entry.key.rsplit_once('/').unwrap_or(("", &entry.key));
        // `checksum/secret` and the like hold digests.
        let digest = prefix.contains("checksum") || prefix.contains("hash");
        let Some(credential) = credential::judge(name, value).filter(|_| !digest) else { continue };
        let weak = credential.confidence == Confidence::Low;
        examination.report(
            Found::at(object.place(path.child(&entry.key)))
                .secret()
                .arg("annotation", entry.key.clone())
                .arg("kind", credential.kind)
                .severity(if weak { Severity::Medium } else { CHECK.severity })
                .confidence(credential.confidence),
        );
    }
}
