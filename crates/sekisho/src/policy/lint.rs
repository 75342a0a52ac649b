//! What can be said of policies without a resource: mistakes, rules that can never match, rules that say the
//! same, rules that nothing tests.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_finding::Location;
use sekisho_manifest::{FieldPath, Node, Object, api, field};
use sekisho_policy::{Bundle, RuleName, Target, Weight, kubescape, rego};
use serde::Serialize;

use super::Origin;
use super::contradiction::contradictions;

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Lint {
    /// What it is about.
    pub(crate) kind: LintKind,
    /// Which of these it is, where they are told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<&'static str>,
    /// In words.
    pub(crate) message: String,
    /// Where.
    pub(crate) location: Option<Origin>,
}

/// What a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LintKind {
    /// The document cannot be used.
    Error,
    /// The document can be used, though perhaps not as it was meant.
    Warning,
    /// Two policies have one name.
    DuplicateName,
    /// No request can ever concern the policy.
    NeverMatches,
    /// Another rule says the same.
    Shadowed,
    /// No test asks the policy.
    Untested,
    /// Nothing uses a part of the policy.
    Unused,
}

impl LintKind {
    /// As reports write it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::DuplicateName => "duplicate-name",
            Self::NeverMatches => "never-matches",
            Self::Shadowed => "shadowed",
            Self::Untested => "untested",
            Self::Unused => "unused",
        }
    }
}

impl Lint {
    /// Its place in one word.
    pub(crate) fn place(&self) -> String {
        match &self.location {
            Some(origin) => format!("{}:{}:{}", origin.file, origin.line, origin.column),
            None => "-".to_owned(),
        }
    }
}

/// Every remark, in the order of the documents. `tested` are the names of policies that a test asks.
pub(crate) fn lint(bundle: &Bundle, tested: &BTreeSet<String>) -> Vec<Lint> {
    let mut found: Vec<Lint> = Vec::new();
    for (file, reason) in &bundle.unread {
        found.push(Lint {
            kind: LintKind::Error,
            code: None,
            message: reason.clone(),
            location: Some(Origin {
                file: file.clone(),
                line: 1,
                column: 1,
                field: String::new(),
                value: None,
            }),
        });
    }
    for problem in &bundle.loaded.problems {
        let location = Location::at(problem.span, FieldPath::root(), &bundle.sources);
        let kind = if problem.weight == Weight::Error { LintKind::Error } else { LintKind::Warning };
        found.push(Lint {
            kind,
            code: None,
            message: problem.message.clone(),
            location: location.as_ref().map(Origin::of),
        });
    }
    duplicate_names(bundle, &mut found);
    never_matching(bundle, &mut found);
    contradicting(bundle, &mut found);
    shadowed(bundle, &mut found);
    untested(bundle, tested, &mut found);
    modules(bundle, &mut found);
    sorted(found)
}

/// Remarks in the order of their places.
pub(crate) fn sorted(mut found: Vec<Lint>) -> Vec<Lint> {
    let place = |lint: &Lint| lint.location.as_ref().map(|at| (at.file.clone(), at.line, at.column));
    found.sort_by_key(|lint| (place(lint), lint.kind));
    found
}

/// What is said of modules of Rego.
fn modules(bundle: &Bundle, found: &mut Vec<Lint>) {
    for remark in &bundle.remarks {
        let location = Location::at(remark.span, FieldPath::root(), &bundle.sources);
        found.push(Lint {
            kind: match remark.fault {
                rego::Fault::Unused => LintKind::Unused,
                rego::Fault::NeverMatches => LintKind::NeverMatches,
                rego::Fault::Shadowed => LintKind::Shadowed,
                rego::Fault::Untested => LintKind::Untested,
            },
            code: None,
            message: remark.message.clone(),
            location: location.as_ref().map(Origin::of),
        });
    }
}

fn at(bundle: &Bundle, object: &Object, path: FieldPath) -> Option<Origin> {
    let place = if path.is_root() { object.head() } else { object.place(path) };
    Location::of(&place, &bundle.sources).as_ref().map(Origin::of)
}

/// The policies among the documents.
fn policies(bundle: &Bundle) -> impl Iterator<Item = &Object> {
    bundle.objects.iter().filter(|object| sekisho_policy::is_policy(object))
}

fn duplicate_names(bundle: &Bundle, found: &mut Vec<Lint>) {
    let mut known: BTreeMap<(&str, Option<&str>, &str), &Object> = BTreeMap::new();
    for object in policies(bundle) {
        let key = (object.kind.as_str(), object.namespace.as_deref(), object.name.as_str());
        if known.insert(key, object).is_some() {
            found.push(Lint {
                kind: LintKind::DuplicateName,
                code: None,
                message: format!(
                    "`{}/{}` stands here twice: the last one applied wins",
                    object.kind, object.name
                ),
                location: at(bundle, object, FieldPath::root()),
            });
        }
    }
}

