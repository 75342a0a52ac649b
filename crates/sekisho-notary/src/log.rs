//! Entries of logs that speak as Rekor does, in its first and its second version.

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use jiff::Timestamp;
use sekisho_signature::algorithm::Hash;
use sekisho_signature::bundle::{Bundle, Content, Signer, log_entry_of_json};
use sekisho_signature::certificate::Certificate;
use sekisho_signature::envelope::pre_authentication;
use sekisho_signature::key::PublicKey;
use sekisho_signature::log::{InclusionProof, LogEntry};
use serde_json::{Value, json};

use crate::error::NotaryError;
use crate::service::{Services, strange};

/// How a log speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogVersion {
    /// Rekor 1: it promises at once, and says when.
    One,
    /// Rekor 2: it proves, and says no time.
    Two,
}

/// Enters the signature of a bundle in the log at an address. `key` is the signer's.
pub fn enter(
    services: &Services,
    url: &str,
    version: LogVersion,
    bundle: &Bundle,
    key: &PublicKey,
) -> Result<LogEntry, NotaryError> {
    let base = url.trim_end_matches('/');
    let signature =
        bundle.signature().ok_or_else(|| strange(url, "nothing: there is no signature to enter"))?;
    let json = "application/json";
    match version {
        LogVersion::One => {
            let url = format!("{base}/api/v1/log/entries");
            let question = first(bundle, signature, key);
            let bytes = services.post(&url, json, json, question.to_string().as_bytes())?;
            read_first(&url, &bytes, &question)
        }
        LogVersion::Two => {
            let url = format!("{base}/api/v2/log/entries");
            let question = second(bundle, signature, key, &url)?;
            let bytes = services.post(&url, json, json, question.to_string().as_bytes())?;
            log_entry_of_json(&bytes).map_err(|error| strange(&url, error.to_string()))
        }
    }
}

fn signer_pem(bundle: &Bundle, key: &PublicKey) -> String {
    match &bundle.signer {
        Signer::Certificates(chain) => chain.first().map(Certificate::to_pem).unwrap_or_default(),
        Signer::Key { .. } => key.to_pem(),
    }
}

/// What the first version is told.
fn first(bundle: &Bundle, signature: &[u8], key: &PublicKey) -> Value {
    let signer = BASE64.encode(signer_pem(bundle, key).as_bytes());
    match &bundle.content {
        Content::Message { digest, .. } => {
            let digest = digest.as_ref().map(|(_, digest)| HEXLOWER_PERMISSIVE.encode(digest));
            json!({
                "apiVersion": "0.0.1",
                "kind": "hashedrekord",
                "spec": {
                    "data": { "hash": { "algorithm": "sha256", "value": digest } },
                    "signature": {
                        "content": BASE64.encode(signature),
                        "publicKey": { "content": signer },
                    },
                },
            })
        }
        Content::Envelope(envelope) => json!({
            "apiVersion": "0.0.1",
            "kind": "dsse",
            "spec": {
                "proposedContent": {
                    "envelope": envelope.to_value().to_string(),
                    "verifiers": [signer],
                },
            },
        }),
    }
}

/// What the second version is told; an envelope goes in by the hash of what is signed of it.
fn second(bundle: &Bundle, signature: &[u8], key: &PublicKey, url: &str) -> Result<Value, NotaryError> {
    let verifier = match &bundle.signer {
        Signer::Certificates(chain) => {
            let first = chain.first().map(|first| BASE64.encode(first.der()));
            json!({ "x509Certificate": { "rawBytes": first }, "keyDetails": key.details() })
        }
        Signer::Key { .. } => {
            json!({ "publicKey": { "rawBytes": BASE64.encode(key.info()) }, "keyDetails": key.details() })
        }
    };
    let digest = match &bundle.content {
        Content::Message { digest, .. } => {
            let digest = digest.as_ref().map(|(_, digest)| digest.clone());
            digest.ok_or_else(|| strange(url, "nothing: the digest is not known"))?
        }
        Content::Envelope(envelope) => {
            Hash::Sha256.of(&pre_authentication(&envelope.payload_type, &envelope.payload))
        }
    };
    Ok(json!({
        "hashedRekordRequestV002": {
            "digest": BASE64.encode(&digest),
            "signature": { "content": BASE64.encode(signature), "verifier": verifier },
        },
    }))
}

/// The answer of the first version: an entry under a name of its own.
fn read_first(url: &str, bytes: &[u8], question: &Value) -> Result<LogEntry, NotaryError> {
    let wrong = |what: &str| strange(url, format!("an entry without {what}"));
    let answer: Value = serde_json::from_slice(bytes).map_err(|_| strange(url, "no JSON"))?;
    let entry = answer.as_object().and_then(|answer| answer.values().next()).ok_or_else(|| wrong("name"))?;
    let at = |path: &str| entry.pointer(path);
    let hex = |value: Option<&Value>, what: &str| {
        let text = value.and_then(Value::as_str).ok_or_else(|| wrong(what))?;
        HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| wrong(what))
    };
    let base64 = |value: Option<&Value>, what: &str| {
        let text = value.and_then(Value::as_str).ok_or_else(|| wrong(what))?;
        BASE64.decode(text.as_bytes()).map_err(|_| wrong(what))
    };
    let number = |value: Option<&Value>, what: &str| value.and_then(Value::as_u64).ok_or_else(|| wrong(what));
    let integrated = at("/integratedTime").and_then(Value::as_i64);
    let proof = match at("/verification/inclusionProof") {
        None => None,
        Some(proof) => {
            let hashes = proof.get("hashes").and_then(Value::as_array).ok_or_else(|| wrong("hashes"))?;
            let checkpoint = proof.get("checkpoint").and_then(Value::as_str);
            Some(InclusionProof {
                index: number(proof.get("logIndex"), "number of its leaf")?,
                size: number(proof.get("treeSize"), "size of the log")?,
                root: hex(proof.get("rootHash"), "hash of the log")?,
                hashes: hashes.iter().map(|hash| hex(Some(hash), "hashes")).collect::<Result<_, _>>()?,
                checkpoint: checkpoint.ok_or_else(|| wrong("checkpoint"))?.to_owned(),
            })
        }
    };
    let text = |path: &str| question.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(LogEntry {
        index: number(at("/logIndex"), "number")?,
        log: hex(at("/logID"), "name of the log")?,
        kind: (text("/kind"), text("/apiVersion")),
        integrated: integrated.and_then(|seconds| Timestamp::from_second(seconds).ok()),
        promise: Some(base64(at("/verification/signedEntryTimestamp"), "promise")?),
        proof,
        body: base64(at("/body"), "body")?,
    })
}
