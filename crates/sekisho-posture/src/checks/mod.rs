//! The list of checks. Written by `cargo xtask generate` from the files beside it: do not edit.

mod prelude;
mod privileged_container;

use crate::Check;

/// Every check and its manual page, in the order of their slugs.
#[rustfmt::skip]
pub(crate) static CHECKS: &[(&Check, &str)] = &[
    (&privileged_container::CHECK, include_str!("../../../../docs/checks/privileged-container.md")),
];
