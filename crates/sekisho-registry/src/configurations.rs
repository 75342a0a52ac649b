//! The configurations of an image, for each platform that it is for.

use sekisho_oci::document::ManifestDocument;
use sekisho_oci::document::ManifestDocument::{Index, Manifest};
use serde_json::{Map, Value};

use crate::error::{RegistryError, SourceError};
use crate::repository::{Held, Repository};

/// The most bytes of all configurations together.
const CONFIGURATIONS_LIMIT: u64 = 16 << 20;
/// The most images of a list whose configurations are read.
const PLATFORMS: usize = 64;

impl Repository {
    /// The configurations of an image by platform, as policy-controller names them (`linux/arm/v7`).
    pub fn configurations(&self, image: &Held) -> Result<Map<String, Value>, SourceError> {
        let read = |held: &Held| {
            ManifestDocument::parse(&held.bytes, Some(&held.media_type)).map_err(|source| {
                SourceError::Document { what: format!("`{}` gives {}", self.server(), held.digest), source }
            })
        };
        let mut manifests = Vec::new();
        match read(image)? {
            Manifest(manifest) => manifests.push(manifest),
            Index(index) => {
                let images = index.manifests.iter().filter(|descriptor| !descriptor.is_attestation());
                for descriptor in images.take(PLATFORMS) {
                    let digest = descriptor.digest.to_string();
                    let held = self.manifest(&digest)?.ok_or_else(|| RegistryError::NotFound {
                        registry: self.server().to_owned(),
                        what: format!("`{digest}`"),
                    })?;
                    if let Manifest(manifest) = read(&held)? {
                        manifests.push(manifest);
                    }
                }
            }
        }
        let mut found = Map::new();
        let mut left = CONFIGURATIONS_LIMIT;
        for manifest in manifests {
            let bytes = self.blob(&manifest.config, left)?;
            left = left.saturating_sub(bytes.len() as u64);
            let value: Value = serde_json::from_slice(&bytes)
                .map_err(|_| self.strange("a configuration that is no JSON"))?;
            let text = |field: &str| value.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
            let parts = [text("os"), text("architecture"), text("variant")];
            let platform = parts.into_iter().flatten().collect::<Vec<_>>().join("/");
            found.insert(platform, value);
        }
        Ok(found)
    }
}
