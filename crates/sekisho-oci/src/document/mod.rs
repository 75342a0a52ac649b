//! The JSON documents of images: indexes, manifests, configurations.

mod configuration;
mod descriptor;
mod manifest;
mod object;

pub use configuration::{Configuration, Healthcheck, History, Settings};
pub use descriptor::Descriptor;
pub use manifest::{Index, Manifest, ManifestDocument};

/// The most bytes of an index or a manifest, as the distribution specification advises registries.
pub const MANIFEST_LIMIT: u64 = 4 << 20;
/// The most bytes of a configuration.
pub const CONFIGURATION_LIMIT: u64 = 16 << 20;

/// Why bytes are no document of an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// No JSON, or not the JSON that is expected.
    #[error("the {what} is broken: {message}")]
    Broken {
        /// Which document.
        what: &'static str,
        /// What is wrong.
        message: String,
    },
    /// More bytes than are read.
    #[error("the {what} has more than {limit} bytes")]
    TooLarge {
        /// Which document.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
    /// A key stands twice, or in another case, so that readers differ on what it says.
    #[error("the {what} has `{key}` twice, or in another case: programs differ on which counts")]
    Ambiguous {
        /// Which document.
        what: &'static str,
        /// The key.
        key: String,
    },
    /// The document is an index and a manifest at once.
    #[error(
        "the document has both `manifests` and `layers`: it is an index for one program and an image for another"
    )]
    Confused,
    /// The media type inside is another than the one that it came under.
    #[error("the document calls itself `{inside}`, and came as `{outside}`")]
    MediaType {
        /// What it says.
        inside: String,
        /// What the descriptor or the registry says.
        outside: String,
    },
    /// A manifest of Docker's first schema.
    #[error(
        "the manifest is of Docker's schema 1, which registries and runtimes have given up: push the image again"
    )]
    Schema1,
    /// A document of a version that is not known.
    #[error("the manifest has `schemaVersion` {0}, not 2")]
    SchemaVersion(u64),
    /// No document of an image.
    #[error("`{0}` is no image: it is an artifact of another kind")]
    NoImage(String),
}
