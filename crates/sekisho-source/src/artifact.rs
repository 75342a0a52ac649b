//! An artifact of a registry as a source: its manifest by digest, who vouches for it, and the files of its layers.

mod layers;
mod pack;

use std::fmt;
use std::sync::Arc;

use sekisho_oci::digest::Digest;
use sekisho_oci::document::{Manifest, ManifestDocument};
use sekisho_registry::{Client, Found, Held, RegistryError, Repository, find_signatures};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr as _};

use crate::bundle::{Budget, Bundle, BundleError, FileOrigin, Gathering, Provenance};
use crate::location::ArtifactLocation;
use crate::owners::{Owners, PLACES};

pub use pack::{PushError, push};

/// What our artifacts call themselves.
pub(crate) const ARTIFACT: &str = "application/vnd.sekisho.policy.bundle.v1";
/// The layer with the files.
pub(crate) const FILES: &str = "application/vnd.sekisho.policy.files.v1.tar+gzip";
/// The layer with what is known of the files: the commits of their lines, and their owners.
pub(crate) const RECORD: &str = "application/vnd.sekisho.policy.record.v1+json";
/// The annotation that says when an artifact was made.
pub(crate) const CREATED: &str = "org.opencontainers.image.created";

/// Whether somebody who is trusted signed what a digest names: who, or why nobody.
pub type Vouch = dyn Fn(&Digest, &Found) -> Result<String, String> + Send + Sync;

/// How registries are read.
#[derive(Clone)]
pub struct Registry {
    /// What speaks to them.
    pub client: Arc<Client>,
    /// Who must have signed artifacts; none: nobody.
    pub vouch: Option<Arc<Vouch>>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("is_vouched", &self.vouch.is_some()).finish_non_exhaustive()
    }
}

/// Why an artifact gives no bundle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// The registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The bytes that the registry gives.
    #[error(transparent)]
    Bytes(#[from] sekisho_registry::SourceError),
    /// There is no such artifact.
    #[error("there is no `{0}` in the registry: push it, or name another tag")]
    Absent(String),
    /// It is something else.
    #[error("`{name}` is no artifact of policies: {problem}")]
    Strange {
        /// The artifact.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// Nobody who is trusted signed it.
    #[error("nothing shows that somebody who is trusted signed `{name}`: {problem}")]
    Unsigned {
        /// The artifact, with its digest.
        name: String,
        /// What was found.
        problem: String,
    },
    /// It is older than the one in use.
    #[error(
        "`{name}` was made at `{made}`, before the one in use, which is of `{before}`: push what is meant anew, or take it \
         over with `--allow-rewrite`"
    )]
    Older {
        /// The artifact.
        name: String,
        /// When it was made, as it says.
        made: String,
        /// When the one in use was made.
        before: String,
    },
    /// Its files are no bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Its files are not those that it names.
    #[error("the files of `{name}` have the digest `{found}`, and it says `{said}`")]
    Digest {
        /// The artifact.
        name: String,
        /// The digest of its files.
        found: String,
        /// What it says.
        said: String,
    },
}

/// What an artifact says of its files, as it is written beside them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record {
    /// The digest of the bundle.
    pub(crate) digest: SmolStr,
    /// Where it came from before it was pushed.
    pub(crate) provenance: Provenance,
    /// Who answers for each file.
    pub(crate) files: std::collections::BTreeMap<SmolStr, FileOrigin>,
}

/// The most bytes of what an artifact says of its files.
const RECORD_LIMIT: u64 = 64 << 20;

/// What reading finds.
pub(crate) enum Update {
    Same,
    New(Box<Bundle>),
}

