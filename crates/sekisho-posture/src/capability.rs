//! Linux capabilities: their names as manifests write them, and how much each gives away.

use sekisho_finding::Severity;
use smol_str::SmolStr;

/// What the baseline level of the Pod Security Standards lets a container add: the set that container
/// runtimes grant by default, without `NET_RAW`.
const BASELINE: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Capabilities that lead out of a container, alone (critical) or with one other fault (high), or that
/// reach settings which all containers of a node share (medium).
const DANGEROUS: &[(&str, Severity)] = &[
    ("ALL", Severity::Critical),
    ("AUDIT_CONTROL", Severity::Medium),
    ("BPF", Severity::High),
    ("CHECKPOINT_RESTORE", Severity::Medium),
    ("DAC_READ_SEARCH", Severity::Critical),
    ("MAC_ADMIN", Severity::High),
    ("MAC_OVERRIDE", Severity::High),
    ("NET_ADMIN", Severity::Medium),
    ("PERFMON", Severity::High),
    ("SYS_ADMIN", Severity::High),
    ("SYS_BOOT", Severity::High),
    ("SYS_MODULE", Severity::Critical),
    ("SYS_PTRACE", Severity::High),
    ("SYS_RAWIO", Severity::High),
    ("SYS_TIME", Severity::Medium),
    ("SYSLOG", Severity::Medium),
];

/// The name as the kernel's headers have it, without `CAP_`: container runtimes take either case, some also
/// the prefix.
pub(crate) fn name(written: &str) -> SmolStr {
    let upper = written.to_ascii_uppercase();
    SmolStr::new(upper.strip_prefix("CAP_").unwrap_or(&upper))
}

/// Whether the baseline level lets a container add it.
pub(crate) fn is_baseline(name: &str) -> bool {
    BASELINE.contains(&name)
}

/// How bad it is to add it, and its name for choosing a wording; none where it leads nowhere by itself.
pub(crate) fn danger(name: &str) -> Option<(&'static str, Severity)> {
    DANGEROUS.iter().copied().find(|(known, _)| *known == name)
}
