//! Powers that a role can grant, who holds the role, and how far it reaches: what the RBAC checks share.

use sekisho_finding::{Confidence, Severity};
use sekisho_inventory::{Inventory, RoleUse};
use sekisho_manifest::rbac::{
    self, ALL, BindingSubject, GROUP, Grant, PolicyRule, Principal, RoleKind, RoleRef, RuleField,
};
use sekisho_manifest::{Object, Place};
use smol_str::SmolStr;

use crate::{Examination, Found, KindName};

/// The kinds whose rules are looked at.
pub(crate) const ROLES: &[KindName] = &[(GROUP, "Role"), (GROUP, "ClusterRole")];
/// The kinds whose subjects are looked at.
pub(crate) const BINDINGS: &[KindName] = &[(GROUP, "RoleBinding"), (GROUP, "ClusterRoleBinding")];

/// The namespace of the control plane's own Pods: what rules there rules the cluster.
const SYSTEM_NAMESPACE: &str = "kube-system";
/// Bindings that a finding shows beside the role.
const SHOWN_BINDINGS: usize = 3;
/// Verbs or resources that a message lists.
const SHOWN_ITEMS: usize = 6;

/// A group and a resource in the plural: `("", "pods/exec")`; the resource `*` means each of the group.
pub(crate) type ResourceName = (&'static str, &'static str);

/// A CEL expression over `object` that is true for what Kubernetes itself makes, as [`is_bootstrap`] tells.
macro_rules! kubernetes_own {
    () => {
        concat!(
            "object.metadata.?labels[?'kubernetes.io/bootstrapping'].orValue('') == 'rbac-defaults' && ",
            "(object.metadata.name.startsWith('system:') || object.metadata.name in ['cluster-admin', ",
            "'admin', 'edit', 'view', 'extension-apiserver-authentication-reader'])"
        )
    };
}

/// A CEL expression over `object`, a role, that is true where no `rule` meets the condition.
macro_rules! no_rule_at_all {
    ($($condition:literal),+ $(,)?) => {
        concat!(
            "has(object.aggregationRule) || ",
            $crate::rbac::kubernetes_own!(),
            " || !object.?rules.orValue([]).exists(rule, ",
            $($condition),+,
            ")"
        )
    };
}

/// The same, true also where another rule grants everything, which is a fault of its own.
macro_rules! no_rule {
    ($($condition:literal),+ $(,)?) => {
        concat!(
            "object.?rules.orValue([]).exists(rule, '*' in rule.?verbs.orValue([]) && ",
            "'*' in rule.?apiGroups.orValue([]) && '*' in rule.?resources.orValue([]) && ",
            "rule.?resourceNames.orValue([]).size() == 0) || ",
            $crate::rbac::no_rule_at_all!($($condition),+)
        )
    };
}

/// A CEL expression over `object`, a binding, that is true where it does not meet the condition.
macro_rules! no_binding {
    ($($condition:literal),+ $(,)?) => {
        concat!($crate::rbac::kubernetes_own!(), " || !(", $($condition),+, ")")
    };
}

pub(crate) use {kubernetes_own, no_binding, no_rule, no_rule_at_all};

/// Something that a role should not grant lightly: one of some verbs on one of some resources.
#[derive(Debug)]
pub(crate) struct Power {
    /// The verbs, each of which is enough.
    pub(crate) verbs: &'static [&'static str],
    /// Resources that live in a namespace, or that a Role can grant for its own namespace.
    pub(crate) namespaced: &'static [ResourceName],
    /// Resources of the cluster as a whole: granted in one namespace they mean nothing.
    pub(crate) cluster: &'static [ResourceName],
    /// Whether a rule that lists `resourceNames` is left alone, these names excepted.
    pub(crate) unnamed_only: bool,
    /// Names that make a rule with `resourceNames` as bad as one without.
    pub(crate) except_names: &'static [&'static str],
    /// What to point at.
    pub(crate) point: Point,
    /// How bad it is when granted in one namespace; the check's own severity is that of the cluster.
    pub(crate) in_namespace: Severity,
    /// The variants of the check's message for the cluster and for one namespace.
    pub(crate) wording: (Option<&'static str>, &'static str),
}