/// Reads an artifact, unless it is the one that was in use.
pub(crate) fn read(
    location: &ArtifactLocation,
    registry: &Registry,
    budget: Budget,
    allow_older: bool,
    before: Option<&Bundle>,
) -> Result<Update, ArtifactError> {
    let name = location.to_string();
    let repository = Repository::of(&registry.client, &location.reference);
    let asked =
        location.reference.digest.as_deref().or(location.reference.tag.as_deref()).unwrap_or("latest");
    let held = repository.manifest(asked)?.ok_or_else(|| ArtifactError::Absent(name.clone()))?;
    let named = held.digest.to_smolstr();
    if before.is_some_and(|bundle| bundle.provenance.artifact == named) {
        return Ok(Update::Same);
    }
    if let Some(vouch) = &registry.vouch {
        let found = find_signatures(&repository, &held.digest)?;
        let refused = |problem| ArtifactError::Unsigned { name: format!("{name}@{named}"), problem };
        vouch(&held.digest, &found).map_err(refused)?;
    }
    let manifest = manifest(&name, &held)?;
    let made = manifest.annotations.get(CREATED).map(SmolStr::new).unwrap_or_default();
    let known = before.map(|bundle| bundle.provenance.made.as_str()).unwrap_or_default();
    if !allow_older && !known.is_empty() && is_before(&made, known) {
        return Err(ArtifactError::Older { name, made: made.to_string(), before: known.to_owned() });
    }
    let mut gathering = Gathering::new(budget);
    let mut left_out = Vec::new();
    for layer in &manifest.layers {
        let limit = budget.transfer;
        layers::read(&repository, layer, &location.folder, limit, &mut gathering, &mut left_out).map_err(
            |fault| match fault {
                layers::LayerFault::Bytes(error) => ArtifactError::Bytes(error),
                layers::LayerFault::Bundle(error) => ArtifactError::Bundle(error),
                layers::LayerFault::Archive(problem) => {
                    ArtifactError::Strange { name: name.clone(), problem }
                }
            },
        )?;
    }
    let record = record(&name, &repository, &manifest)?;
    let owners = PLACES.iter().find_map(|place| {
        let (_, bytes) = gathering.files().find(|(path, _)| path == place)?;
        Some(Owners::read(&String::from_utf8_lossy(bytes)))
    });
    let owners = owners.unwrap_or_default();
    let prefix = if location.folder.is_empty() { String::new() } else { format!("{}/", location.folder) };
    for (path, _, origin) in gathering.origins() {
        match record.as_ref().and_then(|record| record.files.get(format!("{prefix}{path}").as_str())) {
            Some(known) => origin.clone_from(known),
            None => origin.owners = owners.of(path),
        }
    }
    let from = record.as_ref().map(|record| record.provenance.clone()).unwrap_or_default();
    left_out.extend(from.left_out);
    let provenance = Provenance {
        source: name.to_smolstr(),
        reference: location.reference.tag.clone().unwrap_or_default(),
        commit: from.commit,
        commits: from.commits,
        artifact: named,
        made,
        left_out,
    };
    let bundle = gathering.bundle(provenance)?;
    match record {
        Some(record) if location.folder.is_empty() && record.digest != bundle.digest().as_str() => {
            let (found, said) = (bundle.digest().to_string(), record.digest.to_string());
            Err(ArtifactError::Digest { name, found, said })
        }
        _ => Ok(Update::New(Box::new(bundle))),
    }
}

/// The manifest; of an artifact there is one, for no platform.
fn manifest(name: &str, held: &Held) -> Result<Manifest, ArtifactError> {
    let strange = |problem: String| ArtifactError::Strange { name: name.to_owned(), problem };
    match ManifestDocument::parse(&held.bytes, Some(&held.media_type)) {
        Ok(ManifestDocument::Manifest(manifest)) => Ok(*manifest),
        Ok(ManifestDocument::Index(_)) => {
            Err(strange("it is a list of manifests: name one of them by its digest".to_owned()))
        }
        Err(error) => Err(strange(error.to_string())),
    }
}

/// What our artifacts say of their files.
fn record(name: &str, repository: &Repository, manifest: &Manifest) -> Result<Option<Record>, ArtifactError> {
    let Some(layer) = manifest.layers.iter().find(|layer| layer.media_type == RECORD) else {
        return Ok(None);
    };
    let bytes = repository.blob(layer, RECORD_LIMIT)?;
    let record = serde_json::from_slice(&bytes).map_err(|error| ArtifactError::Strange {
        name: name.to_owned(),
        problem: format!("what it says of its files cannot be read: {error}"),
    })?;
    Ok(Some(record))
}

/// Whether a point of time lies before another; what is none lies before all.
fn is_before(made: &str, known: &str) -> bool {
    match (made.parse::<jiff::Timestamp>(), known.parse::<jiff::Timestamp>()) {
        (Ok(made), Ok(known)) => made < known,
        (Err(_), Ok(_)) => true,
        (_, Err(_)) => false,
    }
}
