//! Descriptors: what a document says of bytes that lie elsewhere.

use std::collections::BTreeMap;

use serde::Deserialize;
use smol_str::SmolStr;

use super::object::or_default;
use crate::digest::Digest;
use crate::media_type::MediaType;
use crate::platform::Platform;

/// What a document says of bytes that lie elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// The media type, as it is written.
    #[serde(default, deserialize_with = "or_default")]
    pub media_type: SmolStr,
    /// The digest of the bytes.
    pub digest: Digest,
    /// How many bytes there are.
    #[serde(default)]
    pub size: u64,
    /// Where else they may be had.
    #[serde(default, deserialize_with = "or_default")]
    pub urls: Vec<String>,
    /// What is said of them.
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: BTreeMap<SmolStr, String>,
    /// What an image is built for.
    #[serde(default)]
    pub platform: Option<Platform>,
    /// What an artifact is.
    #[serde(default, deserialize_with = "or_default")]
    pub artifact_type: SmolStr,
}

impl Descriptor {
    /// What the media type says.
    pub fn kind(&self) -> MediaType {
        MediaType::parse(&self.media_type)
    }

    /// Whether the bytes lie elsewhere than with the manifest.
    pub fn is_foreign(&self) -> bool {
        matches!(self.kind(), MediaType::Layer { foreign: true, .. }) || !self.urls.is_empty()
    }

    /// Whether it is no image, but what a builder says of one.
    pub fn is_attestation(&self) -> bool {
        self.annotations.get("vnd.docker.reference.type").is_some_and(|kind| kind == "attestation-manifest")
            || self.platform.as_ref().is_some_and(|platform| platform.os == "unknown")
    }
}
