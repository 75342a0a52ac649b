//! The one model that every analysis reads: the sources and objects of a run, with indexes over them.

mod accounts;
mod cidr;
mod cloud;
mod exposure;
mod filed;
mod inventory;
mod isolation;
pub mod load_balancer;
pub mod network_policy;
mod pods;
mod roles;
mod route;
pub mod service;
mod unseen;

pub use cidr::Cidr;
pub use cloud::Cloud;
pub use exposure::{Exposure, Reach, Way};
pub use inventory::{Inventory, ObjectId};
pub use isolation::Isolation;
pub use pods::selects;
pub use roles::RoleUse;
