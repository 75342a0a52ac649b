//! Signatures and attestations beside images: found in every layout, and put there.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sekisho_oci::digest::Digest;
use sekisho_oci::document::{Descriptor, ManifestDocument};
use sekisho_signature::bundle::{BUNDLE_LIMIT, Bundle, MEDIA_TYPE};
use sekisho_signature::cosign::{self, Kind};
use sekisho_signature::image::Candidate;
use serde_json::{Value, json};

use crate::error::RegistryError;
use crate::repository::{Held, Repository, fallback_tag};

/// The most manifests that refer to an image and are read.
pub const REFERRERS_LIMIT: usize = 256;
/// The most signatures and attestations of an image that are read.
pub const CANDIDATES_LIMIT: usize = 1_000;
/// The most bytes of all of them together.
const BYTES_LIMIT: u64 = 256 << 20;
/// The most bytes of the payload of one signature.
const PAYLOAD_LIMIT: u64 = 1 << 20;

/// From how many on that were read in the time that there is the image has too many, and the registry is not slow.
const MANY: usize = 32;
/// Where what lies beside an image says when it was made.
const CREATED: &str = "org.opencontainers.image.created";
/// Where what lies beside an image says of which type of attestation it is.
const PREDICATE_TYPES: [&str; 2] = ["dev.sigstore.bundle.predicateType", "predicateType"];

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// What the older layout calls itself where it refers to its image.
const OLDER_TYPES: [&str; 2] =
    ["application/vnd.dev.cosign.artifact.sig.v1+json", "application/vnd.dev.cosign.artifact.att.v1+json"];
const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";
const EMPTY: &[u8] = b"{}";

/// What was found beside an image. Nothing of it is proved.
#[derive(Debug, Default)]
pub struct Found {
    /// What could be read.
    pub candidates: Vec<Candidate>,
    /// Why others could not.
    pub faults: Vec<String>,
    /// Whether there was more than is read.
    pub is_cut: bool,
    /// Whether some of that is too large for what bytes may take.
    pub lacks_room: bool,
    /// Bytes that were read.
    bytes: u64,
}

/// What is looked for beside an image, and how much of it is read.
#[derive(Clone, Copy)]
pub struct Search<'s> {
    /// The most signatures and attestations that are read.
    pub candidates: usize,
    /// The most bytes of all of them together.
    pub bytes: u64,
    /// Whether attestations of a type are wanted. What says of itself that it is of another is not read; none: all are.
    pub wants: Option<&'s (dyn Fn(&str) -> bool + 's)>,
}

impl Default for Search<'_> {
    fn default() -> Self {
        Self { candidates: CANDIDATES_LIMIT, bytes: BYTES_LIMIT, wants: None }
    }
}

impl Search<'_> {
    /// Whether something is to be read that says of itself of which type it is, or does not say.
    fn takes(&self, descriptor: &Descriptor) -> bool {
        let Some(wants) = self.wants else { return true };
        let mut said = PREDICATE_TYPES.iter().filter_map(|name| {
            descriptor.annotations.iter().find(|(own, _)| own.as_str() == *name).map(|(_, kind)| kind)
        });
        said.next().is_none_or(|kind| kind.is_empty() || wants(kind))
    }
}

/// How signatures are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// A manifest with a bundle that refers to the image, as cosign 3 does.
    #[default]
    Bundle,
    /// Tags made of the digest, as cosign did before.
    Tag,
}

/// Finds everything beside an image, in every layout.
pub fn find_signatures(repository: &Repository, digest: &Digest) -> Result<Found, RegistryError> {
    find_signatures_within(repository, digest, &Search::default())
}

/// The same, within other limits. Where so much lies there that it cannot be read in time, what was read by then counts:
/// who may put things beside an image makes nothing unknown by that.
pub fn find_signatures_within(
    repository: &Repository,
    digest: &Digest,
    search: &Search<'_>,
) -> Result<Found, RegistryError> {
    let mut found = Found::default();
    match found.take_all(repository, digest, search) {
        Err(RegistryError::Late { .. }) if found.count() >= MANY => found.is_cut = true,
        other => other?,
    }
    Ok(found)
}

/// Finds what is stored of an image in a repository that need not be its own, under tags that begin with something.
pub fn find_signatures_elsewhere(
    repository: &Repository,
    digest: &Digest,
    prefix: &str,
    search: &Search<'_>,
) -> Result<Found, RegistryError> {
    if prefix.is_empty() {
        return find_signatures_within(repository, digest, search);
    }
    let mut found = Found::default();
    found.take_tags(repository, digest, prefix, search)?;
    Ok(found)
}

