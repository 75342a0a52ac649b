//! What a test gives and what comes of it, resource by resource.

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::rule::{Request, RuleResult, Status};
use crate::value::Value;

use super::world::TestFacts;
/// The files of a test.
pub trait Files {
    /// The documents of a file, by its path from the test file, or why it cannot be read.
    fn documents(&self, path: &str) -> Result<Vec<Node>, String>;
}

/// Policies of kinds that this crate does not read.
pub trait OtherPolicies {
    /// What the policy says of a resource and how it leaves it; none where nobody can ask it.
    fn apply(&self, policy: &Node, case: &Case<'_>) -> Option<(Vec<RuleResult>, Option<Value>)>;
}

/// Nobody asks policies of other kinds.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOtherPolicies;

impl OtherPolicies for NoOtherPolicies {
    fn apply(&self, _policy: &Node, _case: &Case<'_>) -> Option<(Vec<RuleResult>, Option<Value>)> {
        None
    }
}

/// A resource of a test, and what the test says besides.
pub struct Case<'c> {
    /// The request.
    pub request: &'c Request,
    /// The resource as its file has it.
    pub resource: &'c Node,
    /// Whether it is JSON that is no object of Kubernetes.
    pub is_payload: bool,
    /// The documents beside the policies that this crate does not read.
    pub documents: &'c [Node],
    /// The documents of the test's `context`.
    pub context: &'c [Node],
    /// The namespaces that the values of the test hold.
    pub namespaces: &'c [Value],
    /// The exceptions of kinds that this crate does not read.
    pub exceptions: &'c [Node],
    /// Every resource of the test.
    pub resources: &'c [Value],
    /// The objects that are changed in place of the resources.
    pub targets: &'c [Value],
    /// The objects that bindings of policies name as parameters.
    pub parameters: &'c [Value],
    /// The definitions of kinds.
    pub definitions: &'c [Node],
    /// The cluster, and what is answered.
    pub facts: &'c TestFacts,
}

/// What became of one resource that an expected result lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The policy.
    pub policy: SmolStr,
    /// The rule; empty where the policy has none.
    pub rule: SmolStr,
    /// The resource as the test lists it.
    pub resource: SmolStr,
    /// What is expected.
    pub expected: SmolStr,
    /// What came out; none where no rule of that name concerns the resource, which Kyverno calls excluded and
    /// counts as expected.
    pub found: Option<Status>,
    /// What the rule says.
    pub message: String,
    /// Why the row is not as expected.
    pub miss: Option<String>,
}
