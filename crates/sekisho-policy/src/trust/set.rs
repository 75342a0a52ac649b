//! All policies of trust of a bundle, for who looks images up.

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use sekisho_manifest::ImageRef;
use sekisho_signature::cosign::SIGNED_PREDICATE;
use sekisho_trust::{Decision, Image, Material, Policy, judge_ahead};
use sha2::{Digest as _, Sha256};

/// All policies of trust of a bundle.
#[derive(Debug, Default)]
pub struct TrustSet {
    policies: Vec<Policy>,
    digest: String,
}

impl TrustSet {
    /// Of policies, and everything that they were made of.
    pub(crate) fn new(policies: Vec<Policy>, made_of: &[String]) -> Self {
        let mut hasher = Sha256::new();
        for part in made_of {
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part);
        }
        Self { policies, digest: HEXLOWER.encode(&hasher.finalize()) }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// The policies.
    pub fn policies(&self) -> &[Policy] {
        &self.policies
    }

    /// What names them all: it differs where any of them says another thing.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether any that is for an image asks for statements of a type, or for signatures where it is that of these.
    pub fn wants(&self, reference: &ImageRef, predicate_type: &str) -> bool {
        predicate_type == SIGNED_PREDICATE
            || self
                .concerning(reference)
                .any(|policy| policy.all_claims().any(|claim| claim.predicate_type == predicate_type))
    }

    /// Those that are for an image.
    pub fn concerning(&self, reference: &ImageRef) -> impl Iterator<Item = &Policy> {
        self.policies.iter().filter(|policy| policy.concerns(reference))
    }

    /// Whether what any says of an image can be another thing for another object.
    pub fn looks_at_objects(&self) -> bool {
        self.policies.iter().any(Policy::looks_at_object)
    }

    /// What they say of an image by what was found of it, and until when they say so, looked ahead for a time.
    pub fn judge(
        &self,
        reference: &ImageRef,
        digest: &str,
        material: &Material<'_>,
        now: Timestamp,
        ahead: SignedDuration,
    ) -> (Decision, Timestamp) {
        judge_ahead(&self.policies, &Image { reference, digest }, material, now, ahead)
    }
}
