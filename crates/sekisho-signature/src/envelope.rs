//! Envelopes (DSSE): a payload of a named type, and signatures over both.

use data_encoding::BASE64;
use serde_json::{Value, json};

/// The payload type of statements.
pub const STATEMENT_TYPE: &str = "application/vnd.in-toto+json";

/// An envelope with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The type of the payload.
    pub payload_type: String,
    /// The payload.
    pub payload: Vec<u8>,
    /// The signatures; where several are there it could not be said which one the evidence is for, so one is asked for.
    pub signatures: Vec<EnvelopeSignature>,
}

/// A signature of an envelope.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EnvelopeSignature {
    /// The signature.
    pub signature: Vec<u8>,
    /// What the signer calls the key; nothing is concluded from it.
    pub key_id: String,
}

/// What is signed of an envelope: its type and payload, each behind its length.
pub fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

impl Envelope {
    /// The envelope as JSON.
    pub fn to_value(&self) -> Value {
        let signatures: Vec<Value> = self
            .signatures
            .iter()
            .map(|one| json!({ "sig": BASE64.encode(&one.signature), "keyid": one.key_id }))
            .collect();
        json!({
            "payload": BASE64.encode(&self.payload),
            "payloadType": self.payload_type,
            "signatures": signatures,
        })
    }
}
