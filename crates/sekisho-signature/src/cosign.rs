//! How cosign stores signatures and attestations beside images in a registry.
//!
//! The older layout is an image of its own under a tag made of the digest (`sha256-….sig`, `sha256-….att`), or one that
//! refers to the image: each layer is a payload, and its annotations hold the signature and the evidence. The newer one
//! is a manifest of the artifact type of bundles, whose one layer is a bundle.

use std::collections::BTreeMap;

use data_encoding::{BASE64, HEXLOWER};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::algorithm::Hash;
use crate::base64::Base64;
use crate::bundle::{BUNDLE_LIMIT, Bundle, BundleError, Content, Signer, Version};
use crate::certificate::Certificate;
use crate::envelope::{Envelope, EnvelopeSignature};
use crate::log::LogEntry;

/// The type of a layer with what an image's signature signs.
pub const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// The type of a layer with an attestation's envelope.
pub const ENVELOPE: &str = "application/vnd.dsse.envelope.v1+json";
/// The type of statements that say no more than that an image is signed.
pub const SIGNED_PREDICATE: &str = "https://sigstore.dev/cosign/sign/v1";
/// The annotation with a signature.
pub const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
/// The annotation with the signer's certificate.
pub const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
/// The annotation with the certificates of authorities.
pub const CHAIN: &str = "dev.sigstore.cosign/chain";
/// The annotation with a log's promise.
pub const LOG_ENTRY: &str = "dev.sigstore.cosign/bundle";
/// The annotation with a timestamp.
pub const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";
/// What the older layout calls a signed image.
const IMAGE_TYPE: &str = "cosign container image signature";

/// The most bytes of a payload that an image's signature signs.
const PAYLOAD_LIMIT: usize = 1 << 20;

/// Why a layer of the older layout is no signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayerError {
    /// It has no signature.
    #[error("the layer has no annotation `{SIGNATURE}`")]
    NotSigned,
    /// An annotation is malformed.
    #[error("the annotation `{0}` is malformed")]
    Annotation(&'static str),
    /// The payload is too large.
    #[error("the layer has more than {limit} bytes, the limit")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The payload is not one of an image's signature.
    #[error("the layer is no payload of an image's signature")]
    Payload,
    /// The payload is one of another image.
    #[error("the signature is one of another image, {0}")]
    OtherImage(String),
    /// The envelope is malformed.
    #[error("the layer is no envelope: {0}")]
    Envelope(String),
    /// What it holds is no bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

/// What kind of thing lies under a tag of the older layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Signatures.
    Signature,
    /// Attestations.
    Attestation,
    /// Bills of materials, which are not signed.
    Bill,
}

/// The tag under which the older layout has something of the image with this digest (`sha256:…`).
pub fn tag_of(digest: &str, kind: Kind) -> String {
    let ending = match kind {
        Kind::Signature => "sig",
        Kind::Attestation => "att",
        Kind::Bill => "sbom",
    };
    format!("{}.{ending}", digest.replacen(':', "-", 1))
}

/// The tag under which registries without referrers list what refers to the image with this digest.
pub fn fallback_tag_of(digest: &str) -> String {
    digest.replacen(':', "-", 1)
}

/// What the older layout signs for an image.
pub fn payload_of(name: &str, digest: &str) -> Vec<u8> {
    let payload = json!({
        "critical": {
            "identity": { "docker-reference": name },
            "image": { "docker-manifest-digest": digest },
            "type": IMAGE_TYPE,
        },
        "optional": null,
    });
    payload.to_string().into_bytes()
}

/// Whether a payload is one of the image with this digest.
pub fn check_payload(payload: &[u8], digest: &str) -> Result<Value, LayerError> {
    if payload.len() > PAYLOAD_LIMIT {
        return Err(LayerError::TooLarge { limit: PAYLOAD_LIMIT });
    }
    let payload: Value = serde_json::from_slice(payload).map_err(|_| LayerError::Payload)?;
    let text = |path| payload.pointer(path).and_then(Value::as_str).ok_or(LayerError::Payload);
    if text("/critical/type")? != IMAGE_TYPE {
        return Err(LayerError::Payload);
    }
    let named = text("/critical/image/docker-manifest-digest")?;
    if named != digest {
        return Err(LayerError::OtherImage(named.chars().take(140).collect()));
    }
    Ok(payload.get("optional").cloned().unwrap_or_default())
}

/// A log's promise, as the older layout writes it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PromiseDocument {
    signed_entry_timestamp: Base64,
    payload: PromisedDocument,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromisedDocument {
    body: Base64,
    integrated_time: i64,
    log_index: u64,
    #[serde(rename = "logID")]
    log: String,
}

