//! One repository of a registry as a store of artifacts: what a name leads to, what refers to it, and what is put there.

use std::sync::Arc;
use std::time::Instant;

use sekisho_manifest::ImageRef;
use sekisho_oci::digest::Digest;
use sekisho_oci::document::{Descriptor, Index, MANIFEST_LIMIT, ManifestDocument};
use sekisho_oci::layer::read_document;
use sekisho_oci::media_type::ACCEPTED;
use ureq::Body;
use ureq::http::Response;

use crate::address;
use crate::blob::Blob;
use crate::client::{Client, Endpoint, Method, Question, Sent, whole};
use crate::error::{RegistryError, SourceError};
use crate::source::announced;

/// A repository of a registry. Mirrors are not asked: what is signed is what the registry itself has.
#[derive(Debug, Clone)]
pub struct Repository {
    client: Arc<Client>,
    endpoint: Endpoint,
    name: String,
    /// When questions end.
    until: Option<Instant>,
}

/// A manifest, or an index, as a registry gave it; the bytes are those that the digest names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The digest.
    pub digest: Digest,
    /// The media type.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What refers to a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Referrers {
    /// The manifests that do.
    pub manifests: Vec<Descriptor>,
    /// Whether the registry keeps this list itself; else it stands under a tag made of the digest.
    pub is_kept: bool,
}

/// The most lists that are read one after the other, where a registry gives its answer in parts.
const PAGES: usize = 64;

impl Repository {
    /// Another repository, asked in the same way.
    #[must_use]
    pub fn sibling(&self, reference: &ImageRef) -> Self {
        Self { until: self.until, ..Self::of(&self.client, reference) }
    }

    /// The repository of a reference.
    pub fn of(client: &Arc<Client>, reference: &ImageRef) -> Self {
        let endpoint = client.home(reference);
        Self { client: Arc::clone(client), endpoint, name: reference.repository.to_string(), until: None }
    }

    /// The same, that asks nothing more when a time has come.
    #[must_use]
    pub fn until(self, until: Instant) -> Self {
        Self { until: Some(until), ..self }
    }

    fn ask(&self, question: Question<'_>) -> Result<Response<Body>, RegistryError> {
        self.check_time()?;
        self.client.ask(question)
    }

    fn check_time(&self) -> Result<(), RegistryError> {
        if self.until.is_some_and(|until| Instant::now() >= until) {
            return Err(RegistryError::Late { server: self.server().to_owned() });
        }
        Ok(())
    }

    /// What a tag or a digest leads to; none where there is no such thing.
    pub fn manifest(&self, reference: &str) -> Result<Option<Held>, RegistryError> {
        let accept = ACCEPTED.join(", ");
        let path = format!("manifests/{reference}");
        let response = match self.ask(self.question(&path, Some(&accept))) {
            Err(RegistryError::NotFound { .. }) => return Ok(None),
            other => other?,
        };
        let header = |key| response.headers().get(key).and_then(|value| value.to_str().ok());
        let media_type = header("content-type").unwrap_or_default().to_owned();
        let announced: Option<Digest> = header("docker-content-digest").and_then(|text| text.parse().ok());
        let bytes = whole(response, self.server(), MANIFEST_LIMIT)?;
        let wanted: Option<Digest> = reference.parse().ok();
        for expected in wanted.iter().chain(&announced) {
            if !expected.names(&bytes) {
                return Err(RegistryError::Digest {
                    server: self.server().to_owned(),
                    expected: expected.clone(),
                    found: Digest::of(&bytes),
                });
            }
        }
        let digest = wanted.unwrap_or_else(|| Digest::of(&bytes));
        Ok(Some(Held { digest, media_type, bytes }))
    }

    /// What refers to a manifest. Where the registry does not keep that, the tag that stands for it is read.
    pub fn referrers(&self, digest: &Digest) -> Result<Referrers, RegistryError> {
        let mut manifests = Vec::new();
        let mut path = format!("referrers/{digest}");
        for _ in 0..PAGES {
            let response = match self.ask(self.question(&path, Some(INDEX))) {
                // Registries that know no such question answer in many ways.
                Err(
                    RegistryError::NotFound { .. } | RegistryError::Status { status: 400 | 405 | 406, .. },
                ) => {
                    return self.listed(digest);
                }
                other => other?,
            };
            let is_index = response
                .headers()
                .get("content-type")
                .and_then(|value| value.to_str().ok())
                .is_some_and(|kind| kind.starts_with(INDEX));
            if !is_index {
                return self.listed(digest);
            }
            let next = response.headers().get("link").and_then(|value| value.to_str().ok()).and_then(next);
            let bytes = whole(response, self.server(), MANIFEST_LIMIT)?;
            manifests.extend(self.index(&bytes)?.manifests);
            match next {
                Some(query) => path = format!("referrers/{digest}?{query}"),
                None => return Ok(Referrers { manifests, is_kept: true }),
            }
        }
        Ok(Referrers { manifests, is_kept: true })
    }

