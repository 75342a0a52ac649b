//! Documents → policies with their bindings, and everything that is wrong with them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sekisho_manifest::{Object, Source, SourceId};

use super::binding::Binding;
use super::checking;
use super::environment;
use super::mutating::{MutatingPolicies, MutatingPolicy};
use super::reader::Reader;
use super::validating::ValidatingPolicy;
use crate::group_version::GroupVersionKind;
use crate::kinds::Kinds;
use crate::patch;
use crate::problem::{Problem, Weight};

/// The group of admission policies.
const GROUP: &str = "admissionregistration.k8s.io";

/// How policies are read.
#[derive(Debug, Clone, Copy)]
pub struct LoadOptions {
    /// The version of Kubernetes, 1.`minor`, whose libraries expressions may use.
    pub minor: u32,
    /// Whether a policy that no binding names applies all the same, as if one bound it that denies.
    pub unbound: bool,
    /// Whether to look for what works, though hardly as it was meant: expressions that do not fit the schemas of
    /// the built-in kinds, as the API server says in the status of a policy, and resources that nobody serves.
    pub lints: bool,
}

impl Default for LoadOptions {
    /// The newest version; policies without a binding do nothing, as in the API server.
    fn default() -> Self {
        Self { minor: 37, unbound: false, lints: false }
    }
}

/// The policies of documents.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The validating policies that could be read and are bound, in the order of their names, in which the API
    /// server asks them.
    pub validating: Vec<ValidatingPolicy>,
    /// The mutating policies, under the same conditions.
    pub mutating: MutatingPolicies,
    /// What is wrong with the documents.
    pub problems: Vec<Problem>,
}

/// Whether an object is such a policy, or binds one.
pub fn is_policy(object: &Object) -> bool {
    object.group() == GROUP && object.kind.contains("AdmissionPolicy")
}

/// Reads the policies and bindings among these objects; others are left alone. `sources` are the texts that the
/// objects were read from, by which faults in expressions are placed; without them a fault stands at its field.
/// `kinds` says where parameter objects live.
pub fn load<'a>(
    objects: impl IntoIterator<Item = &'a Object>,
    sources: &[Source],
    kinds: &Kinds,
    options: LoadOptions,
) -> Loaded {
    let base = environment::base(options.minor);
    let kinds = Arc::new(kinds.clone());
    let objects: Vec<&Object> = last_of_each(objects.into_iter().filter(|object| object.group() == GROUP));
    let mut loaded = Loaded::default();
    let (mut bindings, mut mutating_bindings) = (Vec::new(), Vec::new());
    let mut mutating: Vec<MutatingPolicy> = Vec::new();
    for object in &objects {
        let mut reader = Reader::new(text(sources, object.source));
        if let Some(problem) = unknown_version(object) {
            loaded.problems.push(problem);
            continue;
        }
        loaded.problems.extend(unknown_fields(object));
        match object.kind.as_str() {
            VALIDATING => {
                let policy = ValidatingPolicy::read(&mut reader, object, &base, &kinds);
                if options.lints {
                    checking::check_types(&mut reader, object, &base);
                }
                loaded.validating.extend(policy.filter(|_| !refuses(&reader.problems)));
            }
            VALIDATING_BINDING => {
                let binding = Binding::read(&mut reader, object, true);
                if !refuses(&reader.problems) {
                    bindings.extend(binding);
                }
            }
            MUTATING => {
                let policy = MutatingPolicy::read(&mut reader, object, &base, &kinds);
                mutating.extend(policy.filter(|_| !refuses(&reader.problems)));
            }
            MUTATING_BINDING => {
                let binding = Binding::read(&mut reader, object, false);
                if !refuses(&reader.problems) {
                    mutating_bindings.extend(binding);
                }
            }
            _ => {}
        }
        if options.lints {
            checking::check_resources(&mut reader, object);
        }
        loaded.problems.append(&mut reader.problems);
    }
    let problems = &mut loaded.problems;
    problems.extend(without_policy(&objects));
    if !options.unbound || options.lints {
        problems.extend(without_binding(&objects));
    }
    for binding in bindings {
        if let Some(policy) = loaded.validating.iter_mut().find(|policy| *policy.name() == binding.policy) {
            policy.bind(binding);
        }
    }
    for binding in mutating_bindings {
        if let Some(policy) = mutating.iter_mut().find(|policy| *policy.name() == binding.policy) {
            policy.bind(binding);
        }
    }
    if options.unbound {
        for policy in loaded.validating.iter_mut().filter(|policy| !policy.has_bindings()) {
            policy.bind(Binding::implied(policy.name().clone()));
        }
        for policy in mutating.iter_mut().filter(|policy| !policy.has_bindings()) {
            policy.bind(Binding::implied(policy.name().clone()));
        }
    }
    loaded.validating.retain(ValidatingPolicy::has_bindings);
    loaded.validating.sort_by(|a, b| a.name().cmp(b.name()));
    mutating.retain(MutatingPolicy::has_bindings);
    loaded.mutating = MutatingPolicies::new(mutating);
    loaded
}

