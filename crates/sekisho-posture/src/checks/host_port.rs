//! A container opens a port on the address of its node.
//!
//! ## Why
//!
//! A host port is reachable from wherever the node is, past Services and often past network policies, and two
//! Pods that want the same one cannot share a node.
//!
//! On the host's network every port is a host port, and the API server writes it into the manifest itself; there
//! `host-network` is the finding.
//!
//! ## Mend
//!
//! Remove `hostPort` and publish the port with a Service. Ingress controllers and DNS caches that listen on every
//! node belong in a namespace of their own.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       ports:
//!         - containerPort: 8080
//!           hostPort: 80 # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       ports:
//!         - containerPort: 8080
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "Host Ports"
//! - CIS Kubernetes Benchmark 1.12, 5.2.12

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "host-port",
    title: "Container opens a port of its node",
    message: "container `{container}` opens port {port} of its node",
    variants: &[],
    remedy: "Remove `hostPort` and publish the port with a Service",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2022/K07",
        "owasp-2025/K05",
        "cis-1.12/5.2.12",
        "nist-800-190/4.4.2",
        "pci/4",
        "pss/host-ports",
    ],
    cel: Some(
        "pod.?hostNetwork.orValue(false) || container.?ports.orValue([]).all(port, port.?hostPort.orValue(0) == 0)",
    ),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    if container.pod.spec.is_true("hostNetwork") {
        return;
    }
    let ports = container.node.get("ports").map_or(&[][..], Node::items).iter().enumerate();
    for (index, port) in ports {
        // Zero is how the API says that none is set.
        let Some(number) = port.get("hostPort").and_then(Node::as_i64).filter(|number| *number != 0) else {
            continue;
        };
        let place = container.field(field!["ports", index, "hostPort"]);
        let mend = Mend::risky("remove `hostPort`").remove(&place);
        examination.report(Found::at(place).arg("port", number.to_string()).mend(mend));
    }
}
