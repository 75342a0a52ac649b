//! A probe or a lifecycle hook makes the kubelet call a host of the manifest's choice.
//!
//! ## Why
//!
//! The kubelet calls the address that a probe names, from the network of the node: services that listen on the
//! node's loopback, the cloud's metadata service, machines that no network policy lets the Pod reach. Whoever may
//! create Pods scans the node's network this way.
//!
//! On the host's network the loopback address is the Pod's own and no fault.
//!
//! ## Mend
//!
//! Remove `host`: the kubelet then calls the Pod itself. A name for a virtual host goes into the `Host` header
//! (`httpHeaders`).
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
//!       livenessProbe:
//!         httpGet:
//!           host: 169.254.169.254 # here
//!           port: 80
//!       lifecycle:
//!         preStop:
//!           httpGet:
//!             host: other.example.com # here
//!             port: 8080
//!     - name: log
//!       image: registry.example.com/log:2.0.1
//!       readinessProbe:
//!         tcpSocket:
//!           host: 127.0.0.1 # here
//!           port: 8080
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
//!       livenessProbe:
//!         httpGet:
//!           port: 8080
//!           httpHeaders:
//!             - name: Host
//!               value: shop.example.com
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-scheduler
//! spec:
//!   hostNetwork: true
//!   containers:
//!     - name: kube-scheduler
//!       image: registry.example.com/kube-scheduler:1.34.0
//!       livenessProbe:
//!         httpGet:
//!           host: 127.0.0.1
//!           port: 10259
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "Host Probes / Lifecycle Hooks"

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "host-probe",
    title: "Probe or hook calls a host of the manifest's choice",
    message: "the {handler} of container `{container}` makes the kubelet call `{host}`",
    variants: &[],
    remedy: "Remove `host` from the probe or hook",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K07",
        "owasp-2025/K05",
        "nist-800-190/4.4.2",
        "pci/4",
        "pss/host-probes",
        "attack/T1046",
    ],
    cel: None,
    examine: Examine::Container(examine),
};

/// Where a container's handlers stand, from the container.
const HANDLERS: &[&[&str]] = &[
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let on_host = container.pod.spec.is_true("hostNetwork");
    for handler in HANDLERS {
        for action in ["httpGet", "tcpSocket"] {
            let path: FieldPath = handler.iter().copied().chain([action, "host"]).collect();
            let place = container.field(path);
            let Some(host) = place.node().and_then(Node::as_str).filter(|host| !host.is_empty()) else {
                continue;
            };
            if on_host && is_loopback(host) {
                continue;
            }
            let name = handler.last().copied().unwrap_or_default();
            let mend = Mend::risky("remove `host` from the probe or hook").remove(&place);
            examination.report(Found::at(place).arg("handler", name).arg("host", host).mend(mend));
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
