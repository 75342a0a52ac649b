//! Signatures: what is signed, with which keys, who vouches for it, and whose word counts.

pub(crate) mod artifact;
pub(crate) mod gathering;
pub(crate) mod in_force;
pub(crate) mod keys;
pub(crate) mod policies;
pub(crate) mod repository;
pub(crate) mod trust;
pub(crate) mod witness;

pub(crate) use sekisho_signature::cosign::predicate_type;
