//! The bundle of policies that is in force, as conditions know it.

/// The bundle of policies that whoever judges has in force. Conditions know it as `bundle`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BundleInForce {
    /// Its digest (`sha256:…`).
    pub digest: String,
    /// Its commit; empty where it comes from no repository.
    pub commit: String,
    /// Where it comes from.
    pub source: String,
}
