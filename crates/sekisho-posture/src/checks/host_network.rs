//! A Pod runs in the network of its node.
//!
//! ## Why
//!
//! Such a Pod listens on the node's own addresses, reaches what the node keeps on its loopback (the kubelet, a
//! container runtime, the cloud's metadata service that knows the node by its address), and no network policy
//! holds for it.
//!
//! A Windows HostProcess Pod has to be on the host's network; there `windows-host-process` is the finding.
//!
//! ## Mend
//!
//! Remove `hostNetwork: true`. A port that must be reachable from outside is opened with a Service, an Ingress or,
//! where nothing else will do, one `hostPort`. Network plugins, ingress controllers and node exporters that need
//! the host's network belong in a namespace of their own.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   hostNetwork: true # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   hostNetwork: false
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "Host Namespaces"
//! - CIS Kubernetes Benchmark 1.12, 5.2.5

use super::prelude::*;
use crate::security_context::windows_option;

pub(super) const CHECK: Check = Check {
    id: "host-network",
    title: "Pod uses the network of its node",
    message: "the Pod uses the network of its node",
    variants: &[],
    remedy: "Remove `hostNetwork: true` and publish ports with a Service",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2022/K07",
        "owasp-2025/K01",
        "owasp-2025/K05",
        "cis-1.12/5.2.5",
        "nsa-cisa/host-namespaces",
        "nist-800-190/4.4.2",
        "nist-800-190/4.4.3",
        "pci/4",
        "pci/16",
        "pss/host-namespaces",
        "attack/T1611",
    ],
    cel: Some(concat!(
        "!pod.?hostNetwork.orValue(false) || !",
        each_container!(
            "!container.?securityContext.?windowsOptions.?hostProcess",
            ".or(pod.?securityContext.?windowsOptions.?hostProcess).orValue(false)"
        )
    )),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let place = pod.field(field!["hostNetwork"]);
    if place.node().and_then(Node::as_bool) != Some(true) {
        return;
    }
    let of_host = |container: &Container<'_>| {
        windows_option(container, "hostProcess").and_then(|(node, _)| node.as_bool()) == Some(true)
    };
    if pod.containers().iter().any(of_host) {
        return;
    }
    let mend = Mend::risky("remove `hostNetwork: true`").remove(&place);
    examination.report(Found::at(place).mend(mend));
}
