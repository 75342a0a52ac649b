//! Which requests a policy or a binding is for: resource rules, selectors, and other versions of a resource.

use sekisho_manifest::selector::Selector;
use sekisho_manifest::{Node, Operation};
use smol_str::SmolStr;

use super::equivalents::{self, Version};
use super::reader::{At, Reader};
use crate::group_version::{GroupVersionKind, GroupVersionResource};
use crate::interest::{Interest, Target};
use crate::request::Request;

/// `matchConstraints` of a policy, `matchResources` of a binding.
#[derive(Debug, Clone)]
pub(crate) struct MatchResources {
    namespaces: Selector,
    objects: Selector,
    rules: Vec<Rule>,
    excluded: Vec<Rule>,
    versions: Versions,
}

/// Whether a rule for one version of a resource is for its other versions too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Versions {
    /// It is not.
    Exact,
    /// It is where an API server has the object.
    WhereServed,
    /// It is.
    Equivalent,
}

#[derive(Debug, Clone)]
struct Rule {
    names: Vec<SmolStr>,
    groups: Vec<SmolStr>,
    versions: Vec<SmolStr>,
    /// None is all of them.
    operations: Option<Vec<Operation>>,
    /// Resource and subresource.
    resources: Vec<(SmolStr, SmolStr)>,
    scope: Scope,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    All,
    Cluster,
    Namespaced,
}

/// The resource and kind as which a policy looks at the object of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Matched {
    pub(super) resource: GroupVersionResource,
    pub(super) kind: GroupVersionKind,
}

impl Matched {
    pub(super) fn of(request: &Request) -> Self {
        Self { resource: request.resource.clone(), kind: request.kind.clone() }
    }
}

/// Whether a request is about a namespace itself.
pub(super) fn is_about_namespace(request: &Request) -> bool {
    request.resource.group.is_empty() && request.resource.resource == "namespaces"
}

/// The namespace as the API server attributes it to a request: a namespace lies in itself.
pub(crate) fn namespace_of(request: &Request) -> &SmolStr {
    if is_about_namespace(request) && request.namespace.is_empty() {
        &request.name
    } else {
        &request.namespace
    }
}

/// What admission policies have no say in, whatever they match: themselves, so that a bad one can be taken away, and
/// questions about who somebody is and what they may do, of which nothing is kept.
const BEYOND: [(&str, &str); 10] = [
    ("admissionregistration.k8s.io", "validatingadmissionpolicies"),
    ("admissionregistration.k8s.io", "validatingadmissionpolicybindings"),
    ("admissionregistration.k8s.io", "mutatingadmissionpolicies"),
    ("admissionregistration.k8s.io", "mutatingadmissionpolicybindings"),
    ("authentication.k8s.io", "selfsubjectreviews"),
    ("authentication.k8s.io", "tokenreviews"),
    ("authorization.k8s.io", "localsubjectaccessreviews"),
    ("authorization.k8s.io", "selfsubjectaccessreviews"),
    ("authorization.k8s.io", "selfsubjectrulesreviews"),
    ("authorization.k8s.io", "subjectaccessreviews"),
];

/// Whether admission policies have no say in a resource.
pub(super) fn is_beyond(resource: &GroupVersionResource) -> bool {
    BEYOND.contains(&(resource.group.as_str(), resource.resource.as_str()))
}

impl MatchResources {
    /// Reads the field, which may be missing.
    pub(crate) fn read(reader: &mut Reader<'_>, at: &At<'_>) -> Option<Self> {
        if !reader.mapping(at) {
            return None;
        }
        let policies = [("Exact", Versions::Exact), ("Equivalent", Versions::Equivalent)];
        Some(Self {
            namespaces: reader.selector(&at.get("namespaceSelector")),
            objects: reader.selector(&at.get("objectSelector")),
            rules: rules(reader, &at.get("resourceRules")),
            excluded: rules(reader, &at.get("excludeResourceRules")),
            versions: reader.choice(&at.get("matchPolicy"), &policies).unwrap_or(Versions::Equivalent),
        })
    }

    /// For no request; it stands for a field that is missing, so that the rest of the document is read too.
    pub(super) fn nothing() -> Self {
        Self {
            namespaces: Selector::nothing(),
            objects: Selector::nothing(),
            rules: Vec::new(),
            excluded: Vec::new(),
            versions: Versions::Exact,
        }
    }

