//! Whose policy it is.

/// Whose a policy is, since some functions differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The cluster's: the expression says in which namespace objects are.
    Cluster,
    /// A namespace's: objects are in that of the policy.
    Namespace,
}
