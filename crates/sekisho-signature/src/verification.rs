//! The judgement: whether a bundle shows that somebody who is trusted signed an artifact.

use jiff::Timestamp;

use crate::algorithm::{Hash, Signed};
use crate::bundle::{Bundle, Content, Signer};
use crate::certificate::{
    Certificate, CertificateLogError, ChainError, Identity, Purpose, verify_chain, verify_inclusion_promises,
};
use crate::der::DerError;
use crate::envelope::{STATEMENT_TYPE, pre_authentication};
use crate::identity::IdentityPattern;
use crate::key::{KeyError, PublicKey};
use crate::log::{LogError, Material, Shown, SignedContent};
use crate::root::{Authority, TrustedRoot};
use crate::statement::{Statement, StatementError};
use crate::timestamp::{TimestampError, verify_timestamp};

/// Whose signatures count, and what must be shown for them.
#[derive(Debug, Clone)]
pub struct Demands<'d> {
    /// Whose signatures count.
    pub signers: Signers<'d>,
    /// Whether a log that is trusted must hold the signature.
    pub log: bool,
    /// Whether a certificate log that is trusted must have promised to take in the signer's certificate.
    pub certificate_log: bool,
    /// Whether a timestamp authority that is trusted must say when it was signed; a log's word is then not enough.
    pub timestamp: bool,
}

/// Whose signatures count.
#[derive(Debug, Clone, Copy)]
pub enum Signers<'d> {
    /// Those of the holders of these keys.
    Keys(&'d [PublicKey]),
    /// Those of identities that one of these patterns matches, as certificate authorities of the root of trust vouch.
    Identities(&'d [IdentityPattern]),
}

/// What is proved: that this was signed, by whom, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    signer: VerifiedSigner,
    statement: Option<Statement>,
    times: Vec<Time>,
    entries: Vec<Shown>,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifiedSigner {
    /// The holder of this key.
    Key(PublicKey),
    /// The holder of a certificate for this identity.
    Identity(Identity),
}

/// When something was signed, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Time {
    /// When.
    pub at: Timestamp,
    /// Who says so.
    pub source: TimeSource,
}

/// Who says when something was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeSource {
    /// A log that promised to take in the signature.
    Log,
    /// A timestamp authority.
    Authority,
}

/// Why nothing is proved. Each is a refusal.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum VerificationError {
    /// The bundle's own digest is one of something else.
    #[error("the bundle is one of another artifact: its digest differs")]
    OtherArtifact,
    /// The statement is about something else.
    #[error("the statement is not about the artifact")]
    OtherSubject,
    /// The envelope holds something whose subject cannot be told.
    #[error("the envelope holds `{0}`, and not a statement about the artifact")]
    PayloadType(String),
    /// The statement cannot be read.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// There is not one signature.
    #[error("the envelope has {0} signatures, and must have one")]
    Signatures(usize),
    /// Signed with a key, and keys do not count here.
    #[error("it is signed with a key, and no key is trusted: name one")]
    KeyNotTrusted,
    /// Signed with a certificate, and only keys count here.
    #[error("it is signed with a certificate, and only keys are trusted: name the identity that may sign")]
    IdentityNotTrusted,
    /// No pattern matches the signer.
    #[error("it is signed by {found}, and this is not who may sign")]
    OtherIdentity {
        /// Who signed.
        found: String,
    },
    /// The signature is not one of the key.
    #[error(transparent)]
    Signature(KeyError),
    /// What the certificate says of its holder is malformed.
    #[error("the certificate is malformed: {0}")]
    Identity(DerError),
    /// No certificate authority is trusted.
    #[error("the root of trust has no certificate authority that counts at {0}")]
    NoAuthority(Timestamp),
    /// The certificate does not count.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// No certificate log saw the certificate.
    #[error(transparent)]
    CertificateLog(#[from] CertificateLogError),
    /// No log holds it.
    #[error("no log holds the signature, and one must")]
    NotLogged,
    /// An entry shows nothing.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A timestamp shows nothing.
    #[error(transparent)]
    Timestamp(#[from] TimestampError),
    /// Nobody says when it was signed.
    #[error("nobody who is trusted says when it was signed, and a certificate counts only for a time")]
    NoTime,
    /// No timestamp authority says when it was signed.
    #[error("no trusted timestamp authority says when it was signed, and one must")]
    NoTimestamp,
}

impl<'d> Demands<'d> {
    /// What cosign demands: a log, and of certificates a certificate log.
    pub fn usual(signers: Signers<'d>) -> Self {
        Self { signers, log: true, certificate_log: true, timestamp: false }
    }
}

impl Verified {
    /// Who signed.
    pub fn signer(&self) -> &VerifiedSigner {
        &self.signer
    }

    /// What was stated, where a statement was signed.
    pub fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref()
    }

    /// When, as each of those says who says so.
    pub fn times(&self) -> &[Time] {
        &self.times
    }

    /// The entries of logs that hold it.
    pub fn entries(&self) -> &[Shown] {
        &self.entries
    }

    /// Takes out what was stated.
    pub fn into_statement(self) -> Option<Statement> {
        self.statement
    }
}

