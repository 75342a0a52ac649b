//! Indexes and manifests.

use std::collections::BTreeMap;

use serde::Deserialize;
use smol_str::SmolStr;

use super::object::{or_default, read};
use super::{Descriptor, DocumentError, MANIFEST_LIMIT};
use crate::media_type::MediaType;
use crate::platform::Platform;

/// A list of images, mostly one a platform.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// The images, and lists of them.
    #[serde(default, deserialize_with = "or_default")]
    pub manifests: Vec<Descriptor>,
    /// What is said of the list.
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: BTreeMap<SmolStr, String>,
}

/// The manifest of an image.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// What it calls itself.
    #[serde(default, deserialize_with = "or_default")]
    pub media_type: SmolStr,
    /// Its configuration.
    pub config: Descriptor,
    /// Its layers, the lowest first.
    #[serde(default, deserialize_with = "or_default")]
    pub layers: Vec<Descriptor>,
    /// What is said of the image.
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: BTreeMap<SmolStr, String>,
    /// What an artifact is.
    #[serde(default, deserialize_with = "or_default")]
    pub artifact_type: SmolStr,
    /// What an artifact is about.
    #[serde(default)]
    pub subject: Option<Descriptor>,
}

/// A document that a reference may lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestDocument {
    /// A list of images.
    Index(Index),
    /// An image.
    Manifest(Box<Manifest>),
}

/// What tells the kinds of documents apart.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    #[serde(default)]
    schema_version: u64,
    #[serde(default, deserialize_with = "or_default")]
    media_type: SmolStr,
    #[serde(default)]
    manifests: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    layers: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    config: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    fs_layers: Option<serde::de::IgnoredAny>,
}

/// The keys that must not come in two ways.
const KEYS: [&str; 9] = [
    "schemaVersion",
    "mediaType",
    "manifests",
    "layers",
    "config",
    "fsLayers",
    "annotations",
    "artifactType",
    "subject",
];

impl ManifestDocument {
    /// Reads a document that came under a media type, where one is known.
    pub fn parse(bytes: &[u8], media_type: Option<&str>) -> Result<Self, DocumentError> {
        let kind: Kind = read("manifest", bytes, &KEYS, MANIFEST_LIMIT)?;
        if kind.schema_version == 1 || kind.fs_layers.is_some() {
            return Err(DocumentError::Schema1);
        }
        if kind.schema_version != 2 {
            return Err(DocumentError::SchemaVersion(kind.schema_version));
        }
        let is_index = kind.manifests.is_some();
        if is_index && (kind.layers.is_some() || kind.config.is_some()) {
            return Err(DocumentError::Confused);
        }
        let inside = MediaType::parse(&kind.media_type);
        let outside = media_type.map(MediaType::parse);
        let says = if kind.media_type.is_empty() { outside.clone() } else { Some(inside.clone()) };
        let is_manifest_type = |kind: &MediaType| matches!(kind, MediaType::Index | MediaType::Manifest);
        if let Some(outside) = outside.filter(is_manifest_type)
            && !kind.media_type.is_empty()
            && inside != outside
        {
            return Err(DocumentError::MediaType {
                inside: kind.media_type.to_string(),
                outside: media_type.unwrap_or_default().to_owned(),
            });
        }
        match says {
            Some(MediaType::Schema1) => return Err(DocumentError::Schema1),
            Some(MediaType::Index) if !is_index => return Err(missing("manifests")),
            Some(MediaType::Manifest) if is_index => return Err(DocumentError::Confused),
            _ => {}
        }
        if is_index {
            return read("index", bytes, &KEYS, MANIFEST_LIMIT).map(Self::Index);
        }
        let manifest: Manifest = read("manifest", bytes, &KEYS, MANIFEST_LIMIT)?;
        Ok(Self::Manifest(Box::new(manifest)))
    }
}

impl Manifest {
    /// Whether it is an image that programs run, by its configuration and layers; else what it is.
    pub fn check_image(&self) -> Result<(), DocumentError> {
        let is_layer =
            |layer: &Descriptor| matches!(layer.kind(), MediaType::Layer { .. } | MediaType::EncryptedLayer);
        match self.config.kind() {
            MediaType::Configuration => Ok(()),
            // Some builders write no media types.
            MediaType::Other(name) if name.is_empty() || name == "application/octet-stream" => Ok(()),
            MediaType::Other(_) if !self.layers.is_empty() && self.layers.iter().all(is_layer) => Ok(()),
            _ => {
                let kind =
                    if self.artifact_type.is_empty() { &self.config.media_type } else { &self.artifact_type };
                Err(DocumentError::NoImage(kind.to_string()))
            }
        }
    }
}

impl Index {
    /// The images of the index that are none of a builder's statements.
    pub fn images(&self) -> impl Iterator<Item = &Descriptor> {
        self.manifests.iter().filter(|descriptor| !descriptor.is_attestation())
    }

    /// The entry that serves a platform best; an entry that names no platform is taken where no other serves.
    pub fn choose(&self, platform: &Platform) -> Option<&Descriptor> {
        let candidates: Vec<_> =
            self.images().filter_map(|one| Some((one.platform.as_ref()?, one))).collect();
        let best = platform.best(candidates.iter().map(|(of, _)| *of));
        if let Some((_, descriptor)) = best.and_then(|index| candidates.get(index)) {
            return Some(descriptor);
        }
        let mut unnamed = self.images().filter(|one| one.platform.is_none());
        unnamed.next()
    }
}

fn missing(key: &str) -> DocumentError {
    DocumentError::Broken { what: "manifest", message: format!("it lacks `{key}`") }
}
