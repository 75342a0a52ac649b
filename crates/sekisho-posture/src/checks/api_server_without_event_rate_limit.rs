//! Nothing limits how many events a client may write.
//!
//! ## Why
//!
//! Events go to etcd like every object. A workload that fails in a loop, or a client that does so on purpose,
//! fills the store and slows every other request.
//!
//! ## Mend
//!
//! Add `EventRateLimit` to `--enable-admission-plugins` and give its limits in the file of
//! `--admission-control-config-file`, or keep events in an etcd of their own.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-apiserver
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-apiserver
//!       image: registry.k8s.io/kube-apiserver:v1.34.2
//!       command:
//!         - kube-apiserver # here
//!         - --authorization-mode=Node,RBAC
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-apiserver
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-apiserver
//!       image: registry.k8s.io/kube-apiserver:v1.34.2
//!       command:
//!         - kube-apiserver
//!         - --enable-admission-plugins=NodeRestriction # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: kube-apiserver
//!   namespace: kube-system
//! spec:
//!   containers:
//!     - name: kube-apiserver
//!       image: registry.k8s.io/kube-apiserver:v1.34.2
//!       command:
//!         - kube-apiserver
//!         - --enable-admission-plugins=NodeRestriction,EventRateLimit
//! ```
//!
//! ## References
//!
//! - Kubernetes: admission control, "EventRateLimit"

use super::prelude::*;

pub(super) const CHECK: Check = Check {
    id: "api-server-without-event-rate-limit",
    title: "Events are not limited",
    message: "clients may write any number of events: `{setting}` lacks `EventRateLimit`",
    variants: &[(
        "unset",
        "clients may write any number of events, because `{flag}` does not name `EventRateLimit`",
    )],
    remedy: "Add `EventRateLimit` to `--enable-admission-plugins`",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K09",
        "owasp-2025/K07",
        "cis-1.12/1.2.9",
        "nsa-cisa/control-plane-hardening",
        "pci/11",
        "attack/T1499",
        "microsoft-threat-matrix/MS-TA9040",
    ],
    cel: None,
    examine: Examine::Component(&[Component::ApiServer], examine),
};

const PLUGIN: &str = "EventRateLimit";

fn examine<'a>(settings: &'a ComponentSettings<'a>, examination: &mut Examination<'a>) {
    let flag = "enable-admission-plugins";
    let plugins = settings.items(flag);
    if settings.is_known(flag) && !plugins.iter().any(|(plugin, _)| *plugin == PLUGIN) {
        examination.report(settings.found(flag));
    }
}
