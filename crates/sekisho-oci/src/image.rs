//! An image as a whole: manifest and configuration held together, with what made each layer.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::digest::Digest;
use crate::document::{Configuration, Descriptor, DocumentError, Manifest};
use crate::media_type::MediaType;

/// The most layers of an image; runtimes stop at 127, and some builders make more.
pub const LAYER_LIMIT: usize = 1_000;

/// An image whose files have not been looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// The digest of the manifest; an archive of Docker's own form has none.
    pub digest: Option<Digest>,
    /// The digest of the configuration, which Docker calls the image's identifier.
    pub identifier: Digest,
    /// The configuration.
    pub configuration: Configuration,
    /// The layers, the lowest first.
    pub layers: Vec<Layer>,
    /// What the manifest says of the image; an archive of Docker's own form says nothing.
    pub annotations: BTreeMap<SmolStr, String>,
}

/// A layer of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The digest of its bytes when unpacked.
    pub diff_id: Digest,
    /// What the manifest says of its bytes as they lie there; an archive of Docker's own form says nothing.
    pub descriptor: Option<Descriptor>,
    /// The instruction that made it, where it is known.
    pub created_by: SmolStr,
}

/// Why manifest and configuration are no image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// They do not agree on the layers.
    #[error("the manifest has {manifest} layers, and the configuration {configuration}")]
    Layers {
        /// Layers of the manifest.
        manifest: usize,
        /// Layers of the configuration.
        configuration: usize,
    },
    /// There are more layers than any runtime takes.
    #[error("the image has more than {limit} layers")]
    TooManyLayers {
        /// The limit.
        limit: usize,
    },
    /// A document is wrong.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

impl Image {
    /// The image of a manifest and the configuration that it names.
    pub fn new(
        digest: Option<Digest>,
        manifest: &Manifest,
        configuration: Configuration,
    ) -> Result<Self, ImageError> {
        manifest.check_image()?;
        let descriptors = manifest.layers.iter().cloned().map(Some).collect();
        let image = Self::of_layers(digest, manifest.config.digest.clone(), descriptors, configuration)?;
        Ok(Self { annotations: manifest.annotations.clone(), ..image })
    }

    /// The image of a configuration and as many layers, of which nothing need be known.
    pub fn of_layers(
        digest: Option<Digest>,
        identifier: Digest,
        descriptors: Vec<Option<Descriptor>>,
        configuration: Configuration,
    ) -> Result<Self, ImageError> {
        if descriptors.len() > LAYER_LIMIT {
            return Err(ImageError::TooManyLayers { limit: LAYER_LIMIT });
        }
        let diff_ids = configuration.diff_ids();
        if descriptors.len() != diff_ids.len() {
            return Err(ImageError::Layers { manifest: descriptors.len(), configuration: diff_ids.len() });
        }
        let mut instructions = configuration.layer_instructions();
        // A history that does not fit says of no layer what made it.
        if instructions.len() != diff_ids.len() {
            instructions.clear();
        }
        let mut instructions = instructions.into_iter();
        let layers = diff_ids
            .iter()
            .zip(descriptors)
            .map(|(diff_id, descriptor)| Layer {
                diff_id: diff_id.clone(),
                descriptor,
                created_by: instructions.next().unwrap_or_default(),
            })
            .collect();
        Ok(Self { digest, identifier, configuration, layers, annotations: BTreeMap::new() })
    }
}

impl Layer {
    /// Why the layer is not read, where that is known before.
    pub fn refusal(&self) -> Option<Refusal> {
        let descriptor = self.descriptor.as_ref()?;
        match descriptor.kind() {
            _ if descriptor.is_foreign() => Some(Refusal::Foreign),
            MediaType::EncryptedLayer => Some(Refusal::Encrypted),
            _ => None,
        }
    }
}

/// Why a layer is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It may not be passed on, and lies on another server that the manifest names.
    Foreign,
    /// It is encrypted.
    Encrypted,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Foreign => "a foreign layer, which lies on another server and is not fetched",
            Self::Encrypted => "an encrypted layer",
        })
    }
}
