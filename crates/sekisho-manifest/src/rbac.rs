//! Typed views: the rules of a role and the subjects of a binding, with the meaning that the API server's
//! RBAC authorizer gives them.
//!
//! A view is a window on the tree: it copies nothing and knows the path of what it shows.

use crate::{FieldPath, Node, Object, Place, Value, field};

/// The API group of roles and bindings.
pub const GROUP: &str = "rbac.authorization.k8s.io";

/// Everything: a verb, a group or a resource of a rule.
pub const ALL: &str = "*";

/// One rule of a Role or ClusterRole: every verb on every resource of every group that it lists.
#[derive(Debug, Clone)]
pub struct PolicyRule<'a> {
    /// The role.
    pub role: &'a Object,
    /// The rule's tree.
    pub node: &'a Node,
    /// The path of the rule in the role.
    pub path: FieldPath,
}

/// A list of a [`PolicyRule`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleField {
    /// `verbs`
    Verbs,
    /// `apiGroups`
    ApiGroups,
    /// `resources`
    Resources,
    /// `resourceNames`
    ResourceNames,
    /// `nonResourceURLs`
    NonResourceUrls,
}

/// An item of a list of a rule: its text and its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleItem<'a> {
    /// The list.
    pub field: RuleField,
    /// The place in the list, from 0.
    pub index: usize,
    /// The text.
    pub text: &'a str,
}

/// The items by which a rule grants a verb on a resource: what to point at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant<'a> {
    /// The verb, or `*`.
    pub verb: RuleItem<'a>,
    /// The group, or `*`.
    pub group: RuleItem<'a>,
    /// The resource, `*` or `*/subresource`.
    pub resource: RuleItem<'a>,
}

/// What someone asks of the API server about resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Request<'q> {
    /// The verb: `get`, `create`, `impersonate`.
    pub verb: &'q str,
    /// The API group; empty for the core group.
    pub group: &'q str,
    /// The resource in the plural, a subresource behind a slash: `pods`, `pods/exec`.
    pub resource: &'q str,
    /// The object's name, where the request names one: not for a plain `create`, `list`, `watch` or
    /// `deletecollection`.
    pub name: Option<&'q str>,
}

/// The kind of role that a binding refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleKind {
    /// A `Role`, in the binding's namespace.
    Role,
    /// A `ClusterRole`.
    ClusterRole,
}

/// The `roleRef` of a RoleBinding or ClusterRoleBinding.
#[derive(Debug, Clone)]
pub struct RoleRef<'a> {
    /// The binding.
    pub binding: &'a Object,
    /// The kind of role.
    pub kind: RoleKind,
    /// The role's name.
    pub name: &'a str,
}

/// Whom a subject of a binding means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Principal<'a> {
    /// A user by name; never a service account's user name, which is a [`Principal::ServiceAccount`].
    User(&'a str),
    /// A group by name; the groups of service accounts too.
    Group(&'a str),
    /// A service account.
    ServiceAccount {
        /// Its namespace; none where neither the subject nor its `RoleBinding` says.
        namespace: Option<&'a str>,
        /// Its name.
        name: &'a str,
    },
}

/// One subject of a RoleBinding or ClusterRoleBinding.
#[derive(Debug, Clone)]
pub struct BindingSubject<'a> {
    /// The binding.
    pub binding: &'a Object,
    /// Whom it means.
    pub principal: Principal<'a>,
    /// The path of the subject in the binding.
    pub path: FieldPath,
}

impl RuleField {
    /// The key in the manifest.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Verbs => "verbs",
            Self::ApiGroups => "apiGroups",
            Self::Resources => "resources",
            Self::ResourceNames => "resourceNames",
            Self::NonResourceUrls => "nonResourceURLs",
        }
    }
}

/// Whether the object is a Role or ClusterRole.
pub fn is_role(object: &Object) -> bool {
    object.is(GROUP, "Role") || object.is(GROUP, "ClusterRole")
}

