//! A binding refers to a role that is neither among the manifests nor one of Kubernetes' own.
//!
//! ## Why
//!
//! Such a binding gives nothing today. It gives whatever the role of that name holds on the day when someone makes it,
//! and whoever may make roles chooses what that is. Often it is a slip of the pen, and the workload lacks its rights.
//!
//! ## Mend
//!
//! Correct the name, or remove the binding. Where another repository holds the role, make an exception or examine the
//! two together.
//!
//! ```yaml bad
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: reader
//!   namespace: shop
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: Role
//!   name: raeder # here
//! subjects:
//!   - kind: ServiceAccount
//!     name: dashboard
//!     namespace: shop
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: reader
//!   namespace: shop
//! rules:
//!   - apiGroups: ['']
//!     resources: [pods]
//!     verbs: [get]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: RoleBinding
//! metadata:
//!   name: reader
//!   namespace: shop
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: Role
//!   name: reader
//! subjects:
//!   - kind: ServiceAccount
//!     name: dashboard
//!     namespace: shop
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata:
//!   name: reader
//!   namespace: shop
//! rules:
//!   - apiGroups: ['']
//!     resources: [pods]
//!     verbs: [get]
//! ```
//!
//! ```yaml good
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRoleBinding
//! metadata:
//!   name: metrics
//! roleRef:
//!   apiGroup: rbac.authorization.k8s.io
//!   kind: ClusterRole
//!   name: system:auth-delegator
//! subjects:
//!   - kind: ServiceAccount
//!     name: metrics
//!     namespace: shop
//! ```
//!
//! ## References
//!
//! - Kubernetes documentation: Using RBAC Authorization, "Default roles and role bindings"

use sekisho_manifest::rbac::{GROUP, RoleKind, RoleRef, role_ref, subjects};

use super::prelude::*;
use crate::rbac::BINDINGS;

pub(super) const CHECK: Check = Check {
    id: "dangling-role-ref",
    title: "Binding of a role that does not exist",
    message: "`{binding}` refers to the {kind} `{role}`, which is nowhere in the manifests",
    variants: &[],
    remedy: "Correct the role's name or remove the binding",
    severity: Severity::Low,
    confidence: Confidence::Low,
    persona: Persona::Default,
    cell: Cell::new(Layer::Cluster, Phase::Deploy, Mode::Preventive),
    controls: &["owasp-2022/K03", "owasp-2025/K02", "nsa-cisa/rbac-least-privilege", "pci/2"],
    cel: None,
    examine: Examine::Object(BINDINGS, examine),
};

/// The ClusterRoles that the API server makes, beside the `system:controller:` ones, and kubeadm.
const CLUSTER_ROLES: &[&str] = &[
    "admin",
    "cluster-admin",
    "edit",
    "kubeadm:get-nodes",
    "system:aggregate-to-admin",
    "system:aggregate-to-edit",
    "system:aggregate-to-view",
    "system:auth-delegator",
    "system:basic-user",
    "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
    "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
    "system:certificates.k8s.io:kube-apiserver-client-approver",
    "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver",
    "system:certificates.k8s.io:kubelet-serving-approver",
    "system:certificates.k8s.io:legacy-unknown-approver",
    "system:cluster-trust-bundle-discovery",
    "system:discovery",
    "system:heapster",
    "system:kube-aggregator",
    "system:kube-controller-manager",
    "system:kube-dns",
    "system:kube-scheduler",
    "system:kubelet-api-admin",
    "system:monitoring",
    "system:node",
    "system:node-bootstrapper",
    "system:node-problem-detector",
    "system:node-proxier",
    "system:persistent-volume-provisioner",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
    "system:volume-scheduler",
    "view",
];

/// The Roles that the API server and kubeadm make, each with its namespace.
const ROLES: &[(&str, &str)] = &[
    ("kube-public", "kubeadm:bootstrap-signer-clusterinfo"),
    ("kube-public", "system:controller:bootstrap-signer"),
    ("kube-system", "extension-apiserver-authentication-reader"),
    ("kube-system", "kube-proxy"),
    ("kube-system", "kubeadm:kubelet-config"),
    ("kube-system", "kubeadm:nodes-kubeadm-config"),
    ("kube-system", "system::leader-locking-kube-controller-manager"),
    ("kube-system", "system::leader-locking-kube-scheduler"),
    ("kube-system", "system:controller:bootstrap-signer"),
    ("kube-system", "system:controller:cloud-provider"),
    ("kube-system", "system:controller:token-cleaner"),
];

fn examine<'a>(binding: &'a Object, examination: &mut Examination<'a>) {
    let Some(role) = role_ref(binding) else { return };
    let inventory = examination.inventory();
    let namespace = inventory.namespace_of(binding);
    let known = match role.kind {
        RoleKind::ClusterRole => inventory.find(GROUP, "ClusterRole", None, role.name).is_some(),
        RoleKind::Role => inventory.find(GROUP, "Role", Some(namespace), role.name).is_some(),
    };
    if known || is_built_in(&role, namespace) || subjects(binding).is_empty() {
        return;
    }
    // Roles of namespaces usually stand beside their bindings, where there are any; ClusterRoles come from
    // anywhere.
    let (kind, confidence) = match role.kind {
        RoleKind::ClusterRole => ("ClusterRole", Confidence::Low),
        RoleKind::Role if inventory.of(GROUP, "Role").next().is_none() => ("Role", Confidence::Low),
        RoleKind::Role => ("Role", Confidence::Medium),
    };
    examination.report(
        Found::at(role.place())
            .confidence(confidence)
            .arg("binding", binding.name.clone())
            .arg("kind", kind)
            .arg("role", role.name),
    );
}

fn is_built_in(role: &RoleRef<'_>, namespace: &str) -> bool {
    match role.kind {
        RoleKind::ClusterRole => {
            CLUSTER_ROLES.contains(&role.name) || role.name.starts_with("system:controller:")
        }
        RoleKind::Role => ROLES.contains(&(namespace, role.name)),
    }
}
