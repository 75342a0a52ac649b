//! A container runs as a user other than root, but nothing holds it to that.
//!
//! ## Why
//!
//! `runAsUser` says today's user. `runAsNonRoot: true` makes the kubelet refuse root whatever a later change says, and
//! level restricted of the Pod Security Standards asks for it even where a user is set.
//!
//! The fix is safe: the container runs as another user already. Windows containers are not looked at.
//!
//! ## Mend
//!
//! Set `runAsNonRoot: true` beside `runAsUser`, best in the Pod's security context.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext: # here
//!     runAsUser: 10001
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
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
//!         runAsUser: 10001
//!         runAsNonRoot: false # here
//!     - name: log
//!       image: registry.example.com/log:2.0.1
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   securityContext:
//!     runAsNonRoot: true
//!     runAsUser: 10001
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes: Pod Security Standards, level restricted, "Running as Non-root"

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "non-root-not-enforced",
    title: "User other than root is set but not enforced",
    message: "the containers of the Pod run as another user than root, but nothing refuses root",
    variants: &[(
        "container",
        "container `{container}` runs as another user than root, but nothing refuses root",
    )],
    remedy: "Set `runAsNonRoot: true` beside `runAsUser`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Container, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.2.7",
        "nsa-cisa/non-root-containers",
        "nist-800-190/4.4.3",
        "pci/3",
        "pss/run-as-non-root",
    ],
    cel: Some(unless_windows!(each_container!(
        "container.?securityContext.?runAsUser.or(pod.?securityContext.?runAsUser).orValue(0) == 0 || ",
        "container.?securityContext.?runAsNonRoot.or(pod.?securityContext.?runAsNonRoot).orValue(false)"
    ))),
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    if pod.is_windows() {
        return;
    }
    let containers = pod.containers();
    let loose: Vec<_> = containers.iter().filter(|container| is_loose(container)).collect();
    let field = field!["securityContext", "runAsNonRoot"];
    let mend = |place: &Place<'_>| Mend::safe("set `runAsNonRoot: true` beside `runAsUser`").set(place, true);
    // The Pod's field does for all only where none says otherwise and none may be root.
    let own = |container: &&Container<'_>| container.security("runAsNonRoot").is_some();
    if !loose.is_empty() && loose.len() == containers.len() && !loose.iter().any(own) {
        let place = pod.field(field);
        let mend = mend(&place);
        examination.report(Found::at(place).mend(mend));
        return;
    }
    for container in loose {
        let place = container.field(field.clone());
        let mend = mend(&place);
        examination.report(Found::at(place).variant("container").container(container).mend(mend));
    }
}

fn is_loose(container: &Container<'_>) -> bool {
    let user = container.effective("runAsUser").0.and_then(Node::as_i64);
    let held = container.effective("runAsNonRoot").0.and_then(Node::as_bool) == Some(true);
    user.is_some_and(|user| user > 0) && !held
}