/// Whether the object is a RoleBinding or ClusterRoleBinding.
pub fn is_binding(object: &Object) -> bool {
    object.is(GROUP, "RoleBinding") || object.is(GROUP, "ClusterRoleBinding")
}

/// Whether a controller fills in the rules of this ClusterRole from others: those that stand in the
/// manifest are overwritten.
pub fn is_aggregated(role: &Object) -> bool {
    role.is(GROUP, "ClusterRole") && role.root.get("aggregationRule").is_some()
}

/// The rules that a role itself holds; none for an aggregated one and for anything that is no role.
pub fn rules(role: &Object) -> Vec<PolicyRule<'_>> {
    if !is_role(role) || is_aggregated(role) {
        return Vec::new();
    }
    let items = role.root.get("rules").map_or(&[][..], Node::items);
    items
        .iter()
        .enumerate()
        .filter(|(_, node)| node.as_mapping().is_some())
        .map(|(index, node)| PolicyRule { role, node, path: field!["rules", index] })
        .collect()
}

impl<'a> PolicyRule<'a> {
    /// The texts of one of the rule's lists, with their indexes.
    pub fn items(&self, field: RuleField) -> impl Iterator<Item = RuleItem<'a>> + use<'a> {
        let items = self.node.get(field.key()).map_or(&[][..], Node::items);
        items
            .iter()
            .enumerate()
            .filter_map(move |(index, node)| Some(RuleItem { field, index, text: node.as_str()? }))
    }

    /// The item of a list with this very text.
    pub fn item(&self, field: RuleField, text: &str) -> Option<RuleItem<'a>> {
        self.items(field).find(|item| item.text == text)
    }

    /// Whether the rule is about resources and grants something: it lists verbs, groups and resources.
    pub fn is_about_resources(&self) -> bool {
        [RuleField::Verbs, RuleField::ApiGroups, RuleField::Resources]
            .into_iter()
            .all(|field| self.items(field).next().is_some())
    }

    /// Whether the rule holds for some objects only, by their names.
    pub fn is_limited_to_names(&self) -> bool {
        self.items(RuleField::ResourceNames).next().is_some()
    }

    /// Whether the rule grants every verb on every resource of every group.
    pub fn grants_everything(&self) -> bool {
        [RuleField::Verbs, RuleField::ApiGroups, RuleField::Resources]
            .into_iter()
            .all(|field| self.item(field, ALL).is_some())
            && !self.is_limited_to_names()
    }

    /// The items that grant a verb on a resource (`pods`, `pods/exec`), for some object at least: names
    /// are left to [`allows`](Self::allows). An item that says it is preferred to a wildcard.
    ///
    /// As the authorizer reads rules, `*` covers subresources, `*/exec` the subresource of any resource,
    /// and `pods` does not cover `pods/exec`. `pods/*` has no meaning: it grants nothing.
    pub fn grants(&self, verb: &str, group: &str, resource: &str) -> Option<Grant<'a>> {
        let either = |field, text| self.item(field, text).or_else(|| self.item(field, ALL));
        let any_parent = || {
            let (_, subresource) = resource.split_once('/')?;
            self.items(RuleField::Resources).find(|item| item.text.strip_prefix("*/") == Some(subresource))
        };
        Some(Grant {
            verb: either(RuleField::Verbs, verb)?,
            group: either(RuleField::ApiGroups, group)?,
            resource: self
                .item(RuleField::Resources, resource)
                .or_else(any_parent)
                .or_else(|| self.item(RuleField::Resources, ALL))?,
        })
    }

    /// Whether the rule allows a request. Names restrict every request: one that names no object, as a
    /// plain `create` or `list`, is not allowed by a rule with `resourceNames`.
    pub fn allows(&self, request: &Request<'_>) -> bool {
        let named = !self.is_limited_to_names()
            || request.name.is_some_and(|name| self.item(RuleField::ResourceNames, name).is_some());
        named && self.grants(request.verb, request.group, request.resource).is_some()
    }

    /// Whether the rule allows a verb (`get`) on a path that is no resource (`/metrics`). A URL that ends
    /// with `*` covers what begins with the part before it.
    pub fn allows_url(&self, verb: &str, path: &str) -> bool {
        let verb = self.items(RuleField::Verbs).any(|item| item.text == ALL || item.text == verb);
        verb && self.items(RuleField::NonResourceUrls).any(|item| match item.text.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning.trim_end_matches('*')),
            None => item.text == path,
        })
    }

    /// The place of an item of the rule.
    pub fn place(&self, item: RuleItem<'_>) -> Place<'a> {
        self.role.place(self.path.child(item.field.key()).child(item.index))
    }
}

