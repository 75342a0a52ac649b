//! A Windows container runs as a process of its node.
//!
//! ## Why
//!
//! A HostProcess container has the network, the files and the accounts of the node and no boundary of its own; as
//! `NT AUTHORITY\SYSTEM` it owns the node.
//!
//! ## Mend
//!
//! Remove `hostProcess: true`. Network plugins and monitoring agents of Windows nodes that cannot do without
//! belong in a namespace of their own, with an exception that names their owner.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: agent
//! spec:
//!   hostNetwork: true
//!   securityContext:
//!     windowsOptions:
//!       hostProcess: true # here
//!       runAsUserName: 'NT AUTHORITY\SYSTEM'
//!   containers:
//!     - name: agent
//!       image: registry.example.com/agent:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: web
//! spec:
//!   os:
//!     name: windows
//!   securityContext:
//!     windowsOptions:
//!       runAsUserName: ContainerUser
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "HostProcess"
//! - CIS Kubernetes Benchmark 1.12, 5.2.10

use super::prelude::*;
use crate::security_context::windows_option;

pub(super) const CHECK: Check = Check {
    id: "windows-host-process",
    title: "Windows container runs as a process of its node",
    message: "container `{container}` runs as a process of its Windows node",
    variants: &[("pod", "the containers of the Pod run as processes of their Windows node")],
    remedy: "Remove `windowsOptions.hostProcess: true`",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.10",
        "nsa-cisa/privileged-containers",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/host-process",
        "attack/T1611",
        "microsoft-threat-matrix/MS-TA9018",
    ],
    cel: Some(each_container!(
        "!container.?securityContext.?windowsOptions.?hostProcess",
        ".or(pod.?securityContext.?windowsOptions.?hostProcess).orValue(false)"
    )),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let of_pod = pod.field(field!["securityContext", "windowsOptions", "hostProcess"]);
    let mut inherited = false;
    for container in &pod.containers() {
        let Some((node, place)) = windows_option(container, "hostProcess") else { continue };
        if node.as_bool() != Some(true) {
            continue;
        }
        if place.path == of_pod.path {
            inherited = true;
            continue;
        }
        let mend = Mend::risky("remove `hostProcess: true`").remove(&place);
        examination.report(Found::at(place).container(container).mend(mend));
    }
    if inherited {
        let mend = Mend::risky("remove `hostProcess: true`").remove(&of_pod);
        examination.report(Found::at(of_pod).variant("pod").mend(mend));
    }
}
