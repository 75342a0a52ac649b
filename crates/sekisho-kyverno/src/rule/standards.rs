//! Who judges Pods by the Pod Security Standards, and what is found against them.

use sekisho_manifest::{FieldPath, Node};
use smol_str::SmolStr;

/// Judges Pods by the Pod Security Standards.
pub trait PodSecurity {
    /// What the controls of a level in a version have against a Pod, in the order of Kyverno; those of the
    /// baseline level count at the restricted one even where a stricter one takes their place. A version is
    /// `v1.30`, `latest` or empty. The Pod has `metadata` and `spec`.
    fn examine(&self, level: &str, version: &str, pod: &Node) -> Result<Vec<Violation>, String>;
}

/// What one control has against a Pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The control's id: `runAsNonRoot`.
    pub control: SmolStr,
    /// What is refused, in a word or two.
    pub reason: SmolStr,
    /// The fields at fault.
    pub faults: Vec<Fault>,
}

/// A field at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field, from the Pod.
    pub path: FieldPath,
    /// What stands there.
    pub found: Found,
}

/// What stands in a field at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing, and something must.
    Missing,
    /// Something that must not be there, whatever it holds.
    Present,
    /// A value.
    Value(SmolStr),
    /// Values of a list.
    Values(Vec<SmolStr>),
}
