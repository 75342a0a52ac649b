//! Which kinds of a cluster are audited.

use sekisho_cluster::Resource;

/// Groups of state that programs write for themselves, and that nobody writes policies for.
const GROUPS: [&str; 9] = [
    "metrics.k8s.io",
    "coordination.k8s.io",
    "events.k8s.io",
    "discovery.k8s.io",
    "wgpolicyk8s.io",
    "openreports.io",
    "reports.kyverno.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
];

/// The same of kinds in other groups.
const KINDS: [&str; 6] =
    ["Event", "Endpoints", "ComponentStatus", "ControllerRevision", "UpdateRequest", "ConstraintPodStatus"];

/// Whether objects of a kind can be held and followed, and are somebody's.
pub(crate) fn is_audited(resource: &Resource) -> bool {
    let can = |verb: &str| resource.verbs.iter().any(|known| known == verb);
    can("list")
        && can("watch")
        && !GROUPS.contains(&resource.group.as_str())
        && !KINDS.contains(&resource.kind.as_str())
        && !resource.kind.ends_with("Report")
}

/// Parts of objects that are not held: bookkeeping, and what is secret.
pub(crate) fn left(resource: &Resource) -> &'static [sekisho_cluster::Left] {
    const SECRET: &[sekisho_cluster::Left] = &[
        &["metadata", "managedFields"],
        &["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"],
        &["data"],
        &["stringData"],
    ];
    if resource.group.is_empty() && resource.kind == "Secret" {
        SECRET
    } else {
        sekisho_cluster::Interest::BOOKKEEPING
    }
}
