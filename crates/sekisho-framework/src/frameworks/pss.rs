//! The Pod Security Standards, as Pod Security admission enforces them.

use crate::control::Evidence::Manifest;
use crate::control::{Classification, Control, Framework, PodSecurityLevel, Section};

pub(super) static FRAMEWORK: Framework = Framework {
    id: "pss",
    name: "Pod Security Standards",
    version: "1.37",
    publisher: "The Kubernetes Authors",
    url: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    sections: &[
        Section { id: "baseline", title: "Baseline", controls: BASELINE },
        Section { id: "restricted", title: "Restricted", controls: RESTRICTED },
    ],
};

const BASELINE: &[Control] = &[
    baseline(
        0,
        "host-process",
        "No Windows HostProcess",
        "Windows Pods do not run with the rights of their host.",
    ),
    baseline(
        0,
        "host-namespaces",
        "No host namespaces",
        "`hostNetwork`, `hostPID` and `hostIPC` are false or unset.",
    ),
    baseline(0, "privileged", "No privileged containers", "`privileged` is false or unset."),
    baseline(
        0,
        "capabilities",
        "No added capabilities beyond the common set",
        "Containers add only capabilities of the set that runtimes grant by default.",
    ),
    baseline(0, "host-path-volumes", "No hostPath volumes", "No volume is of type `hostPath`."),
    baseline(0, "host-ports", "No host ports", "`hostPort` is 0 or unset."),
    baseline(
        34,
        "host-probes",
        "No foreign hosts in probes and lifecycle hooks",
        "The field `host` of probes and lifecycle hooks is empty, so the kubelet cannot be made to \
         call other hosts.",
    ),
    baseline(
        0,
        "apparmor",
        "AppArmor is not switched off",
        "A profile, where one is named, is the runtime's default or a local one.",
    ),
    baseline(
        0,
        "selinux",
        "No custom SELinux user, role or foreign type",
        "SELinux types are those made for containers; user and role are unset.",
    ),
    baseline(
        0,
        "proc-mount",
        "/proc stays masked",
        "`procMount` is `Default` or unset. From 1.35, level baseline lets a Pod with `hostUsers: \
         false` unmask it.",
    ),
    baseline(0, "seccomp", "seccomp is not switched off", "No profile is `Unconfined`."),
    baseline(
        0,
        "sysctls",
        "No unsafe sysctls",
        "Pods set only kernel parameters that are separate for each Pod and known to be safe.",
    ),
];

const RESTRICTED: &[Control] = &[
    restricted(
        0,
        "volume-types",
        "Only volumes that carry configuration, claims or scratch space",
        "Volumes are of type `configMap`, `csi`, `downwardAPI`, `emptyDir`, `ephemeral`, `image`, \
         `persistentVolumeClaim`, `projected` or `secret`.",
    ),
    restricted(
        8,
        "privilege-escalation",
        "Processes cannot gain privileges",
        "Linux containers set `allowPrivilegeEscalation: false`.",
    ),
    restricted(
        0,
        "run-as-non-root",
        "Containers must not run as root",
        "`runAsNonRoot` is true for the Pod or for every container.",
    ),
    restricted(23, "run-as-non-root-user", "No container asks for user 0", "`runAsUser` is not 0."),
    restricted(
        19,
        "seccomp-restricted",
        "A seccomp profile is set",
        "Every Linux container runs with `RuntimeDefault` or a local profile that is named.",
    ),
    restricted(
        22,
        "capabilities-restricted",
        "All capabilities are dropped",
        "Linux containers drop `ALL` and add at most `NET_BIND_SERVICE`.",
    ),
];

/// The controls that a level demands from Pods of Kubernetes `1.<minor>`, or of the newest version where none is
/// given, in the order of the document. Level restricted demands those of baseline too.
pub fn pod_security_controls(
    level: PodSecurityLevel,
    minor: Option<u32>,
) -> impl Iterator<Item = &'static Control> {
    FRAMEWORK.controls().filter(move |control| match control.classification {
        Classification::PodSecurity { level: demanded_by, since } => {
            demanded_by <= level && minor.is_none_or(|minor| since <= minor)
        }
        _ => false,
    })
}

const fn baseline(since: u32, id: &'static str, title: &'static str, description: &'static str) -> Control {
    demanded(PodSecurityLevel::Baseline, since, id, title, description)
}

const fn restricted(since: u32, id: &'static str, title: &'static str, description: &'static str) -> Control {
    demanded(PodSecurityLevel::Restricted, since, id, title, description)
}

const fn demanded(
    level: PodSecurityLevel,
    since: u32,
    id: &'static str,
    title: &'static str,
    description: &'static str,
) -> Control {
    Control::new(id, title, description, &[&[Manifest]])
        .classified(Classification::PodSecurity { level, since })
}
