//! Bindings: where a policy applies, with which parameters, and what it does then.

use sekisho_manifest::selector::Selector;
use sekisho_manifest::{Node, Object};
use smol_str::SmolStr;

use super::matching::{MatchResources, namespace_of};
use super::reader::{At, Reader, is_subdomain};
use crate::facts::{Facts, ObjectQuery};
use crate::group_version::GroupVersionKind;
use crate::kinds::Kinds;
use crate::request::Request;
use crate::verdict::Enforcement;

/// A binding of a policy of either kind.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    /// Its name; empty for a policy that is applied without one.
    pub(super) name: SmolStr,
    pub(super) policy: SmolStr,
    pub(super) parameters: Option<Parameters>,
    pub(super) resources: Option<MatchResources>,
    /// What happens when a validation does not hold; empty for mutating policies.
    pub(super) actions: Vec<Enforcement>,
}

/// Which parameter objects a binding uses.
#[derive(Debug, Clone)]
pub(super) struct Parameters {
    by: By,
    namespace: SmolStr,
    /// Whether a request is refused when there is none.
    denies_when_missing: bool,
}

#[derive(Debug, Clone)]
enum By {
    Name(SmolStr),
    Selector(Selector),
}

impl Binding {
    /// A binding that denies whatever its policy refuses.
    pub(super) fn implied(policy: SmolStr) -> Self {
        let actions = vec![Enforcement::Deny];
        Self { name: SmolStr::default(), policy, parameters: None, resources: None, actions }
    }

    pub(super) fn read(reader: &mut Reader<'_>, object: &Object, validates: bool) -> Option<Self> {
        let root = At::root(&object.root);
        let name = reader.object_name(&root.get("metadata").get("name"));
        let spec = root.get("spec");
        if !reader.needed_mapping(&spec) {
            return None;
        }
        let policy = reader.needed_text(&spec.get("policyName"));
        if !policy.is_empty() && !is_subdomain(&policy) {
            reader.refuse(&spec.get("policyName"), format!("`{policy}` is no name of a policy: correct it"));
        }
        let parameters = Parameters::read(reader, &spec.get("paramRef"));
        let resources = MatchResources::read(reader, &spec.get("matchResources"));
        let actions = if validates { actions(reader, &spec.get("validationActions")) } else { Vec::new() };
        Some(Self { name, policy, parameters, resources, actions })
    }

    /// Whether the binding is for a request that its policy is for.
    pub(super) fn is_for(&self, request: &Request, labels: &dyn Fn() -> Option<Node>) -> bool {
        self.resources.as_ref().is_none_or(|resources| resources.matches(request, labels).is_some())
    }
}

fn actions(reader: &mut Reader<'_>, at: &At<'_>) -> Vec<Enforcement> {
    let known = [("Deny", Enforcement::Deny), ("Warn", Enforcement::Warn), ("Audit", Enforcement::Audit)];
    let mut actions = Vec::new();
    for item in reader.items(at) {
        let Some(action) = reader.choice(&item, &known) else { continue };
        if actions.contains(&action) {
            reader.refuse(&item, "the action stands here twice: take one out");
        }
        actions.push(action);
    }
    if actions.is_empty() {
        reader.refuse(at, "the list is empty: write `Deny`, `Warn` or `Audit`");
    }
    if actions.contains(&Enforcement::Deny) && actions.contains(&Enforcement::Warn) {
        reader.refuse(at, "`Deny` and `Warn` say the same twice: take one out");
    }
    actions
}

impl Parameters {
    fn read(reader: &mut Reader<'_>, at: &At<'_>) -> Option<Self> {
        if !reader.mapping(at) {
            return None;
        }
        let name = reader.text(&at.get("name"));
        let selector = at.get("selector");
        let actions = [("Allow", false), ("Deny", true)];
        let action = at.get("parameterNotFoundAction");
        if !action.is_there() {
            reader.refuse(&action, "the field is missing: write `Allow` or `Deny`");
        }
        let denies_when_missing = reader.choice(&action, &actions).unwrap_or(true);
        if !name.is_empty() && selector.is_there() {
            reader.refuse(at, "`name` and `selector` exclude each other: take one out");
        }
        if name.contains(['/', '%']) || name == "." || name == ".." {
            reader.refuse(&at.get("name"), format!("`{name}` is no name of an object: correct it"));
        }
        let by = if name.is_empty() {
            if !selector.is_there() {
                reader.refuse(at, "it names no parameter: write `name` or `selector`");
            }
            By::Selector(reader.selector(&selector))
        } else {
            By::Name(name)
        };
        Some(Self { by, namespace: reader.text(&at.get("namespace")), denies_when_missing })
    }

    /// The parameter objects for a request, or why there are none, in the words of the API server.
    fn find(
        &self,
        kind: &GroupVersionKind,
        namespaced: bool,
        request: &Request,
        facts: &dyn Facts,
    ) -> Result<Vec<Node>, String> {
        let mut query = ObjectQuery { kind: kind.clone(), namespace: None, name: None };
        if namespaced {
            let namespace = if self.namespace.is_empty() { namespace_of(request) } else { &self.namespace };
            if namespace.is_empty() {
                return Err("cannot use namespaced paramRef in policy binding that matches cluster-scoped \
                            resources"
                    .to_owned());
            }
            query.namespace = Some(namespace.clone());
        } else if !self.namespace.is_empty() {
            return Err("paramRef.namespace must not be provided for a cluster-scoped `paramKind`".to_owned());
        }
        if let By::Name(name) = &self.by {
            query.name = Some(name.clone());
        }
        let unknown = || format!("paramKind kind `{}, Kind={}` not known", kind.api_version(), kind.kind);
        let mut found = facts.objects(&query).ok_or_else(unknown)?;
        if let By::Selector(selector) = &self.by {
            found.retain(|object| selector.matches(&object.at(&["metadata", "labels"])));
        }
        if found.is_empty() && self.denies_when_missing {
            return Err("no params found for policy binding with `Deny` parameterNotFoundAction".to_owned());
        }
        Ok(found)
    }
}

/// The parameter objects with which a policy is evaluated for a binding, none standing for `null`.
pub(super) fn parameters(
    kind: Option<&GroupVersionKind>,
    binding: &Binding,
    request: &Request,
    facts: &dyn Facts,
    kinds: &Kinds,
) -> Result<Vec<Option<Node>>, String> {
    match (kind, &binding.parameters) {
        (Some(kind), Some(parameters)) => {
            let found = parameters.find(kind, kinds.of(kind).namespaced, request, facts)?;
            Ok(found.into_iter().map(Some).collect())
        }
        _ => Ok(vec![None]),
    }
}