/// The role that a binding refers to; none for what is no binding, and where the reference is not whole or
/// means something that is no role. A RoleBinding may refer to either kind, a ClusterRoleBinding to a
/// ClusterRole only.
pub fn role_ref(binding: &Object) -> Option<RoleRef<'_>> {
    if !is_binding(binding) {
        return None;
    }
    let node = binding.root.get("roleRef")?;
    let name = node.get("name")?.as_str().filter(|name| !name.is_empty())?;
    let group = node.str("apiGroup");
    if !group.is_empty() && group != GROUP {
        return None;
    }
    let kind = match node.str("kind") {
        "ClusterRole" => RoleKind::ClusterRole,
        "Role" if binding.kind == "RoleBinding" => RoleKind::Role,
        _ => return None,
    };
    Some(RoleRef { binding, kind, name })
}

impl<'a> RoleRef<'a> {
    /// The place of the role's name.
    pub fn place(&self) -> Place<'a> {
        self.binding.place(field!["roleRef", "name"])
    }
}

/// The subjects of a binding in order; those that the API server would refuse are left out.
pub fn subjects(binding: &Object) -> Vec<BindingSubject<'_>> {
    if !is_binding(binding) {
        return Vec::new();
    }
    let items = binding.root.get("subjects").map_or(&[][..], Node::items);
    items
        .iter()
        .enumerate()
        .filter_map(|(index, node)| {
            let principal = principal(binding, node)?;
            Some(BindingSubject { binding, principal, path: field!["subjects", index] })
        })
        .collect()
}

fn principal<'a>(binding: &'a Object, node: &'a Node) -> Option<Principal<'a>> {
    let name = match &node.entry("name")?.node.value {
        Value::String(name) if !name.is_empty() => name.as_str(),
        _ => return None,
    };
    let group = node.str("apiGroup");
    let of_rbac = group.is_empty() || group == GROUP;
    match node.str("kind") {
        "User" if of_rbac => Some(service_account(name).unwrap_or(Principal::User(name))),
        "Group" if of_rbac => Some(Principal::Group(name)),
        "ServiceAccount" if group.is_empty() => {
            let written = Some(node.str("namespace")).filter(|namespace| !namespace.is_empty());
            // A RoleBinding lends its namespace to a subject that names none; a ClusterRoleBinding has none.
            let namespace = match binding.kind.as_str() {
                "RoleBinding" => written.or(binding.namespace.as_deref()),
                _ => Some(written?),
            };
            Some(Principal::ServiceAccount { namespace, name })
        }
        _ => None,
    }
}

/// The service account behind a user name as service accounts have: `system:serviceaccount:NAMESPACE:NAME`.
fn service_account(user: &str) -> Option<Principal<'_>> {
    let (namespace, name) = user.strip_prefix("system:serviceaccount:")?.split_once(':')?;
    (!namespace.is_empty() && !name.is_empty())
        .then_some(Principal::ServiceAccount { namespace: Some(namespace), name })
}

impl<'a> BindingSubject<'a> {
    /// The place of the subject as a whole.
    pub fn place(&self) -> Place<'a> {
        self.binding.place(self.path.clone())
    }
}
