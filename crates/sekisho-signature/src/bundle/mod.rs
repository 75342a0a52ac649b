//! Bundles (`application/vnd.dev.sigstore.bundle`): a signature with everything that is needed to verify it.

mod document;
mod write;

pub use self::write::MEDIA_TYPE;

use crate::algorithm::Hash;
use crate::certificate::{Certificate, CertificateError};
use crate::envelope::Envelope;
use crate::log::LogEntry;

/// The most bytes of a bundle: a statement can be a bill of materials.
pub const BUNDLE_LIMIT: usize = 128 << 20;
/// The most log entries, timestamps, certificates or signatures of one bundle.
pub const PARTS_LIMIT: usize = 32;

/// A signature with the evidence for it. Nothing of it is proved until it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Which form it has.
    pub version: Version,
    /// Who signed.
    pub signer: Signer,
    /// Entries of logs.
    pub entries: Vec<LogEntry>,
    /// Answers of timestamp authorities.
    pub timestamps: Vec<Vec<u8>>,
    /// What was signed.
    pub content: Content,
}

/// The forms of bundles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 0.1: a log's promise, and perhaps a proof. Cosign's older layout shows as much.
    V01,
    /// 0.2: a proof.
    V02,
    /// 0.3: a proof, and one certificate alone.
    V03,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// The holder of the first certificate; others lie on the way to an authority.
    Certificates(Vec<Certificate>),
    /// The holder of a key, and what the key is called; nothing is concluded from that.
    Key {
        /// What the key is called.
        hint: String,
    },
}

/// What was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Bytes that are not part of the bundle.
    Message {
        /// Their digest, as the bundle says.
        digest: Option<(Hash, Vec<u8>)>,
        /// The signature.
        signature: Vec<u8>,
    },
    /// An envelope, which is part of the bundle.
    Envelope(Envelope),
}

/// Why there is no bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// It is larger than bundles are.
    #[error("the bundle has more than {limit} bytes, the limit")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// It is no JSON, or not of this form.
    #[error("the bundle cannot be read: {0}")]
    Syntax(String),
    /// Another version, or another kind of document.
    #[error("`{0}` is no media type of a bundle that is known")]
    MediaType(String),
    /// It has more parts than are looked at.
    #[error("the bundle has more than {limit} {what}, the limit")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Something is not there.
    #[error("the bundle has no {0}")]
    Missing(&'static str),
    /// Two things of which one must be.
    #[error("the bundle has more than one {0}")]
    Several(&'static str),
    /// A list of certificates where version 0.3 has one.
    #[error("the bundle has a list of certificates, which its version does not allow")]
    Chain,
    /// A certificate that vouches for itself.
    #[error("the bundle brings a root certificate of its own, which nobody can trust")]
    RootCertificate,
    /// A number out of range.
    #[error("the bundle has {0} that is no whole number from 0")]
    Number(&'static str),
    /// A certificate is malformed.
    #[error("the bundle: {0}")]
    Certificate(#[from] CertificateError),
}

impl Bundle {
    /// Reads a bundle.
    pub fn of_json(bytes: &[u8]) -> Result<Self, BundleError> {
        document::read(bytes)
    }

    /// The signature: the one of the message, or the single one of the envelope.
    pub fn signature(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Message { signature, .. } => Some(signature),
            Content::Envelope(envelope) => match envelope.signatures.as_slice() {
                [only] => Some(&only.signature),
                _ => None,
            },
        }
    }
}

/// Reads the entry of a log alone, as logs of the second version answer with it.
pub fn log_entry_of_json(bytes: &[u8]) -> Result<LogEntry, BundleError> {
    document::read_entry(bytes)
}
