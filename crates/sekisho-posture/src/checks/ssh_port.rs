//! A container opens port 22: it seems to run an SSH server.
//!
//! ## Why
//!
//! An SSH server in a container is a second way in beside the API server, with keys and a log of its own that nobody
//! watches. `kubectl exec` does the same under the cluster's rights and audit.
//!
//! A git server that speaks SSH to its users listens there too: judge the finding.
//!
//! ## Mend
//!
//! Take the SSH server out of the image. A program that offers SSH as its service listens on a port above 1024, and a
//! Service maps it.
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
//!         - containerPort: 22 # here
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
//!         - containerPort: 22
//!           protocol: UDP
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.1.2

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "ssh-port",
    title: "Container seems to run an SSH server",
    message: "container `{container}` opens port 22: does it run an SSH server?",
    variants: &[],
    remedy: "Take the SSH server out of the image",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &["nist-800-190/4.1.2", "pci/12", "attack/T1133", "microsoft-threat-matrix/MS-TA9010"],
    cel: Some(concat!(
        "container.?ports.orValue([]).all(port, ",
        "port.?containerPort.orValue(0) != 22 || port.?protocol.orValue('TCP') != 'TCP')"
    )),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let ports = container.node.get("ports").map_or(&[][..], Node::items).iter().enumerate();
    for (index, port) in ports {
        let number = port.get("containerPort").and_then(Node::as_i64);
        if number == Some(22) && matches!(port.str("protocol"), "" | "TCP") {
            examination.report(Found::at(container.field(field!["ports", index, "containerPort"])));
        }
    }
}