impl Found {
    /// What was read, whatever it was.
    fn count(&self) -> usize {
        self.candidates.len().saturating_add(self.faults.len())
    }

    fn take_all(
        &mut self,
        repository: &Repository,
        digest: &Digest,
        search: &Search<'_>,
    ) -> Result<(), RegistryError> {
        let referrers = repository.referrers(digest)?;
        // An image that passes every night has more than are read: those that came last count.
        let mut manifests: Vec<&Descriptor> = referrers.manifests.iter().rev().collect();
        manifests.sort_by_key(|descriptor| Reverse(descriptor.annotations.get(CREATED)));
        for descriptor in manifests {
            let kind = descriptor.artifact_type.as_str();
            let is_bundle = kind.starts_with("application/vnd.dev.sigstore.bundle");
            if !(is_bundle || OLDER_TYPES.contains(&kind)) || !search.takes(descriptor) {
                continue;
            }
            if self.count() >= REFERRERS_LIMIT.min(search.candidates) {
                self.is_cut = true;
                break;
            }
            let name = descriptor.digest.to_string();
            match repository.manifest(&name)? {
                Some(held) => self.take_layers(repository, &held, search)?,
                None => self.faults.push(format!("`{name}` is listed and not there")),
            }
        }
        self.take_tags(repository, digest, "", search)
    }

    /// Reads what lies under the tags of the older layout.
    fn take_tags(
        &mut self,
        repository: &Repository,
        digest: &Digest,
        prefix: &str,
        search: &Search<'_>,
    ) -> Result<(), RegistryError> {
        for kind in [Kind::Signature, Kind::Attestation] {
            let tag = format!("{prefix}{}", cosign::tag_of(&digest.to_string(), kind));
            if let Some(held) = repository.manifest(&tag)? {
                self.take_layers(repository, &held, search)?;
            }
        }
        Ok(())
    }

    /// Reads the layers of a manifest that are signatures or attestations.
    fn take_layers(
        &mut self,
        repository: &Repository,
        held: &Held,
        search: &Search<'_>,
    ) -> Result<(), RegistryError> {
        let document = ManifestDocument::parse(&held.bytes, Some(&held.media_type));
        let manifest = match document {
            Ok(ManifestDocument::Manifest(manifest)) => manifest,
            Ok(ManifestDocument::Index(_)) => {
                self.faults.push(format!("`{}` is a list, and no signature", held.digest));
                return Ok(());
            }
            Err(error) => {
                self.faults.push(format!("`{}`: {error}", held.digest));
                return Ok(());
            }
        };
        for layer in manifest.layers.iter().filter(|layer| search.takes(layer)) {
            if self.count() >= search.candidates {
                self.is_cut = true;
                return Ok(());
            }
            self.take_layer(repository, layer, search)?;
        }
        Ok(())
    }

    fn take_layer(
        &mut self,
        repository: &Repository,
        layer: &Descriptor,
        search: &Search<'_>,
    ) -> Result<(), RegistryError> {
        let is_bundle = layer.media_type.starts_with("application/vnd.dev.sigstore.bundle");
        let limit = match layer.media_type.as_str() {
            cosign::SIMPLE_SIGNING => PAYLOAD_LIMIT,
            cosign::ENVELOPE => BUNDLE_LIMIT as u64,
            _ if is_bundle => BUNDLE_LIMIT as u64,
            _ => return Ok(()),
        };
        let left = search.bytes.saturating_sub(self.bytes);
        if layer.size > left {
            self.is_cut = true;
            self.lacks_room = true;
            return Ok(());
        }
        let bytes = match repository.blob(layer, limit.min(left)) {
            Ok(bytes) => bytes,
            Err(crate::SourceError::Registry(error @ RegistryError::NotFound { .. })) => {
                self.faults.push(error.to_string());
                return Ok(());
            }
            Err(crate::SourceError::Registry(error)) => return Err(error),
            Err(error) => {
                self.faults.push(error.to_string());
                return Ok(());
            }
        };
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        let read = if is_bundle {
            Some(Candidate::of_bundle(&bytes).map_err(|error| error.to_string()))
        } else {
            let annotations: BTreeMap<String, String> =
                layer.annotations.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
            Candidate::of_layer(&layer.media_type, bytes, &annotations)
                .map(|read| read.map_err(|error| error.to_string()))
        };
        match read {
            Some(Ok(candidate)) => self.candidates.push(candidate),
            Some(Err(error)) => self.faults.push(format!("`{}`: {error}", layer.digest)),
            None => {}
        }
        Ok(())
    }
}

