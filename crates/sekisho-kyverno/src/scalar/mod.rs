//! Plain values against what policies write: `>= 5Mi`, `1h | 2h`, `!*:latest & ?*`, `10-20`.

mod number;
mod pattern;
mod range;
mod semver;
mod wildcard;

pub use number::{parse_float, parse_int};
pub(crate) use pattern::{Comparison, Demand, truncated};
pub use pattern::{Pattern, matches, matches_text};
pub use range::{Operator, operator};
pub use semver::{Range, SemverError, Version};
pub use wildcard::{has_wildcard, matches as wildcard};
