//! Istio takes plain text beside mutual TLS, or no TLS at all.
//!
//! ## Why
//!
//! With `PERMISSIVE` a workload answers callers that show no certificate. Whoever has a Pod in the cluster, in
//! the mesh or not, speaks to it without an identity, so that rules by identity match nobody and traffic can
//! be read on the way. `DISABLE` switches mutual TLS off for everyone.
//!
//! `PERMISSIVE` is meant for the time in which workloads move into the mesh.
//!
//! ## Mend
//!
//! Set `mode: STRICT` for the mesh (in the root namespace), and exceptions for single ports where a caller
//! cannot join the mesh.
//!
//! ```yaml bad
//! apiVersion: security.istio.io/v1
//! kind: PeerAuthentication
//! metadata:
//!   name: default
//!   namespace: shop
//! spec:
//!   mtls:
//!     mode: PERMISSIVE # here
//! ```
//!
//! ```yaml bad
//! apiVersion: security.istio.io/v1
//! kind: PeerAuthentication
//! metadata:
//!   name: web
//!   namespace: shop
//! spec:
//!   selector:
//!     matchLabels:
//!       app: web
//!   mtls:
//!     mode: STRICT
//!   portLevelMtls:
//!     8080:
//!       mode: DISABLE # here
//! ```
//!
//! ```yaml good
//! apiVersion: security.istio.io/v1
//! kind: PeerAuthentication
//! metadata:
//!   name: default
//!   namespace: shop
//! spec:
//!   mtls:
//!     mode: STRICT
//! ```
//!
//! ## References
//!
//! - Istio: PeerAuthentication
//! - Istio: Mutual TLS Migration

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "istio-permissive-mtls",
    title: "Istio takes plain text",
    message: "`{policy}` lets callers without a certificate in: mutual TLS is `{mode}`",
    variants: &[(
        "port",
        "`{policy}` lets callers without a certificate in on port {port}: mutual TLS is `{mode}`",
    )],
    remedy: "Set `mode: STRICT`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K07",
        "owasp-2025/K05",
        "nsa-cisa/tls-encryption",
        "nist-800-190/4.3.3",
        "pci/4",
        "attack/T1557",
    ],
    cel: Some(
        "!(object.?spec.?mtls.?mode.orValue('') in ['PERMISSIVE', 'DISABLE']) && \
         object.?spec.?portLevelMtls.orValue({}).all(port, \
         !(object.spec.portLevelMtls[port].?mode.orValue('') in ['PERMISSIVE', 'DISABLE']))",
    ),
    examine: Examine::Object(&[("security.istio.io", "PeerAuthentication")], examine),
};

fn examine<'a>(policy: &'a Object, examination: &mut Examination<'a>) {
    report(policy.place(field!["spec", "mtls", "mode"]), None, examination);
    let ports = policy.place(field!["spec", "portLevelMtls"]);
    for entry in ports.node().map_or(&[][..], Node::entries) {
        report(ports.child(&entry.key).child("mode"), Some(&entry.key), examination);
    }
}

fn report<'a>(place: Place<'a>, port: Option<&str>, examination: &mut Examination<'a>) {
    let Some(mode) = place.node().and_then(Node::as_str) else { return };
    if !matches!(mode, "PERMISSIVE" | "DISABLE") {
        return;
    }
    let mend = Mend::risky("set `mode: STRICT`").set(&place, "STRICT");
    let mut found =
        Found::at(place.clone()).arg("policy", place.object.name.clone()).arg("mode", mode).mend(mend);
    if let Some(port) = port {
        found = found.variant("port").arg("port", port);
    }
    examination.report(found);
}
