//! Signatures: what is signed, with which keys, who vouches for it, and whose word counts.

pub(crate) mod artifact;
pub(crate) mod gathering;
pub(crate) mod in_force;
pub(crate) mod keys;
pub(crate) mod policies;
pub(crate) mod repository;
pub(crate) mod trust;
pub(crate) mod witness;

/// The type of a claim by the word for it: those of cosign, and ours.
pub(crate) fn predicate_type(word: &str) -> &str {
    if word == "gate" {
        sekisho_trust::GATE_PREDICATE
    } else {
        sekisho_signature::cosign::predicate_type(word)
    }
}
