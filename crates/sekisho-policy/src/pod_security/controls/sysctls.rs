//! Sysctls: only those that the kernel keeps apart for each Pod and that reach no other.

use super::prelude::*;

pub(in super::super) const CONTROL: Control = Control {
    id: "sysctls",
    name: "Sysctls",
    level: Level::Baseline,
    replaces: None,
    editions: &[
        Edition { since: 0, examine: |pod| examine(pod, 0) },
        Edition { since: 27, examine: |pod| examine(pod, 27) },
        Edition { since: 29, examine: |pod| examine(pod, 29) },
        Edition { since: 32, examine: |pod| examine(pod, 32) },
        Edition { since: 37, examine: |pod| examine(pod, 37) },
    ],
};

/// What may be set, and since which minor version.
const ALLOWED: [(&str, u64); 14] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_notsent_lowat", 37),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
];

fn examine(pod: &Pod<'_>, edition: u64) -> Option<Refusal> {
    let mut forbidden = Vec::new();
    let mut faults = Vec::new();
    let sysctls = pod.security("sysctls").map_or(&[][..], Node::items);
    for (index, sysctl) in sysctls.iter().enumerate() {
        let name = sysctl.str("name");
        if !ALLOWED.iter().any(|(allowed, since)| *allowed == name && *since <= edition) {
            forbidden.push(name);
            let path = field!["spec", "securityContext", "sysctls", index, "name"];
            faults.push(Fault { path, found: Found::Text(name.into()) });
        }
    }
    (!forbidden.is_empty()).then(|| Refusal {
        reason: "forbidden sysctls",
        detail: forbidden.join(", "),
        faults,
    })
}
