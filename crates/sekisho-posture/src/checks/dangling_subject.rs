//! A binding gives rights to a service account that is not among the manifests, though others of its namespace are.
//!
//! ## Why
//!
//! The rights wait for whoever makes a service account of that name. Often the account was removed and its binding
//! forgotten, or a name was mistyped and the workload lacks its rights.
//!
//! ## Mend
//!
//! Correct the name or the namespace, or remove the subject.
//!
//! ```yaml bad
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata:
//!   name: dashboard
//!   namespace: shop
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: reader
//!   namespace: shop
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: ServiceAccount
//!     name: dashbord # here
//!     namespace: shop
//! ```
//!
//! ```yaml good
//! apiVersion: v1
//! kind: ServiceAccount
//! metadata:
//!   name: dashboard
//!   namespace: shop
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: reader
//!   namespace: shop
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: ServiceAccount
//!     name: dashboard
//!     namespace: shop
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: reader
//!   namespace: elsewhere
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: view
//! subjects:
//!   - kind: ServiceAccount
//!     name: dashboard
//!     namespace: elsewhere
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Role Based Access Control Good Practices, "Periodic review"

use std::collections::HashSet;

use sekisho_manifest::rbac::Principal;

use super::prelude::*;
use crate::rbac::{BINDINGS, bound};

pub(super) const CHECK: Check = Check {
    id: "dangling-subject",
    title: "Binding for a service account that does not exist",
    message: "`{binding}` gives the role `{role}` to the service account `{namespace}/{account}`, which is nowhere in the manifests",
    variants: &[],
    remedy: "Correct the service account's name or remove the subject",
    severity: Severity::Low,
    confidence: Confidence::Medium,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K03", "owasp-2025/K02", "nsa-cisa/rbac-least-privilege", "pci/2"],
    cel: None,
    examine: Examine::Inventory(BINDINGS, examine),
};

fn examine(examination: &mut Examination<'_>) {
    let inventory = examination.inventory();
    let accounts = || inventory.of("", "ServiceAccount");
    let namespaces: HashSet<&str> = accounts().map(|account| inventory.namespace_of(account)).collect();
    let known: HashSet<_> =
        accounts().map(|account| (account.namespace.as_deref(), account.name.as_str())).collect();
    for (group, kind) in BINDINGS {
        for binding in inventory.of(group, kind) {
            for bound in bound(binding, &[]) {
                let Principal::ServiceAccount { namespace, name } = bound.subject.principal else { continue };
                let namespace = namespace.unwrap_or_else(|| inventory.namespace_of(binding));
                // Each namespace has a `default` from its beginning; of a namespace whose accounts stand
                // elsewhere nothing can be said.
                if name == "default" || !namespaces.contains(namespace) {
                    continue;
                }
                // An account without a namespace goes wherever its manifest is applied.
                if !known.contains(&(Some(namespace), name)) && !known.contains(&(None, name)) {
                    let found = bound.found().arg("namespace", namespace).arg("account", name);
                    examination.report(found.identity(namespace));
                }
            }
        }
    }
}
