//! Images of workloads: what their names lead to and what is signed beside them, looked up in registries within the time
//! of a review, and kept.
//!
//! [`Registries`] asks, in threads of its own and with the credentials of the workload. [`Images`] keeps what came of it:
//! decisions by digest and policies, names for a moment; many reviews of one image share one look-up.

mod asker;
mod counts;
mod gathering;
mod pulls;
mod registries;
mod shared;
mod shares;

pub use self::registries::Registries;
pub use self::shared::{ImageLimits, Images};

pub(crate) use self::asker::Asker;
