//! The manifest chooses an SELinux type, user or role that weakens the confinement of containers.
//!
//! ## Why
//!
//! On nodes with SELinux the runtime gives every container a label of its own type, `container_t`, that keeps it
//! from the files of the node. Another type, a user or a role may lift that; `spc_t` lifts it altogether.
//!
//! Allowed are the types `container_t`, `container_init_t`, `container_kvm_t` and, since Kubernetes 1.31,
//! `container_engine_t`. A `level` is no fault.
//!
//! ## Mend
//!
//! Remove `type`, `user` and `role`, and choose only a `level` where volumes are shared.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     seLinuxOptions:
//!       user: system_u # here
//!       level: "s0:c123,c456"
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       securityContext:
//!         seLinuxOptions:
//!           type: spc_t # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     seLinuxOptions:
//!       type: container_t
//!       level: "s0:c123,c456"
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "SELinux"

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "selinux-options",
    title: "SELinux label weakens the confinement of containers",
    message: "the SELinux {field} `{value}` may lift the confinement of containers",
    variants: &[("unconfined", "the SELinux type `{value}` lifts the confinement of containers")],
    remedy: "Remove `type`, `user` and `role` from `seLinuxOptions`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.6.3",
        "nsa-cisa/hardened-environment",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/selinux",
        "attack/T1611",
    ],
    cel: Some(unless_windows!(
        "pod.?securityContext.?seLinuxOptions.?type.orValue('') in ",
        "['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'] && ",
        "pod.?securityContext.?seLinuxOptions.?user.orValue('') == '' && ",
        "pod.?securityContext.?seLinuxOptions.?role.orValue('') == '' && ",
        each_container!(
            "container.?securityContext.?seLinuxOptions.?type.orValue('') in ",
            "['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'] && ",
            "container.?securityContext.?seLinuxOptions.?user.orValue('') == '' && ",
            "container.?securityContext.?seLinuxOptions.?role.orValue('') == ''"
        )
    )),
    examine: Examine::Pod(examine),
};

/// The types that confine, and the minor version since which each is allowed.
const CONFINING: &[(&str, u32)] =
    &[("container_t", 0), ("container_init_t", 0), ("container_kvm_t", 0), ("container_engine_t", 31)];

/// Types that processes of the node itself have.
const UNCONFINED: &[&str] = &["spc_t", "unconfined_t"];

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    if pod.is_windows() {
        return;
    }
    report(&pod.field(field!["securityContext", "seLinuxOptions"]), None, examination);
    for container in &pod.containers() {
        report(&container.field(field!["securityContext", "seLinuxOptions"]), Some(container), examination);
    }
}

fn report<'a>(options: &Place<'a>, container: Option<&Container<'_>>, examination: &mut Examination<'a>) {
    let minor = examination.settings().kubernetes_minor.unwrap_or(u32::MAX);
    for field in ["type", "user", "role"] {
        let place = options.child(field);
        let Some(value) = place.node().and_then(Node::as_str).filter(|value| !value.is_empty()) else {
            continue;
        };
        if field == "type" && CONFINING.iter().any(|(name, since)| *name == value && *since <= minor) {
            continue;
        }
        let mend = Mend::risky("remove the SELinux type, user or role").remove(&place);
        let mut found = Found::at(place).arg("field", field).arg("value", value).mend(mend);
        if let Some(container) = container {
            found = found.container(container);
        }
        if field == "type" && UNCONFINED.contains(&value) {
            found = found.variant("unconfined").severity(Severity::High);
        }
        examination.report(found);
    }
}
