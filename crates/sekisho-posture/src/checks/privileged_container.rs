//! A privileged container has every capability, sees every device of its node and is confined by no seccomp, AppArmor or SELinux profile.
//!
//! ## Why
//!
//! Whoever runs code in such a container owns the node: mounting the host's disk takes one command. From the
//! node an attacker reads the credentials of every Pod on it.
//!
//! ## Mend
//!
//! Remove `privileged: true`. Where the workload needs one special right, grant that one: a capability, a
//! device plugin, a writable `procMount`. Node agents that cannot do without belong in a namespace of
//! their own, with an exception that names their owner.
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
//!         privileged: true # here
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
//!         privileged: false
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level baseline, "Privileged Containers"
//! - Kubernetes API reference: `SecurityContext.privileged`

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "privileged-container",
    title: "Container runs privileged",
    message: "container `{container}` runs privileged",
    variants: &[],
    remedy: "Remove `securityContext.privileged: true` and grant the one right that is needed",
    severity: Severity::Critical,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.2",
        "nsa-cisa/privileged-containers",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/privileged",
        "pss/privilege-escalation",
        "attack/T1611",
        "microsoft-threat-matrix/MS-TA9018",
    ],
    cel: Some("!container.?securityContext.?privileged.orValue(false)"),
    examine: Examine::Container(examine),
};

fn examine<'a>(container: &'a Container<'a>, examination: &mut Examination<'a>) {
    let place = container.field(field!["securityContext", "privileged"]);
    if place.node().and_then(Node::as_bool) == Some(true) {
        let mend = Mend::risky("remove `privileged: true`").remove(&place);
        examination.report(Found::at(place).mend(mend));
    }
}
