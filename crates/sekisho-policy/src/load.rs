//! Documents of any language → policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use sekisho_manifest::{Node, Object, Source, Span};

use crate::kinds::Kinds;
use crate::kyverno::cel::PolicyKind;
use crate::policy::Policy;
use crate::problem::Problem;
use crate::set::PolicySet;
use crate::trust::{self, TrustSet};
use crate::verdict::RuleName;
use crate::{admission, gatekeeper, kyverno, pod_security};

/// How policies are to be used.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The API server's own admission policies.
    pub admission: admission::LoadOptions,
    /// The levels of Pod Security where neither labels nor documents name any.
    pub pod_security: pod_security::Preset,
    /// Gatekeeper's documents.
    pub gatekeeper: gatekeeper::Options,
    /// What Kyverno's rules are given: the time, values that stand for the cluster.
    pub kyverno: kyverno::Options,
}

/// What documents hold.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The policies that work.
    pub policies: PolicySet,
    /// The policies that remove objects on a schedule.
    pub cleanups: Vec<kyverno::Cleanup>,
    /// What is wrong with others.
    pub problems: Vec<Problem>,
    /// All policies of trust, for who looks images up.
    pub trust: TrustSet,
    /// Where policies of trust stand that are no objects.
    pub(crate) trust_places: BTreeMap<RuleName, Span>,
}

/// Whether an object is a policy, or belongs to one.
pub fn is_policy(object: &Object) -> bool {
    admission::is_policy(object)
        || pod_security::is_policy(object)
        || gatekeeper::is_policy(object)
        || sekisho_kyverno::policy::is_policy(&object.root)
        || kyverno::cel::is_policy(&object.root)
        || trust::is_policy(object)
}

/// Makes policies of the documents that are some; others are left alone. `sources` are the texts that the
/// documents were read from.
pub fn load(objects: &[Object], sources: &[Source], options: &Options) -> Loaded {
    load_with(objects, sources, &trust::Given::default(), options)
}

/// The same, with the policies of trust of other texts.
pub(crate) fn load_with(
    objects: &[Object],
    sources: &[Source],
    given: &trust::Given<'_>,
    options: &Options,
) -> Loaded {
    let mut loaded = Loaded::default();
    let mut trust = trust::load(given, objects);
    let (policies, problems) = gatekeeper::load_from(objects, sources, &options.gatekeeper);
    loaded.policies.extend(policies);
    loaded.problems.extend(problems);
    let admission = admission::load(objects, sources, &Kinds::new(objects), options.admission);
    if !admission.mutating.is_empty() {
        loaded.policies.extend([Box::new(admission.mutating) as Box<dyn Policy>]);
    }
    let policies = admission.validating.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) });
    loaded.policies.extend(policies);
    loaded.problems.extend(admission.problems);
    let (policy, problems) = pod_security::load(objects, options.pod_security);
    loaded.policies.extend(policy.map(|policy| -> Box<dyn Policy> { Box::new(policy) }));
    loaded.problems.extend(problems);
    let roots: Vec<Node> = objects.iter().map(|object| object.root.clone()).collect();
    let root = Arc::clone(&trust.root);
    let mut enter = |policy, made_of| trust.enter(policy, made_of);
    let (globals, problems) = kyverno::Globals::read(&roots);
    let globals = Arc::new(globals);
    loaded.problems.extend(problems.into_iter().map(|(_, problem)| problem));
    let kyverno = kyverno::load_with(&roots, options.kyverno.clone(), &globals, &root, &mut enter);
    let policies = kyverno.policies.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) });
    loaded.policies.extend(policies);
    loaded.cleanups = kyverno.cleanups;
    loaded.problems.extend(kyverno.problems.into_iter().map(|(_, problem)| problem));
    // Those that judge images are policies of trust.
    let of_images = |root: &Node| matches!(PolicyKind::of(root), Some((PolicyKind::ImageValidating, _)));
    let others: Vec<Node> = roots.into_iter().filter(|root| !of_images(root)).collect();
    let expressions = kyverno::cel::load(&others);
    let (policies, cleanups) =
        kyverno::for_set(expressions.policies, &Arc::new(options.kyverno.settings.clone()), &globals);
    loaded.cleanups.extend(cleanups);
    loaded.policies.extend(policies.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) }));
    loaded.problems.extend(expressions.problems.into_iter().map(|(_, problem)| problem));
    // Behind those that change images, so that what they make of them is what is verified.
    loaded.policies.extend(trust.policies.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) }));
    loaded.problems.extend(trust.problems);
    loaded.trust = TrustSet::new(trust.trust, &trust.made_of);
    loaded.trust_places = trust.places;
    loaded
}