    /// The same, but that other versions count only where an API server has the object.
    #[must_use]
    pub(crate) fn where_served(self) -> Self {
        let versions = match self.versions {
            Versions::Exact => Versions::Exact,
            Versions::WhereServed | Versions::Equivalent => Versions::WhereServed,
        };
        Self { versions, ..self }
    }

    pub(super) fn has_rules(&self) -> bool {
        !self.rules.is_empty()
    }

    /// As what the request matches; none where it does not. `labels` gives the labels of its namespace.
    pub(crate) fn matches(&self, request: &Request, labels: &dyn Fn() -> Option<Node>) -> Option<Matched> {
        let selected = self.selects_namespace(request, labels) && self.selects_object(request);
        if !selected || self.find(&self.excluded, request).is_some() {
            return None;
        }
        if self.rules.is_empty() { Some(Matched::of(request)) } else { self.find(&self.rules, request) }
    }

    fn selects_namespace(&self, request: &Request, labels: &dyn Fn() -> Option<Node>) -> bool {
        let clusterwide = namespace_of(request).is_empty() && request.resource.resource != "namespaces";
        if clusterwide || self.namespaces.is_empty() {
            return true;
        }
        self.namespaces.matches(&labels().as_ref())
    }

    fn selects_object(&self, request: &Request) -> bool {
        // What has no metadata (the options of an `exec`) is not selected, whatever is asked of its labels.
        let selected = |node: &Option<Node>| {
            let metadata = node.as_ref().and_then(|node| node.get("metadata"));
            metadata.is_some_and(|metadata| self.objects.matches(&metadata.get("labels")))
        };
        self.objects.is_empty() || selected(&request.object) || selected(&request.old_object)
    }

    fn find(&self, rules: &[Rule], request: &Request) -> Option<Matched> {
        if rules.iter().any(|rule| rule.matches(request, &request.resource)) {
            return Some(Matched::of(request));
        }
        let is_exact = match self.versions {
            Versions::Exact => true,
            Versions::WhereServed => !request.origin.is_served(),
            Versions::Equivalent => false,
        };
        if is_exact || rules.is_empty() {
            return None;
        }
        let others = equivalents::of(&request.resource);
        for rule in rules {
            let named = if request.origin.is_served() { rule.other_versions(request) } else { Vec::new() };
            let others = others.iter().filter(|version| version.resource != request.resource);
            for version in others.chain(&named) {
                if rule.matches(request, &version.resource) {
                    let same = request.kind.group == request.resource.group;
                    let kind = if same { version.kind.clone() } else { request.kind.clone() };
                    return Some(Matched { resource: version.resource.clone(), kind });
                }
            }
        }
        None
    }

    /// Which requests it can match at all.
    pub(crate) fn interest(&self) -> Interest {
        let mut targets = Vec::new();
        let mut operations = Some(Vec::new());
        for rule in &self.rules {
            for (resource, _) in &rule.resources {
                let everything = resource == "*";
                // In other versions a resource can be of another group.
                let group = match rule.groups.as_slice() {
                    [group] if group != "*" && self.versions == Versions::Exact => Some(group.clone()),
                    _ => None,
                };
                let target = if everything {
                    Target::Any
                } else {
                    Target::Resource { group, resource: resource.clone() }
                };
                if !targets.contains(&target) {
                    targets.push(target);
                }
            }
            match (&mut operations, &rule.operations) {
                (Some(all), Some(some)) => all.extend(some.iter().copied()),
                _ => operations = None,
            }
        }
        if self.rules.is_empty() {
            return Interest::everything();
        }
        Interest { targets, operations: operations.unwrap_or_default() }
    }
}

impl Rule {
    /// The resource of a request in the other versions that the rule names: an API server has every object of a
    /// resource in all versions that it serves.
    fn other_versions(&self, request: &Request) -> Vec<Version> {
        let is_other = |version: &&SmolStr| *version != "*" && **version != request.resource.version;
        let in_version = |version: &SmolStr| Version {
            resource: GroupVersionResource { version: version.clone(), ..request.resource.clone() },
            kind: GroupVersionKind { version: version.clone(), ..request.kind.clone() },
        };
        self.versions.iter().filter(is_other).map(in_version).collect()
    }

