//! The controls, one file each.

pub(super) mod apparmor;
pub(super) mod capabilities_baseline;
pub(super) mod capabilities_restricted;
pub(super) mod host_namespaces;
pub(super) mod host_path_volumes;
pub(super) mod host_ports;
pub(super) mod host_probes;
pub(super) mod privilege_escalation;
pub(super) mod privileged;
pub(super) mod proc_mount;
pub(super) mod proc_mount_restricted;
pub(super) mod run_as_non_root;
pub(super) mod run_as_user;
pub(super) mod seccomp_baseline;
pub(super) mod seccomp_restricted;
pub(super) mod selinux;
pub(super) mod sysctls;
pub(super) mod volume_types;
pub(super) mod windows_host_process;

/// What every control needs.
mod prelude {
    pub(super) use std::collections::BTreeSet;

    pub(super) use sekisho_manifest::{Node, field};

    pub(super) use crate::pod_security::control::{Control, Edition, Refusal};
    pub(super) use crate::pod_security::level::Level;
    pub(super) use crate::pod_security::pod::{Pod, integer, text};
    pub(super) use crate::pod_security::violation::{Fault, Found};
    pub(super) use crate::pod_security::wording::{Containers, Quoted, Setters, plural, quote, quoted_set};
}
