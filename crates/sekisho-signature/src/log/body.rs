//! What the entry of a log says: that this was signed, so, by this key. Kinds `hashedrekord`, `dsse` and `intoto`.

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use serde_json::Value;

use crate::algorithm::{Hash, Signed};
use crate::certificate::Certificate;
use crate::envelope::pre_authentication;
use crate::key::PublicKey;

/// What must stand in the entry.
#[derive(Debug, Clone, Copy)]
pub struct Material<'m> {
    /// The signature.
    pub signature: &'m [u8],
    /// What was signed.
    pub content: SignedContent<'m>,
    /// The signer's key.
    pub key: &'m PublicKey,
    /// The signer's certificate, where there is one.
    pub certificate: Option<&'m Certificate>,
}

/// What was signed.
#[derive(Debug, Clone, Copy)]
pub enum SignedContent<'m> {
    /// Bytes, or their digest.
    Message(Signed<'m>),
    /// An envelope: the type of its payload, and the payload.
    Envelope(&'m str, &'m [u8]),
}

/// Why an entry is not the one of a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// It is no JSON, or lacks something.
    #[error("the log's entry is malformed: {0}")]
    Malformed(&'static str),
    /// Another kind of entry.
    #[error("the log's entry is of the kind `{kind}` {version}, which is not read")]
    Kind {
        /// The kind.
        kind: String,
        /// The version.
        version: String,
    },
    /// The entry and what is said of it differ.
    #[error("the log's entry is of another kind than is said of it")]
    OtherKind,
    /// A digest of something else.
    #[error("the log's entry is one of other contents")]
    Digest,
    /// Another signature.
    #[error("the log's entry is one of another signature")]
    Signature,
    /// Another key or certificate.
    #[error("the log's entry is one of another signer")]
    Signer,
    /// It cannot be compared without the bytes.
    #[error("the log's entry names a digest that needs the bytes that were signed")]
    NeedsBytes,
}

const DIGEST: BodyError = BodyError::Malformed("there is no digest");
const SIGNATURE: BodyError = BodyError::Malformed("there is no signature");
const SIGNER: BodyError = BodyError::Malformed("there is no signer");