    fn matches(&self, request: &Request, resource: &GroupVersionResource) -> bool {
        let one_of = |items: &[SmolStr], wanted: &str| items.iter().any(|item| item == "*" || item == wanted);
        let of_resource = |(name, part): &(SmolStr, SmolStr)| {
            (name == "*" || *name == resource.resource) && (part == "*" || *part == request.subresource)
        };
        self.is_in_scope(request)
            && self.operations.as_ref().is_none_or(|known| known.contains(&request.operation))
            && one_of(&self.groups, &resource.group)
            && one_of(&self.versions, &resource.version)
            && self.resources.iter().any(of_resource)
            && (self.names.is_empty() || self.names.contains(&request.name))
    }

    fn is_in_scope(&self, request: &Request) -> bool {
        let clusterwide = is_about_namespace(request) || request.namespace.is_empty();
        match self.scope {
            Scope::All => true,
            Scope::Cluster => clusterwide,
            Scope::Namespaced => !clusterwide,
        }
    }
}

fn rules(reader: &mut Reader<'_>, at: &At<'_>) -> Vec<Rule> {
    let items = reader.items(at);
    items.iter().map(|item| rule(reader, item)).collect()
}

fn rule(reader: &mut Reader<'_>, at: &At<'_>) -> Rule {
    reader.mapping(at);
    let names = reader.texts(&at.get("resourceNames"));
    for (place, name) in names.iter().enumerate() {
        let field = at.get("resourceNames");
        if name.is_empty() || name == "." || name == ".." || name.contains(['/', '%']) {
            reader.refuse(&field, format!("`{name}` is no name of an object: write one without `/` and `%`"));
        }
        if names.iter().take(place).any(|other| other == name) {
            reader.refuse(&field, format!("`{name}` stands here twice: take one out"));
        }
    }
    let groups = listed(reader, &at.get("apiGroups"));
    let versions = listed(reader, &at.get("apiVersions"));
    let scopes = [("*", Scope::All), ("Cluster", Scope::Cluster), ("Namespaced", Scope::Namespaced)];
    Rule {
        names,
        groups,
        versions,
        operations: operations(reader, &at.get("operations")),
        resources: resources(reader, &at.get("resources")),
        scope: reader.choice(&at.get("scope"), &scopes).unwrap_or(Scope::All),
    }
}

/// Texts of which there must be one, and `*` only alone.
fn listed(reader: &mut Reader<'_>, at: &At<'_>) -> Vec<SmolStr> {
    let texts = reader.texts(at);
    if texts.is_empty() {
        reader.refuse(at, "the list is empty: name at least one, or `*`");
    }
    if texts.len() > 1 && texts.iter().any(|text| text == "*") {
        reader.refuse(at, "`*` stands for all: take the others out");
    }
    texts
}

fn operations(reader: &mut Reader<'_>, at: &At<'_>) -> Option<Vec<Operation>> {
    let texts = listed(reader, at);
    let mut known = Vec::new();
    for text in &texts {
        match Operation::named(text) {
            Some(operation) => known.push(operation),
            None if text == "*" => return None,
            None => reader.refuse(
                at,
                format!("`{text}` is no operation: use `CREATE`, `UPDATE`, `DELETE`, `CONNECT` or `*`"),
            ),
        }
    }
    Some(known)
}

fn resources(reader: &mut Reader<'_>, at: &At<'_>) -> Vec<(SmolStr, SmolStr)> {
    let texts = reader.texts(at);
    if texts.is_empty() {
        reader.refuse(at, "the list is empty: name at least one resource, or `*`");
    }
    let has = |wanted: &str| texts.iter().any(|text| text == wanted);
    if texts.len() > 1 && has("*/*") {
        reader.refuse(at, "`*/*` stands for everything: take the others out");
    }
    if has("*") && texts.iter().any(|text| text != "*" && !text.contains('/')) {
        reader.refuse(at, "`*` stands for all resources: take the others without a subresource out");
    }
    let mut parts = Vec::new();
    for text in &texts {
        let (resource, part) = text.split_once('/').unwrap_or((text, ""));
        if text.is_empty() {
            reader.refuse(at, "a resource is empty: name it");
        }
        if resource != "*" && has(&format!("*/{part}")) && !part.is_empty() {
            reader.refuse(at, format!("`{text}` is part of `*/{part}`: take it out"));
        }
        if part != "*" && !part.is_empty() && has(&format!("{resource}/*")) {
            reader.refuse(at, format!("`{text}` is part of `{resource}/*`: take it out"));
        }
        parts.push((resource.into(), part.into()));
    }
    parts
}
