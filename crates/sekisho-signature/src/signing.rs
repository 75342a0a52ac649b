//! Signatures made: a bundle of a file, or of a statement, that as yet no log and no authority has seen.

use crate::algorithm::Hash;
use crate::bundle::{Bundle, Content, Signer, Version};
use crate::certificate::Certificate;
use crate::envelope::{Envelope, EnvelopeSignature, STATEMENT_TYPE, pre_authentication};
use crate::secret::{SigningError, SigningKey, hint_of};
use crate::statement::Statement;

/// Signs bytes. `certificate` is the one for the key, where a certificate authority gave one.
pub fn sign_bytes(
    bytes: &[u8],
    key: &dyn SigningKey,
    certificate: Option<Certificate>,
) -> Result<Bundle, SigningError> {
    let signature = key.sign(bytes)?;
    let digest = Some((Hash::Sha256, Hash::Sha256.of(bytes)));
    Ok(bundle(Content::Message { digest, signature }, key, certificate))
}

/// Signs a statement, in an envelope.
pub fn sign_statement(
    statement: &Statement,
    key: &dyn SigningKey,
    certificate: Option<Certificate>,
) -> Result<Bundle, SigningError> {
    let payload = serde_json::to_vec(statement).map_err(|_| SigningError::Failed)?;
    let signature = key.sign(&pre_authentication(STATEMENT_TYPE, &payload))?;
    let signature = EnvelopeSignature { signature, key_id: String::new() };
    let envelope = Envelope { payload_type: STATEMENT_TYPE.to_owned(), payload, signatures: vec![signature] };
    Ok(bundle(Content::Envelope(envelope), key, certificate))
}

fn bundle(content: Content, key: &dyn SigningKey, certificate: Option<Certificate>) -> Bundle {
    let signer = match certificate {
        Some(certificate) => Signer::Certificates(vec![certificate]),
        None => Signer::Key { hint: hint_of(key.public_key()) },
    };
    Bundle { version: Version::V03, signer, entries: Vec::new(), timestamps: Vec::new(), content }
}