impl Material<'_> {
    /// Holds the body of an entry against it.
    pub(super) fn check(&self, kind: &(String, String), body: &[u8]) -> Result<(), BodyError> {
        let body: Value = serde_json::from_slice(body).map_err(|_| BodyError::Malformed("it is no JSON"))?;
        let word = |name| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let (name, version) = (word("kind"), word("apiVersion"));
        // Entries of cosign's older layout say nothing beside the body.
        let is_said = (kind.0.is_empty() || kind.0 == name) && (kind.1.is_empty() || kind.1 == version);
        if !is_said {
            return Err(BodyError::OtherKind);
        }
        let spec = body.get("spec").ok_or(BodyError::Malformed("there is no `spec`"))?;
        match (name, version) {
            ("hashedrekord", "0.0.1") => self.hashed(spec),
            ("hashedrekord", "0.0.2") => self.hashed_second(at(spec, "/hashedRekordV002")),
            ("dsse", "0.0.1") => self.enveloped(spec),
            ("dsse", "0.0.2") => self.enveloped_second(at(spec, "/dsseV002")),
            ("intoto", "0.0.1") => self.stated(spec),
            ("intoto", "0.0.2") => self.stated_second(spec),
            _ => {
                let short = |text: &str| text.chars().take(50).collect();
                Err(BodyError::Kind { kind: short(name), version: short(version) })
            }
        }
    }

    fn hashed(&self, spec: &Value) -> Result<(), BodyError> {
        self.check_digest(hexadecimal(at(spec, "/data/hash"))?)?;
        self.check_signature(&base64(at(spec, "/signature/content")).ok_or(SIGNATURE)?)?;
        self.check_pem(&base64(at(spec, "/signature/publicKey/content")).ok_or(SIGNER)?)
    }

    fn hashed_second(&self, spec: &Value) -> Result<(), BodyError> {
        self.check_digest(second_digest(at(spec, "/data"))?)?;
        self.check_signature(&base64(at(spec, "/signature/content")).ok_or(SIGNATURE)?)?;
        self.check_verifier(at(spec, "/signature/verifier"))
    }

    /// The hash of the envelope is one of a text that other writers put together otherwise: what counts is what is in it.
    fn enveloped(&self, spec: &Value) -> Result<(), BodyError> {
        self.check_payload(hexadecimal(at(spec, "/payloadHash"))?)?;
        let signature = only(at(spec, "/signatures")).ok_or(SIGNATURE)?;
        self.check_signature(&base64(at(signature, "/signature")).ok_or(SIGNATURE)?)?;
        self.check_pem(&base64(at(signature, "/verifier")).ok_or(SIGNER)?)
    }

    fn enveloped_second(&self, spec: &Value) -> Result<(), BodyError> {
        self.check_payload(second_digest(at(spec, "/payloadHash"))?)?;
        let signature = only(at(spec, "/signatures")).ok_or(SIGNATURE)?;
        self.check_signature(&base64(at(signature, "/content")).ok_or(SIGNATURE)?)?;
        self.check_verifier(at(signature, "/verifier"))
    }

    /// This kind of entry names no signature: payload and signer are bound, and the signature is held against both
    /// by itself.
    fn stated(&self, spec: &Value) -> Result<(), BodyError> {
        self.check_payload(hexadecimal(at(spec, "/content/payloadHash"))?)?;
        self.check_pem(&base64(at(spec, "/publicKey")).ok_or(SIGNER)?)
    }

    fn stated_second(&self, spec: &Value) -> Result<(), BodyError> {
        self.check_payload(hexadecimal(at(spec, "/content/payloadHash"))?)?;
        let signature = only(at(spec, "/content/envelope/signatures")).ok_or(SIGNATURE)?;
        // The signature is encoded twice.
        let inner = base64(at(signature, "/sig")).ok_or(SIGNATURE)?;
        self.check_signature(&BASE64.decode(&inner).map_err(|_| SIGNATURE)?)?;
        self.check_pem(&base64(at(signature, "/publicKey")).ok_or(SIGNER)?)
    }

    /// The digest of what was signed.
    fn check_digest(&self, (hash, digest): (Hash, Vec<u8>)) -> Result<(), BodyError> {
        let found = match self.content {
            SignedContent::Message(signed) => signed.hash(hash).ok_or(BodyError::NeedsBytes)?,
            SignedContent::Envelope(kind, payload) => hash.of(&pre_authentication(kind, payload)),
        };
        if found == digest { Ok(()) } else { Err(BodyError::Digest) }
    }

    /// The digest of an envelope's payload.
    fn check_payload(&self, (hash, digest): (Hash, Vec<u8>)) -> Result<(), BodyError> {
        match self.content {
            SignedContent::Envelope(_, payload) if hash.of(payload) == digest => Ok(()),
            _ => Err(BodyError::Digest),
        }
    }

    fn check_signature(&self, signature: &[u8]) -> Result<(), BodyError> {
        if signature == self.signature { Ok(()) } else { Err(BodyError::Signature) }
    }

    fn check_pem(&self, pem: &[u8]) -> Result<(), BodyError> {
        let text = std::str::from_utf8(pem).map_err(|_| SIGNER)?;
        let is_same = match self.certificate {
            Some(certificate) => {
                let found = Certificate::all_of_pem(text).map_err(|_| BodyError::Signer)?;
                found.first().is_some_and(|found| found.der() == certificate.der())
            }
            None => PublicKey::of_pem(text).is_ok_and(|found| found == *self.key),
        };
        if is_same { Ok(()) } else { Err(BodyError::Signer) }
    }

    fn check_verifier(&self, verifier: &Value) -> Result<(), BodyError> {
        let is_same = match self.certificate {
            Some(certificate) => {
                base64(at(verifier, "/x509Certificate/rawBytes")).ok_or(SIGNER)? == certificate.der()
            }
            None => base64(at(verifier, "/publicKey/rawBytes")).ok_or(SIGNER)? == self.key.info(),
        };
        if is_same { Ok(()) } else { Err(BodyError::Signer) }
    }
}

fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    value.pointer(path).unwrap_or(&Value::Null)
}

fn base64(value: &Value) -> Option<Vec<u8>> {
    BASE64.decode(value.as_str()?.as_bytes()).ok()
}

/// The single element of a list.
fn only(value: &Value) -> Option<&Value> {
    match value.as_array()?.as_slice() {
        [element] => Some(element),
        _ => None,
    }
}

fn hexadecimal(value: &Value) -> Result<(Hash, Vec<u8>), BodyError> {
    let hash = at(value, "/algorithm").as_str().and_then(Hash::named).ok_or(DIGEST)?;
    let digits = at(value, "/value").as_str().ok_or(DIGEST)?;
    Ok((hash, HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).map_err(|_| DIGEST)?))
}

fn second_digest(value: &Value) -> Result<(Hash, Vec<u8>), BodyError> {
    let hash = at(value, "/algorithm").as_str().and_then(Hash::named).ok_or(DIGEST)?;
    Ok((hash, base64(at(value, "/digest")).ok_or(DIGEST)?))
}
