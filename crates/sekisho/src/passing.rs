//! Whether an image passes a bundle: by what is read of it at the gate, and by what was kept of it later. One judgement, so
//! that the one says what the other does.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use sekisho_finding::{Finding, Severity};
use sekisho_oci::document::ManifestDocument;
use sekisho_registry::{Held, Repository};

use crate::credentials::Asked;
use crate::request::Request;
use crate::run::Outcome;
use crate::signature::in_force::InForce;
use crate::target::image;
use crate::vulnerable::Wanted;

/// The most platforms that an image is built for.
const PLATFORMS: usize = 64;

/// An image for one platform: its digest, and how many layers it has.
pub(crate) struct Expected {
    pub(crate) digest: String,
    pub(crate) layers: usize,
}

/// Whether an image passes.
pub(crate) enum Passing {
    /// It does.
    Passes,
    /// It does not, for these reasons.
    Fails(Vec<String>),
    /// Not all of it could be examined.
    Unknown(String),
}

/// Every image that a name leads to: a list of images is approved as a whole or not at all.
pub(crate) fn platforms(repository: &Repository, held: &Held, name: &str) -> Result<Vec<Expected>> {
    let named = || format!("{name}@{}", held.digest);
    let document = ManifestDocument::parse(&held.bytes, Some(&held.media_type)).with_context(named)?;
    let index = match document {
        ManifestDocument::Manifest(manifest) => {
            let digest = held.digest.to_string();
            return Ok(vec![Expected { digest, layers: manifest.layers.len() }]);
        }
        ManifestDocument::Index(index) => index,
    };
    let mut expected = Vec::new();
    for descriptor in index.manifests.iter().filter(|descriptor| !descriptor.is_attestation()) {
        let digest = descriptor.digest.to_string();
        let held = repository.manifest(&digest)?.with_context(|| format!("`{digest}` is not there"))?;
        match ManifestDocument::parse(&held.bytes, Some(&held.media_type)).with_context(named)? {
            ManifestDocument::Manifest(manifest) => {
                expected.push(Expected { digest, layers: manifest.layers.len() });
            }
            ManifestDocument::Index(_) => bail!("`{digest}` is a list in a list, which is not examined"),
        }
        if expected.len() > PLATFORMS {
            bail!("the image is built for more than {PLATFORMS} platforms, the limit");
        }
    }
    if expected.is_empty() {
        bail!("{} leads to no image", named());
    }
    Ok(expected)
}

/// What is asked of images by a bundle; whoever asks names the images.
pub(crate) fn request(in_force: &InForce, database: Option<&PathBuf>, images: image::Settings) -> Request {
    Request {
        // The configuration of the bundle counts, and none that lies where this is run.
        config: Some(in_force.configuration()),
        policies: vec![in_force.folder().to_owned()],
        vulnerabilities: Some(Wanted { database: database.cloned(), ..Wanted::default() }),
        credentials: Some(Asked::default()),
        images: Some(images),
        ..Request::default()
    }
}

/// How bad a finding must be for the image to fail.
pub(crate) fn fail_on(outcome: &Outcome) -> Option<Severity> {
    outcome.config.document.scan.fail_on.map_or(Some(Severity::High), |fail_on| fail_on.0)
}

/// Whether all layers were read, and nothing is at the limit.
pub(crate) fn passing(outcome: &Outcome, layers: usize) -> Passing {
    if let Some(failure) = outcome.coverage.failures().next() {
        return Passing::Unknown(format!("`{}`: {}", failure.path, failure.reason));
    }
    if outcome.coverage.layers < layers {
        return Passing::Unknown(format!("{} of {layers} layers were read", outcome.coverage.layers));
    }
    let limit = fail_on(outcome);
    if !outcome.fails_at(limit) {
        return Passing::Passes;
    }
    let counted = outcome.counted().filter(|finding| limit.is_some_and(|limit| finding.severity >= limit));
    Passing::Fails(counted.map(told).collect())
}

/// A finding in a few words.
fn told(finding: &Finding) -> String {
    let which = finding.names.first().map(|name| format!(" {name}")).unwrap_or_default();
    format!("{}{which} in {}", finding.rule, finding.subject.object.name)
}
