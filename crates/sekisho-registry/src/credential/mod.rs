//! Who we are to a registry: what Docker, Podman and Kubernetes have on record.

mod document;
mod program;

use std::collections::HashMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub use self::document::{CredentialDocument, DocumentError};
use self::program::Helper;
pub use self::program::HelperError;
use crate::secret::Secret;

/// Who we are to one registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A user and a password.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A token that the registry's token service takes for another.
    Identity(Secret),
    /// A token that the registry itself takes.
    Bearer(Secret),
}

/// Why no credential could be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// A file that was named, or that is there, cannot be read.
    #[error("cannot read the credentials in `{}`: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("`{}`: {source}", path.display())]
    Document {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: DocumentError,
    },
    /// A helper failed.
    #[error(transparent)]
    Helper(#[from] HelperError),
}

/// What helpers have said, by their name and the registry.
type Said = HashMap<(String, String), Option<Credential>>;

/// Everything that is on record, the first that fits counts.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    documents: Vec<CredentialDocument>,
    /// What helpers have said, by their name and the registry.
    known: Arc<Mutex<Said>>,
}

/// The most bytes of a file of credentials.
const FILE_LIMIT: u64 = 4 << 20;

impl Credentials {
    /// Nothing on record.
    pub fn none() -> Self {
        Self::default()
    }

    /// These documents, in their order.
    pub fn of(documents: Vec<CredentialDocument>) -> Self {
        Self { documents, ..Self::default() }
    }

    /// The given files, then those that Docker and Podman keep for the user.
    pub fn find(given: &[PathBuf]) -> Result<Self, CredentialError> {
        let mut documents = Vec::new();
        for path in given {
            documents.push(document(path)?);
        }
        for path in usual_files() {
            if path.is_file() {
                documents.push(document(&path)?);
            }
        }
        Ok(Self::of(documents))
    }

    /// The same behind others, which count first.
    #[must_use]
    pub fn behind(mut self, mut first: Vec<CredentialDocument>) -> Self {
        first.append(&mut self.documents);
        Self { documents: first, ..self }
    }

    /// The credential for a repository of a registry; none where nothing is on record.
    pub(crate) fn of_repository(
        &self,
        registry: &str,
        repository: &str,
    ) -> Result<Option<Credential>, CredentialError> {
        for document in &self.documents {
            if let Some(helper) = document.helper(registry) {
                if let Some(credential) = self.ask(helper, registry)? {
                    return Ok(Some(credential));
                }
                continue;
            }
            if let Some(credential) = document.credential(registry, repository) {
                return Ok(Some(credential.clone()));
            }
        }
        Ok(None)
    }

    /// Asks a helper, once a run.
    fn ask(&self, helper: &str, registry: &str) -> Result<Option<Credential>, CredentialError> {
        let key = (helper.to_owned(), registry.to_owned());
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(credential) = known.get(&key) {
            return Ok(credential.clone());
        }
        let credential = Helper::named(helper)?.get(document::server_of(registry))?;
        known.insert(key, credential.clone());
        Ok(credential)
    }
}

fn document(path: &Path) -> Result<CredentialDocument, CredentialError> {
    let unreadable = |source| CredentialError::File { path: path.to_owned(), source };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > FILE_LIMIT {
        let error = std::io::Error::other(format!("it has more than {FILE_LIMIT} bytes, the limit"));
        return Err(unreadable(error));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    CredentialDocument::parse(&bytes)
        .map_err(|source| CredentialError::Document { path: path.to_owned(), source })
}

/// Where Docker and Podman keep credentials.
fn usual_files() -> Vec<PathBuf> {
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = variable("HOME").or_else(|| variable("USERPROFILE"));
    let mut files = Vec::new();
    files.extend(variable("REGISTRY_AUTH_FILE"));
    files.extend(variable("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json")));
    let configured = variable("XDG_CONFIG_HOME").or_else(|| home.as_ref().map(|home| home.join(".config")));
    files.extend(configured.map(|folder| folder.join("containers/auth.json")));
    let docker = variable("DOCKER_CONFIG").or_else(|| home.map(|home| home.join(".docker")));
    files.extend(docker.map(|folder| folder.join("config.json")));
    files
}
