//! Keys and signatures: what the functions on tokens and certificates are made of.

pub(super) mod certificate;
pub(super) mod chain;
pub(super) mod curve;
mod der;
pub(super) mod jwk;
pub(super) mod key;
pub(super) mod pem;
mod rsa;
pub(super) mod signature;
