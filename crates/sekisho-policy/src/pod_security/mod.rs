//! Pod Security: the Pod Security Standards of Kubernetes in every version since v1.0, with the verdicts and the
//! words of the API server.
//!
//! [`evaluate`] asks all controls of a level about a Pod. [`controls_of`] gives them one by one, for rules that
//! make exceptions of some.

mod control;
mod controls;
mod level;
mod pod;
mod violation;
mod wording;

pub use control::{CONTROLS, Control, controls_of};
pub use level::{Level, LevelError, LevelVersion, Version};
pub use pod::Pod;
pub use violation::{Fault, Found, Violation, details, reasons};

/// Asks every control of a level in a version about a Pod, in the API server's order. Nothing comes, and nothing
/// is allocated, where the Pod passes.
pub fn evaluate(policy: LevelVersion, pod: &Pod<'_>) -> Vec<Violation> {
    controls_of(policy).filter_map(|control| control.examine(policy.version, pod)).collect()
}