/// The item of a rule that makes the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// The verb: the resource is harmless with others.
    Verb,
    /// The resource: it is dangerous with ordinary verbs.
    Resource,
}

/// How far the rules of a role reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The whole cluster, or the namespace of its control plane.
    Cluster,
    /// One namespace, or a few.
    Namespace,
}

/// A role's reach and its bindings, as far as the inventory tells.
#[derive(Debug)]
pub(crate) struct Holding<'a> {
    /// Whether its rules can mean resources of the cluster as a whole.
    pub(crate) cluster_wide: bool,
    /// How far it reaches.
    pub(crate) reach: Reach,
    /// Whether someone holds it: a binding with subjects, or aggregation into a role that everyone uses.
    pub(crate) held: bool,
    /// The first bindings.
    pub(crate) bindings: Vec<&'a Object>,
}

/// Whether Kubernetes itself makes this object when a cluster starts, and keeps it.
///
/// The label alone is not believed: anyone can write it.
pub(crate) fn is_bootstrap(object: &Object) -> bool {
    object.label("kubernetes.io/bootstrapping") == Some("rbac-defaults")
        && (object.name.starts_with("system:")
            || matches!(
                object.name.as_str(),
                "cluster-admin" | "admin" | "edit" | "view" | "extension-apiserver-authentication-reader"
            ))
}

/// Whether the role grants everything in one rule: then its other rules say nothing new.
pub(crate) fn grants_everything(role: &Object) -> bool {
    rbac::rules(role).iter().any(PolicyRule::grants_everything)
}

/// Whether the rule is about groups of custom resources only.
pub(crate) fn is_custom(rule: &PolicyRule<'_>) -> bool {
    rule.is_about_resources()
        && rule.items(RuleField::ApiGroups).all(|group| {
            let own = group.text.ends_with(".k8s.io") && !group.text.ends_with(".x-k8s.io");
            group.text.contains('.') && !own
        })
}

/// How far a role reaches and who holds it.
pub(crate) fn holding<'a>(role: &'a Object, inventory: &'a Inventory) -> Holding<'a> {
    let used = inventory.use_of_role(role);
    let is_cluster_role = role.kind == "ClusterRole";
    let aggregated = is_cluster_role && is_aggregated_into_user_role(role);
    let cluster_wide = is_cluster_role && (aggregated || used.is_none_or(RoleUse::is_everywhere));
    let in_system_namespace = if is_cluster_role {
        used.is_some_and(|used| used.is_in(SYSTEM_NAMESPACE))
    } else {
        inventory.namespace_of(role) == SYSTEM_NAMESPACE
    };
    let bindings = used.map_or(&[][..], RoleUse::bindings).iter().take(SHOWN_BINDINGS);
    Holding {
        cluster_wide,
        reach: if cluster_wide || in_system_namespace { Reach::Cluster } else { Reach::Namespace },
        held: aggregated || used.is_some(),
        bindings: bindings.filter_map(|id| inventory.object(*id)).collect(),
    }
}

/// Whether the rules of this ClusterRole become part of `admin`, `edit` or `view`.
fn is_aggregated_into_user_role(role: &Object) -> bool {
    ["admin", "edit", "view"]
        .iter()
        .any(|name| role.label(&format!("rbac.authorization.k8s.io/aggregate-to-{name}")) == Some("true"))
}

impl Holding<'_> {
    /// The severity: the given one in the whole cluster, the other in a namespace.
    pub(crate) fn severity(&self, cluster: Severity, namespace: Severity) -> Severity {
        match self.reach {
            Reach::Cluster => cluster,
            Reach::Namespace => namespace.min(cluster),
        }
    }

    /// Certain where someone holds the role; a role that no manifest binds may be held by nobody.
    pub(crate) fn confidence(&self) -> Confidence {
        if self.held { Confidence::High } else { Confidence::Medium }
    }
}

