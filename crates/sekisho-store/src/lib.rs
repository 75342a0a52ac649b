//! Results that last: what was said of the objects of clusters, since when, by which bundle of policies; and
//! inventories of images, and how their approvals stand. In a file of SQLite, or in PostgreSQL where several replicas share it (feature `postgresql`).
//!
//! Everything that is written together is written in one transaction. What cannot be written is an error that says
//! what is wrong with the database; a [`Spool`] keeps it until it can.

mod approval;
mod database;
mod error;
mod inventory;
mod migration;
#[cfg(feature = "postgresql")]
mod postgresql;
mod query;
mod result;
mod spool;
mod sqlite;
mod store;
#[cfg(feature = "postgresql")]
mod tls;

pub use approval::ApprovalRow;
pub use error::StoreError;
pub use inventory::{ImageUse, InventoryDocument};
pub use query::{Count, Filter, StoredFinding};
pub use result::{BundleUse, FindingRow, ObjectKey, ObjectResult, RuleRow};
pub use spool::Spool;
pub use store::{Store, StoreOptions, StoreTarget};
