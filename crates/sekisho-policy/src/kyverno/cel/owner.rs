//! Which policy it is, and where it lives.

use smol_str::SmolStr;

use super::scope::Scope;

/// The name of a policy and whose it is.
#[derive(Debug)]
pub(super) struct Owner {
    pub(super) scope: Scope,
    pub(super) namespace: SmolStr,
    pub(super) name: SmolStr,
}

impl Owner {
    /// Whether the policy belongs to a namespace, and is for that alone.
    pub(super) fn is_namespaced(&self) -> bool {
        self.scope == Scope::Namespace
    }
}
