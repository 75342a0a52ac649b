//! Images of registries.

use std::sync::Arc;

use sekisho_manifest::ImageRef;
use sekisho_oci::digest::Digest;
use sekisho_oci::document::{Descriptor, MANIFEST_LIMIT, ManifestDocument};
use sekisho_oci::layer::read_document;
use sekisho_oci::media_type::ACCEPTED;

use super::platform::{self, Documents};
use super::{LayerBytes, Layers, Opened, Wanted, announced};
use crate::address;
use crate::blob::Blob;
use crate::client::{Client, Endpoint, Method, Question, whole};
use crate::error::{RegistryError, SourceError};

/// An image of a registry.
#[derive(Debug, Clone)]
struct Remote {
    client: Arc<Client>,
    endpoint: Endpoint,
    repository: String,
    layers: Vec<Descriptor>,
}

/// Opens an image: its manifest and its configuration are fetched.
pub(super) fn open(
    reference: &ImageRef,
    wanted: &Wanted,
    client: &Arc<Client>,
) -> Result<Opened, SourceError> {
    let mut last = None;
    for endpoint in client.endpoints(reference) {
        match open_at(reference, wanted, client, &endpoint) {
            Ok(opened) => return Ok(opened),
            // What the registry itself says counts, and not what its mirror did.
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| SourceError::Missing {
        what: reference.name().to_string(),
        path: "a registry".to_owned(),
    }))
}

fn open_at(
    reference: &ImageRef,
    wanted: &Wanted,
    client: &Arc<Client>,
    endpoint: &Endpoint,
) -> Result<Opened, SourceError> {
    let name = shown(reference);
    let mut remote = Remote {
        client: Arc::clone(client),
        endpoint: endpoint.clone(),
        repository: reference.repository.to_string(),
        layers: Vec::new(),
    };
    let (digest, document) = remote.manifest(&name, reference)?;
    let resolved = platform::resolve(&name, digest, document, wanted, &remote)?;
    let descriptors = resolved.image.layers.iter().filter_map(|layer| layer.descriptor.clone());
    remote.layers = descriptors.collect();
    Ok(Opened {
        name,
        image: resolved.image,
        other_platforms: resolved.other_platforms,
        layers: Box::new(remote),
    })
}

/// The digests that a reference names now: of what it leads to, and of the images in that where it is an index.
pub fn digests(reference: &ImageRef, client: &Arc<Client>) -> Result<Vec<String>, SourceError> {
    let mut last = None;
    for endpoint in client.endpoints(reference) {
        let remote = Remote {
            client: Arc::clone(client),
            endpoint,
            repository: reference.repository.to_string(),
            layers: Vec::new(),
        };
        match remote.manifest(&shown(reference), reference) {
            Ok((digest, document)) => {
                let mut found = vec![digest.to_string()];
                if let ManifestDocument::Index(index) = document {
                    found.extend(index.images().map(|one| one.digest.to_string()));
                }
                return Ok(found);
            }
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| SourceError::Missing {
        what: reference.name().to_string(),
        path: "a registry".to_owned(),
    }))
}

/// The name of an image as it is shown: with the tag or digest that is asked for.
fn shown(reference: &ImageRef) -> String {
    let name = reference.name();
    match (&reference.digest, reference.requested_tag()) {
        (Some(digest), _) => format!("{name}@{digest}"),
        (None, Some(tag)) => format!("{name}:{tag}"),
        (None, None) => name.to_string(),
    }
}

impl Remote {
    /// The document that a reference leads to, proved where the reference has a digest.
    fn manifest(&self, name: &str, reference: &ImageRef) -> Result<(Digest, ManifestDocument), SourceError> {
        let wanted =
            match reference.digest.as_deref() {
                Some(digest) => Some(digest.parse::<Digest>().map_err(|error| SourceError::Store {
                    what: name.to_owned(),
                    message: error.to_string(),
                })?),
                None => None,
            };
        let asked = wanted.as_ref().map(ToString::to_string);
        let asked = asked.as_deref().or(reference.requested_tag()).unwrap_or("latest");
        let accept = ACCEPTED.join(", ");
        let path = format!("manifests/{asked}");
        let response = self.client.ask(self.question(&path, Some(&accept)))?;
        let header = |key| response.headers().get(key).and_then(|value| value.to_str().ok());
        let media_type = header("content-type").map(str::to_owned);
        let announced: Option<Digest> = header("docker-content-digest").and_then(|text| text.parse().ok());
        let server = address::host_of(&self.endpoint.address);
        let bytes = whole(response, server, MANIFEST_LIMIT)?;
        for expected in wanted.iter().chain(&announced) {
            if !expected.names(&bytes) {
                return Err(SourceError::Registry(RegistryError::Digest {
                    server: server.to_owned(),
                    expected: expected.clone(),
                    found: Digest::of(&bytes),
                }));
            }
        }
        let document = ManifestDocument::parse(&bytes, media_type.as_deref())
            .map_err(|source| SourceError::Document { what: name.to_owned(), source })?;
        Ok((wanted.unwrap_or_else(|| Digest::of(&bytes)), document))
    }

    fn question<'q>(&'q self, path: &'q str, accept: Option<&'q str>) -> Question<'q> {
        Question {
            endpoint: &self.endpoint,
            repository: &self.repository,
            path,
            accept,
            from: 0,
            method: Method::Get,
        }
    }
}

impl Documents for Remote {
    fn document(&self, descriptor: &Descriptor, limit: u64) -> Result<Vec<u8>, SourceError> {
        use sekisho_oci::media_type::MediaType;
        let fault = |source| SourceError::Archive {
            what: format!("`{}` gives {}", address::host_of(&self.endpoint.address), descriptor.digest),
            source,
        };
        if descriptor.size > limit {
            return Err(fault(sekisho_oci::error::ArchiveError::Bytes { limit }));
        }
        if matches!(descriptor.kind(), MediaType::Index | MediaType::Manifest | MediaType::Schema1) {
            let path = format!("manifests/{}", descriptor.digest);
            let accept = ACCEPTED.join(", ");
            let response = self.client.ask(self.question(&path, Some(&accept)))?;
            return read_document(response.into_body().into_reader(), &announced(descriptor), limit)
                .map_err(fault);
        }
        let blob = self.blob(descriptor);
        read_document(blob, &announced(descriptor), limit).map_err(fault)
    }
}

impl Remote {
    fn blob(&self, descriptor: &Descriptor) -> Blob {
        let client = Arc::clone(&self.client);
        Blob::new(client, self.endpoint.clone(), &self.repository, &descriptor.digest, descriptor.size)
    }
}

impl Layers for Remote {
    fn open(&self, index: usize) -> Result<LayerBytes, SourceError> {
        let descriptor = self.layers.get(index).ok_or_else(|| SourceError::Missing {
            what: self.repository.clone(),
            path: format!("layer {index}"),
        })?;
        Ok(LayerBytes::Stream(Box::new(self.blob(descriptor))))
    }
}
