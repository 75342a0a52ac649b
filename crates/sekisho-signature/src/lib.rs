//! Signatures of images, attestations and files, as sigstore and cosign write them.
//!
//! A [`Bundle`](bundle::Bundle) holds a signature, who made it and the evidence of when. With a
//! [`TrustedRoot`](root::TrustedRoot), which says whose word counts, and [`Demands`](verification::Demands), which
//! say what must be shown, [`verify`](verification::verify) gives a [`Verified`](verification::Verified) or the one
//! reason why not. Nothing else makes a `Verified`.
//!
//! Bytes, keys, roots and time are arguments; nothing is fetched and no clock is read here. Every byte may be
//! hostile, and every limit is an error that names it.

#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

pub mod algorithm;
mod base64;
pub mod bundle;
pub mod certificate;
pub mod cosign;
mod der;
pub mod device;
pub mod envelope;
pub mod identity;
pub mod image;
pub mod key;
pub mod log;
pub mod parts;
mod pem;
pub mod root;
mod sealed;
pub mod secret;
pub mod signing;
pub mod signing_config;
pub mod statement;
pub mod timestamp;
pub mod verification;
