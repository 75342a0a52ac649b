//! Media types of images: OCI's and Docker's names for the same things.

use smol_str::SmolStr;

/// How the bytes of a layer are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, estargz too.
    Gzip,
    /// zstd, zstd:chunked too.
    Zstd,
}

/// What a media type says of bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// A list of manifests: an OCI index or a Docker manifest list.
    Index,
    /// A manifest of one image.
    Manifest,
    /// A manifest of Docker's first schema, signed or not.
    Schema1,
    /// The configuration of an image.
    Configuration,
    /// A layer of files.
    Layer {
        /// How it is packed, as the type says; the bytes decide.
        compression: Compression,
        /// Whether it may not be passed on, so that it lies elsewhere than in the registry.
        foreign: bool,
    },
    /// A layer that is encrypted.
    EncryptedLayer,
    /// Something else.
    Other(SmolStr),
}

/// What a registry is asked for, in the order of `Accept`.
pub const ACCEPTED: [&str; 6] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.docker.distribution.manifest.v1+json",
];

impl MediaType {
    /// Reads a media type; parameters such as `charset` are left out.
    pub fn parse(text: &str) -> Self {
        let name = text.split(';').next().unwrap_or_default().trim();
        match name {
            "application/vnd.oci.image.index.v1+json"
            | "application/vnd.docker.distribution.manifest.list.v2+json" => Self::Index,
            "application/vnd.oci.image.manifest.v1+json"
            | "application/vnd.docker.distribution.manifest.v2+json" => Self::Manifest,
            "application/vnd.docker.distribution.manifest.v1+prettyjws"
            | "application/vnd.docker.distribution.manifest.v1+json" => Self::Schema1,
            "application/vnd.oci.image.config.v1+json" | "application/vnd.docker.container.image.v1+json" => {
                Self::Configuration
            }
            other => Self::layer(other).unwrap_or_else(|| Self::Other(other.into())),
        }
    }

    fn layer(name: &str) -> Option<Self> {
        const OCI: &str = "application/vnd.oci.image.layer.";
        const DOCKER: &str = "application/vnd.docker.image.rootfs.";
        if let Some(rest) = name.strip_prefix(OCI) {
            if rest.ends_with("+encrypted") {
                return Some(Self::EncryptedLayer);
            }
            let (foreign, rest) = match rest.strip_prefix("nondistributable.") {
                Some(rest) => (true, rest),
                None => (false, rest),
            };
            let compression = match rest.strip_prefix("v1.tar")? {
                "" => Compression::None,
                "+gzip" => Compression::Gzip,
                "+zstd" => Compression::Zstd,
                _ => return None,
            };
            return Some(Self::Layer { compression, foreign });
        }
        let rest = name.strip_prefix(DOCKER)?;
        let (foreign, rest) = match rest.strip_prefix("foreign.") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let compression = match rest.strip_prefix("diff.tar")? {
            "" => Compression::None,
            ".gzip" => Compression::Gzip,
            ".zstd" => Compression::Zstd,
            _ => return None,
        };
        Some(Self::Layer { compression, foreign })
    }
}
