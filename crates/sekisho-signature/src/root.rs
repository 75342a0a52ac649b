//! Roots of trust: the authorities and logs whose word counts, and when (`trustedroot+json`).

use jiff::Timestamp;
use serde::Deserialize;

use crate::algorithm::Scheme;
use crate::base64::Base64;
use crate::certificate::{Certificate, CertificateError};
use crate::key::{KeyError, PublicKey};

/// The most bytes of a root of trust.
pub const ROOT_LIMIT: usize = 4 << 20;
/// The most authorities, or logs, of one kind.
const MEMBERS: usize = 256;

/// Whose word counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedRoot {
    /// Authorities that issue certificates to signers.
    pub certificate_authorities: Vec<Authority>,
    /// Authorities that say when something was signed.
    pub timestamp_authorities: Vec<Authority>,
    /// Logs of signatures.
    pub logs: Vec<Log>,
    /// Logs of certificates.
    pub certificate_logs: Vec<Log>,
}

/// An authority with its certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// Its address; may be empty.
    pub uri: String,
    /// Its certificates, the trusted one last.
    pub chain: Vec<Certificate>,
    /// When it counts.
    pub valid: Validity,
}

/// A log with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Its address; may be empty.
    pub base_url: String,
    /// What entries name it by.
    pub id: Vec<u8>,
    /// Its key.
    pub key: PublicKey,
    /// What it does with its key.
    pub scheme: Scheme,
    /// When it counts.
    pub valid: Validity,
}

/// A span of time, with both of its ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// Its start.
    pub from: Timestamp,
    /// Its end, where there is one.
    pub to: Option<Timestamp>,
}

