//! Kubernetes' cost model: what an evaluation costs, and what it may cost at most.

pub(crate) mod calls;
pub(crate) mod estimate;
pub(crate) mod range;
pub(crate) mod runtime;

pub use range::Range as CostEstimate;

/// Making a list.
pub(crate) const LIST_COST: u64 = 10;
/// Making a map.
pub(crate) const MAP_COST: u64 = 30;
/// Making a message.
pub(crate) const STRUCT_COST: u64 = 40;
/// Going through a text, for each character.
pub(crate) const TRAVERSAL: f64 = 0.1;
/// Matching a pattern, for each of its characters.
pub(crate) const PATTERN: f64 = 0.25;
/// Asking what a user may do.
pub(crate) const CHECK_COST: u64 = 350_000;

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "costs are reckoned in floating point, rounded up, and end at the largest number"
)]
pub(crate) fn times(size: u64, factor: f64) -> u64 {
    (size as f64 * factor).ceil() as u64
}
