//! A Pod sets a kernel parameter that is not known to be safe.
//!
//! ## Why
//!
//! Some kernel parameters act on the whole node or let one Pod starve the others. Kubernetes keeps a list of those
//! that are separate for each Pod and harmless, and the list grows with its versions; the kubelet refuses every
//! other one unless its administrator allows it.
//!
//! Names are read with dots or with slashes. With a known Kubernetes version the list of that version counts.
//!
//! ## Mend
//!
//! Take the parameter away, or set it for the node where it belongs.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     sysctls:
//!       - name: net.ipv4.tcp_syncookies
//!         value: "1"
//!       - name: kernel.msgmax # here
//!         value: "65536"
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
//!   securityContext:
//!     sysctls:
//!       - name: net.ipv4.ip_unprivileged_port_start
//!         value: "0"
//!       - name: net/ipv4/tcp_fin_timeout
//!         value: "30"
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "Sysctls"
//! - Kubernetes documentation: "Using sysctls in a Kubernetes Cluster"

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "unsafe-sysctl",
    title: "Pod sets an unsafe kernel parameter",
    message: "the Pod sets the kernel parameter `{sysctl}`, which is not known to be safe",
    variants: &[],
    remedy: "Take the parameter out of `securityContext.sysctls`",
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
        "pss/sysctls",
    ],
    cel: Some(unless_windows!(
        "pod.?securityContext.?sysctls.orValue([]).all(sysctl, sysctl.name.replace('/', '.') in [",
        "'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', ",
        "'net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start', ",
        "'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', ",
        "'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes', 'net.ipv4.tcp_rmem', ",
        "'net.ipv4.tcp_wmem', 'net.ipv4.tcp_slow_start_after_idle', 'net.ipv4.tcp_notsent_lowat'])"
    )),
    examine: Examine::Pod(examine),
};

/// The safe parameters, and the minor version since which each is.
const SAFE: &[(&str, u32)] = &[
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_notsent_lowat", 37),
];

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    if pod.is_windows() {
        return;
    }
    let minor = examination.settings().kubernetes_minor.unwrap_or(u32::MAX);
    let sysctls = pod.field(field!["securityContext", "sysctls"]);
    for (index, sysctl) in sysctls.node().map_or(&[][..], Node::items).iter().enumerate() {
        let written = sysctl.str("name");
        let name = dotted(written);
        let safe = SAFE.iter().any(|(known, since)| *known == name && *since <= minor);
        if safe || written.is_empty() {
            continue;
        }
        let place = sysctls.child(index);
        let mend = Mend::risky("remove the unsafe kernel parameter").remove(&place);
        examination.report(Found::at(place.child("name")).arg("sysctl", name).mend(mend));
    }
}

/// The name with dots between its parts: where a slash comes first, slashes part and dots belong to a part.
fn dotted(name: &str) -> String {
    match name.find(['.', '/']).and_then(|at| name.as_bytes().get(at)) {
        Some(b'/') => name
            .chars()
            .map(|letter| {
                if letter == '/' {
                    '.'
                } else if letter == '.' {
                    '/'
                } else {
                    letter
                }
            })
            .collect(),
        _ => name.to_owned(),
    }
}
