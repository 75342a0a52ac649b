//! Documents of any language → policies.

use sekisho_manifest::{Object, Source};

use crate::kinds::Kinds;
use crate::problem::Problem;
use crate::set::{Policy, PolicySet};
use crate::{admission, gatekeeper};

/// How policies are to be used.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The API server's own admission policies.
    pub admission: admission::LoadOptions,
    /// Gatekeeper's documents.
    pub gatekeeper: gatekeeper::Options,
}

/// What documents hold.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The policies that work.
    pub policies: PolicySet,
    /// What is wrong with others.
    pub problems: Vec<Problem>,
}

/// Whether an object is a policy, or belongs to one.
pub fn is_policy(object: &Object) -> bool {
    admission::is_policy(object) || gatekeeper::is_policy(object)
}

/// Makes policies of the documents that are some; others are left alone. `sources` are the texts that the
/// documents were read from.
pub fn load(objects: &[Object], sources: &[Source], options: &Options) -> Loaded {
    let mut loaded = Loaded::default();
    let (policies, problems) = gatekeeper::load(objects, &options.gatekeeper);
    loaded.policies.extend(policies);
    loaded.problems.extend(problems);
    let admission = admission::load(objects, sources, &Kinds::new(objects), options.admission);
    if !admission.mutating.is_empty() {
        loaded.policies.extend([Box::new(admission.mutating) as Box<dyn Policy>]);
    }
    let policies = admission.validating.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) });
    loaded.policies.extend(policies);
    loaded.problems.extend(admission.problems);
    loaded
}