/// A version in which no API server serves such policies.
fn unknown_version(object: &Object) -> Option<Problem> {
    if VERSIONS.contains(&object.version()) || !is_policy(object) {
        return None;
    }
    let at = object.root.get("apiVersion").unwrap_or(&object.root);
    let message =
        format!("`{}` serves no {}: write `{GROUP}/{}`", object.api_version, object.kind, VERSIONS[0]);
    Some(Problem::error(at, message))
}

/// The fields that such policies do not have, which the API server drops: what they say does not count.
fn unknown_fields(object: &Object) -> Vec<Problem> {
    let kind = GroupVersionKind::new(&format!("{GROUP}/{}", VERSIONS[0]), &object.kind);
    let unknown = patch::unknown_keys(&kind, &object.root).into_iter();
    let problem = |(path, span)| Problem {
        span,
        message: format!("`{path}` is no field of a {}, so it does nothing: correct its name", object.kind),
        weight: Weight::Warning,
    };
    unknown.map(problem).collect()
}

/// The versions in which admission policies were ever served, the newest first.
const VERSIONS: [&str; 3] = ["v1", "v1beta1", "v1alpha1"];

const VALIDATING: &str = "ValidatingAdmissionPolicy";
const VALIDATING_BINDING: &str = "ValidatingAdmissionPolicyBinding";
const MUTATING: &str = "MutatingAdmissionPolicy";
const MUTATING_BINDING: &str = "MutatingAdmissionPolicyBinding";

/// Each policy and binding once: of those that have one name the last, as it takes the place of the others when
/// they are applied in their order. It stands where the first one does.
fn last_of_each<'a>(objects: impl Iterator<Item = &'a Object>) -> Vec<&'a Object> {
    let mut places: HashMap<(&str, &str), usize> = HashMap::new();
    let mut kept: Vec<&Object> = Vec::new();
    for object in objects {
        let place = *places.entry((&object.kind, &object.name)).or_insert(kept.len());
        match kept.get_mut(place) {
            Some(known) => *known = object,
            None => kept.push(object),
        }
    }
    kept
}

/// The names of the policies that the bindings of a kind name.
fn named<'a>(objects: &[&'a Object], kind: &str) -> HashSet<&'a str> {
    let bindings = objects.iter().filter(|object| object.kind == kind);
    bindings.filter_map(|object| object.root.at(&["spec", "policyName"])?.as_str()).collect()
}

/// The bindings whose policies are not among the documents.
fn without_policy(objects: &[&Object]) -> Vec<Problem> {
    let mut found = Vec::new();
    for (kind, of) in [(VALIDATING_BINDING, VALIDATING), (MUTATING_BINDING, MUTATING)] {
        let known: HashSet<&str> =
            objects.iter().filter(|object| object.kind == of).map(|object| object.name.as_str()).collect();
        for object in objects.iter().filter(|object| object.kind == kind) {
            let Some(at) = object.root.at(&["spec", "policyName"]) else { continue };
            let Some(name) = at.as_str().filter(|name| !name.is_empty()) else { continue };
            if !known.contains(name) {
                found.push(Problem::warning(at, format!("there is no policy `{name}` here: load it too")));
            }
        }
    }
    found
}

/// The policies that no binding names, which nothing is asked of.
fn without_binding(objects: &[&Object]) -> Vec<Problem> {
    let mut found = Vec::new();
    for (kind, by) in [(VALIDATING, VALIDATING_BINDING), (MUTATING, MUTATING_BINDING)] {
        let bound = named(objects, by);
        let policies = objects.iter().filter(|object| object.kind == kind);
        for object in policies.filter(|object| !bound.contains(object.name.as_str())) {
            let at = object.root.at(&["metadata", "name"]).unwrap_or(&object.root);
            let name = &object.name;
            found.push(Problem::warning(
                at,
                format!("no binding names `{name}`, so it does nothing: add a {by}"),
            ));
        }
    }
    found
}

fn refuses(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.weight == Weight::Error)
}

fn text(sources: &[Source], id: SourceId) -> &str {
    let place = usize::try_from(id.0).ok();
    place.and_then(|place| sources.get(place)).map_or("", |source| &source.text)
}
