//! Policy bundles: where policies come from, what is demanded of them before they are used, and what is kept of them.
//!
//! A [`Location`] is read to a [`Bundle`]: files in order, with a digest and the origin of each line. A [`Follower`]
//! reads it again and again; a bundle that is refused for whatever reason leaves the last good one in use.

mod additions;
mod artifact;
mod bundle;
mod cache;
mod charter;
mod folder;
mod follower;
mod git;
mod in_cluster;
mod location;
mod owners;
mod reader;
mod signature;

pub use additions::{Addition, HistoryBudget, HistoryError, Walked, additions};
pub use artifact::{ArtifactError, PushError, Registry, Vouch, push};
pub use bundle::{Budget, Bundle, BundleError, BundleFile, Commit, Digest, FileOrigin, Lines, Provenance};
pub use cache::{Cache, CacheError};
pub use charter::{CHARTER, Charter, CharterError, Separation};
pub use folder::FolderError;
pub use follower::{Adopted, Follower, Health, Proof, Step, Waker};
pub use git::{Account, GitError, GitOptions};
pub use in_cluster::ClusterError;
pub use location::{
    ArtifactLocation, ClusterLocation, GitLocation, Location, LocationError, without_credentials,
};
pub use owners::Owners;
pub use reader::{Reader, SourceError, Update};
pub use signature::{AllowedSigners, AllowedSignersError, SignatureError, verify as verify_signature};
