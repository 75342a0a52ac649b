//! Public and private keys in the encodings of PKCS and certificates.

use num_bigint::BigUint;

use super::curve::Curve;
use super::der::{self, OBJECT, OCTET_STRING, Reader, SEQUENCE, context};
use super::rsa::{MAX_RSA_BITS, RsaPrivate};

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::functions) enum PublicKey {
    Rsa {
        modulus: BigUint,
        exponent: BigUint,
    },
    /// A point on a curve, without compression.
    Ec(Curve, Vec<u8>),
    Ed25519([u8; 32]),
}

/// A private key. It has no `Debug`, so that it gets into no message.
#[derive(Clone)]
pub(in crate::functions) enum PrivateKey {
    Rsa(Box<RsaPrivate>),
    /// The curve, and the secret number with as many bytes as a coordinate.
    Ec(Curve, Vec<u8>),
    /// The seed.
    Ed25519([u8; 32]),
    /// A secret that both sides know.
    Secret(Vec<u8>),
}

impl PublicKey {
    /// Reads a key as certificates hold it (SubjectPublicKeyInfo).
    pub(in crate::functions) fn from_info(bytes: &[u8]) -> Option<Self> {
        let mut info = der::only(bytes, SEQUENCE)?;
        let mut algorithm = info.inner(SEQUENCE)?;
        let object = algorithm.content(OBJECT)?;
        let key = info.bits()?;
        match object {
            RSA => Self::from_rsa(key),
            EC => {
                let curve = Curve::of_object(algorithm.content(OBJECT)?)?;
                Self::of_point(curve, key)
            }
            ED25519 => Some(Self::Ed25519(key.try_into().ok()?)),
            _ => None,
        }
    }

    /// Reads the two numbers of an RSA key.
    pub(in crate::functions) fn from_rsa(bytes: &[u8]) -> Option<Self> {
        let mut numbers = der::only(bytes, SEQUENCE)?;
        let (modulus, exponent) = (numbers.unsigned()?, numbers.unsigned()?);
        Some(Self::Rsa { modulus, exponent })
    }

    /// A key of a point that lies on its curve.
    pub(in crate::functions) fn of_point(curve: Curve, point: &[u8]) -> Option<Self> {
        if point.len() != 1 + 2 * curve.size() || point.first() != Some(&4) {
            return None;
        }
        curve.has_point(point).then(|| Self::Ec(curve, point.to_vec()))
    }
}

impl PrivateKey {
    /// Reads an RSA key (PKCS #1).
    pub(in crate::functions) fn from_rsa(bytes: &[u8]) -> Option<Self> {
        let mut numbers = der::only(bytes, SEQUENCE)?;
        numbers.integer()?;
        let (modulus, exponent, secret) = (numbers.unsigned()?, numbers.unsigned()?, numbers.unsigned()?);
        let primes = [numbers.unsigned()?, numbers.unsigned()?];
        let is_large = modulus.bits() > MAX_RSA_BITS || secret.bits() > MAX_RSA_BITS;
        let has_primes = primes.iter().all(|prime| prime.bits() > 1 && prime.bits() <= MAX_RSA_BITS);
        if is_large || !has_primes || primes.iter().product::<BigUint>() != modulus {
            return None;
        }
        Some(Self::Rsa(Box::new(RsaPrivate { modulus, exponent, secret, primes })))
    }

    /// Reads a key on a curve (SEC 1), which is named inside or by who holds it.
    pub(in crate::functions) fn from_ec(bytes: &[u8], named: Option<Curve>) -> Option<Self> {
        let mut parts = der::only(bytes, SEQUENCE)?;
        parts.integer()?;
        let secret = parts.content(OCTET_STRING)?;
        let inside = parts.inner(context(0, true)).and_then(|mut inner| inner.content(OBJECT));
        let curve = named.or_else(|| Curve::of_object(inside?))?;
        let spare = secret.len().saturating_sub(curve.size());
        let (zeros, secret) = secret.split_at(spare);
        if zeros.iter().any(|byte| *byte != 0) {
            return None;
        }
        let mut padded = vec![0; curve.size() - secret.len()];
        padded.extend_from_slice(secret);
        Some(Self::Ec(curve, padded))
    }

    /// Reads a key of any kind (PKCS #8).
    pub(in crate::functions) fn from_pkcs8(bytes: &[u8]) -> Option<Self> {
        let mut info = der::only(bytes, SEQUENCE)?;
        info.integer()?;
        let mut algorithm = info.inner(SEQUENCE)?;
        let object = algorithm.content(OBJECT)?;
        let key = info.content(OCTET_STRING)?;
        match object {
            RSA => Self::from_rsa(key),
            EC => Self::from_ec(key, algorithm.content(OBJECT).and_then(Curve::of_object)),
            ED25519 => {
                let seed = Reader::new(key).content(OCTET_STRING)?;
                Some(Self::Ed25519(seed.try_into().ok()?))
            }
            _ => None,
        }
    }

    /// The public half; a shared secret has none.
    pub(in crate::functions) fn public(&self) -> Option<PublicKey> {
        match self {
            Self::Rsa(key) => {
                Some(PublicKey::Rsa { modulus: key.modulus.clone(), exponent: key.exponent.clone() })
            }
            Self::Ec(curve, secret) => {
                let point = curve.point_of(secret)?;
                Some(PublicKey::Ec(*curve, point))
            }
            Self::Ed25519(seed) => {
                let key = ed25519_dalek::SigningKey::from_bytes(seed).verifying_key();
                Some(PublicKey::Ed25519(key.to_bytes()))
            }
            Self::Secret(_) => None,
        }
    }
}
