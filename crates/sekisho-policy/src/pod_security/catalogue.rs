//! All controls, those of a level, and what they say of a Pod.

use super::control::Control;
use super::controls;
use super::level::LevelVersion;
use super::pod::Pod;
use super::violation::Violation;

/// Every control, in the order in which the API server names them: those of the baseline, then those of the
/// restricted level, each by id.
pub const CONTROLS: [&Control; 19] = [
    &controls::apparmor::CONTROL,
    &controls::capabilities_baseline::CONTROL,
    &controls::host_namespaces::CONTROL,
    &controls::host_path_volumes::CONTROL,
    &controls::host_ports::CONTROL,
    &controls::host_probes::CONTROL,
    &controls::privileged::CONTROL,
    &controls::proc_mount::CONTROL,
    &controls::selinux::CONTROL,
    &controls::seccomp_baseline::CONTROL,
    &controls::sysctls::CONTROL,
    &controls::windows_host_process::CONTROL,
    &controls::privilege_escalation::CONTROL,
    &controls::capabilities_restricted::CONTROL,
    &controls::proc_mount_restricted::CONTROL,
    &controls::volume_types::CONTROL,
    &controls::run_as_non_root::CONTROL,
    &controls::run_as_user::CONTROL,
    &controls::seccomp_restricted::CONTROL,
];

/// The controls that a level has in a version, in the API server's order, without those whose place a stricter
/// one of the level takes.
pub fn controls_of(policy: LevelVersion) -> impl Iterator<Item = &'static Control> {
    let LevelVersion { level, version } = policy;
    let counts = move |control: &Control| control.level <= level && control.exists_in(version);
    let is_replaced = move |control: &Control| {
        CONTROLS.iter().any(|other| other.replaces == Some(control.id) && counts(other))
    };
    CONTROLS.into_iter().filter(move |control| counts(control) && !is_replaced(control))
}

/// Asks every control of a level in a version about a Pod, in the API server's order. Nothing comes, and nothing
/// is allocated, where the Pod passes.
pub fn evaluate(policy: LevelVersion, pod: &Pod<'_>) -> Vec<Violation> {
    controls_of(policy).filter_map(|control| control.examine(policy.version, pod)).collect()
}

impl Control {
    /// The control of this id.
    pub fn of(id: &str) -> Option<&'static Self> {
        CONTROLS.into_iter().find(|control| control.id == id)
    }
}
