//! A Pod carries a token of its service account in its file system, whether it uses it or not.
//!
//! ## Why
//!
//! Kubernetes puts a token of the service account into every container unless it is told not to. Whoever reads one file
//! of the container talks to the API server with the rights of that account.
//!
//! What the Pod says (`automountServiceAccountToken`) counts before what its service account says. An account of its own
//! to which a binding gives rights is how it should be, and is not found; the account `default` with rights is a hint,
//! since every Pod of the namespace shares them. Static Pods have no service account.
//!
//! ## Mend
//!
//! Set `automountServiceAccountToken: false` in the Pod, or in the service account for all its Pods. A Pod that does talk
//! to the API server gets a service account of its own, with the rights it uses.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec: # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata:
//!   name: shop
//! automountServiceAccountToken: false
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   serviceAccountName: shop
//!   automountServiceAccountToken: true # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: shop-reads-config
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: ServiceAccount
//!     name: default
//!     namespace: default
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec: # here
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: shop-reads-config
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: ServiceAccount
//!     name: shop
//!     namespace: default
//! ---
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   serviceAccountName: shop
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: Pod
//! metadata:
//!   name: shop
//! spec:
//!   automountServiceAccountToken: false
//!   containers:
//!     - name: web
//!       image: registry.example.com/web:1.4.2
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata:
//!   name: shop
//! automountServiceAccountToken: false
//! ---
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata:
//!   name: shop
//! spec:
//!   template:
//!     spec:
//!       serviceAccountName: shop
//!       containers:
//!         - name: web
//!           image: registry.example.com/web:1.4.2
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: "Configure Service Accounts for Pods"
//! - CIS Kubernetes Benchmark 1.12, 5.1.6

use super::prelude::*;
use crate::service_account::{binding, mounts_token, of_pod};

pub(super) const CHECK: Check = Check {
    id: "service-account-token-mounted",
    title: "Pod carries a token of its service account",
    message: "the Pod carries a token of the service account `{account}`",
    variants: &[(
        "bound",
        "the Pod carries a token of the service account `{account}`, which has rights: does it use them?",
    )],
    remedy: "Set `automountServiceAccountToken: false` unless the Pod talks to the API server",
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.1.6",
        "nsa-cisa/service-account-tokens",
        "nist-800-190/4.3.1",
        "pci/1",
        "attack/T1528",
        "attack/T1552.007",
        "microsoft-threat-matrix/MS-TA9016",
    ],
    cel: None,
    examine: Examine::Pod(examine),
};

fn examine<'a>(pod: &'a Pod<'a>, examination: &mut Examination<'a>) {
    let inventory = examination.inventory();
    if !mounts_token(pod, inventory) {
        return;
    }
    let account = pod.service_account();
    let binding = binding(pod, inventory);
    if binding.is_some() && account != "default" {
        return;
    }
    let place = pod.field(field!["automountServiceAccountToken"]);
    let asked = place.node().is_some_and(|node| !node.is_null());
    let found = Found::at(place.clone()).arg("account", account);
    let words = "set `automountServiceAccountToken: false`";
    if let Some(binding) = binding {
        let found = found.variant("bound").confidence(Confidence::Low);
        let found = found.related(binding.head(), "this gives the service account rights");
        examination.report(found.mend(Mend::risky(words).set(&place, false)));
        return;
    }
    // An account whose bindings would be here has no rights to lose.
    let known = account == "default" || of_pod(pod, inventory).is_some();
    let mend = if known && !asked { Mend::safe(words) } else { Mend::risky(words) };
    let confidence = match account {
        // What a custom resource leaves out, its operator may fill in.
        "default" if pod.object.is_custom() => Confidence::Low,
        "default" => Confidence::High,
        _ => Confidence::Medium,
    };
    examination.report(found.confidence(confidence).mend(mend.set(&place, false)));
}
