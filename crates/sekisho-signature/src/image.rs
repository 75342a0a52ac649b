//! What is found beside an image, held against the image's digest: signatures and attestations of every layout.

use std::collections::BTreeMap;

use crate::algorithm::Signed;
use crate::bundle::{Bundle, BundleError, Content};
use crate::cosign::{self, LayerError, SIGNED_PREDICATE};
use crate::root::TrustedRoot;
use crate::verification::{Demands, VerificationError, Verified, verify};

/// Something that was found beside an image, of which nothing is proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Candidate {
    /// A signature of the older layout, with the payload that it signs.
    Payload {
        /// The payload.
        payload: Vec<u8>,
        /// The signature and its evidence.
        bundle: Box<Bundle>,
    },
    /// A statement in an envelope, in either layout.
    Statement(Box<Bundle>),
}

/// What is proved of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct OfImage {
    verified: Verified,
    predicate_type: Option<String>,
}

/// Why a candidate proves nothing of an image.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CandidateError {
    /// The digest is none that signatures of images can name.
    #[error("`{0}` is no digest that signatures of images name: `sha256:` and 64 hexadecimal digits")]
    Digest(String),
    /// The layer is no signature of the image.
    #[error(transparent)]
    Layer(#[from] LayerError),
    /// It is not verified.
    #[error(transparent)]
    Verification(#[from] VerificationError),
    /// A bundle beside an image that is not about a statement.
    #[error("the bundle beside the image holds no statement about it")]
    NoStatement,
}

impl Candidate {
    /// A layer of the older layout, as its media type says; none for other layers.
    pub fn of_layer(
        media_type: &str,
        layer: Vec<u8>,
        annotations: &BTreeMap<String, String>,
    ) -> Option<Result<Self, LayerError>> {
        match media_type {
            cosign::SIMPLE_SIGNING => Some(
                cosign::signature_of_layer(annotations)
                    .map(|bundle| Self::Payload { payload: layer, bundle: Box::new(bundle) }),
            ),
            cosign::ENVELOPE => Some(
                cosign::attestation_of_layer(&layer, annotations)
                    .map(|bundle| Self::Statement(Box::new(bundle))),
            ),
            _ => None,
        }
    }

    /// A bundle of the newer layout.
    pub fn of_bundle(bytes: &[u8]) -> Result<Self, BundleError> {
        Bundle::of_json(bytes).map(|bundle| Self::Statement(Box::new(bundle)))
    }

    /// The signature and its evidence.
    pub fn bundle(&self) -> &Bundle {
        match self {
            Self::Payload { bundle, .. } | Self::Statement(bundle) => bundle,
        }
    }

    /// Holds it against the digest (`sha256:…`) of an image, a root of trust and demands.
    pub fn verify(
        &self,
        digest: &str,
        root: &TrustedRoot,
        demands: &Demands<'_>,
    ) -> Result<OfImage, CandidateError> {
        match self {
            Self::Payload { payload, bundle } => {
                cosign::check_payload(payload, digest)?;
                let verified = verify(bundle, Signed::Bytes(payload), root, demands)?;
                Ok(OfImage { verified, predicate_type: None })
            }
            Self::Statement(bundle) => {
                if !matches!(bundle.content, Content::Envelope(_)) {
                    return Err(CandidateError::NoStatement);
                }
                let verified = verify(bundle, Signed::Sha256(hash_of(digest)?), root, demands)?;
                let statement = verified.statement().ok_or(CandidateError::NoStatement)?;
                let predicate_type = Some(statement.predicate_type.clone());
                Ok(OfImage { verified, predicate_type })
            }
        }
    }
}

impl OfImage {
    /// What is proved.
    pub fn verified(&self) -> &Verified {
        &self.verified
    }

    /// Takes out what is proved.
    pub fn into_verified(self) -> Verified {
        self.verified
    }

    /// Whether it says that the image is signed, and no more: an attestation does not say that.
    pub fn is_signature(&self) -> bool {
        self.predicate_type.as_deref().is_none_or(|kind| kind == SIGNED_PREDICATE)
    }

    /// The type of the claim, where it is an attestation.
    pub fn attests(&self) -> Option<&str> {
        self.predicate_type.as_deref().filter(|kind| *kind != SIGNED_PREDICATE)
    }
}

fn hash_of(digest: &str) -> Result<[u8; 32], CandidateError> {
    let digits =
        digest.strip_prefix("sha256:").map(|digits| data_encoding::HEXLOWER.decode(digits.as_bytes()));
    match digits {
        Some(Ok(bytes)) => bytes.try_into().map_err(|_| CandidateError::Digest(digest.to_owned())),
        _ => Err(CandidateError::Digest(digest.chars().take(140).collect())),
    }
}