    /// The list that stands under the tag of a digest.
    fn listed(&self, digest: &Digest) -> Result<Referrers, RegistryError> {
        let Some(held) = self.manifest(&fallback_tag(digest))? else { return Ok(Referrers::default()) };
        Ok(Referrers { manifests: self.index(&held.bytes)?.manifests, is_kept: false })
    }

    fn index(&self, bytes: &[u8]) -> Result<Index, RegistryError> {
        match ManifestDocument::parse(bytes, None) {
            Ok(ManifestDocument::Index(index)) => Ok(index),
            Ok(ManifestDocument::Manifest(_)) => Err(self.strange("a manifest where a list must be")),
            Err(error) => Err(self.strange(&error.to_string())),
        }
    }

    /// The bytes that a descriptor names, proved.
    pub fn blob(&self, descriptor: &Descriptor, limit: u64) -> Result<Vec<u8>, SourceError> {
        let fault = |source| SourceError::Archive {
            what: format!("`{}` gives {}", self.server(), descriptor.digest),
            source,
        };
        self.check_time()?;
        if descriptor.size > limit {
            return Err(fault(sekisho_oci::error::ArchiveError::Bytes { limit }));
        }
        let blob = Blob::new(
            Arc::clone(&self.client),
            self.endpoint.clone(),
            &self.name,
            &descriptor.digest,
            descriptor.size,
        );
        read_document(blob, &announced(descriptor), limit).map_err(fault)
    }

    /// Puts bytes there, where they are not yet.
    pub fn put_blob(&self, bytes: &[u8]) -> Result<Digest, RegistryError> {
        let digest = Digest::of(bytes);
        let path = format!("blobs/{digest}");
        let known = Question { method: Method::Head, ..self.question(&path, None) };
        match self.ask(known) {
            Ok(_) => return Ok(digest),
            Err(RegistryError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
        let begun = self.ask(Question {
            method: Method::Post(Sent { media_type: "application/octet-stream", bytes: &[] }),
            ..self.question("blobs/uploads/", None)
        })?;
        let location = begun.headers().get("location").and_then(|value| value.to_str().ok());
        let from = format!("{}/v2/{}/blobs/uploads/", self.endpoint.address, self.name);
        let location = location.and_then(|target| address::join(&from, target));
        let location = location.ok_or_else(|| self.strange("an upload without a place"))?;
        let sign = if location.contains('?') { '&' } else { '?' };
        let url = format!("{location}{sign}digest={}", digest.to_string().replace(':', "%3A"));
        self.ask(Question {
            method: Method::Put(Sent { media_type: "application/octet-stream", bytes }),
            ..self.question(&url, None)
        })?;
        Ok(digest)
    }

    /// Puts a manifest there, under a tag or its digest.
    pub fn put_manifest(
        &self,
        reference: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<Digest, RegistryError> {
        let path = format!("manifests/{reference}");
        self.ask(Question { method: Method::Put(Sent { media_type, bytes }), ..self.question(&path, None) })?;
        Ok(Digest::of(bytes))
    }

    /// The registry's host.
    pub fn server(&self) -> &str {
        address::host_of(&self.endpoint.address)
    }

    fn question<'q>(&'q self, path: &'q str, accept: Option<&'q str>) -> Question<'q> {
        Question {
            endpoint: &self.endpoint,
            repository: &self.name,
            path,
            accept,
            from: 0,
            method: Method::Get,
        }
    }

    pub(crate) fn strange(&self, what: &str) -> RegistryError {
        RegistryError::Unreachable { server: self.server().to_owned(), message: format!("it gives {what}") }
    }
}

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The tag under which registries that keep no referrers have a list of them.
pub fn fallback_tag(digest: &Digest) -> String {
    let value: String = digest.value().chars().take(64).collect();
    format!("{}-{value}", digest.algorithm().as_str())
}

/// The query of the next part of an answer: `</v2/…?n=…>; rel="next"`.
fn next(link: &str) -> Option<String> {
    let (target, rest) = link.strip_prefix('<')?.split_once('>')?;
    let query = target.split_once('?')?.1;
    rest.contains("next").then(|| query.to_owned())
}
