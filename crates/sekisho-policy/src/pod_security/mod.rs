//! Pod Security: the Pod Security Standards of Kubernetes in every version since v1.0, with the verdicts and the
//! words of the API server, and the admission that it builds on them.
//!
//! [`evaluate`] asks all controls of a level about a Pod. [`controls_of`] gives them one by one, for rules that
//! make exceptions of some. [`review`] answers an admission request by the labels of its namespace, and
//! [`PodSecurity`] does so as one policy of a set. [`evaluate_as_kyverno`] is what Kyverno's rules ask.

mod admission;
mod answer;
mod catalogue;
mod configuration;
mod control;
mod controls;
mod kyverno;
mod level;
mod levels;
mod loading;
mod namespace;
mod pod;
mod rule;
mod violation;
mod wording;

pub use admission::review;
pub use answer::{Answer, Cause, Finding, Mode, Status, StatusDetails};
pub use catalogue::{CONTROLS, controls_of, evaluate};
pub use configuration::{Configuration, ConfigurationError, ConfigurationFault, Exemptions};
pub use control::Control;
pub use kyverno::evaluate_as_kyverno;
pub use level::{Level, LevelError, LevelVersion, Version};
pub use levels::{LabelError, Levels};
pub(crate) use loading::load;
pub use loading::{Preset, is_policy};
pub use pod::Pod;
pub use rule::PodSecurity;
pub use violation::{Fault, Found, Violation, details, reasons};
