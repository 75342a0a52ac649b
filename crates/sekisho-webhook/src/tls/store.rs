//! Where the authorities are kept, and where callers learn whom to trust: a folder, or a Secret and the webhook
//! configurations of a cluster.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use sekisho_cluster::{Connection, JSON_PATCH, RequestError};
use sekisho_manifest::Node;
use serde_json::{Value, json};

/// Why authorities cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file cannot be read or written.
    #[error("cannot keep `{path}`: {error}")]
    File {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The cluster does not take it.
    #[error("cannot keep {what}: {error}")]
    Request {
        /// What was to be kept.
        what: String,
        /// Why.
        error: RequestError,
    },
    /// What is kept is no text.
    #[error("what is kept in {0} is no text")]
    Nonsense(String),
    /// Others change it all the time.
    #[error("the authorities are changed by others all the time")]
    Contended,
}

/// Where authorities are kept.
pub trait Store: Send {
    /// What is kept, and its version; none where nothing is.
    fn load(&mut self) -> Result<Option<(String, String)>, StoreError>;

    /// Keeps a text with keys, and the certificates beside it that may be told, if what is kept still has this
    /// version; whether it had.
    fn save(&mut self, text: &str, bundle: &str, version: Option<&str>) -> Result<bool, StoreError>;

    /// Tells callers whom to trust, where that was not told yet.
    fn publish(&mut self, bundle: &str) -> Result<(), StoreError>;
}

/// A folder. One process keeps it.
#[derive(Debug)]
pub struct Folder(PathBuf);

/// The file with the keys.
const AUTHORITIES: &str = "authorities.json";

/// The file with what callers are to trust.
const BUNDLE: &str = "ca.crt";

impl Folder {
    /// A folder, which is made where it is not there.
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }
}

impl Store for Folder {
    fn load(&mut self) -> Result<Option<(String, String)>, StoreError> {
        let path = self.0.join(AUTHORITIES);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some((text, String::new()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::File { path: path.display().to_string(), error }),
        }
    }

    fn save(&mut self, text: &str, _bundle: &str, _version: Option<&str>) -> Result<bool, StoreError> {
        write(&self.0, AUTHORITIES, text)?;
        Ok(true)
    }

    fn publish(&mut self, bundle: &str) -> Result<(), StoreError> {
        if fs::read_to_string(self.0.join(BUNDLE)).is_ok_and(|known| known == bundle) {
            return Ok(());
        }
        write(&self.0, BUNDLE, bundle)
    }
}

/// Writes a file that only its owner reads, whole or not at all.
fn write(folder: &Path, name: &str, text: &str) -> Result<(), StoreError> {
    let path = folder.join(name);
    let kept = || -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    };
    kept().map_err(|error| StoreError::File { path: path.display().to_string(), error })
}

/// A webhook configuration whose callers are to learn whom to trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Whether it is one that changes objects.
    pub mutating: bool,
    /// Its name.
    pub name: String,
}

impl Publication {
    fn path(&self) -> String {
        let plural =
            if self.mutating { "mutatingwebhookconfigurations" } else { "validatingwebhookconfigurations" };
        format!("/apis/admissionregistration.k8s.io/v1/{plural}/{}", self.name)
    }
}

/// A Secret, and the webhook configurations that name whom to trust.
pub struct InSecret {
    connection: Connection,
    namespace: String,
    name: String,
    publications: Vec<Publication>,
}

impl InSecret {
    /// A Secret of a namespace.
    pub fn new(connection: Connection, namespace: &str, name: &str, publications: Vec<Publication>) -> Self {
        Self { connection, namespace: namespace.to_owned(), name: name.to_owned(), publications }
    }

    fn folder(&self) -> String {
        format!("/api/v1/namespaces/{}/secrets", self.namespace)
    }

    fn named(&self) -> String {
        format!("the Secret `{}/{}`", self.namespace, self.name)
    }

    fn failed(&self, error: RequestError) -> StoreError {
        StoreError::Request { what: self.named(), error }
    }
}

impl Store for InSecret {
    fn load(&mut self) -> Result<Option<(String, String)>, StoreError> {
        let secret = match self.connection.get(&format!("{}/{}", self.folder(), self.name)) {
            Ok(secret) => secret,
            Err(error) if error.is_absent() => return Ok(None),
            Err(error) => return Err(self.failed(error)),
        };
        let version =
            secret.at(&["metadata", "resourceVersion"]).and_then(Node::as_str).unwrap_or("").to_owned();
        let kept = secret.at(&["data", AUTHORITIES]).and_then(Node::as_str).unwrap_or("");
        let nonsense = || StoreError::Nonsense(self.named());
        let bytes = BASE64.decode(kept.as_bytes()).map_err(|_| nonsense())?;
        let text = String::from_utf8(bytes).map_err(|_| nonsense())?;
        // A Secret that was made empty, for a role to name it, is one to be filled.
        let text = if text.is_empty() { "{\"authorities\":[]}".to_owned() } else { text };
        Ok(Some((text, version)))
    }

    fn save(&mut self, text: &str, bundle: &str, version: Option<&str>) -> Result<bool, StoreError> {
        let mut secret = json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": self.name,
                "namespace": self.namespace,
                "labels": {"app.kubernetes.io/name": "sekisho", "app.kubernetes.io/component": "admission"},
            },
            "type": "Opaque",
            "data": {AUTHORITIES: BASE64.encode(text.as_bytes()), BUNDLE: BASE64.encode(bundle.as_bytes())},
        });
        let kept = match version {
            None => self.connection.create(&self.folder(), &secret.to_string()),
            Some(version) => {
                if let Some(metadata) = secret.get_mut("metadata").and_then(Value::as_object_mut) {
                    metadata.insert("resourceVersion".to_owned(), version.into());
                }
                self.connection.replace(&format!("{}/{}", self.folder(), self.name), &secret.to_string())
            }
        };
        match kept {
            Ok(_) => Ok(true),
            Err(error) if error.is_present() || error.is_conflict() => Ok(false),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn publish(&mut self, bundle: &str) -> Result<(), StoreError> {
        let wanted = BASE64.encode(bundle.as_bytes());
        for publication in &self.publications {
            let failed = |error| StoreError::Request { what: format!("`{}`", publication.name), error };
            let path = publication.path();
            let found = match self.connection.get(&path) {
                Ok(found) => found,
                // It is installed later.
                Err(error) if error.is_absent() => continue,
                Err(error) => return Err(failed(error)),
            };
            let webhooks = found.get("webhooks").map(Node::items).unwrap_or_default();
            let told = |webhook: &Node| {
                webhook.at(&["clientConfig", "caBundle"]).and_then(Node::as_str) == Some(&wanted)
            };
            let version = found.at(&["metadata", "resourceVersion"]).and_then(Node::as_str).unwrap_or("");
            let mut change =
                vec![json!({"op": "test", "path": "/metadata/resourceVersion", "value": version})];
            for (place, _) in webhooks.iter().enumerate().filter(|(_, webhook)| !told(webhook)) {
                let path = format!("/webhooks/{place}/clientConfig/caBundle");
                change.push(json!({"op": "add", "path": path, "value": wanted}));
            }
            if change.len() > 1 {
                self.connection
                    .patch(&path, JSON_PATCH, &Value::Array(change).to_string())
                    .map_err(failed)?;
            }
        }
        Ok(())
    }
}
