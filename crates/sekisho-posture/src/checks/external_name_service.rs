//! An ExternalName Service is an alias in the cluster's DNS for a name that others control.
//!
//! ## Why
//!
//! Clients trust the name of the Service and send their credentials to whatever the other name resolves to. An
//! Ingress controller that follows the alias carries requests from outside to hosts inside that it was never
//! meant to reach. Network policies by Pod labels do not see the target. An alias for `localhost` or for the
//! cloud's metadata service is found as medium.
//!
//! ## Mend
//!
//! Let clients use the outside name itself, with TLS, and allow it by an egress rule. For a service of another
//! namespace, name it in full: `NAME.NAMESPACE.svc`.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: payments
//! spec:
//!   type: ExternalName # here
//!   externalName: pay.example.net
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: payments
//! spec:
//!   selector:
//!     app: payments
//!   ports:
//!     - port: 443
//! ```
//!
//! ## References
//!
//! - Kubernetes: Service, "type: ExternalName"

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "external-name-service",
    title: "Service is an alias for an outside name",
    message: "service `{service}` is an alias for `{target}`",
    variants: &[(
        "inside",
        "service `{service}` is an alias for `{target}`, a name of the proxy or the node that follows it",
    )],
    remedy: "Let clients use the outside name itself",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K07", "owasp-2025/K05", "nist-800-190/4.3.3", "pci/4", "attack/T1557"],
    cel: Some("object.?spec.?type.orValue('ClusterIP') != 'ExternalName'"),
    examine: Examine::Object(&[("", "Service")], examine),
};

fn examine<'a>(service: &'a Object, examination: &mut Examination<'a>) {
    let place = service.place(field!["spec", "type"]);
    if place.node().and_then(Node::as_str) == Some("ExternalName") {
        let target = service.root.at(&["spec", "externalName"]).and_then(Node::as_str).unwrap_or("");
        let mut found = Found::at(place).arg("service", service.name.clone()).arg("target", target);
        if is_local(target) {
            found = found.variant("inside").severity(Severity::Medium);
        }
        examination.report(found);
    }
}

/// Whether a name stands for the machine that looks it up, or for the metadata service beside it.
fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    matches!(name, "localhost" | "metadata" | "metadata.google.internal" | "instance-data.ec2.internal")
        || [".localhost", ".localdomain"].iter().any(|end| name.ends_with(end))
        || name.starts_with("127.")
        || name.starts_with("169.254.")
}
