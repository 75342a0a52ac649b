//! The Pod Security Standards as Kyverno's rules ask about them.

use sekisho_kyverno::rule::{Fault, Found, PodSecurity, Violation};
use sekisho_manifest::Node;
use smol_str::{SmolStr, ToSmolStr as _};

use crate::pod_security::{self, CONTROLS, Control, Level, Pod, Version};

/// The controls of this workspace.
#[derive(Debug, Clone, Copy, Default)]
pub struct Standards;

/// The controls in the order in which Kyverno names them.
const ORDER: [&str; 19] = [
    "allowPrivilegeEscalation",
    "appArmorProfile",
    "capabilities_baseline",
    "capabilities_restricted",
    "hostNamespaces",
    "hostPathVolumes",
    "hostPorts",
    "hostProbesAndHostLifecycle",
    "privileged",
    "procMount",
    "procMount_restricted",
    "restrictedVolumes",
    "runAsNonRoot",
    "runAsUser",
    "seLinuxOptions",
    "seccompProfile_baseline",
    "seccompProfile_restricted",
    "sysctls",
    "windowsHostProcess",
];

impl PodSecurity for Standards {
    fn examine(&self, level: &str, version: &str, pod: &Node) -> Result<Vec<Violation>, String> {
        let level = Level::parse(level).map_err(|error| error.to_string())?;
        let version = if version.is_empty() { "latest" } else { version };
        let version = Version::parse(version).map_err(|error| error.to_string())?;
        let pod = Pod::of(pod);
        let mut controls: Vec<&Control> =
            CONTROLS.into_iter().filter(|control| control.level <= level).collect();
        let place = |control: &&Control| ORDER.iter().position(|id| *id == control.id);
        controls.sort_by_key(|control| place(control).unwrap_or(ORDER.len()));
        Ok(controls.into_iter().filter_map(|control| control.examine(version, &pod)).map(violation).collect())
    }
}

fn violation(violation: pod_security::Violation) -> Violation {
    Violation {
        control: SmolStr::new_static(violation.control),
        reason: SmolStr::new_static(violation.reason),
        faults: violation
            .faults
            .into_iter()
            .map(|fault| Fault { path: fault.path, found: found(fault.found) })
            .collect(),
    }
}

fn found(found: pod_security::Found) -> Found {
    match found {
        pod_security::Found::Missing => Found::Missing,
        pod_security::Found::Present => Found::Present,
        pod_security::Found::Bool(value) => Found::Value(value.to_smolstr()),
        pod_security::Found::Int(value) => Found::Value(value.to_smolstr()),
        pod_security::Found::Text(text) => Found::Value(text),
        pod_security::Found::Texts(texts) => Found::Values(texts),
    }
}
