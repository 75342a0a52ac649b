//! A bundle as an artifact: the same bytes of the same files, whoever packs them.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use sekisho_oci::digest::Digest;
use sekisho_registry::{Held, RegistryError, Repository};
use serde_json::json;

use super::{ARTIFACT, CREATED, FILES, RECORD, Record};
use crate::bundle::Bundle;

/// Why a bundle cannot be pushed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// The registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The archive.
    #[error("the files cannot be packed: {0}")]
    Pack(#[from] io::Error),
    /// The record.
    #[error("what is known of the files cannot be written: {0}")]
    Record(#[from] serde_json::Error),
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";
const EMPTY: &[u8] = b"{}";

/// Puts a bundle into a repository under a tag, as made at a time (RFC 3339): its manifest, by whose digest it can be signed.
pub fn push(repository: &Repository, tag: &str, bundle: &Bundle, made: &str) -> Result<Held, PushError> {
    let archive = archive(bundle)?;
    let record = Record {
        digest: bundle.digest().as_str().into(),
        provenance: bundle.provenance.clone(),
        files: bundle.files().iter().map(|file| (file.path.clone(), file.origin.clone())).collect(),
    };
    let record = serde_json::to_vec(&record)?;
    let mut annotations = BTreeMap::from([
        (CREATED, made.to_owned()),
        ("dev.sekisho.policy.digest", bundle.digest().to_string()),
    ]);
    if !bundle.provenance.commit.is_empty() {
        annotations.insert("org.opencontainers.image.source", bundle.provenance.source.to_string());
        annotations.insert("org.opencontainers.image.revision", bundle.provenance.commit.to_string());
    }
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": ARTIFACT,
        "config": {"mediaType": EMPTY_TYPE, "digest": repository.put_blob(EMPTY)?, "size": EMPTY.len()},
        "layers": [
            {"mediaType": FILES, "digest": repository.put_blob(&archive)?, "size": archive.len()},
            {"mediaType": RECORD, "digest": repository.put_blob(&record)?, "size": record.len()},
        ],
        "annotations": annotations,
    });
    let bytes = manifest.to_string().into_bytes();
    repository.put_manifest(tag, MANIFEST, &bytes)?;
    Ok(Held { digest: Digest::of(&bytes), media_type: MANIFEST.to_owned(), bytes })
}

/// The files in the order of their paths, owned by nobody, of no time.
fn archive(bundle: &Bundle) -> io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for file in bundle.files() {
        let mut header = tar::Header::new_gnu();
        header.set_size(file.bytes.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(0);
        builder.append_data(&mut header, file.path.as_str(), file.bytes.as_slice())?;
    }
    let mut packed = builder.into_inner()?;
    packed.flush()?;
    packed.finish()
}
