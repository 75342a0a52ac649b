//! The manifest puts a container into group 0.
//!
//! ## Why
//!
//! Files of the node and of the image often belong to group 0 and let it read or write. A user who is not
//! root but is in that group gets most of what root would get from a mounted host path.
//!
//! `runAsGroup` of a container counts before the Pod's; `fsGroup` and `supplementalGroups` exist for the Pod
//! alone. Where the user is root too, `run-as-root` says so and this check is silent about the group.
//!
//! ## Mend
//!
//! Set `runAsGroup` (and `fsGroup`, for volumes) to a group other than 0, and take 0 out of
//! `supplementalGroups`. Images that were made for OpenShift often need group 0 for their own files: change the
//! files' group in the image.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     runAsUser: 10001
//!     fsGroup: 0 # here
//!     supplementalGroups:
//!       - 2000
//!       - 0 # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//!       securityContext:
//!         runAsGroup: 0 # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     runAsUser: 10001
//!     runAsGroup: 10001
//!     fsGroup: 10001
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes API reference: `SecurityContext.runAsGroup`, `PodSecurityContext.fsGroup`,
//!   `PodSecurityContext.supplementalGroups`

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "root-group",
    title: "Container is in the root group",
    message: "container `{container}` is in the root group: `runAsGroup` is 0",
    variants: &[
        ("pod", "the containers of the Pod are in the root group: `{field}` is 0"),
        ("supplemental", "the containers of the Pod are in the root group: `supplementalGroups` holds 0"),
    ],
    remedy: "Use a group other than 0 in `runAsGroup`, `fsGroup` and `supplementalGroups`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.6.3",
        "nsa-cisa/non-root-containers",
        "nist-800-190/4.4.3",
        "pci/3",
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    if pod.is_windows() {
        return;
    }
    let containers = pod.containers();
    let others: Vec<_> = containers.iter().filter(|container| !is_root(container)).collect();
    if others.is_empty() {
        return;
    }
    let group = field!["securityContext", "runAsGroup"];
    let inherited = |container: &&Container<'_>| container.security("runAsGroup").is_none();
    let of_pod = pod.field(group.clone());
    if is_zero(of_pod.node()) && others.iter().any(inherited) {
        examination.report(Found::at(of_pod).variant("pod").arg("field", "runAsGroup"));
    }
    for container in others {
        let place = container.field(group.clone());
        if is_zero(place.node()) {
            examination.report(Found::at(place).container(container));
        }
    }
    let volumes = pod.field(field!["securityContext", "fsGroup"]);
    if is_zero(volumes.node()) {
        examination.report(Found::at(volumes).variant("pod").arg("field", "fsGroup"));
    }
    let groups = pod.field(field!["securityContext", "supplementalGroups"]);
    for (index, item) in groups.node().map_or(&[][..], Node::items).iter().enumerate() {
        if is_zero(Some(item)) {
            let place = groups.child(index);
            let mend = Mend::risky("remove group 0 from `supplementalGroups`").remove(&place);
            examination.report(Found::at(place).variant("supplemental").mend(mend));
        }
    }
}

fn is_root(container: &Container<'_>) -> bool {
    is_zero(container.effective("runAsUser").0)
}

fn is_zero(node: Option<&Node>) -> bool {
    node.and_then(Node::as_i64) == Some(0)
}