/// Puts a bundle beside an image, as a manifest that refers to it.
pub fn attach_bundle(
    repository: &Repository,
    image: &Held,
    bundle: &Bundle,
    annotations: &BTreeMap<String, String>,
) -> Result<Digest, RegistryError> {
    let text = bundle.to_json();
    let layer = repository.put_blob(text.as_bytes())?;
    let config = repository.put_blob(EMPTY)?;
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": MEDIA_TYPE,
        "config": { "mediaType": EMPTY_TYPE, "digest": config, "size": EMPTY.len() },
        "layers": [{ "mediaType": MEDIA_TYPE, "digest": layer, "size": text.len() }],
        "subject": { "mediaType": image.media_type, "digest": image.digest, "size": image.bytes.len() },
        "annotations": annotations,
    });
    let bytes = manifest.to_string().into_bytes();
    let digest = Digest::of(&bytes);
    let listed = repository.referrers(&image.digest)?;
    repository.put_manifest(&digest.to_string(), MANIFEST, &bytes)?;
    if !listed.is_kept && !repository.referrers(&image.digest)?.is_kept {
        list(repository, image, &digest, bytes.len(), annotations)?;
    }
    Ok(digest)
}

/// Enters a manifest in the list that stands under a tag, where the registry keeps none.
fn list(
    repository: &Repository,
    image: &Held,
    digest: &Digest,
    size: usize,
    annotations: &BTreeMap<String, String>,
) -> Result<(), RegistryError> {
    let tag = fallback_tag(&image.digest);
    let mut manifests: Vec<Value> = match repository.manifest(&tag)? {
        Some(held) => {
            let index: Value = serde_json::from_slice(&held.bytes).unwrap_or_default();
            index.get("manifests").and_then(Value::as_array).cloned().unwrap_or_default()
        }
        None => Vec::new(),
    };
    let is_there = |entry: &Value| entry.get("digest").and_then(Value::as_str) == Some(&digest.to_string());
    if !manifests.iter().any(is_there) {
        manifests.push(json!({
            "mediaType": MANIFEST,
            "digest": digest,
            "size": size,
            "artifactType": MEDIA_TYPE,
            "annotations": annotations,
        }));
    }
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests });
    repository.put_manifest(&tag, INDEX, index.to_string().as_bytes())?;
    Ok(())
}

/// Puts a signature, or an attestation, under the tag of the older layout, beside those that are there.
pub fn attach_layer(
    repository: &Repository,
    image: &Held,
    kind: Kind,
    payload: &[u8],
    annotations: &BTreeMap<String, String>,
) -> Result<Digest, RegistryError> {
    let media_type = match kind {
        Kind::Signature => cosign::SIMPLE_SIGNING,
        Kind::Attestation | Kind::Bill => cosign::ENVELOPE,
    };
    let tag = cosign::tag_of(&image.digest.to_string(), kind);
    let mut layers: Vec<Value> = Vec::new();
    if let Some(held) = repository.manifest(&tag)? {
        let manifest: Value = serde_json::from_slice(&held.bytes).unwrap_or_default();
        layers = manifest.get("layers").and_then(Value::as_array).cloned().unwrap_or_default();
    }
    let layer = repository.put_blob(payload)?;
    let entry = json!({
        "mediaType": media_type,
        "digest": layer,
        "size": payload.len(),
        "annotations": annotations,
    });
    if !layers.contains(&entry) {
        layers.push(entry);
    }
    let diff_ids: Vec<&Value> = layers.iter().filter_map(|layer| layer.get("digest")).collect();
    let config = json!({
        "architecture": "", "os": "", "config": {}, "created": "0001-01-01T00:00:00Z",
        "rootfs": { "type": "layers", "diff_ids": diff_ids },
        "history": layers.iter().map(|_| json!({ "created": "0001-01-01T00:00:00Z" })).collect::<Vec<_>>(),
    });
    let config = config.to_string().into_bytes();
    let config_digest = repository.put_blob(&config)?;
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": config_digest,
            "size": config.len(),
        },
        "layers": layers,
    });
    repository.put_manifest(&tag, MANIFEST, manifest.to_string().as_bytes())
}