impl<'a> Holding<'a> {
    /// A finding at a place of the role, with its bindings beside it.
    pub(crate) fn found(&self, place: Place<'a>) -> Found<'a> {
        let found = Found::at(place).confidence(self.confidence());
        self.bindings
            .iter()
            .fold(found, |found, binding| found.related(binding.head(), "the role is bound here"))
    }
}

impl Power {
    /// A power to be filled in: nothing on nothing, the resource pointed at.
    pub(crate) const BASE: Self = Self {
        verbs: &[],
        namespaced: &[],
        cluster: &[],
        unnamed_only: true,
        except_names: &[],
        point: Point::Resource,
        in_namespace: Severity::Medium,
        wording: (None, "namespace"),
    };

    /// The grants of this power in a rule, named resources first; those through the resource `*` come
    /// last. Empty when the rule does not grant it.
    fn grants<'a>(&self, rule: &PolicyRule<'a>, holding: &Holding<'_>) -> Vec<Grant<'a>> {
        if !self.minds(rule) {
            return Vec::new();
        }
        let mut grants: Vec<Grant<'a>> =
            self.resources(holding).flat_map(|resource| self.grants_on(*resource, rule)).collect();
        grants.sort_by_key(|grant| {
            (grant.resource.text == ALL, grant.resource.index, grant.verb.text == ALL, grant.verb.index)
        });
        grants.dedup();
        grants
    }

    /// The first resource on which a rule grants this power; none when it does not.
    pub(crate) fn resource_granted(
        &self,
        rule: &PolicyRule<'_>,
        holding: &Holding<'_>,
    ) -> Option<ResourceName> {
        self.resources(holding)
            .copied()
            .find(|resource| self.minds(rule) && !self.grants_on(*resource, rule).is_empty())
    }

    /// Whether names do not make the rule harmless.
    fn minds(&self, rule: &PolicyRule<'_>) -> bool {
        let named = |name: &&str| rule.item(RuleField::ResourceNames, name).is_some();
        !self.unnamed_only || !rule.is_limited_to_names() || self.except_names.iter().any(named)
    }

    /// The resources that mean something within the reach of the role.
    fn resources(&self, holding: &Holding<'_>) -> impl Iterator<Item = &'static ResourceName> + use<> {
        self.namespaced.iter().chain(if holding.cluster_wide { self.cluster } else { &[] })
    }

    fn grants_on<'a>(&self, (group, resource): ResourceName, rule: &PolicyRule<'a>) -> Vec<Grant<'a>> {
        let named = rule.items(RuleField::Resources).map(|item| item.text);
        let each = named.filter(|item| resource == ALL && !item.contains('/'));
        each.chain((resource != ALL).then_some(resource))
            .flat_map(|resource| self.verbs.iter().filter_map(move |verb| rule.grants(verb, group, resource)))
            .collect()
    }

    /// The grants of this power by rules that name the resource: a resource `*` is a fault of its own.
    pub(crate) fn named_grants<'a>(&self, rule: &PolicyRule<'a>, holding: &Holding<'_>) -> Vec<Grant<'a>> {
        let mut grants = self.grants(rule, holding);
        grants.retain(|grant| grant.resource.text != ALL);
        grants
    }