#[derive(Deserialize)]
struct TimestampDocument {
    #[serde(rename = "SignedRFC3161Timestamp")]
    timestamp: Base64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EnvelopeDocument {
    payload_type: String,
    payload: Base64,
    signatures: Vec<SignatureDocument>,
}

#[derive(Deserialize)]
struct SignatureDocument {
    sig: Base64,
    #[serde(default)]
    keyid: String,
}

/// A layer with the signature of a payload, as a bundle. The payload itself is what the bundle is then held against.
pub fn signature_of_layer(annotations: &BTreeMap<String, String>) -> Result<Bundle, LayerError> {
    let signature =
        annotations.get(SIGNATURE).filter(|text| !text.is_empty()).ok_or(LayerError::NotSigned)?;
    let signature = BASE64.decode(signature.as_bytes()).map_err(|_| LayerError::Annotation(SIGNATURE))?;
    evidence(annotations, Content::Message { digest: None, signature })
}

/// A layer with an attestation, as a bundle.
pub fn attestation_of_layer(
    layer: &[u8],
    annotations: &BTreeMap<String, String>,
) -> Result<Bundle, LayerError> {
    if layer.len() > BUNDLE_LIMIT {
        return Err(LayerError::TooLarge { limit: BUNDLE_LIMIT });
    }
    let document: EnvelopeDocument =
        serde_json::from_slice(layer).map_err(|error| LayerError::Envelope(error.to_string()))?;
    let signatures = document
        .signatures
        .into_iter()
        .take(2)
        .map(|one| EnvelopeSignature { signature: one.sig.0, key_id: one.keyid })
        .collect();
    let envelope = Envelope { payload_type: document.payload_type, payload: document.payload.0, signatures };
    evidence(annotations, Content::Envelope(envelope))
}

fn evidence(annotations: &BTreeMap<String, String>, content: Content) -> Result<Bundle, LayerError> {
    let given = |name| annotations.get(name).filter(|text: &&String| !text.is_empty());
    let signer = match given(CERTIFICATE) {
        None => Signer::Key { hint: String::new() },
        Some(text) => {
            let mut chain = Certificate::all_of_pem(text).map_err(BundleError::from)?;
            chain.truncate(1);
            if let Some(others) = given(CHAIN) {
                // The older layout brings the root too; it counts only where the root of trust has it.
                let others = Certificate::all_of_pem(others).map_err(BundleError::from)?;
                chain.extend(others.into_iter().filter(|other| !other.is_self_issued()).take(8));
            }
            Signer::Certificates(chain)
        }
    };
    let entries = given(LOG_ENTRY).map(|text| promise(text)).transpose()?;
    let timestamps = given(TIMESTAMP)
        .map(|text| {
            serde_json::from_str::<TimestampDocument>(text)
                .map(|document| document.timestamp.0)
                .map_err(|_| LayerError::Annotation(TIMESTAMP))
        })
        .transpose()?;
    Ok(Bundle {
        version: Version::V01,
        signer,
        entries: entries.into_iter().collect(),
        timestamps: timestamps.into_iter().collect(),
        content,
    })
}

fn promise(text: &str) -> Result<LogEntry, LayerError> {
    let wrong = LayerError::Annotation(LOG_ENTRY);
    let document: PromiseDocument = serde_json::from_str(text).map_err(|_| wrong.clone())?;
    let promised = document.payload;
    let integrated = Timestamp::from_second(promised.integrated_time).map_err(|_| wrong.clone())?;
    Ok(LogEntry {
        index: promised.log_index,
        log: HEXLOWER.decode(promised.log.as_bytes()).map_err(|_| wrong)?,
        // The kind stands in the body alone.
        kind: (String::new(), String::new()),
        integrated: Some(integrated),
        promise: Some(document.signed_entry_timestamp.0),
        proof: None,
        body: promised.body.0,
    })
}

/// The annotations that the older layout has for a signature, or the evidence of an attestation.
pub fn annotations_of(bundle: &Bundle) -> BTreeMap<String, String> {
    let mut annotations = BTreeMap::new();
    let signature = match &bundle.content {
        Content::Message { signature, .. } => BASE64.encode(signature),
        // Of an attestation the signature stands in the envelope.
        Content::Envelope(_) => String::new(),
    };
    annotations.insert(SIGNATURE.to_owned(), signature);
    if let Signer::Certificates(chain) = &bundle.signer {
        let mut chain = chain.iter().map(Certificate::to_pem);
        annotations.extend(chain.next().map(|first| (CERTIFICATE.to_owned(), first)));
        let others: String = chain.collect();
        if !others.is_empty() {
            annotations.insert(CHAIN.to_owned(), others);
        }
    }
    let promised =
        bundle.entries.iter().find_map(|entry| Some((entry, entry.promise.as_ref()?, entry.integrated?)));
    if let Some((entry, promise, integrated)) = promised {
        let value = json!({
            "SignedEntryTimestamp": BASE64.encode(promise),
            "Payload": {
                "body": BASE64.encode(&entry.body),
                "integratedTime": integrated.as_second(),
                "logIndex": entry.index,
                "logID": HEXLOWER.encode(&entry.log),
            },
        });
        annotations.insert(LOG_ENTRY.to_owned(), value.to_string());
    }
    if let Some(timestamp) = bundle.timestamps.first() {
        let value = json!({ "SignedRFC3161Timestamp": BASE64.encode(timestamp) });
        annotations.insert(TIMESTAMP.to_owned(), value.to_string());
    }
    annotations
}

/// The type of a claim, by the short words that cosign has for some.
pub fn predicate_type(word: &str) -> &str {
    match word {
        "custom" => "https://cosign.sigstore.dev/attestation/v1",
        "slsaprovenance" | "slsaprovenance02" => "https://slsa.dev/provenance/v0.2",
        "slsaprovenance1" => "https://slsa.dev/provenance/v1",
        "spdx" | "spdxjson" => "https://spdx.dev/Document",
        "cyclonedx" => "https://cyclonedx.org/bom",
        "link" => "https://in-toto.io/Link/v1",
        "vuln" => "https://cosign.sigstore.dev/attestation/vuln/v1",
        "openvex" => "https://openvex.dev/ns",
        uri => uri,
    }
}

/// The digest of bytes as registries write it.
pub fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{}", HEXLOWER.encode(&Hash::Sha256.of(bytes)))
}
