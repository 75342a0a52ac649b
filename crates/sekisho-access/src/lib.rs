//! Who may do what in a cluster, who does it, and the roles that are enough for what is done.
//!
//! [`Permissions`] are the roles and bindings of a set of objects with the meaning that the API server's authorizer
//! gives them. [`Usage`] collects from audit events what each identity asked for and was allowed. [`least`] makes
//! the smallest roles of that, and [`compare`] says which of the permissions that an identity has it did not use.
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod asked;
mod compare;
mod identity;
mod least;
mod permissions;
mod usage;

pub use asked::{Asked, Target};
pub use compare::{Comparison, GrantUse, compare};
pub use identity::Identity;
pub use least::{Economy, LeastRoles, RoleRule, ScopedRole, least};
pub use permissions::{Grant, Permissions};
pub use usage::{Limits, Names, Usage, UsedBy, Uses};
