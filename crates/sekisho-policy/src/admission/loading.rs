//! Documents → policies with their bindings, and everything that is wrong with them.

use std::sync::Arc;

use sekisho_cel::Environment;
use sekisho_manifest::{Object, Source, SourceId};

use super::binding::Binding;
use super::environment;
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
    /// What is wrong with the documents.
    pub problems: Vec<Problem>,
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
    let mut bindings = Vec::new();
    for object in objects.into_iter().filter(|object| object.group() == GROUP) {
        let mut reader = Reader::new(text(sources, object.source));
        match object.kind.as_str() {
            "ValidatingAdmissionPolicy" => {
                let policy = policy(&mut reader, object, &base, &kinds);
                loaded.validating.extend(policy);
            }
            "ValidatingAdmissionPolicyBinding" => {
                let binding = Binding::read(&mut reader, object, true);
                if !refuses(&reader.problems) {
                    bindings.extend(binding.map(|binding| (binding, object)));
                }
            }
            _ => {}
        }
        loaded.problems.append(&mut reader.problems);
    }
    bind(&mut loaded, bindings);
    if options.unbound {
        for policy in &mut loaded.validating {
            if !policy.has_bindings() {
                policy.bind(Binding::implied(policy.name().clone()));
            }
        }
    }
    loaded.validating.retain(ValidatingPolicy::has_bindings);
    loaded.validating.sort_by(|a, b| a.name().cmp(b.name()));
    loaded
}

fn policy(
    reader: &mut Reader<'_>,
    object: &Object,
    base: &Environment,
    kinds: &Arc<Kinds>,
) -> Option<ValidatingPolicy> {
    let policy = ValidatingPolicy::read(reader, object, base, kinds);
    policy.filter(|_| !refuses(&reader.problems))
}

fn bind(loaded: &mut Loaded, bindings: Vec<(Binding, &Object)>) {
    for (binding, object) in bindings {
        let found = loaded.validating.iter_mut().find(|policy| *policy.name() == binding.policy);
        if let Some(policy) = found {
            policy.bind(binding);
        } else {
            let message = format!("there is no policy `{}` here: load it too", binding.policy);
            let at = object.root.at(&["spec", "policyName"]).unwrap_or(&object.root);
            loaded.problems.push(Problem::warning(at, message));
        }
    }
}

fn refuses(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.weight == Weight::Error)
}

fn text(sources: &[Source], id: SourceId) -> &str {
    let place = usize::try_from(id.0).ok();
    place.and_then(|place| sources.get(place)).map_or("", |source| &source.text)
}
