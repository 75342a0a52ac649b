//! Policies of other languages that are CEL inside, as `ValidatingAdmissionPolicy`s with their bindings, so that the
//! API server enforces them by itself.

mod gatekeeper;
mod kyverno;
mod kyverno_rules;
mod literal;
mod policy;

use sekisho_manifest::Object;

use self::policy::Policy;
use crate::kinds::Kinds;

/// What came of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The policy: `K8sRequiredLabels/all-must-have-owner`.
    pub name: String,
    /// The admission policy and its binding as YAML, or why the policy can be none.
    pub documents: Result<String, String>,
}

/// Exports every policy among these objects that can be said in CEL: constraints of templates with
/// `K8sNativeValidation`, Kyverno's `ValidatingPolicy`, and the rules of its `ClusterPolicy` and `Policy`. Others are
/// left alone.
pub fn export_policies(objects: &[Object]) -> Vec<Exported> {
    let kinds = Kinds::new(objects);
    let mut made = gatekeeper::policies(objects, &kinds);
    made.extend(kyverno::policies(objects));
    made.extend(kyverno_rules::policies(objects, &kinds));
    made.into_iter()
        .map(|(name, policy)| Exported { name, documents: policy.and_then(Policy::documents) })
        .collect()
}
