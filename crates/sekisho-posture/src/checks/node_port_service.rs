//! A NodePort Service is open on every node, past the load balancer and its rules.
//!
//! ## Why
//!
//! Each node listens on the port, on all of its addresses. Whoever reaches a node reaches the Service, without
//! TLS, authentication or logging of an Ingress in between; the only guard left is the firewall of the nodes.
//!
//! ## Mend
//!
//! Use `type: ClusterIP` and an Ingress or a Gateway in front. Where a load balancer outside the cluster needs
//! the port, let the firewall admit that load balancer alone, and set `nodePortAddresses` of kube-proxy.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: shop
//! spec:
//!   type: NodePort # here
//!   selector:
//!     app: shop
//!   ports:
//!     - port: 80
//!       nodePort: 30080
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: shop
//! spec:
//!   type: ClusterIP
//!   selector:
//!     app: shop
//!   ports:
//!     - port: 80
//! ```
//!
//! ## References
//!
//! - Kubernetes: Service, "type: NodePort"

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "node-port-service",
    title: "Service open on every node",
    message: "service `{service}` listens on a port of every node",
    variants: &[],
    remedy: "Use `type: ClusterIP` and an Ingress or a Gateway in front",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K07",
        "owasp-2025/K05",
        "nist-800-190/4.3.3",
        "pci/4",
        "attack/T1190",
        "attack/T1133",
        "microsoft-threat-matrix/MS-TA9005",
    ],
    cel: Some("object.?spec.?type.orValue('ClusterIP') != 'NodePort'"),
    examine: Examine::Object(&[("", "Service")], examine),
};

fn examine<'a>(service: &'a Object, examination: &mut Examination<'a>) {
    let place = service.place(field!["spec", "type"]);
    if place.node().and_then(Node::as_str) != Some("NodePort") {
        return;
    }
    // The API server refuses these fields beside `ClusterIP`.
    let mut mend = Mend::risky("set `type: ClusterIP`").set(&place, "ClusterIP");
    let policy = service.place(field!["spec", "externalTrafficPolicy"]);
    if policy.node().is_some() {
        mend = mend.remove(&policy);
    }
    let ports = service.place(field!["spec", "ports"]);
    for index in 0..ports.node().map_or(0, |ports| ports.items().len()) {
        let port = ports.child(index).child("nodePort");
        if port.node().is_some() {
            mend = mend.remove(&port);
        }
    }
    examination.report(Found::at(place).arg("service", service.name.clone()).mend(mend));
}
