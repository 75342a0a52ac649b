//! What a rule says of a request.

use sekisho_manifest::FieldPath;
use smol_str::SmolStr;

/// What one rule says of one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The rule.
    pub rule: RuleName,
    /// What came out.
    pub outcome: Outcome,
    /// In words, as the rule's own engine says it; may be empty where the rule holds.
    pub message: String,
    /// What the policy's owner wants to happen when the rule does not hold.
    pub enforcement: Vec<Enforcement>,
    /// The fields of the object that are wrong, where the engine knows them.
    pub places: Vec<FieldPath>,
    /// What is to be added to the API server's audit record.
    pub audit_annotations: Vec<(SmolStr, String)>,
}

/// Which rule: enough to name it to its owner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleName {
    /// The kind of the policy: `ClusterPolicy`, `ValidatingAdmissionPolicy`, `K8sRequiredLabels`.
    pub kind: SmolStr,
    /// The namespace of the policy; empty for policies of the whole cluster.
    pub namespace: SmolStr,
    /// The name of the policy.
    pub policy: SmolStr,
    /// The rule in the policy, or the binding; empty where the policy is one rule.
    pub rule: SmolStr,
}

impl RuleName {
    /// Of a policy of the whole cluster, as one rule.
    pub fn of_policy(kind: impl Into<SmolStr>, policy: impl Into<SmolStr>) -> Self {
        Self {
            kind: kind.into(),
            namespace: SmolStr::default(),
            policy: policy.into(),
            rule: SmolStr::default(),
        }
    }
}

/// What comes out when a rule is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// The rule holds.
    Pass,
    /// The rule does not hold, and says so as a warning only.
    Warn,
    /// The rule does not hold.
    Fail,
    /// The rule could not be applied; whether that lets the request through is the policy's choice and stands
    /// in the enforcement.
    Error,
    /// The rule matched, and its own conditions put the request aside.
    Skip,
}

/// What happens when a rule does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Enforcement {
    /// The request is refused.
    Deny,
    /// Its sender is warned.
    Warn,
    /// It is recorded.
    Audit,
}
