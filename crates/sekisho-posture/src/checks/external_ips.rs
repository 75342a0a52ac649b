//! A Service with `externalIPs` takes the traffic to these addresses on every node.
//!
//! ## Why
//!
//! Kubernetes does not ask whether the addresses belong to the cluster. Whoever may create a Service can name
//! the address of a DNS server, of another tenant or of a public site, and reads what every Pod sends there
//! (CVE-2020-8554).
//!
//! ## Mend
//!
//! Use a load balancer or an Ingress instead, and forbid the field to tenants by an admission policy or by the
//! admission plugin `DenyServiceExternalIPs`.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: shop
//! spec:
//!   selector:
//!     app: shop
//!   ports:
//!     - port: 80
//!   externalIPs: # here
//!     - 203.0.113.7
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Service
//! metadata:
//!   name: shop
//! spec:
//!   selector:
//!     app: shop
//!   ports:
//!     - port: 80
//! ```
//!
//! ## References
//!
//! - CVE-2020-8554: man in the middle by load balancer or external IPs
//! - Kubernetes: Service, "External IPs"

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "external-ips",
    title: "Service claims external addresses",
    message: "service `{service}` takes the traffic to {addresses} on every node",
    variants: &[],
    remedy: "Remove `externalIPs` and use a load balancer or an Ingress",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K07", "owasp-2025/K05", "nist-800-190/4.3.3", "pci/4", "attack/T1557"],
    cel: Some("object.?spec.?externalIPs.orValue([]).size() == 0"),
    examine: Examine::Object(&[("", "Service")], examine),
};

fn examine<'a>(service: &'a Object, examination: &mut Examination<'a>) {
    let place = service.place(field!["spec", "externalIPs"]);
    let items = place.node().map_or(&[][..], Node::items);
    if items.is_empty() {
        return;
    }
    let addresses: Vec<String> =
        items.iter().filter_map(Node::as_str).map(|address| format!("`{address}`")).collect();
    let mend = Mend::risky("remove `externalIPs`").remove(&place);
    let found = Found::at(place).arg("service", service.name.clone()).arg("addresses", addresses.join(", "));
    examination.report(found.mend(mend));
}
