//! Documents of the group to policies.

use std::sync::Arc;

use sekisho_manifest::Node;

use super::definition::CelPolicy;
use super::{exception, kind};
use crate::problem::Problem;

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
