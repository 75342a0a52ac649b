//! Bundles written, always in the form 0.3.

use data_encoding::BASE64;
use serde_json::{Map, Value, json};

use super::{Bundle, Content, Signer};
use crate::algorithm::Hash;
use crate::log::LogEntry;

/// The media type of the bundles that are written.
pub const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

impl Bundle {
    /// The bundle as JSON, in the form 0.3, which has the first certificate alone.
    pub fn to_json(&self) -> String {
        let mut material = Map::new();
        match &self.signer {
            Signer::Certificates(chain) => {
                let first = chain.first().map(|certificate| BASE64.encode(certificate.der()));
                material.insert("certificate".to_owned(), json!({ "rawBytes": first }));
            }
            Signer::Key { hint } => {
                material.insert("publicKey".to_owned(), json!({ "hint": hint }));
            }
        }
        if !self.entries.is_empty() {
            let entries: Vec<Value> = self.entries.iter().map(entry).collect();
            material.insert("tlogEntries".to_owned(), entries.into());
        }
        let timestamps: Vec<Value> = self
            .timestamps
            .iter()
            .map(|timestamp| json!({ "signedTimestamp": BASE64.encode(timestamp) }))
            .collect();
        if !timestamps.is_empty() {
            let data = json!({ "rfc3161Timestamps": timestamps });
            material.insert("timestampVerificationData".to_owned(), data);
        }
        let mut bundle = Map::new();
        bundle.insert("mediaType".to_owned(), MEDIA_TYPE.into());
        bundle.insert("verificationMaterial".to_owned(), material.into());
        match &self.content {
            Content::Message { digest, signature } => {
                let mut message = Map::new();
                if let Some((hash, digest)) = digest {
                    let algorithm = match hash {
                        Hash::Sha256 => "SHA2_256",
                        Hash::Sha384 => "SHA2_384",
                        Hash::Sha512 => "SHA2_512",
                    };
                    let digest = json!({ "algorithm": algorithm, "digest": BASE64.encode(digest) });
                    message.insert("messageDigest".to_owned(), digest);
                }
                message.insert("signature".to_owned(), BASE64.encode(signature).into());
                bundle.insert("messageSignature".to_owned(), message.into());
            }
            Content::Envelope(envelope) => {
                bundle.insert("dsseEnvelope".to_owned(), envelope.to_value());
            }
        }
        Value::from(bundle).to_string()
    }
}

fn entry(entry: &LogEntry) -> Value {
    let mut value = Map::new();
    value.insert("logIndex".to_owned(), entry.index.to_string().into());
    value.insert("logId".to_owned(), json!({ "keyId": BASE64.encode(&entry.log) }));
    let (kind, version) = &entry.kind;
    value.insert("kindVersion".to_owned(), json!({ "kind": kind, "version": version }));
    if let Some(time) = entry.integrated {
        value.insert("integratedTime".to_owned(), time.as_second().to_string().into());
    }
    if let Some(promise) = &entry.promise {
        let promise = json!({ "signedEntryTimestamp": BASE64.encode(promise) });
        value.insert("inclusionPromise".to_owned(), promise);
    }
    if let Some(proof) = &entry.proof {
        let hashes: Vec<String> = proof.hashes.iter().map(|hash| BASE64.encode(hash)).collect();
        let proof = json!({
            "logIndex": proof.index.to_string(),
            "rootHash": BASE64.encode(&proof.root),
            "treeSize": proof.size.to_string(),
            "hashes": hashes,
            "checkpoint": { "envelope": proof.checkpoint },
        });
        value.insert("inclusionProof".to_owned(), proof);
    }
    value.insert("canonicalizedBody".to_owned(), BASE64.encode(&entry.body).into());
    value.into()
}
