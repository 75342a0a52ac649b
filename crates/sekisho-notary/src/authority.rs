//! Certificates for a key and an identity, from a certificate authority that speaks as Fulcio does.

use data_encoding::BASE64;
use sekisho_signature::certificate::Certificate;
use sekisho_signature::secret::SigningKey;
use serde_json::{Value, json};

use crate::error::NotaryError;
use crate::identity::Token;
use crate::service::{Services, strange};

/// What a certificate authority gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// The certificate.
    pub certificate: Certificate,
    /// Those of the authorities above it, as the authority says.
    pub chain: Vec<Certificate>,
}

/// Asks the authority at an address for a certificate for a key. The answer is for this key, or it is none.
pub fn request_certificate(
    services: &Services,
    url: &str,
    key: &dyn SigningKey,
    token: &Token,
) -> Result<Issued, NotaryError> {
    let url = format!("{}/api/v2/signingCert", url.trim_end_matches('/'));
    let proof = key.sign(token.subject()?.as_bytes())?;
    let details = key.public_key().details();
    let algorithm = match details {
        "PKIX_ED25519" => "ED25519",
        rsa if rsa.contains("RSA") => "RSA_PSS",
        _ => "ECDSA",
    };
    let question = json!({
        "credentials": { "oidcIdentityToken": token.reveal() },
        "publicKeyRequest": {
            "publicKey": { "algorithm": algorithm, "content": key.public_key().to_pem() },
            "proofOfPossession": BASE64.encode(&proof),
        },
    });
    let json = "application/json";
    let bytes = services.post(&url, json, json, question.to_string().as_bytes())?;
    let answer: Value = serde_json::from_slice(&bytes).map_err(|_| strange(&url, "no JSON"))?;
    let chain = [
        "/signedCertificateEmbeddedSct/chain/certificates",
        "/signedCertificateDetachedSct/chain/certificates",
    ]
    .iter()
    .find_map(|path| answer.pointer(path)?.as_array())
    .ok_or_else(|| strange(&url, "no certificate"))?;
    let text: String = chain.iter().filter_map(Value::as_str).flat_map(|pem| [pem, "\n"]).collect();
    let mut chain =
        Certificate::all_of_pem(&text).map_err(|error| strange(&url, error.to_string()))?.into_iter();
    let certificate = chain.next().ok_or_else(|| strange(&url, "no certificate"))?;
    if certificate.key() != key.public_key() {
        return Err(strange(&url, "a certificate for another key"));
    }
    Ok(Issued { certificate, chain: chain.collect() })
}
