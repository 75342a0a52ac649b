//! A container adds a Linux capability that the baseline level of the Pod Security Standards does not allow.
//!
//! ## Why
//!
//! A capability is a part of root's power. Those that container runtimes grant by default, without `NET_RAW`,
//! are what the baseline level lets a container add; every other one widens what a captured process can do to
//! the network or to its neighbours. `NET_RAW` for example forges packets and answers for other Pods.
//!
//! The capabilities that lead to the node itself are the subject of `dangerous-capability`.
//!
//! ## Mend
//!
//! Take the capability out of `capabilities.add`. `ping` needs no `NET_RAW` where the sysctl
//! `net.ipv4.ping_group_range` covers the group.
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
//!           drop: [ALL]
//!           add:
//!             - NET_BIND_SERVICE
//!             - NET_RAW # here
//!             - IPC_LOCK # here
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
//!           add: [NET_BIND_SERVICE]
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "Capabilities"
//! - Linux manual: capabilities(7)

use super::prelude::*;
use crate::capability;
use crate::security_context::{added_capabilities, cannot_hold_capabilities};

pub(super) const CHECK: Check = Check {
    id: "added-capabilities",
    title: "Container adds a capability beyond the baseline",
    message: "container `{container}` adds the capability `{capability}`",
    variants: &[],
    remedy: "Take the capability out of `securityContext.capabilities.add`",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.8",
        "cis-1.12/5.2.9",
        "nsa-cisa/capabilities",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/capabilities",
        "pss/capabilities-restricted",
        "attack/T1611",
        "microsoft-threat-matrix/MS-TA9036",
    ],
    cel: Some(unless_windows!(
        "container.?securityContext.?capabilities.?add.orValue([]).all(name, ",
        "name.upperAscii().replace('CAP_', '') in ['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', ",
        "'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT', 'ALL', ",
        "'AUDIT_CONTROL', 'BPF', 'CHECKPOINT_RESTORE', 'DAC_READ_SEARCH', 'MAC_ADMIN', 'MAC_OVERRIDE', ",
        "'NET_ADMIN', 'PERFMON', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_MODULE', 'SYS_PTRACE', 'SYS_RAWIO', 'SYS_TIME', ",
        "'SYSLOG'])"
    )),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    if container.pod.is_windows() {
        return;
    }
    let idle = cannot_hold_capabilities(container);
    for (place, name) in added_capabilities(container) {
        if capability::is_baseline(&name) || capability::danger(&name).is_some() {
            continue;
        }
        let words = "take the capability out of `capabilities.add`";
        let mend = if idle { Mend::safe(words) } else { Mend::risky(words) }.remove(&place);
        let severity = if idle { Severity::Low } else { CHECK.severity };
        examination.report(Found::at(place).arg("capability", name).severity(severity).mend(mend));
    }
}
