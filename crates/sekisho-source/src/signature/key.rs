//! Keys of SSH, and whether one made a signature.

use ed25519_dalek::Verifier as _;

use super::SignatureError;
use super::armor::{Armored, Wire};

/// Whether the key of a signature made it of this message.
pub(super) fn verify(armored: &Armored, message: &[u8]) -> Result<(), SignatureError> {
    let mut wire = Wire(&armored.key);
    let unreadable = || SignatureError::Unreadable("its key is broken");
    let kind = String::from_utf8_lossy(wire.string().ok_or_else(unreadable)?).into_owned();
    let taken = match kind.as_str() {
        "ssh-rsa" => matches!(armored.algorithm.as_str(), "rsa-sha2-256" | "rsa-sha2-512"),
        kind => kind == armored.algorithm,
    };
    if !taken {
        return Err(SignatureError::Kind(armored.algorithm.clone()));
    }
    let holds = match kind.as_str() {
        "ssh-ed25519" => ed25519(wire.string().ok_or_else(unreadable)?, message, &armored.signature),
        "ecdsa-sha2-nistp256" | "ecdsa-sha2-nistp384" | "ecdsa-sha2-nistp521" => {
            let curve = wire.string().ok_or_else(unreadable)?;
            let point = wire.string().ok_or_else(unreadable)?;
            if kind.as_bytes().strip_prefix(b"ecdsa-sha2-") != Some(curve) {
                return Err(unreadable());
            }
            ecdsa(&kind, point, message, &armored.signature)
        }
        "ssh-rsa" => {
            let exponent = wire.integer().ok_or_else(unreadable)?;
            let modulus = wire.integer().ok_or_else(unreadable)?;
            Some(rsa(exponent, modulus, &armored.algorithm, message, &armored.signature))
        }
        _ => return Err(SignatureError::Kind(kind)),
    };
    holds.filter(|holds| *holds).map(|_| ()).ok_or(SignatureError::Wrong)
}

fn ed25519(key: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().ok()?).ok()?;
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    Some(key.verify_strict(message, &signature).is_ok() && key.verify(message, &signature).is_ok())
}

fn ecdsa(kind: &str, point: &[u8], message: &[u8], signature: &[u8]) -> Option<bool> {
    let mut wire = Wire(signature);
    let (r, s) = (wire.integer()?, wire.integer()?);
    let fixed = |size: usize| -> Option<Vec<u8>> {
        let mut bytes = vec![0; size.checked_sub(r.len())?];
        bytes.extend(r);
        bytes.resize(size + size.checked_sub(s.len())?, 0);
        bytes.extend(s);
        Some(bytes)
    };
    Some(match kind {
        "ecdsa-sha2-nistp256" => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify(message, &p256::ecdsa::Signature::from_slice(&fixed(32)?).ok()?).is_ok()
        }
        "ecdsa-sha2-nistp384" => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify(message, &p384::ecdsa::Signature::from_slice(&fixed(48)?).ok()?).is_ok()
        }
        _ => {
            let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify(message, &p521::ecdsa::Signature::from_slice(&fixed(66)?).ok()?).is_ok()
        }
    })
}

fn rsa(exponent: &[u8], modulus: &[u8], algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
    let key = ring::signature::RsaPublicKeyComponents { n: modulus, e: exponent };
    let hash = match algorithm {
        "rsa-sha2-256" => &ring::signature::RSA_PKCS1_2048_8192_SHA256,
        _ => &ring::signature::RSA_PKCS1_2048_8192_SHA512,
    };
    key.verify(hash, message, signature).is_ok()
}
