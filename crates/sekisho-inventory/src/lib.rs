//! The one model that every analysis reads: the sources and objects of a run, with indexes over them.

mod inventory;
mod pods;

pub use inventory::{Inventory, ObjectId};