    /// Reports a role that grants this power: once, at the first rule, the others beside it.
    pub(crate) fn examine<'a>(&self, role: &'a Object, examination: &mut Examination<'a>) {
        self.examine_unless(role, examination, |_, _| false);
    }

    /// Reports a role that grants this power, leaving out rules where `covered` says that another finding
    /// already tells of it.
    pub(crate) fn examine_unless<'a>(
        &self,
        role: &'a Object,
        examination: &mut Examination<'a>,
        covered: impl Fn(&PolicyRule<'a>, &Holding<'a>) -> bool,
    ) {
        if is_bootstrap(role) || grants_everything(role) {
            return;
        }
        let holding = holding(role, examination.inventory());
        let mut grants = Vec::new();
        let mut places = Vec::new();
        for rule in rbac::rules(role) {
            let granted = self.named_grants(&rule, &holding);
            let Some(first) = granted.first().filter(|_| !covered(&rule, &holding)) else { continue };
            places.push(rule.place(match self.point {
                Point::Verb => first.verb,
                Point::Resource => first.resource,
            }));
            grants.extend(granted);
        }
        let mut places = places.into_iter();
        let Some(place) = places.next() else { return };
        let mut found = holding
            .found(place)
            .arg("role", role.name.clone())
            .arg("verbs", list(grants.iter().map(|grant| grant.verb.text)))
            .arg("resources", list(grants.iter().map(|grant| grant.resource.text)));
        for place in places {
            found = found.related(place, "granted here too");
        }
        match (holding.reach, self.wording) {
            (Reach::Namespace, (_, variant)) => found = found.variant(variant).severity(self.in_namespace),
            (Reach::Cluster, (Some(variant), _)) => found = found.variant(variant),
            (Reach::Cluster, (None, _)) => {}
        }
        examination.report(found);
    }
}

/// The different texts in their order, with commas between; of many the first ones.
pub(crate) fn list<'t>(texts: impl Iterator<Item = &'t str>) -> SmolStr {
    let mut known: Vec<&str> = Vec::new();
    for text in texts {
        if known.contains(&text) {
            continue;
        }
        if known.len() == SHOWN_ITEMS {
            known.push("…");
            break;
        }
        known.push(text);
    }
    known.join(", ").into()
}

/// A subject of a binding together with the role it gets.
#[derive(Debug)]
pub(crate) struct Bound<'a> {
    /// The role.
    pub(crate) role: RoleRef<'a>,
    /// The subject.
    pub(crate) subject: BindingSubject<'a>,
}

/// The subjects of a binding, unless Kubernetes itself made it or its role is a ClusterRole by one of the
/// names that are harmless for whomever it is about.
pub(crate) fn bound<'a>(binding: &'a Object, harmless: &[&str]) -> Vec<Bound<'a>> {
    let Some(role) = rbac::role_ref(binding) else { return Vec::new() };
    if is_bootstrap(binding) || (role.kind == RoleKind::ClusterRole && harmless.contains(&role.name)) {
        return Vec::new();
    }
    rbac::subjects(binding).into_iter().map(|subject| Bound { role: role.clone(), subject }).collect()
}

impl<'a> Bound<'a> {
    /// Whether the role, as far as it is among the manifests, grants custom resources only.
    pub(crate) fn grants_custom_only(&self, inventory: &Inventory) -> bool {
        let (kind, namespace) = match self.role.kind {
            RoleKind::ClusterRole => ("ClusterRole", None),
            RoleKind::Role => ("Role", Some(inventory.namespace_of(self.role.binding))),
        };
        let role = inventory.find(GROUP, kind, namespace, self.role.name);
        role.is_some_and(|role| !rbac::is_aggregated(role) && rbac::rules(role).iter().all(is_custom))
    }

    /// A finding at the subject.
    pub(crate) fn found(&self) -> Found<'a> {
        Found::at(self.subject.place())
            .arg("binding", self.subject.binding.name.clone())
            .arg("role", self.role.name)
    }
}

/// The subjects by name, for a message.
pub(crate) fn names(principals: &[Principal<'_>]) -> SmolStr {
    let name = |principal: &Principal<'_>| match principal {
        Principal::ServiceAccount { namespace: Some(namespace), name } => format!("`{namespace}/{name}`"),
        Principal::User(name) | Principal::Group(name) | Principal::ServiceAccount { name, .. } => {
            format!("`{name}`")
        }
    };
    let mut shown: Vec<String> = principals.iter().take(SHOWN_BINDINGS).map(name).collect();
    if principals.len() > SHOWN_BINDINGS {
        shown.push(format!("{} more", principals.len() - SHOWN_BINDINGS));
    }
    shown.join(", ").into()
}
