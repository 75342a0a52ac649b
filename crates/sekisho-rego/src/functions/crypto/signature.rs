//! Signatures under the algorithms of JSON web tokens.

use ed25519_dalek::{Signer, Verifier};
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};

use super::super::digests::{Hash, is_same};
use super::curve::Curve;
use super::key::{PrivateKey, PublicKey};
use super::rsa::{self, Padding};

/// An algorithm of RFC 7518 and RFC 8037.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::functions) enum Algorithm {
    Hmac(Hash),
    Rsa(Hash),
    RsaSalted(Hash),
    Ecdsa(Hash),
    EdDsa,
}

impl Algorithm {
    pub(in crate::functions) fn named(name: &str) -> Option<Self> {
        if name == "EdDSA" {
            return Some(Self::EdDsa);
        }
        let (family, hash) = name.split_at_checked(2)?;
        let hash = match hash {
            "256" => Hash::Sha256,
            "384" => Hash::Sha384,
            "512" => Hash::Sha512,
            _ => return None,
        };
        match family {
            "HS" => Some(Self::Hmac(hash)),
            "RS" => Some(Self::Rsa(hash)),
            "PS" => Some(Self::RsaSalted(hash)),
            "ES" => Some(Self::Ecdsa(hash)),
            _ => None,
        }
    }
}

/// Whether a signature is that of a message under a public key; a key of another kind verifies nothing.
pub(in crate::functions) fn verify(
    key: &PublicKey,
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
) -> bool {
    match (key, algorithm) {
        (PublicKey::Rsa { modulus, exponent }, Algorithm::Rsa(hash)) => {
            rsa::verify(modulus, exponent, Padding::Plain, hash, &hash.digest(message), signature)
        }
        (PublicKey::Rsa { modulus, exponent }, Algorithm::RsaSalted(hash)) => {
            rsa::verify(modulus, exponent, Padding::Salted, hash, &hash.digest(message), signature)
        }
        (PublicKey::Ec(curve, point), Algorithm::Ecdsa(hash)) => {
            let (one, two) = signature.split_at(signature.len() / 2);
            verify_numbers(*curve, point, &hash.digest(message), one, two)
        }
        (PublicKey::Ed25519(key), Algorithm::EdDsa) => {
            let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(key) else {
                return false;
            };
            let signature = ed25519_dalek::Signature::from_slice(signature);
            signature.is_ok_and(|signature| key.verify(message, &signature).is_ok())
        }
        _ => false,
    }
}

/// Whether a code is that of a message under a shared secret.
pub(in crate::functions) fn verify_code(secret: &[u8], hash: Hash, message: &[u8], code: &[u8]) -> bool {
    is_same(&hash.authenticate(secret, message), code)
}

/// Whether two numbers are a signature of a digest.
pub(in crate::functions) fn verify_numbers(
    curve: Curve,
    point: &[u8],
    digest: &[u8],
    one: &[u8],
    two: &[u8],
) -> bool {
    let size = curve.size();
    let (Some(one), Some(two), digest) = (padded(one, size), padded(two, size), widened(digest, size)) else {
        return false;
    };
    let both = [one, two].concat();
    match curve {
        Curve::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
            .ok()
            .zip(p256::ecdsa::Signature::from_slice(&both).ok())
            .is_some_and(|(key, signature)| key.verify_prehash(&digest, &signature).is_ok()),
        Curve::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(point)
            .ok()
            .zip(p384::ecdsa::Signature::from_slice(&both).ok())
            .is_some_and(|(key, signature)| key.verify_prehash(&digest, &signature).is_ok()),
        Curve::P521 => p521::ecdsa::VerifyingKey::from_sec1_bytes(point)
            .ok()
            .zip(p521::ecdsa::Signature::from_slice(&both).ok())
            .is_some_and(|(key, signature)| key.verify_prehash(&digest, &signature).is_ok()),
    }
}

/// A number in so many bytes; none where it is larger.
fn padded(number: &[u8], size: usize) -> Option<Vec<u8>> {
    let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let number = number.get(start..)?;
    let mut padded = vec![0; size.checked_sub(number.len())?];
    padded.extend_from_slice(number);
    Some(padded)
}

/// A digest with zeros in front, where it is shorter than a coordinate; its number stays the same.
fn widened(digest: &[u8], size: usize) -> Vec<u8> {
    padded(digest, size).filter(|_| digest.len() < size).unwrap_or_else(|| digest.to_vec())
}

/// Signs a message; none where the key is of another kind than the algorithm wants. Signatures on curves are
/// those of RFC 6979; the seed is for salts.
pub(in crate::functions) fn sign(
    key: &PrivateKey,
    algorithm: Algorithm,
    message: &[u8],
    seed: &[u8],
) -> Option<Vec<u8>> {
    match (key, algorithm) {
        (PrivateKey::Secret(secret), Algorithm::Hmac(hash)) => Some(hash.authenticate(secret, message)),
        (PrivateKey::Rsa(key), Algorithm::Rsa(hash)) => {
            rsa::sign(key, Padding::Plain, hash, &hash.digest(message), seed)
        }
        (PrivateKey::Rsa(key), Algorithm::RsaSalted(hash)) => {
            rsa::sign(key, Padding::Salted, hash, &hash.digest(message), seed)
        }
        (PrivateKey::Ec(curve, secret), Algorithm::Ecdsa(hash)) => {
            let digest = widened(&hash.digest(message), curve.size());
            match curve {
                Curve::P256 => {
                    let key = p256::ecdsa::SigningKey::from_slice(secret).ok()?;
                    let signature: p256::ecdsa::Signature = key.sign_prehash(&digest).ok()?;
                    Some(signature.to_bytes().to_vec())
                }
                Curve::P384 => {
                    let key = p384::ecdsa::SigningKey::from_slice(secret).ok()?;
                    let signature: p384::ecdsa::Signature = key.sign_prehash(&digest).ok()?;
                    Some(signature.to_bytes().to_vec())
                }
                Curve::P521 => {
                    let key = p521::ecdsa::SigningKey::from_slice(secret).ok()?;
                    let signature: p521::ecdsa::Signature = key.sign_prehash(&digest).ok()?;
                    Some(signature.to_bytes().to_vec())
                }
            }
        }
        (PrivateKey::Ed25519(seed), Algorithm::EdDsa) => {
            let key = ed25519_dalek::SigningKey::from_bytes(seed);
            Some(key.sign(message).to_bytes().to_vec())
        }
        _ => None,
    }
}
