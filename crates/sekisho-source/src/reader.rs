//! Reads a location of any kind.

use std::path::PathBuf;
use std::sync::Arc;

use sekisho_cluster::Connection;

use crate::artifact::{self, ArtifactError, Registry};
use crate::bundle::Bundle;
use crate::charter::{Charter, CharterError};
use crate::folder::{self, FolderError};
use crate::git::{self, Before, GitError, GitOptions};
use crate::in_cluster::{self, ClusterError};
use crate::location::Location;

/// Why a location gives no bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The artifact.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The cluster.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// What the bundle says of itself.
    #[error(transparent)]
    Charter(#[from] CharterError),
    /// It demands what its source cannot show.
    #[error("the bundle demands that changes be approved, which `{0}` cannot show: use a repository of git")]
    Demands(String),
    /// Nobody said how registries are read.
    #[error("`{0}` is read from a registry, and nothing here speaks to one")]
    NoRegistry(String),
    /// Nobody said which cluster.
    #[error("`{0}` is read from a cluster, and none is given")]
    NoCluster(String),
}

/// Reads a location.
#[derive(Debug)]
pub struct Reader {
    /// The location.
    pub location: Location,
    /// What is demanded, how large it may be, and with which account it is read.
    pub options: GitOptions,
    /// The folder where copies of repositories are kept.
    pub copies: PathBuf,
    /// How registries are read.
    pub registry: Option<Registry>,
    /// The cluster.
    pub connection: Option<Arc<Connection>>,
}

/// What reading finds.
#[derive(Debug)]
pub enum Update {
    /// The same as before.
    Same,
    /// Something else.
    New(Box<Bundle>),
}

impl Reader {
    /// Reads the location; `before` is what was in use.
    pub fn read(&self, before: Option<(&Bundle, &Charter)>) -> Result<Update, SourceError> {
        let budget = self.options.budget;
        let bundle = match &self.location {
            Location::Git(location) => {
                let before = before.map(|(bundle, charter)| Before { bundle, charter });
                return Ok(match git::read(location, &self.options, &self.copies, before)? {
                    git::Update::Same => Update::Same,
                    git::Update::New(bundle) => Update::New(bundle),
                });
            }
            Location::Artifact(location) => {
                let registry = self.registry.as_ref();
                let registry = registry.ok_or_else(|| SourceError::NoRegistry(self.location.to_string()))?;
                let known = before.map(|(bundle, _)| bundle);
                match artifact::read(location, registry, budget, self.options.allow_rewrite, known)? {
                    artifact::Update::Same => return Ok(Update::Same),
                    artifact::Update::New(bundle) => *bundle,
                }
            }
            Location::Folder(path) => folder::read(path, budget)?,
            Location::Cluster(location) => {
                let connection = self.connection.as_ref();
                let connection =
                    connection.ok_or_else(|| SourceError::NoCluster(self.location.to_string()))?;
                in_cluster::read(location, connection, budget)?
            }
        };
        if Charter::of_bundle(&bundle)?.demands() {
            return Err(SourceError::Demands(self.location.to_string()));
        }
        if before.is_some_and(|(known, _)| known.digest() == bundle.digest()) {
            return Ok(Update::Same);
        }
        Ok(Update::New(Box::new(bundle)))
    }
}
