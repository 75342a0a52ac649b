//! A container adds a Linux capability that leads, alone or with one other fault, to its node.
//!
//! ## Why
//!
//! Some capabilities reach past the container: with `SYS_MODULE` a process loads code into the kernel of the
//! node, with `DAC_READ_SEARCH` it opens any file of the node's disk, with `SYS_ADMIN` it mounts file systems.
//! The finding says what the capability in question gives.
//!
//! A container in which no process can hold a capability (it cannot be root and cannot gain privileges) gets
//! nothing from the entry today, and the finding weighs less. `NET_ADMIN` weighs more on the host's network,
//! `SYS_PTRACE` more among the host's processes.
//!
//! ## Mend
//!
//! Take the capability out of `capabilities.add`. Programs of the node's own (a network plugin, a tracer)
//! that need it belong in a namespace of their own, with an exception that names their owner.
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
//!         capabilities:
//!           add:
//!             - SYS_ADMIN # here
//!             - CAP_SYS_MODULE # here
//!             - CHOWN
//!     - name: log
//!       image: registry.example.com/log:2.0.1
//!       securityContext:
//!         capabilities:
//!           add: [ALL] # here
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
//!       securityContext:
//!         capabilities:
//!           drop: [ALL]
//! ```
//!
//! ## References
//!
//! - Linux manual: capabilities(7)
//! - Kubernetes: Pod Security Standards, level baseline, "Capabilities"

use super::prelude::*;
use crate::capability;
use crate::security_context::{added_capabilities, cannot_hold_capabilities};

pub(super) const CHECK: Check = Check {
    id: "dangerous-capability",
    title: "Container adds a capability that leads to its node",
    message: "container `{container}` adds the capability `{capability}`, which leads to its node",
    variants: &[
        ("ALL", "container `{container}` adds every capability: it holds all the powers of root"),
        (
            "AUDIT_CONTROL",
            "container `{container}` adds `AUDIT_CONTROL`, which turns the kernel's audit log off",
        ),
        ("BPF", "container `{container}` adds `BPF`, which loads programs into the kernel of the node"),
        (
            "CHECKPOINT_RESTORE",
            "container `{container}` adds `CHECKPOINT_RESTORE`, which chooses process ids and reads the memory maps of others",
        ),
        (
            "DAC_READ_SEARCH",
            "container `{container}` adds `DAC_READ_SEARCH`, which opens any file of the node's disk",
        ),
        (
            "MAC_ADMIN",
            "container `{container}` adds `MAC_ADMIN`, which changes AppArmor and SELinux rules of the node",
        ),
        (
            "MAC_OVERRIDE",
            "container `{container}` adds `MAC_OVERRIDE`, which gets around mandatory access control",
        ),
        (
            "NET_ADMIN",
            "container `{container}` adds `NET_ADMIN`, which changes interfaces, routes and packet filters",
        ),
        (
            "PERFMON",
            "container `{container}` adds `PERFMON`, which watches the kernel and every process of the node",
        ),
        (
            "SYS_ADMIN",
            "container `{container}` adds `SYS_ADMIN`, which mounts file systems and is close to full root",
        ),
        (
            "SYS_BOOT",
            "container `{container}` adds `SYS_BOOT`, which loads another kernel and restarts the node",
        ),
        (
            "SYS_MODULE",
            "container `{container}` adds `SYS_MODULE`, which loads code into the kernel of the node",
        ),
        (
            "SYS_PTRACE",
            "container `{container}` adds `SYS_PTRACE`, which reads and changes the memory of other processes",
        ),
        (
            "SYS_RAWIO",
            "container `{container}` adds `SYS_RAWIO`, which reaches the memory and the ports of the machine",
        ),
        ("SYS_TIME", "container `{container}` adds `SYS_TIME`, which sets the clock of the node"),
        ("SYSLOG", "container `{container}` adds `SYSLOG`, which reads the kernel's log and addresses"),
    ],
    remedy: "Take the capability out of `securityContext.capabilities.add`",
    severity: Severity::High,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.9",
        "nsa-cisa/capabilities",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/capabilities",
        "pss/capabilities-restricted",
        "attack/T1611",
        "microsoft-threat-matrix/MS-TA9018",
    ],
    cel: Some(unless_windows!(
        "!container.?securityContext.?capabilities.?add.orValue([]).exists(name, ",
        "name.upperAscii().replace('CAP_', '') in ['ALL', 'AUDIT_CONTROL', 'BPF', 'CHECKPOINT_RESTORE', ",
        "'DAC_READ_SEARCH', 'MAC_ADMIN', 'MAC_OVERRIDE', 'NET_ADMIN', 'PERFMON', 'SYS_ADMIN', 'SYS_BOOT', ",
        "'SYS_MODULE', 'SYS_PTRACE', 'SYS_RAWIO', 'SYS_TIME', 'SYSLOG'])"
    )),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    if container.pod.is_windows() {
        return;
    }
    let idle = cannot_hold_capabilities(container);
    for (place, name) in added_capabilities(container) {
        let Some((known, usual)) = capability::danger(&name) else { continue };
        let severity = match known {
            _ if idle => Severity::Low,
            "NET_ADMIN" if container.pod.spec.is_true("hostNetwork") => Severity::High,
            "SYS_PTRACE" if container.pod.spec.is_true("hostPID") => Severity::Critical,
            _ => usual,
        };
        let words = "take the dangerous capability out of `capabilities.add`";
        let mend = if idle { Mend::safe(words) } else { Mend::risky(words) }.remove(&place);
        let found = Found::at(place).variant(known).arg("capability", name);
        examination.report(found.severity(severity).mend(mend));
    }
}
