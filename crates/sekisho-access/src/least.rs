//! The smallest roles that allow what was done.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use smol_str::SmolStr;

use crate::asked::{Asked, Target};
use crate::identity::Identity;
use crate::usage::{Names, UsedBy};

/// How far roles go.
#[derive(Clone, Copy, Debug)]
pub struct Economy {
    /// Objects are named where there are no more than this many of them.
    pub names: usize,
    /// Whether what everyone may ask stands in the roles too.
    pub everyones: bool,
}

impl Default for Economy {
    fn default() -> Self {
        Self { names: 5, everyones: false }
    }
}

/// The roles of an identity.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LeastRoles {
    /// Whose they are.
    pub identity: Identity,
    /// For the whole cluster first, then by namespace.
    pub roles: Vec<ScopedRole>,
}

/// A role with its binding.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ScopedRole {
    /// Where it holds; none for everywhere.
    pub namespace: Option<SmolStr>,
    /// What it grants.
    pub rules: Vec<RoleRule>,
}

/// A rule of a role.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct RoleRule {
    /// API groups.
    pub groups: Vec<SmolStr>,
    /// Resources.
    pub resources: Vec<SmolStr>,
    /// Names; empty for all.
    pub names: Vec<SmolStr>,
    /// Paths that are no resources.
    pub paths: Vec<SmolStr>,
    /// Verbs.
    pub verbs: Vec<SmolStr>,
}

/// Verbs by resource; the group comes first.
type ByResource = BTreeMap<(SmolStr, SmolStr), BTreeSet<SmolStr>>;

/// The smallest roles that allow what an identity did.
pub fn least(identity: &Identity, used: &UsedBy, economy: &Economy) -> LeastRoles {
    let mut scopes: BTreeMap<Option<SmolStr>, Scope> = BTreeMap::new();
    for (asked, uses) in &used.allowed {
        if asked.is_everyones() && !economy.everyones {
            continue;
        }
        match &asked.target {
            Target::Path(path) => {
                let verbs = scopes.entry(None).or_default().paths.entry(path.clone()).or_default();
                verbs.insert(asked.verb.clone());
            }
            Target::Resource { group, resource, namespace, .. } => {
                let scope = scopes.entry(namespace.clone()).or_default();
                scope.add(asked, &(group.clone(), resource.clone()), &uses.names, economy);
            }
        }
    }
    let everywhere = scopes.get(&None).map(|scope| scope.whole.clone()).unwrap_or_default();
    let roles = scopes.into_iter().filter_map(|(namespace, mut scope)| {
        if namespace.is_some() {
            scope.without(&everywhere);
        }
        let rules = scope.rules();
        (!rules.is_empty()).then_some(ScopedRole { namespace, rules })
    });
    LeastRoles { identity: identity.clone(), roles: roles.collect() }
}

#[derive(Default)]
struct Scope {
    /// Verbs on objects of any name.
    whole: ByResource,
    /// Verbs on named objects.
    named: BTreeMap<(SmolStr, SmolStr), BTreeMap<SmolStr, BTreeSet<SmolStr>>>,
    paths: BTreeMap<SmolStr, BTreeSet<SmolStr>>,
}

impl Scope {
    fn add(&mut self, asked: &Asked, resource: &(SmolStr, SmolStr), names: &Names, economy: &Economy) {
        let is_few =
            !names.unnamed && !names.many && !names.names.is_empty() && names.names.len() <= economy.names;
        if is_few && !names.names.iter().any(|name| is_generated(&resource.1, name)) {
            let verbs = self.named.entry(resource.clone()).or_default();
            verbs.entry(asked.verb.clone()).or_default().extend(names.names.iter().cloned());
        } else {
            self.whole.entry(resource.clone()).or_default().insert(asked.verb.clone());
        }
    }

    /// Leaves out what is granted everywhere.
    fn without(&mut self, everywhere: &ByResource) {
        for (resource, granted) in everywhere {
            if let Some(verbs) = self.whole.get_mut(resource) {
                verbs.retain(|verb| !granted.contains(verb));
            }
            if let Some(verbs) = self.named.get_mut(resource) {
                verbs.retain(|verb, _| !granted.contains(verb));
            }
        }
        self.whole.retain(|_, verbs| !verbs.is_empty());
        self.named.retain(|_, verbs| !verbs.is_empty());
    }

