//! Kyverno's policies of expressions: the group `policies.kyverno.io`.
//!
//! [`load`] reads policies and exceptions, [`CelPolicy::judge`] says what a policy makes of a request. What
//! functions would ask of a cluster, a registry or a server they ask of an [`Outside`], which holds what was
//! gathered before.

mod autogen;
mod bound;
mod definition;
mod deleting;
mod environment;
mod evaluation;
mod exception;
mod expression;
mod gathered;
mod generating;
mod judgement;
mod kind;
mod library;
mod mutating;
mod outside;
mod policy;
mod subject;
mod template;
mod templates;
mod testing;
mod validating;

use std::sync::Arc;

use sekisho_kyverno::Settings;
use sekisho_manifest::Node;

use super::cleanup::Cleanup;
use crate::problem::Problem;

pub use definition::CelPolicy;
pub use judgement::{Judgement, Surroundings};
pub use kind::{PolicyKind, is_policy};
pub use outside::{Address, HttpRequest, NoOutside, Outside, Silence};
pub use policy::SetPolicy;
pub use testing::CelPolicies;

/// What could be read of documents.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The policies.
    pub policies: Vec<CelPolicy>,
    /// The mistakes, with the place in the list of the document that has each.
    pub problems: Vec<(usize, Problem)>,
}

/// Reads the policies of the group among these documents, with the exceptions to them; others are left alone.
/// A policy with mistakes is not used.
pub fn load(documents: &[Node]) -> Loaded {
    let exceptions: Vec<Arc<exception::Exception>> = documents
        .iter()
        .filter(|root| kind::is_exception(root) && kind::is_known_version(root))
        .map(|root| Arc::new(exception::Exception::read(root)))
        .collect();
    let mut loaded = Loaded::default();
    for (place, root) in documents.iter().enumerate() {
        if kind::is_policy(root) && !kind::is_known_version(root) {
            let message = format!(
                "`{}` has no version `{}`: use `policies.kyverno.io/v1`",
                root.str("kind"),
                root.str("apiVersion")
            );
            loaded.problems.push((place, Problem::error(root.get("apiVersion").unwrap_or(root), message)));
            continue;
        }
        let (policy, problems) = CelPolicy::read(root, &exceptions);
        loaded.policies.extend(policy);
        loaded.problems.extend(problems.into_iter().map(|problem| (place, problem)));
    }
    loaded
}

/// Policies as members of a set, for an installation, and those that remove objects on a schedule.
pub(crate) fn for_set(policies: Vec<CelPolicy>, settings: &Arc<Settings>) -> (Vec<SetPolicy>, Vec<Cleanup>) {
    let all = policies.into_iter().map(|policy| SetPolicy::new(policy, Arc::clone(settings)));
    let (deleting, others): (Vec<_>, Vec<_>) = all.partition(SetPolicy::deletes);
    (others, deleting.into_iter().map(Cleanup::of_expressions).collect())
}
