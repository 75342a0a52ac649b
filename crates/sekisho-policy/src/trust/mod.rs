//! Policies of trust: which images a request brings in, and whether they are approved.
//!
//! Entries of `trust` in a `sekisho.yaml`, `ClusterImagePolicy` of sigstore's policy-controller, `verifyImages` and
//! `ImageValidatingPolicy` of Kyverno become [`ImageRule`]s on one judgement, that of `sekisho-trust`. Images are looked up by who evaluates, and
//! come as facts ([`crate::ImageFact`]); what was not looked up is never taken for approved.

mod carried;
mod kyverno;
mod load;
mod policy;
mod rule;
mod set;

pub use self::carried::{pod_template, resource_of};
pub use self::load::TrustText;
pub use self::set::TrustSet;

pub(crate) use self::carried::with_texts;
pub(crate) use self::kyverno::{Answer, ImageRules};
pub(crate) use self::load::{Given, is_policy, load};
