//! From a document to the image for a platform: through indexes, which may lie in one another.

use sekisho_oci::digest::Digest;
use sekisho_oci::document::{Configuration, Descriptor, Index, Manifest, ManifestDocument};
use sekisho_oci::image::Image;
use sekisho_oci::platform::Platform;

use super::Wanted;
use crate::error::SourceError;

/// How deep indexes may lie in one another.
const NESTING: u32 = 4;

/// Where documents come from; each is proved by whoever gives it.
pub(super) trait Documents {
    /// The bytes of a manifest, an index or a configuration.
    fn document(&self, descriptor: &Descriptor, limit: u64) -> Result<Vec<u8>, SourceError>;
}

/// The image that a document leads to.
pub(super) struct Resolved {
    pub(super) image: Image,
    pub(super) other_platforms: Vec<String>,
}

/// The platform of this machine, with the operating system that images have.
pub(super) fn own() -> Platform {
    Platform::new("linux", std::env::consts::ARCH, "")
}

/// Follows a document to an image. `digest` names the document.
pub(super) fn resolve(
    what: &str,
    mut digest: Digest,
    mut document: ManifestDocument,
    wanted: &Wanted,
    documents: &dyn Documents,
) -> Result<Resolved, SourceError> {
    let mut other_platforms = Vec::new();
    for _ in 0..=NESTING {
        let index = match document {
            ManifestDocument::Manifest(manifest) => {
                let image = image(what, digest, &manifest, wanted, documents)?;
                return Ok(Resolved { image, other_platforms });
            }
            ManifestDocument::Index(index) => index,
        };
        let chosen = choose(what, &index, wanted)?;
        let others = index.images().filter(|one| one.digest != chosen.digest);
        other_platforms.extend(others.filter_map(|one| one.platform.as_ref()).map(ToString::to_string));
        let bytes = documents.document(chosen, sekisho_oci::document::MANIFEST_LIMIT)?;
        let media_type = Some(chosen.media_type.as_str()).filter(|name| !name.is_empty());
        document = ManifestDocument::parse(&bytes, media_type)
            .map_err(|source| SourceError::Document { what: what.to_owned(), source })?;
        digest = chosen.digest.clone();
    }
    Err(SourceError::Nesting { what: what.to_owned(), limit: NESTING })
}

/// The entry of an index that is wanted.
pub(super) fn choose<'i>(
    what: &str,
    index: &'i Index,
    wanted: &Wanted,
) -> Result<&'i Descriptor, SourceError> {
    let platform = wanted.platform.clone().unwrap_or_else(own);
    if let Some(chosen) = index.choose(&platform) {
        return Ok(chosen);
    }
    let first = index.images().next().filter(|_| wanted.platform.is_none());
    first.ok_or_else(|| {
        let mut known: Vec<String> =
            index.images().filter_map(|one| one.platform.as_ref()).map(|one| format!("`{one}`")).collect();
        known.dedup();
        known.truncate(20);
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        SourceError::Platform { what: what.to_owned(), wanted: platform.to_string(), known }
    })
}

fn image(
    what: &str,
    digest: Digest,
    manifest: &Manifest,
    wanted: &Wanted,
    documents: &dyn Documents,
) -> Result<Image, SourceError> {
    manifest.check_image().map_err(|source| SourceError::Document { what: what.to_owned(), source })?;
    let bytes = documents.document(&manifest.config, sekisho_oci::document::CONFIGURATION_LIMIT)?;
    let configuration = Configuration::parse(&bytes)
        .map_err(|source| SourceError::Document { what: what.to_owned(), source })?;
    check(what, &configuration, wanted)?;
    Image::new(Some(digest), manifest, configuration)
        .map_err(|source| SourceError::Image { what: what.to_owned(), source })
}

/// Whether a configuration is of the platform that was named; one that names none is taken.
pub(super) fn check(what: &str, configuration: &Configuration, wanted: &Wanted) -> Result<(), SourceError> {
    let has = &configuration.platform;
    let fits = |platform: &Platform| has.os.is_empty() || platform.rank(has).is_some();
    match &wanted.platform {
        Some(platform) if !fits(platform) => Err(SourceError::Platform {
            what: what.to_owned(),
            wanted: platform.to_string(),
            known: format!("`{has}`"),
        }),
        _ => Ok(()),
    }
}