/// Why a root of trust cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RootError {
    /// It is larger than roots are.
    #[error("the root of trust has more than {limit} bytes, the limit")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// It is no JSON, or not of this form.
    #[error("the root of trust cannot be read: {0}")]
    Syntax(String),
    /// Another kind of document.
    #[error("`{0}` is no media type of a root of trust")]
    MediaType(String),
    /// There are too many authorities or logs.
    #[error("the root of trust has more than {limit} {what}, the limit")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// It is not said from when on something counts.
    #[error("the root of trust does not say from when on {0} counts")]
    NoStart(&'static str),
    /// An end that lies before its start.
    #[error("the root of trust has {0} that ends before it begins")]
    Reversed(&'static str),
    /// An authority without certificates.
    #[error("the root of trust has an authority without certificates")]
    NoCertificates,
    /// A certificate is wrong.
    #[error("the root of trust: {0}")]
    Certificate(#[from] CertificateError),
    /// A key is wrong.
    #[error("the root of trust: {0}")]
    Key(#[from] KeyError),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    media_type: String,
    #[serde(default)]
    tlogs: Vec<LogDocument>,
    #[serde(default)]
    certificate_authorities: Vec<AuthorityDocument>,
    #[serde(default)]
    ctlogs: Vec<LogDocument>,
    #[serde(default)]
    timestamp_authorities: Vec<AuthorityDocument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogDocument {
    #[serde(default)]
    base_url: String,
    public_key: KeyDocument,
    #[serde(default)]
    log_id: Option<IdDocument>,
    #[serde(default)]
    checkpoint_key_id: Option<IdDocument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyDocument {
    raw_bytes: Base64,
    key_details: String,
    #[serde(default)]
    valid_for: Option<SpanDocument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdDocument {
    key_id: Base64,
}

#[derive(Deserialize)]
struct SpanDocument {
    #[serde(default)]
    start: Option<Timestamp>,
    #[serde(default)]
    end: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthorityDocument {
    #[serde(default)]
    uri: String,
    cert_chain: ChainDocument,
    #[serde(default)]
    valid_for: Option<SpanDocument>,
}

#[derive(Deserialize)]
struct ChainDocument {
    #[serde(default)]
    certificates: Vec<CertificateDocument>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CertificateDocument {
    raw_bytes: Base64,
}

impl TrustedRoot {
    /// Reads a root of trust. What is malformed refuses the whole: a part that is left out could be the one that ends
    /// something's time. Logs with keys of kinds that are not computed here are left out, for they prove nothing here.
    pub fn of_json(text: &str) -> Result<Self, RootError> {
        if text.len() > ROOT_LIMIT {
            return Err(RootError::TooLarge { limit: ROOT_LIMIT });
        }
        let document: Document =
            serde_json::from_str(text).map_err(|error| RootError::Syntax(error.to_string()))?;
        let known = [
            "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "application/vnd.dev.sigstore.trustedroot.v0.1+json",
            "application/vnd.dev.sigstore.trustedroot+json;version=0.2",
            "application/vnd.dev.sigstore.trustedroot.v0.2+json",
        ];
        if !known.contains(&document.media_type.as_str()) {
            return Err(RootError::MediaType(document.media_type.chars().take(100).collect()));
        }
        Ok(Self {
            certificate_authorities: authorities(
                document.certificate_authorities,
                "a certificate authority",
            )?,
            timestamp_authorities: authorities(document.timestamp_authorities, "a timestamp authority")?,
            logs: logs(document.tlogs, "a log")?,
            certificate_logs: logs(document.ctlogs, "a certificate log")?,
        })
    }
}

impl Validity {
    /// For ever.
    pub const ALWAYS: Self = Self { from: Timestamp::MIN, to: None };

    /// Whether a time lies in it.
    pub fn includes(&self, time: Timestamp) -> bool {
        self.from <= time && self.to.is_none_or(|to| time <= to)
    }
}

impl Log {
    /// A log of which only the key is known.
    pub fn of_key(key: PublicKey, base_url: &str) -> Self {
        let id = key.fingerprint().to_vec();
        let scheme = key.usual_scheme();
        Self { base_url: base_url.to_owned(), id, key, scheme, valid: Validity::ALWAYS }
    }
}

fn validity(span: Option<SpanDocument>, what: &'static str) -> Result<Validity, RootError> {
    let span = span.ok_or(RootError::NoStart(what))?;
    let from = span.start.ok_or(RootError::NoStart(what))?;
    if span.end.is_some_and(|end| end < from) {
        return Err(RootError::Reversed(what));
    }
    Ok(Validity { from, to: span.end })
}

fn authorities(documents: Vec<AuthorityDocument>, what: &'static str) -> Result<Vec<Authority>, RootError> {
    if documents.len() > MEMBERS {
        return Err(RootError::TooMany { what: "authorities of one kind", limit: MEMBERS });
    }
    let mut found = Vec::new();
    for document in documents {
        let certificates = document.cert_chain.certificates;
        if certificates.is_empty() {
            return Err(RootError::NoCertificates);
        }
        if certificates.len() > MEMBERS {
            return Err(RootError::TooMany { what: "certificates of one authority", limit: MEMBERS });
        }
        let chain = certificates
            .iter()
            .map(|certificate| Certificate::of_der(&certificate.raw_bytes.0))
            .collect::<Result<_, _>>()?;
        found.push(Authority { uri: document.uri, chain, valid: validity(document.valid_for, what)? });
    }
    Ok(found)
}

fn logs(documents: Vec<LogDocument>, what: &'static str) -> Result<Vec<Log>, RootError> {
    if documents.len() > MEMBERS {
        return Err(RootError::TooMany { what: "logs of one kind", limit: MEMBERS });
    }
    let mut found = Vec::new();
    for document in documents {
        let valid = validity(document.public_key.valid_for, what)?;
        let Some(scheme) = Scheme::of_details(&document.public_key.key_details) else { continue };
        let key = match PublicKey::of_der(&document.public_key.raw_bytes.0) {
            Err(KeyError::Unsupported) => continue,
            other => other?,
        };
        let id = document.checkpoint_key_id.or(document.log_id).map(|id| id.key_id.0);
        let id = id.unwrap_or_else(|| key.fingerprint().to_vec());
        found.push(Log { base_url: document.base_url, id, key, scheme, valid });
    }
    Ok(found)
}