/// Holds a bundle against an artifact, a root of trust and demands. Only what is proved is in the result.
pub fn verify(
    bundle: &Bundle,
    artifact: Signed<'_>,
    root: &TrustedRoot,
    demands: &Demands<'_>,
) -> Result<Verified, VerificationError> {
    let statement = check_artifact(&bundle.content, artifact)?;
    let (key, certificates) = check_signature(bundle, artifact, demands)?;
    let signature = signature_of(&bundle.content)?;

    let mut times = Vec::new();
    for timestamp in &bundle.timestamps {
        match verify_timestamp(timestamp, signature, &root.timestamp_authorities) {
            Ok(at) => times.push(Time { at, source: TimeSource::Authority }),
            // The word of somebody who is not known shows nothing, and takes nothing away.
            Err(TimestampError::Unknown) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if demands.timestamp && times.is_empty() {
        return Err(VerificationError::NoTimestamp);
    }
    let material = Material {
        signature,
        content: match &bundle.content {
            Content::Message { .. } => SignedContent::Message(artifact),
            Content::Envelope(envelope) => SignedContent::Envelope(&envelope.payload_type, &envelope.payload),
        },
        key,
        certificate: certificates.first(),
    };
    let mut entries = Vec::new();
    let stamped = times.first().map(|time| time.at);
    for entry in &bundle.entries {
        match entry.verify(&material, &root.logs, stamped) {
            Ok(shown) => entries.push(shown),
            Err(LogError::Unknown(_)) if !demands.log => {}
            Err(error) => return Err(error.into()),
        }
    }
    if demands.log && entries.is_empty() {
        return Err(VerificationError::NotLogged);
    }
    times.extend(
        entries.iter().filter_map(|entry| entry.integrated.map(|at| Time { at, source: TimeSource::Log })),
    );
    let signer = match certificates.split_first() {
        None => VerifiedSigner::Key(key.clone()),
        Some((first, others)) => {
            check_certificate(first, others, &times, root, demands)?;
            VerifiedSigner::Identity(check_identity(first, demands)?)
        }
    };
    Ok(Verified { signer, statement, times, entries })
}

/// Whether the bundle is one of the artifact; gives the statement about it, where there is one.
fn check_artifact(content: &Content, artifact: Signed<'_>) -> Result<Option<Statement>, VerificationError> {
    match content {
        Content::Message { digest: None, .. } => Ok(None),
        Content::Message { digest: Some((hash, digest)), .. } => {
            let found = artifact.hash(*hash).ok_or(VerificationError::Signature(KeyError::NeedsBytes))?;
            if found == *digest { Ok(None) } else { Err(VerificationError::OtherArtifact) }
        }
        Content::Envelope(envelope) => {
            if envelope.payload_type != STATEMENT_TYPE {
                let kind = envelope.payload_type.chars().take(100).collect();
                return Err(VerificationError::PayloadType(kind));
            }
            let statement = Statement::of_json(&envelope.payload)?;
            let hashes = [("sha256", Hash::Sha256), ("sha384", Hash::Sha384), ("sha512", Hash::Sha512)];
            let is_about = hashes.into_iter().any(|(name, hash)| {
                let names_it = statement.subject.iter().any(|subject| subject.digest.contains_key(name));
                names_it
                    && artifact.hash(hash).is_some_and(|digest| {
                        statement.is_about(name, &data_encoding::HEXLOWER.encode(&digest))
                    })
            });
            if is_about { Ok(Some(statement)) } else { Err(VerificationError::OtherSubject) }
        }
    }
}

fn signature_of(content: &Content) -> Result<&[u8], VerificationError> {
    match content {
        Content::Message { signature, .. } => Ok(signature),
        Content::Envelope(envelope) => match envelope.signatures.as_slice() {
            [only] => Ok(&only.signature),
            several => Err(VerificationError::Signatures(several.len())),
        },
    }
}

/// Holds the signature against the key of the certificate, or against the keys that count; gives the key, and the
/// certificates.
fn check_signature<'k>(
    bundle: &'k Bundle,
    artifact: Signed<'_>,
    demands: &Demands<'k>,
) -> Result<(&'k PublicKey, &'k [Certificate]), VerificationError> {
    let signature = signature_of(&bundle.content)?;
    let enveloped;
    let signed = match &bundle.content {
        Content::Message { .. } => artifact,
        Content::Envelope(envelope) => {
            enveloped = pre_authentication(&envelope.payload_type, &envelope.payload);
            Signed::Bytes(&enveloped)
        }
    };
    match (&bundle.signer, demands.signers) {
        (Signer::Key { .. }, Signers::Keys(keys)) => {
            let mut nearest = VerificationError::KeyNotTrusted;
            for key in keys {
                match key.verify(signed, signature) {
                    Ok(()) => return Ok((key, &[])),
                    Err(error) => nearest = VerificationError::Signature(error),
                }
            }
            Err(nearest)
        }
        (Signer::Key { .. }, Signers::Identities(_)) => Err(VerificationError::KeyNotTrusted),
        (Signer::Certificates(_), Signers::Keys(_)) => Err(VerificationError::IdentityNotTrusted),
        (Signer::Certificates(chain), Signers::Identities(_)) => {
            let first = chain.first().ok_or(VerificationError::IdentityNotTrusted)?;
            first.key().verify(signed, signature).map_err(VerificationError::Signature)?;
            Ok((first.key(), chain))
        }
    }
}

/// Whether the certificate counted at every time at which it is said to have been used.
fn check_certificate(
    first: &Certificate,
    others: &[Certificate],
    times: &[Time],
    root: &TrustedRoot,
    demands: &Demands<'_>,
) -> Result<(), VerificationError> {
    if times.is_empty() {
        return Err(VerificationError::NoTime);
    }
    for time in times {
        let mut nearest = VerificationError::NoAuthority(time.at);
        let authorities = root.certificate_authorities.iter();
        let counts = authorities.filter(|authority| authority.valid.includes(time.at)).any(|authority| {
            match check_authority(first, others, time.at, authority, root, demands) {
                Ok(()) => true,
                Err(error) => {
                    // What one authority says of a certificate of its own tells more than that another knows none.
                    if !matches!(error, VerificationError::Chain(ChainError::NoPath))
                        || matches!(nearest, VerificationError::NoAuthority(_))
                    {
                        nearest = error;
                    }
                    false
                }
            }
        });
        if !counts {
            return Err(nearest);
        }
    }
    Ok(())
}

fn check_authority(
    first: &Certificate,
    others: &[Certificate],
    at: Timestamp,
    authority: &Authority,
    root: &TrustedRoot,
    demands: &Demands<'_>,
) -> Result<(), VerificationError> {
    let anchor = authority.chain.last().ok_or(VerificationError::NoAuthority(at))?;
    let known: Vec<Certificate> = authority.chain.iter().chain(others).cloned().collect();
    let path = verify_chain(first, &known, anchor, at, Purpose::CodeSigning)?;
    if demands.certificate_log {
        let issuer = path.first().copied().unwrap_or(anchor);
        verify_inclusion_promises(first, issuer, &root.certificate_logs)?;
    }
    Ok(())
}

fn check_identity(first: &Certificate, demands: &Demands<'_>) -> Result<Identity, VerificationError> {
    let identity = first.identity().map_err(VerificationError::Identity)?;
    let Signers::Identities(patterns) = demands.signers else {
        return Err(VerificationError::IdentityNotTrusted);
    };
    if patterns.iter().any(|pattern| pattern.matches(&identity)) {
        return Ok(identity);
    }
    Err(VerificationError::OtherIdentity { found: identity.to_string() })
}