    fn rules(self) -> Vec<RoleRule> {
        // Resources of one group with the same verbs stand in one rule, and so do verbs on the same names.
        let mut joined: BTreeMap<(SmolStr, Vec<SmolStr>, Vec<SmolStr>), BTreeSet<SmolStr>> = BTreeMap::new();
        for ((group, resource), verbs) in self.whole {
            let verbs: Vec<_> = verbs.into_iter().collect();
            joined.entry((group, verbs, Vec::new())).or_default().insert(resource);
        }
        for ((group, resource), verbs) in self.named {
            let mut by_names: BTreeMap<Vec<SmolStr>, Vec<SmolStr>> = BTreeMap::new();
            for (verb, names) in verbs {
                by_names.entry(names.into_iter().collect()).or_default().push(verb);
            }
            for (names, verbs) in by_names {
                joined.entry((group.clone(), verbs, names)).or_default().insert(resource.clone());
            }
        }
        let of_resources = joined.into_iter().map(|((group, verbs, names), resources)| RoleRule {
            groups: vec![group],
            resources: resources.into_iter().collect(),
            names,
            paths: Vec::new(),
            verbs,
        });
        let mut by_verbs: BTreeMap<Vec<SmolStr>, Vec<SmolStr>> = BTreeMap::new();
        for (path, verbs) in self.paths {
            by_verbs.entry(verbs.into_iter().collect()).or_default().push(path);
        }
        let of_paths =
            by_verbs.into_iter().map(|(verbs, paths)| RoleRule { paths, verbs, ..RoleRule::default() });
        of_resources.chain(of_paths).collect()
    }
}

/// Resources whose objects are named by controllers.
const MADE: &[&str] =
    &["pods", "replicasets", "endpointslices", "controllerrevisions", "events", "certificatesigningrequests"];

/// What generated names end with is made of.
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// Whether another object of this kind will have another name: it ends as generated names do.
fn is_generated(resource: &str, name: &str) -> bool {
    let resource = resource.split('/').next().unwrap_or_default();
    let Some((_, end)) = name.rsplit_once('-') else { return false };
    if MADE.contains(&resource) {
        // Pods of a StatefulSet keep their names.
        return !end.bytes().all(|byte| byte.is_ascii_digit());
    }
    end.len() == 5
        && end.bytes().all(|byte| LETTERS.contains(&byte))
        && end.bytes().any(|byte| byte.is_ascii_digit())
}

impl RoleRule {
    /// The rule as a role has it.
    pub fn to_json(&self) -> Value {
        let mut rule = serde_json::Map::new();
        let mut put = |key: &str, items: &[SmolStr]| {
            if !items.is_empty() {
                rule.insert(key.to_owned(), items.iter().map(SmolStr::as_str).collect());
            }
        };
        put("apiGroups", &self.groups);
        put("nonResourceURLs", &self.paths);
        put("resourceNames", &self.names);
        put("resources", &self.resources);
        put("verbs", &self.verbs);
        Value::Object(rule)
    }
}

/// The API version of roles and bindings.
const VERSION: &str = "rbac.authorization.k8s.io/v1";

impl LeastRoles {
    /// The roles and bindings as objects.
    pub fn manifests(&self) -> Vec<Value> {
        self.roles.iter().flat_map(|role| self.manifest(role)).collect()
    }

    fn manifest(&self, role: &ScopedRole) -> [Value; 2] {
        let name = self.name();
        let (kind, metadata) = match &role.namespace {
            Some(namespace) => ("Role", json!({"name": name, "namespace": namespace.as_str()})),
            None => ("ClusterRole", json!({"name": name})),
        };
        let rules: Vec<Value> = role.rules.iter().map(RoleRule::to_json).collect();
        let subject = match &self.identity {
            Identity::ServiceAccount { namespace, name } => {
                json!({"kind": "ServiceAccount", "name": name.as_str(), "namespace": namespace.as_str()})
            }
            Identity::User(user) => {
                json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user.as_str()})
            }
        };
        [
            json!({"apiVersion": VERSION, "kind": kind, "metadata": metadata, "rules": rules}),
            json!({
                "apiVersion": VERSION,
                "kind": format!("{kind}Binding"),
                "metadata": metadata,
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
                "subjects": [subject],
            }),
        ]
    }

    /// What the roles and bindings are called. Their names may hold what other names of objects may not.
    fn name(&self) -> String {
        let name = match &self.identity {
            Identity::ServiceAccount { namespace, name } => format!("least:{namespace}:{name}"),
            Identity::User(user) => format!("least:user:{user}"),
        };
        name.replace(['/', '%'], "-").chars().take(253).collect()
    }
}
