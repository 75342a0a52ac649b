//! Nothing in the manifest keeps a container from running as root: the image decides.
//!
//! ## Why
//!
//! Without `runAsNonRoot` and `runAsUser` a container runs as the user that its image names, and most images
//! name none, which means root. An image that changes its user with the next release takes root without a
//! change of the manifest.
//!
//! What is said of the Pod counts for every container that says nothing itself. A user other than 0 is
//! enough. In a Pod with its own user namespace (`hostUsers: false`) the finding weighs less. On Windows a
//! `runAsUserName` is enough.
//!
//! ## Mend
//!
//! Set `runAsNonRoot: true` in the Pod's security context: the kubelet then refuses to start a container as
//! root. An image whose user is a name and not a number also needs `runAsUser`.
//!
//! ```yaml bad
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop
//! spec:
//!   template:
//!     spec: # here
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ```
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
//!       securityContext:
//!         runAsNonRoot: true
//!     - name: log
//!       image: registry.example.com/log:2.0.1
//!       securityContext: # here
//!         allowPrivilegeEscalation: false
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     runAsNonRoot: true
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level restricted, "Running as Non-root"
//! - CIS Kubernetes Benchmark 1.12, 5.2.7

use super::prelude::*;
use crate::security_context::{in_user_namespace, windows_option};

pub(super) const CHECK: Check = Check {
    id: "run-as-non-root-unset",
    title: "Nothing keeps a container from running as root",
    message: "nothing keeps the containers of the Pod from running as root",
    variants: &[("container", "nothing keeps container `{container}` from running as root")],
    remedy: "Set `runAsNonRoot: true` in the Pod's security context",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.7",
        "cis-1.12/5.6.3",
        "nsa-cisa/non-root-containers",
        "nist-800-190/4.1.2",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/run-as-non-root",
        "attack/T1611",
    ],
    cel: Some(each_container!(
        "container.?securityContext.?runAsNonRoot.hasValue() || pod.?securityContext.?runAsNonRoot.hasValue() || (",
        on_windows!(),
        " ? container.?securityContext.?windowsOptions.?runAsUserName.hasValue() || ",
        "pod.?securityContext.?windowsOptions.?runAsUserName.hasValue() : ",
        "container.?securityContext.?runAsUser.hasValue() || pod.?securityContext.?runAsUser.hasValue())"
    )),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let containers = pod.containers();
    let open: Vec<_> = containers.iter().filter(|container| is_open(container)).collect();
    let severity = if in_user_namespace(pod) { Severity::Low } else { CHECK.severity };
    let field = field!["securityContext", "runAsNonRoot"];
    let mend = |place: &Place<'_>| Mend::risky("set `runAsNonRoot: true`").set(place, true);
    if open.len() == containers.len() && !open.is_empty() {
        let place = pod.field(field);
        let mend = mend(&place);
        examination.report(Found::at(place).severity(severity).mend(mend));
        return;
    }
    for container in open {
        let place = container.field(field.clone());
        let mend = mend(&place);
        let found = Found::at(place).variant("container").container(container);
        examination.report(found.severity(severity).mend(mend));
    }
}

fn is_open(container: &Container<'_>) -> bool {
    let said = if container.pod.is_windows() {
        windows_option(container, "runAsUserName").is_some()
    } else {
        container.effective("runAsUser").0.is_some()
    };
    !said && container.effective("runAsNonRoot").0.is_none() && !container.is_patch()
}