/// Policies all of whose targets are kinds that no API serves: their group is one of Kubernetes' own, and has
/// no such kind.
fn never_matching(bundle: &Bundle, found: &mut Vec<Lint>) {
    for policy in bundle.loaded.policies.iter() {
        let interest = policy.interest();
        let impossible: Vec<String> = interest.targets.iter().filter_map(impossible).collect();
        if interest.targets.is_empty() || impossible.len() < interest.targets.len() {
            continue;
        }
        for name in policy.names() {
            found.push(Lint {
                kind: LintKind::NeverMatches,
                code: None,
                message: format!(
                    "`{}` can never match: there is no {}",
                    shown(&name),
                    impossible.join(", no ")
                ),
                location: place_of(bundle, &name),
            });
        }
    }
}

/// Policies and rules whose own parts contradict each other.
fn contradicting(bundle: &Bundle, found: &mut Vec<Lint>) {
    for object in policies(bundle) {
        found.extend(contradictions(object).into_iter().map(|(path, message)| Lint {
            kind: LintKind::NeverMatches,
            code: None,
            message,
            location: at(bundle, object, path),
        }));
    }
}

/// The policy; of a rule that is in no manifest the rule too, as its package or control has others.
fn shown(name: &RuleName) -> String {
    if matches!(name.kind.as_str(), rego::KIND | kubescape::KIND) && !name.rule.is_empty() {
        format!("{}/{}", name.policy, name.rule)
    } else {
        name.policy.to_string()
    }
}

/// Where a rule stands.
fn place_of(bundle: &Bundle, name: &RuleName) -> Option<Origin> {
    if let Some(about) = bundle.about(name) {
        return Location::at(about.span, FieldPath::root(), &bundle.sources).as_ref().map(Origin::of);
    }
    named(bundle, name).and_then(|object| at(bundle, object, FieldPath::root()))
}

fn named<'b>(bundle: &'b Bundle, name: &RuleName) -> Option<&'b Object> {
    bundle.objects.iter().find(|object| object.kind == name.kind && object.name == name.policy)
}

/// A target that nothing can be: its group is Kubernetes' own, and it is not in it.
fn impossible(target: &Target) -> Option<String> {
    let (group, word, known): (&str, &str, fn(&api::ApiVersion, &str) -> bool) = match target {
        Target::Kind { group: Some(group), kind } => (group, kind, |api, kind| api.kind == kind),
        Target::Resource { group: Some(group), resource } => {
            let plain = resource.split('/').next().unwrap_or(resource);
            (group, plain, |api, resource| {
                let kind = sekisho_policy::GroupVersionKind {
                    group: api.group.into(),
                    version: api.version.into(),
                    kind: api.kind.into(),
                };
                sekisho_policy::Kinds::default().of(&kind).resource.resource == resource
            })
        }
        _ => return None,
    };
    if word.contains(['*', '?']) {
        return None;
    }
    let mut served = api::all().iter().filter(|api| api.group == group).peekable();
    served.peek()?;
    let is_served = served.any(|api| known(api, word));
    let group = if group.is_empty() { "the core group" } else { group };
    (!is_served && !word.is_empty()).then(|| format!("`{word}` in {group}"))
}

/// Rules that are equal but for their names: what the second says, the first has said.
fn shadowed(bundle: &Bundle, found: &mut Vec<Lint>) {
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let without_name = |node: &Node| {
        let mut json = node.to_json();
        if let Some(map) = json.as_object_mut() {
            map.remove("name");
        }
        json
    };
    for object in policies(bundle) {
        let Some(spec) = object.root.get("spec") else { continue };
        let rules = spec.get("rules").map(Node::items).unwrap_or_default();
        let parts: Vec<(FieldPath, String, String)> = if rules.is_empty() {
            let key = format!("{}{}", object.kind, spec.to_json());
            vec![(FieldPath::root(), format!("`{}`", object.name), key)]
        } else {
            let rule = |(index, rule): (usize, &Node)| {
                let name = format!("`{}` of `{}`", rule.str("name"), object.name);
                (field!["spec", "rules", index, "name"], name, without_name(rule).to_string())
            };
            rules.iter().enumerate().map(rule).collect()
        };
        for (path, name, key) in parts {
            if let Some(first) = known.get(&key) {
                found.push(Lint {
                    kind: LintKind::Shadowed,
                    code: None,
                    message: format!("{name} says the same as {first}, which comes before it"),
                    location: at(bundle, object, path),
                });
            } else {
                known.insert(key, name);
            }
        }
    }
}

/// Policies that no test asks.
fn untested(bundle: &Bundle, tested: &BTreeSet<String>, found: &mut Vec<Lint>) {
    let mut said: BTreeSet<RuleName> = BTreeSet::new();
    for name in bundle.loaded.policies.iter().flat_map(sekisho_policy::Policy::names) {
        // Of plain modules the modules themselves say it.
        let is_tested = tested.contains(name.policy.as_str())
            || tested.contains(name.rule.as_str())
            || name.kind == rego::KIND;
        if is_tested || !said.insert(name.clone()) {
            continue;
        }
        found.push(Lint {
            kind: LintKind::Untested,
            code: None,
            message: format!("no test asks `{}`", shown(&name)),
            location: place_of(bundle, &name),
        });
    }
}
