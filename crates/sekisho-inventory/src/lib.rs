//! The one model that every analysis reads: the sources and objects of a run, with indexes over them.

mod accounts;
mod cidr;
mod cloud;
mod inventory;
pub mod load_balancer;
pub mod network_policy;
mod pods;

pub use cidr::Cidr;
pub use cloud::Cloud;
pub use inventory::{Inventory, ObjectId};
