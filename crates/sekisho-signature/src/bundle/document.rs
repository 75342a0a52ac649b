//! Bundles as JSON writes them.

use jiff::Timestamp;
use serde::Deserialize;

use super::{BUNDLE_LIMIT, Bundle, BundleError, Content, PARTS_LIMIT, Signer, Version};
use crate::algorithm::Hash;
use crate::base64::Base64;
use crate::certificate::Certificate;
use crate::envelope::{Envelope, EnvelopeSignature};
use crate::log::{InclusionProof, LogEntry};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    media_type: String,
    verification_material: Option<MaterialDocument>,
    message_signature: Option<MessageDocument>,
    dsse_envelope: Option<EnvelopeDocument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MaterialDocument {
    certificate: Option<CertificateDocument>,
    x509_certificate_chain: Option<ChainDocument>,
    public_key: Option<HintDocument>,
    #[serde(default)]
    tlog_entries: Option<Vec<EntryDocument>>,
    timestamp_verification_data: Option<TimestampsDocument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CertificateDocument {
    raw_bytes: Base64,
}

#[derive(Deserialize)]
struct ChainDocument {
    certificates: Option<Vec<CertificateDocument>>,
}

#[derive(Deserialize)]
struct HintDocument {
    hint: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TimestampsDocument {
    rfc3161_timestamps: Option<Vec<TimestampDocument>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TimestampDocument {
    signed_timestamp: Base64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryDocument {
    log_index: Option<Number>,
    log_id: Option<IdDocument>,
    kind_version: Option<KindDocument>,
    integrated_time: Option<Number>,
    inclusion_promise: Option<PromiseDocument>,
    inclusion_proof: Option<ProofDocument>,
    canonicalized_body: Option<Base64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdDocument {
    key_id: Base64,
}

#[derive(Deserialize)]
struct KindDocument {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PromiseDocument {
    signed_entry_timestamp: Base64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProofDocument {
    log_index: Option<Number>,
    root_hash: Base64,
    tree_size: Option<Number>,
    #[serde(default)]
    hashes: Vec<Base64>,
    checkpoint: Option<CheckpointDocument>,
}

#[derive(Deserialize)]
struct CheckpointDocument {
    envelope: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageDocument {
    message_digest: Option<DigestDocument>,
    signature: Base64,
}

#[derive(Deserialize)]
struct DigestDocument {
    algorithm: String,
    digest: Base64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EnvelopeDocument {
    payload: Base64,
    payload_type: String,
    #[serde(default)]
    signatures: Vec<EnvelopeSignatureDocument>,
}

#[derive(Deserialize)]
struct EnvelopeSignatureDocument {
    sig: Base64,
    #[serde(default)]
    keyid: String,
}

/// Numbers of 64 bits are texts in the JSON of protocol buffers, and may be numbers too.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Text(String),
    Number(i64),
}

impl Number {
    fn value(&self, what: &'static str) -> Result<u64, BundleError> {
        let wrong = BundleError::Number(what);
        match self {
            Self::Number(number) => u64::try_from(*number).map_err(|_| wrong),
            Self::Text(text) => {
                let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                // No number of a log or a time is larger than a signed one can be.
                text.parse::<i64>().ok().filter(|_| is_plain).and_then(|n| u64::try_from(n).ok()).ok_or(wrong)
            }
        }
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Bundle, BundleError> {
    if bytes.len() > BUNDLE_LIMIT {
        return Err(BundleError::TooLarge { limit: BUNDLE_LIMIT });
    }
    let document: Document =
        serde_json::from_slice(bytes).map_err(|error| BundleError::Syntax(error.to_string()))?;
    let version = version(&document.media_type)?;
    let material = document.verification_material.ok_or(BundleError::Missing("verification material"))?;
    let entries = material.tlog_entries.unwrap_or_default();
    bounded("log entries", entries.len())?;
    let entries: Vec<LogEntry> =
        entries.into_iter().map(|document| entry(document, version)).collect::<Result<_, _>>()?;
    for entry in &entries {
        // Version 0.1 lives on the log's promise, later ones on its proof.
        if version == Version::V01 && entry.promise.is_none() {
            return Err(BundleError::Missing("promise of its log"));
        }
        if version > Version::V01 && entry.proof.is_none() {
            return Err(BundleError::Missing("proof that its log holds it"));
        }
    }
    let timestamps =
        material.timestamp_verification_data.and_then(|data| data.rfc3161_timestamps).unwrap_or_default();
    bounded("timestamps", timestamps.len())?;
    let signer = signer(version, material.certificate, material.x509_certificate_chain, material.public_key)?;
    Ok(Bundle {
        version,
        signer,
        entries,
        timestamps: timestamps.into_iter().map(|timestamp| timestamp.signed_timestamp.0).collect(),
        content: content(document.message_signature, document.dsse_envelope)?,
    })
}

/// Reads an entry as the second version of logs answers with it.
pub(super) fn read_entry(bytes: &[u8]) -> Result<LogEntry, BundleError> {
    if bytes.len() > BUNDLE_LIMIT {
        return Err(BundleError::TooLarge { limit: BUNDLE_LIMIT });
    }
    let document = serde_json::from_slice(bytes).map_err(|error| BundleError::Syntax(error.to_string()))?;
    entry(document, Version::V03)
}

fn version(media_type: &str) -> Result<Version, BundleError> {
    match media_type {
        "application/vnd.dev.sigstore.bundle+json;version=0.1" => Ok(Version::V01),
        "application/vnd.dev.sigstore.bundle+json;version=0.2" => Ok(Version::V02),
        "application/vnd.dev.sigstore.bundle+json;version=0.3"
        | "application/vnd.dev.sigstore.bundle.v0.3+json" => Ok(Version::V03),
        other => Err(BundleError::MediaType(other.chars().take(100).collect())),
    }
}

fn bounded(what: &'static str, count: usize) -> Result<(), BundleError> {
    if count > PARTS_LIMIT { Err(BundleError::TooMany { what, limit: PARTS_LIMIT }) } else { Ok(()) }
}

fn signer(
    version: Version,
    certificate: Option<CertificateDocument>,
    chain: Option<ChainDocument>,
    key: Option<HintDocument>,
) -> Result<Signer, BundleError> {
    match (certificate, chain, key) {
        (Some(certificate), None, None) => {
            Ok(Signer::Certificates(vec![Certificate::of_der(&certificate.raw_bytes.0)?]))
        }
        (None, Some(chain), None) => {
            if version == Version::V03 {
                return Err(BundleError::Chain);
            }
            let chain = chain.certificates.unwrap_or_default();
            bounded("certificates", chain.len())?;
            let chain: Vec<Certificate> = chain
                .iter()
                .map(|certificate| Certificate::of_der(&certificate.raw_bytes.0))
                .collect::<Result<_, _>>()?;
            if chain.is_empty() {
                return Err(BundleError::Missing("certificate"));
            }
            if chain.iter().skip(1).any(Certificate::is_self_issued) {
                return Err(BundleError::RootCertificate);
            }
            Ok(Signer::Certificates(chain))
        }
        (None, None, Some(key)) => Ok(Signer::Key { hint: key.hint.unwrap_or_default() }),
        (None, None, None) => Err(BundleError::Missing("certificate or key")),
        _ => Err(BundleError::Several("kind of signer")),
    }
}

fn content(
    message: Option<MessageDocument>,
    envelope: Option<EnvelopeDocument>,
) -> Result<Content, BundleError> {
    match (message, envelope) {
        (Some(message), None) => {
            let digest = match message.message_digest {
                Some(document) => {
                    let hash = Hash::named(&document.algorithm);
                    let hash = hash.ok_or(BundleError::Missing("digest with a known hash function"))?;
                    Some((hash, document.digest.0))
                }
                None => None,
            };
            if message.signature.0.is_empty() {
                return Err(BundleError::Missing("signature"));
            }
            Ok(Content::Message { digest, signature: message.signature.0 })
        }
        (None, Some(envelope)) => {
            bounded("signatures", envelope.signatures.len())?;
            let signatures = envelope
                .signatures
                .into_iter()
                .map(|one| EnvelopeSignature { signature: one.sig.0, key_id: one.keyid })
                .collect();
            let (payload_type, payload) = (envelope.payload_type, envelope.payload.0);
            Ok(Content::Envelope(Envelope { payload_type, payload, signatures }))
        }
        (None, None) => Err(BundleError::Missing("signature")),
        (Some(_), Some(_)) => Err(BundleError::Several("kind of signature")),
    }
}

fn entry(document: EntryDocument, version: Version) -> Result<LogEntry, BundleError> {
    let log = document.log_id.ok_or(BundleError::Missing("name of a log"))?.key_id.0;
    let kind = document.kind_version.ok_or(BundleError::Missing("kind of a log's entry"))?;
    let index = document.log_index.map(|index| index.value("the number of a log's entry"));
    // Zero stands for a time that is not there.
    let integrated = document.integrated_time.map(|time| time.value("a log's time")).transpose()?;
    let integrated = integrated
        .filter(|time| *time > 0)
        .map(|time| {
            i64::try_from(time)
                .ok()
                .and_then(|time| Timestamp::from_second(time).ok())
                .ok_or(BundleError::Number("a log's time"))
        })
        .transpose()?;
    // Early writers left the checkpoint away; their proofs show nothing, and the promise stands alone.
    let proof = document
        .inclusion_proof
        .filter(|proof| version > Version::V01 || proof.checkpoint.is_some())
        .map(proof)
        .transpose()?;
    Ok(LogEntry {
        index: index.transpose()?.unwrap_or(0),
        log,
        kind: (kind.kind, kind.version),
        integrated,
        promise: document.inclusion_promise.map(|promise| promise.signed_entry_timestamp.0),
        proof,
        body: document.canonicalized_body.ok_or(BundleError::Missing("entry of its log"))?.0,
    })
}

fn proof(document: ProofDocument) -> Result<InclusionProof, BundleError> {
    const DEPTH: usize = 64;
    if document.hashes.len() > DEPTH {
        return Err(BundleError::TooMany { what: "hashes in a proof", limit: DEPTH });
    }
    let number = |number: Option<Number>, what| number.map_or(Ok(0), |number| number.value(what));
    Ok(InclusionProof {
        index: number(document.log_index, "the number of a leaf")?,
        size: number(document.tree_size, "the size of a log")?,
        root: document.root_hash.0,
        hashes: document.hashes.into_iter().map(|hash| hash.0).collect(),
        checkpoint: document.checkpoint.ok_or(BundleError::Missing("checkpoint of its log"))?.envelope,
    })
}
