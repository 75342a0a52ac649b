//! What the service account of a Pod may do, as far as the roles and bindings of the inventory say.

use std::collections::HashMap;

use sekisho_inventory::Inventory;
use sekisho_manifest::Object;
use sekisho_manifest::rbac::{self, GROUP, PolicyRule, Principal, RoleKind};
use sekisho_manifest::workload::Pod;

/// What an account may do, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Privilege {
    /// The Pod holds no token of its account.
    NoToken,
    /// No role that we know of.
    NoRole,
    /// Some role.
    SomeRole,
    /// Reads Secrets, creates workloads or runs commands in Pods.
    Strong,
    /// Everything, or the right to give itself that.
    Everything,
}

impl Privilege {
    /// By how much it multiplies the risk of a finding.
    pub(crate) fn factor(self) -> f64 {
        match self {
            Self::NoToken => 1.0,
            Self::NoRole => 1.1,
            Self::SomeRole => 1.2,
            Self::Strong => 1.5,
            Self::Everything => 2.0,
        }
    }
}

/// Requests that make an account strong: (verb, group, resource).
const STRONG: &[(&str, &str, &str)] = &[
    ("get", "", "secrets"),
    ("list", "", "secrets"),
    ("create", "", "pods"),
    ("create", "apps", "deployments"),
    ("create", "apps", "daemonsets"),
    ("create", "apps", "statefulsets"),
    ("create", "batch", "jobs"),
    ("create", "batch", "cronjobs"),
    ("create", "", "pods/exec"),
    ("update", "", "pods/ephemeralcontainers"),
    ("create", "", "nodes/proxy"),
    ("create", "", "serviceaccounts/token"),
];

/// Requests by which an account gives itself every right.
const SELF_RAISING: &[(&str, &str, &str)] = &[
    ("bind", GROUP, "clusterroles"),
    ("escalate", GROUP, "clusterroles"),
    ("impersonate", "", "users"),
    ("impersonate", "", "groups"),
];

/// What every service account of an inventory may do.
#[derive(Debug, Default)]
pub(crate) struct Accounts<'a> {
    /// By namespace and name.
    named: HashMap<(&'a str, &'a str), Privilege>,
    /// All accounts of a namespace.
    namespaces: HashMap<&'a str, Privilege>,
    /// All accounts.
    everyone: Option<Privilege>,
}

impl<'a> Accounts<'a> {
    /// Reads the bindings of an inventory.
    pub(crate) fn of(inventory: &'a Inventory) -> Self {
        let mut accounts = Self::default();
        for kind in ["RoleBinding", "ClusterRoleBinding"] {
            for binding in inventory.of(GROUP, kind) {
                let privilege = granted(inventory, binding);
                for subject in rbac::subjects(binding) {
                    accounts.grant(subject.principal, inventory.namespace_of(binding), privilege);
                }
            }
        }
        accounts
    }

    fn grant(&mut self, principal: Principal<'a>, namespace: &'a str, privilege: Privilege) {
        let known = match principal {
            Principal::ServiceAccount { namespace: of, name } => {
                self.named.entry((of.unwrap_or(namespace), name)).or_insert(privilege)
            }
            Principal::Group("system:serviceaccounts" | "system:authenticated") => {
                self.everyone.get_or_insert(privilege)
            }
            Principal::Group(group) => match group.strip_prefix("system:serviceaccounts:") {
                Some(namespace) => self.namespaces.entry(namespace).or_insert(privilege),
                None => return,
            },
            Principal::User(_) => return,
        };
        *known = (*known).max(privilege);
    }

    /// What the account of a Pod may do.
    pub(crate) fn privilege(&self, inventory: &Inventory, pod: &Pod<'_>) -> Privilege {
        let namespace = inventory.namespace_of(pod.object);
        let name = pod.service_account();
        if !mounts_token(inventory, pod, namespace, name) {
            return Privilege::NoToken;
        }
        [self.named.get(&(namespace, name)).copied(), self.namespaces.get(namespace).copied(), self.everyone]
            .into_iter()
            .flatten()
            .max()
            .unwrap_or(Privilege::NoRole)
    }
}

/// The Pod's word counts before its account's; where neither speaks, the token is mounted.
fn mounts_token(inventory: &Inventory, pod: &Pod<'_>, namespace: &str, account: &str) -> bool {
    const FIELD: &str = "automountServiceAccountToken";
    if pod.spec.get(FIELD).is_some() {
        return !pod.spec.is_false(FIELD);
    }
    let account = inventory.find("", "ServiceAccount", Some(namespace), account);
    !account.is_some_and(|account| account.root.is_false(FIELD))
}

/// What the role of a binding allows.
fn granted(inventory: &Inventory, binding: &Object) -> Privilege {
    let Some(reference) = rbac::role_ref(binding) else { return Privilege::NoRole };
    let role = match reference.kind {
        RoleKind::ClusterRole => inventory.find(GROUP, "ClusterRole", None, reference.name),
        RoleKind::Role => {
            inventory.find(GROUP, "Role", Some(inventory.namespace_of(binding)), reference.name)
        }
    };
    match role {
        Some(role) => rbac::rules(role).iter().map(strength).max().unwrap_or(Privilege::SomeRole),
        None => match (reference.kind, reference.name) {
            (RoleKind::ClusterRole, "cluster-admin") => Privilege::Everything,
            (RoleKind::ClusterRole, "admin" | "edit") => Privilege::Strong,
            _ => Privilege::SomeRole,
        },
    }
}

fn strength(rule: &PolicyRule<'_>) -> Privilege {
    let grants = |requests: &[(&str, &str, &str)]| {
        requests.iter().any(|(verb, group, resource)| rule.grants(verb, group, resource).is_some())
    };
    if rule.grants_everything() || !rule.is_limited_to_names() && grants(SELF_RAISING) {
        Privilege::Everything
    } else if !rule.is_limited_to_names() && grants(STRONG) {
        Privilege::Strong
    } else {
        Privilege::SomeRole
    }
}
