//! The roles that are bound to whoever sends a request, by the bindings of the cluster.

use std::collections::HashMap;
use std::sync::Arc;

use sekisho_manifest::Node;
use smol_str::{SmolStr, format_smolstr};

use crate::facts::{Facts, ObjectQuery};
use crate::group_version::GroupVersionKind;
use crate::request::User;

/// The group and version of bindings.
const VERSION: &str = "rbac.authorization.k8s.io/v1";

/// What is bound to each subject.
#[derive(Debug, Default)]
pub(super) struct Bindings {
    users: HashMap<SmolStr, Vec<Bound>>,
    groups: HashMap<SmolStr, Vec<Bound>>,
}

/// A role that is bound.
#[derive(Debug, Clone)]
enum Bound {
    /// A `Role`, as `namespace:name`.
    Role(SmolStr),
    /// A `ClusterRole`, everywhere or in one namespace.
    ClusterRole { name: SmolStr, within: Option<SmolStr> },
}

impl Bindings {
    /// The bindings that were gathered; made once for all requests that share the facts.
    pub(super) fn known(facts: &dyn Facts) -> Arc<Self> {
        match facts.views() {
            Some(views) => views.get(|| Self::of(facts)),
            None => Arc::new(Self::of(facts)),
        }
    }

    fn of(facts: &dyn Facts) -> Self {
        let mut bindings = Self::default();
        for kind in ["RoleBinding", "ClusterRoleBinding"] {
            let query =
                ObjectQuery { kind: GroupVersionKind::new(VERSION, kind), namespace: None, name: None };
            for binding in facts.objects(&query).unwrap_or_default() {
                bindings.add(&binding);
            }
        }
        bindings
    }

    fn add(&mut self, binding: &Node) {
        let namespace = binding.at(&["metadata", "namespace"]).and_then(Node::as_str).unwrap_or("");
        let Some(role) = binding.get("roleRef") else { return };
        let bound = match (role.str("kind"), namespace) {
            ("Role", namespace) if !namespace.is_empty() => {
                Bound::Role(format_smolstr!("{namespace}:{}", role.str("name")))
            }
            ("ClusterRole", namespace) => Bound::ClusterRole {
                name: role.str("name").into(),
                within: Some(SmolStr::new(namespace)).filter(|namespace| !namespace.is_empty()),
            },
            _ => return,
        };
        for subject in binding.get("subjects").map(Node::items).unwrap_or_default() {
            let name = subject.str("name");
            let (holders, name) = match subject.str("kind") {
                "User" => (&mut self.users, name.into()),
                "Group" => (&mut self.groups, name.into()),
                "ServiceAccount" => {
                    let home = match subject.str("namespace") {
                        "" => namespace,
                        own => own,
                    };
                    (&mut self.users, format_smolstr!("system:serviceaccount:{home}:{name}"))
                }
                _ => continue,
            };
            holders.entry(name).or_default().push(bound.clone());
        }
    }

    /// The roles and cluster roles of a user who sends a request about a namespace, each once and in order.
    pub(super) fn roles(&self, user: &User, namespace: &str) -> (Vec<SmolStr>, Vec<SmolStr>) {
        let by_group = user.groups.iter().filter_map(|group| self.groups.get(group));
        let (mut roles, mut cluster_roles) = (Vec::new(), Vec::new());
        for bound in self.users.get(&user.name).into_iter().chain(by_group).flatten() {
            match bound {
                Bound::Role(name) => roles.push(name.clone()),
                Bound::ClusterRole { name, within } => {
                    if within.as_ref().is_none_or(|within| within == namespace) {
                        cluster_roles.push(name.clone());
                    }
                }
            }
        }
        for names in [&mut roles, &mut cluster_roles] {
            names.sort();
            names.dedup();
        }
        (roles, cluster_roles)
    }
}
