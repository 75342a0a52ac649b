//! Images in containerd's store: their names in its metadata, a file of bbolt, and everything else by its digest.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::PathBuf;

use sekisho_advisory::trivy::value_at;
use sekisho_manifest::ImageRef;
use sekisho_oci::digest::Digest;

use super::store::Store;
use super::{Opened, Wanted, layout};
use crate::error::SourceError;

/// Where containerd keeps its store unless it is told otherwise.
const USUAL: &str = "/var/lib/containerd";
/// The namespaces that are looked in: Kubernetes', that of the tools, Docker's.
const NAMESPACES: [&str; 3] = ["k8s.io", "default", "moby"];
const METADATA: &str = "io.containerd.metadata.v1.bolt/meta.db";
const CONTENT: &str = "io.containerd.content.v1.content";
/// The most bytes of the metadata.
const METADATA_LIMIT: u64 = 1 << 30;

/// Opens an image by its name; `[namespace@/folder]name` names the store too, and either part of that may be missing.
pub(super) fn open(name: &str, wanted: &Wanted) -> Result<Opened, SourceError> {
    let what = format!("containerd:{name}");
    let fault = |message: String| SourceError::Store { what: what.clone(), message };
    let (place, name) = match name.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((place, name)) => (place, name),
        None => ("", name),
    };
    let (namespace, folder) = place.split_once('@').unwrap_or((place, ""));
    let root = PathBuf::from(if folder.is_empty() { USUAL } else { folder });
    let path = root.join(METADATA);
    let unreadable = |source| SourceError::File { path: path.clone(), source };
    if fs::metadata(&path).map_err(unreadable)?.len() > METADATA_LIMIT {
        return Err(fault(format!("its metadata have more than {METADATA_LIMIT} bytes, the limit")));
    }
    let mut metadata = Vec::new();
    File::open(&path)
        .and_then(|file| file.take(METADATA_LIMIT).read_to_end(&mut metadata))
        .map_err(unreadable)?;
    let namespaces = if namespace.is_empty() { &NAMESPACES[..] } else { &[namespace] };
    // Names are kept whole: `docker.io/library/nginx:1.27`.
    let reference: Option<ImageRef> = name.parse().ok();
    let whole = reference.map(|reference| {
        let tag = reference.requested_tag().map(|tag| format!(":{tag}")).unwrap_or_default();
        format!("{}{tag}", reference.name())
    });
    for namespace in namespaces {
        for name in std::iter::once(name).chain(whole.as_deref()) {
            let key = ["v1", *namespace, "images", name, "target", "digest"];
            let found = value_at(&metadata, &key).map_err(|error| fault(error.to_string()))?;
            let Some(digest) = found.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()) else {
                continue;
            };
            let digest: Digest = digest.parse().map_err(|_| fault(format!("`{digest}` is no digest")))?;
            return layout::open_digest(Store::Folder(root.join(CONTENT)), name, &digest, wanted);
        }
    }
    Err(fault(format!("there is no such image in {}", namespaces.join(", "))))
}
