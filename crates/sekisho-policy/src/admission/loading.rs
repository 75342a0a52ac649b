//! Documents → policies with their bindings, and everything that is wrong with them.

use std::sync::Arc;

use sekisho_manifest::{Object, Source, SourceId};

use super::binding::Binding;
use super::environment;
use super::mutating::{MutatingPolicies, MutatingPolicy};
use super::reader::Reader;
use super::validating::ValidatingPolicy;
use crate::kinds::Kinds;
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
}

impl Default for LoadOptions {
    /// The newest version; policies without a binding do nothing, as in the API server.
    fn default() -> Self {
        Self { minor: 37, unbound: false }
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
    let mut loaded = Loaded::default();
    let (mut bindings, mut mutating_bindings) = (Vec::new(), Vec::new());
    let mut mutating: Vec<MutatingPolicy> = Vec::new();
    for object in objects.into_iter().filter(|object| object.group() == GROUP) {
        let mut reader = Reader::new(text(sources, object.source));
        match object.kind.as_str() {
            "ValidatingAdmissionPolicy" => {
                let policy = ValidatingPolicy::read(&mut reader, object, &base, &kinds);
                loaded.validating.extend(policy.filter(|_| !refuses(&reader.problems)));
            }
            "ValidatingAdmissionPolicyBinding" => {
                let binding = Binding::read(&mut reader, object, true);
                if !refuses(&reader.problems) {
                    bindings.extend(binding.map(|binding| (binding, object)));
                }
            }
            "MutatingAdmissionPolicy" => {
                let policy = MutatingPolicy::read(&mut reader, object, &base, &kinds);
                mutating.extend(policy.filter(|_| !refuses(&reader.problems)));
            }
            "MutatingAdmissionPolicyBinding" => {
                let binding = Binding::read(&mut reader, object, false);
                if !refuses(&reader.problems) {
                    mutating_bindings.extend(binding.map(|binding| (binding, object)));
                }
            }
            _ => {}
        }
        loaded.problems.append(&mut reader.problems);
    }
    let problems = &mut loaded.problems;
    for (binding, object) in bindings {
        match loaded.validating.iter_mut().find(|policy| *policy.name() == binding.policy) {
            Some(policy) => policy.bind(binding),
            None => problems.push(unknown(&binding, object)),
        }
    }
    for (binding, object) in mutating_bindings {
        match mutating.iter_mut().find(|policy| *policy.name() == binding.policy) {
            Some(policy) => policy.bind(binding),
            None => problems.push(unknown(&binding, object)),
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

/// A binding whose policy is not among the documents.
fn unknown(binding: &Binding, object: &Object) -> Problem {
    let at = object.root.at(&["spec", "policyName"]).unwrap_or(&object.root);
    Problem::warning(at, format!("there is no policy `{}` here: load it too", binding.policy))
}

fn refuses(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.weight == Weight::Error)
}

fn text(sources: &[Source], id: SourceId) -> &str {
    let place = usize::try_from(id.0).ok();
    place.and_then(|place| sources.get(place)).map_or("", |source| &source.text)
}
