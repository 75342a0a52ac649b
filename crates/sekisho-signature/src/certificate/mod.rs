//! Certificates (X.509): what they say, held against those that issued them.

mod chain;
mod extension;
mod transparency;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

pub use self::chain::{ChainError, Purpose, verify_chain};
pub use self::extension::{Identity, SubjectName};
pub use self::transparency::{CertificateLogError, verify_inclusion_promises};
use crate::algorithm::{Scheme, Signed};
use crate::der::{DerError, Reader, tag};
use crate::key::{KeyError, PublicKey};
use crate::pem;

/// The most bytes of one certificate.
pub const CERTIFICATE_LIMIT: usize = 64 << 10;
/// The most extensions of one certificate.
const EXTENSION_LIMIT: usize = 100;

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    /// What is signed.
    body: Vec<u8>,
    serial: Vec<u8>,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    not_before: Timestamp,
    not_after: Timestamp,
    key: PublicKey,
    extensions: Vec<Extension>,
    scheme: Option<Scheme>,
    signature: Vec<u8>,
}

/// An extension, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Extension {
    pub(crate) identifier: Vec<u8>,
    pub(crate) is_critical: bool,
    pub(crate) value: Vec<u8>,
}

/// Why there is no certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// It is larger than certificates are.
    #[error("the certificate has more than {limit} bytes, the limit")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// There is none in the text.
    #[error("there is no certificate in it: give it as PEM, `-----BEGIN CERTIFICATE-----`")]
    NoCertificate,
    /// The bytes are no certificate.
    #[error("the certificate is malformed: {0}")]
    Malformed(#[from] DerError),
    /// Its key cannot be used.
    #[error("the certificate: {0}")]
    Key(#[from] KeyError),
}

impl Certificate {
    /// The certificates of a text of PEM, in their order.
    pub fn all_of_pem(text: &str) -> Result<Vec<Self>, CertificateError> {
        const MOST: usize = 16 * CERTIFICATE_LIMIT;
        if text.len() > MOST {
            return Err(CertificateError::TooLarge { limit: MOST });
        }
        let certificates: Vec<Self> = pem::blocks(text)
            .filter(|(label, _)| *label == "CERTIFICATE")
            .map(|(_, bytes)| Self::of_der(&bytes))
            .collect::<Result<_, _>>()?;
        if certificates.is_empty() { Err(CertificateError::NoCertificate) } else { Ok(certificates) }
    }

    /// A certificate as DER.
    pub fn of_der(bytes: &[u8]) -> Result<Self, CertificateError> {
        if bytes.len() > CERTIFICATE_LIMIT {
            return Err(CertificateError::TooLarge { limit: CERTIFICATE_LIMIT });
        }
        let mut outer = Reader::new(bytes);
        let mut certificate = outer.sequence("certificate")?;
        outer.end("end of the certificate")?;
        let body = certificate.take(tag::SEQUENCE, "body of a certificate")?;
        let outer_algorithm = certificate.take(tag::SEQUENCE, "algorithm of the signature")?;
        let signature = certificate.take(tag::BIT_STRING, "signature")?.bits()?.to_vec();
        certificate.end("end of the certificate")?;

        let mut fields = body.reader();
        let version = fields.maybe(tag::context(0), "version")?;
        if version.is_none_or(|version| version.content != [tag::INTEGER, 1, 2]) {
            return Err(DerError("certificate of version 3").into());
        }
        let serial = fields.take(tag::INTEGER, "serial number")?.content.to_vec();
        let inner_algorithm = fields.take(tag::SEQUENCE, "algorithm of the signature")?;
        if inner_algorithm.raw != outer_algorithm.raw {
            return Err(DerError("one algorithm of the signature").into());
        }
        let issuer = fields.take(tag::SEQUENCE, "issuer")?.raw.to_vec();
        let mut validity = fields.sequence("validity")?;
        let not_before = validity.any("start of the validity")?.time()?;
        let not_after = validity.any("end of the validity")?.time()?;
        validity.end("end of the validity")?;
        let subject = fields.take(tag::SEQUENCE, "subject")?.raw.to_vec();
        let key = PublicKey::of_info(fields.take(tag::SEQUENCE, "key")?.raw)?;
        fields.maybe(tag::plain(1), "identifier of the issuer")?;
        fields.maybe(tag::plain(2), "identifier of the subject")?;
        let extensions = match fields.maybe(tag::context(3), "extensions")? {
            Some(wrapped) => extensions(wrapped.reader())?,
            None => Vec::new(),
        };
        fields.end("end of the certificate's body")?;

        let mut algorithm = outer_algorithm.reader();
        let scheme = Scheme::identified(algorithm.take(tag::OID, "algorithm")?.content, None);
        Ok(Self {
            der: bytes.to_vec(),
            body: body.raw.to_vec(),
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            key,
            extensions,
            scheme,
            signature,
        })
    }

    /// Its bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as PEM.
    pub fn to_pem(&self) -> String {
        pem::write("CERTIFICATE", &self.der)
    }

    /// The key that it vouches for.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// When it begins to hold.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last time at which it holds.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whether it holds at a time.
    pub fn is_valid_at(&self, time: Timestamp) -> bool {
        // Certificates count in whole seconds, and the last one counts whole.
        self.not_before <= time && time.as_second() <= self.not_after.as_second()
    }

    /// Whether it names itself as its issuer.
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    pub(crate) fn serial(&self) -> &[u8] {
        &self.serial
    }

    pub(crate) fn issuer(&self) -> &[u8] {
        &self.issuer
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    pub(crate) fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    pub(crate) fn extension(&self, identifier: &[u8]) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.identifier == identifier)
    }

    /// Whether this certificate's signature is one of that key.
    fn is_signed_by(&self, key: &PublicKey) -> Result<(), KeyError> {
        let scheme = self.scheme.ok_or(KeyError::Unsupported)?;
        key.verify_with(scheme, Signed::Bytes(&self.body), &self.signature)
    }
}

fn extensions(mut wrapped: Reader<'_>) -> Result<Vec<Extension>, DerError> {
    let mut list = wrapped.sequence("extensions")?;
    wrapped.end("end of the extensions")?;
    let mut found: Vec<Extension> = Vec::new();
    while !list.is_empty() {
        let mut fields = list.sequence("extension")?;
        let identifier = fields.take(tag::OID, "identifier of an extension")?.content.to_vec();
        let is_critical = match fields.maybe(tag::BOOLEAN, "truth value")?.map(|flag| flag.content) {
            None => false,
            Some([0xff]) => true,
            Some(_) => return Err(DerError("truth value")),
        };
        let value = fields.take(tag::OCTET_STRING, "value of an extension")?.content.to_vec();
        fields.end("end of an extension")?;
        // Of an extension that comes twice it could not be said which one counts.
        if found.len() >= EXTENSION_LIMIT || found.iter().any(|other| other.identifier == identifier) {
            return Err(DerError("few extensions of different identifiers"));
        }
        found.push(Extension { identifier, is_critical, value });
    }
    Ok(found)
}
