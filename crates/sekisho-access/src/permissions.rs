//! Roles and bindings with the meaning that the API server's authorizer gives them.

use std::collections::HashMap;

use sekisho_manifest::rbac::{
    self, BindingSubject, GROUP, PolicyRule, Request, RoleKind, is_aggregated, is_binding, is_role, role_ref,
    subjects,
};
use sekisho_manifest::selector::Selector;
use sekisho_manifest::{Node, Object};
use smol_str::SmolStr;

use crate::asked::{Asked, Target};
use crate::identity::Identity;

/// The roles and bindings of a set of objects.
#[derive(Debug, Default)]
pub struct Permissions<'a> {
    grants: Vec<Grant<'a>>,
    /// Bindings whose role is not among the objects, with its kind and name.
    pub unresolved: Vec<(&'a Object, RoleKind, &'a str)>,
}

/// A role that a binding hands out.
#[derive(Clone, Debug)]
pub struct Grant<'a> {
    /// The binding.
    pub binding: &'a Object,
    /// The role.
    pub role: &'a Object,
    /// Where it holds; none for everywhere.
    pub namespace: Option<SmolStr>,
    /// To whom.
    subjects: Vec<BindingSubject<'a>>,
    /// What it grants; those of joined roles too.
    pub rules: Vec<PolicyRule<'a>>,
}

impl<'a> Permissions<'a> {
    /// Of objects; those that name no namespace are in this one.
    pub fn of(objects: impl Iterator<Item = &'a Object> + Clone, default_namespace: &str) -> Self {
        let place = |object: &Object| {
            object
                .namespace
                .clone()
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| default_namespace.into())
        };
        let mut roles: HashMap<(RoleKind, SmolStr, &str), &'a Object> = HashMap::new();
        for role in objects.clone().filter(|object| is_role(object)) {
            let key = if role.is(GROUP, "ClusterRole") {
                (RoleKind::ClusterRole, SmolStr::default(), role.name.as_str())
            } else {
                (RoleKind::Role, place(role), role.name.as_str())
            };
            roles.entry(key).or_insert(role);
        }
        let cluster: Vec<&Object> =
            roles.iter().filter(|(key, _)| key.0 == RoleKind::ClusterRole).map(|(_, role)| *role).collect();
        let mut permissions = Self::default();
        for binding in objects.filter(|object| is_binding(object)) {
            let Some(reference) = role_ref(binding) else { continue };
            let namespace = (binding.kind == "RoleBinding").then(|| place(binding));
            let home = if reference.kind == RoleKind::Role {
                namespace.clone().unwrap_or_default()
            } else {
                SmolStr::default()
            };
            let Some(role) = roles.get(&(reference.kind, home, reference.name)) else {
                permissions.unresolved.push((binding, reference.kind, reference.name));
                continue;
            };
            permissions.grants.push(Grant {
                binding,
                role,
                namespace,
                subjects: subjects(binding),
                rules: rules(role, &cluster),
            });
        }
        permissions
    }

    /// The roles that are handed out to an identity in these groups.
    pub fn grants<'p>(
        &'p self,
        identity: &'p Identity,
        groups: &'p [SmolStr],
    ) -> impl Iterator<Item = &'p Grant<'a>> + 'p {
        self.grants.iter().filter(move |grant| {
            grant.subjects.iter().any(|subject| identity.is_meant(groups, &subject.principal))
        })
    }

    /// Whether an identity in these groups may do what it asks for.
    pub fn allows(&self, identity: &Identity, groups: &[SmolStr], asked: &Asked) -> bool {
        // Members of this group are not asked what they may.
        groups.iter().any(|group| group == "system:masters")
            || self
                .grants(identity, groups)
                .any(|grant| grant.rules.iter().any(|rule| grant.holds(rule, asked)))
    }
}

impl Grant<'_> {
    /// Whether a rule of the role allows a request here.
    pub fn holds(&self, rule: &PolicyRule<'_>, asked: &Asked) -> bool {
        match &asked.target {
            Target::Path(path) => self.namespace.is_none() && rule.allows_url(&asked.verb, path),
            Target::Resource { group, resource, namespace, name } => {
                let is_here = self.namespace.is_none() || self.namespace == *namespace;
                let request = Request { verb: &asked.verb, group, resource, name: name.as_deref() };
                is_here && rule.allows(&request)
            }
        }
    }
}

/// The rules of a role, with those of the roles that are joined to it.
fn rules<'a>(role: &'a Object, cluster: &[&'a Object]) -> Vec<PolicyRule<'a>> {
    if !is_aggregated(role) {
        return rbac::rules(role);
    }
    let selectors = role.root.at(&["aggregationRule", "clusterRoleSelectors"]).map_or(&[][..], Node::items);
    let selectors: Vec<Selector> =
        selectors.iter().filter_map(|node| Selector::from_label_selector(node).ok()).collect();
    let mut joined: Vec<&Object> = cluster
        .iter()
        .copied()
        .filter(|other| other.name != role.name)
        .filter(|other| {
            let labels = other.root.at(&["metadata", "labels"]);
            labels.is_some_and(|labels| selectors.iter().any(|selector| selector.matches(labels)))
        })
        .collect();
    joined.sort_by(|a, b| a.name.cmp(&b.name));
    // Joined roles that are joined themselves have their rules written out by the controller.
    joined.into_iter().flat_map(rbac::rules).collect()
}
