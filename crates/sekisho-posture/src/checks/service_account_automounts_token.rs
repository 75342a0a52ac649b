//! A service account without rights puts its token into every Pod that uses it.
//!
//! ## Why
//!
//! The token proves to the API server, and to whatever trusts its issuer, who the Pod is. An account that no binding gives
//! rights to is there for something else, and its Pods need no token. For the account `default`, which every Pod uses that
//! names no other, this is the one place to turn the tokens off for a whole namespace.
//!
//! An account that a binding among the examined objects gives rights to is not reported.
//!
//! ## Mend
//!
//! Set `automountServiceAccountToken: false` on the service account. A Pod that needs the token asks for it with
//! `automountServiceAccountToken: true`.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata:
//!   name: default # here
//!   namespace: shop
//! ---
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata:
//!   name: web
//!   namespace: shop
//! automountServiceAccountToken: true # here
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata:
//!   name: default
//!   namespace: shop
//! automountServiceAccountToken: false
//! ---
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata:
//!   name: controller
//!   namespace: shop
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: controller
//!   namespace: shop
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: Role
//!   name: controller
//! subjects:
//!   - kind: ServiceAccount
//!     name: controller
//!     namespace: shop
//! ```
//!
//! ## References
//!
//! - CIS Kubernetes Benchmark 1.12, 5.1.5 and 5.1.6
//! - Kubernetes documentation: "Configure Service Accounts for Pods"

use super::prelude::*;
pub(super) const CHECK: Check = Check {
    id: "service-account-automounts-token",
    title: "Service account without rights gives out its token",
    message: "the service account `{account}` puts its token into its Pods, though nothing gives it rights",
    variants: &[],
    remedy: "Set `automountServiceAccountToken: false` on the service account",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Pedantic,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &[
        "owasp-2022/K01",
        "owasp-2025/K01",
        "cis-1.12/5.1.5",
        "cis-1.12/5.1.6",
        "nsa-cisa/service-account-tokens",
        "pci/1",
        "attack/T1528",
    ],
    cel: None,
    examine: Examine::Object(&[("", "ServiceAccount")], examine),
};

fn examine<'a>(object: &'a Object, examination: &mut Examination<'a>) {
    let inventory = examination.inventory();
    let place = object.place(field!["automountServiceAccountToken"]);
    let off = place.node().and_then(Node::as_bool) == Some(false);
    let namespace = inventory.namespace_of(object);
    if off || inventory.bindings_to_account(namespace, &object.name).next().is_some() {
        return;
    }
    let asked = place.node().is_some_and(|node| !node.is_null());
    let words = "set `automountServiceAccountToken: false` on the service account";
    let mend = if asked { Mend::risky(words) } else { Mend::safe(words) }.set(&place, false);
    let shown = if asked { place } else { object.head() };
    examination.report(Found::at(shown).arg("account", object.name.clone()).mend(mend));
}
