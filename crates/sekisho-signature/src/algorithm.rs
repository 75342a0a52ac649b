//! How signatures are made: kinds of keys, hash functions, and the names that sigstore has for both together.

use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// A hash function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// The hash of bytes.
    pub fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// By the name that digests of images and statements have for it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "sha256" | "SHA2_256" => Some(Self::Sha256),
            "sha384" | "SHA2_384" => Some(Self::Sha384),
            "sha512" | "SHA2_512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// By its object identifier in DER.
    pub(crate) fn identified(oid: &[u8]) -> Option<Self> {
        match oid {
            oid::SHA256 => Some(Self::Sha256),
            oid::SHA384 => Some(Self::Sha384),
            oid::SHA512 => Some(Self::Sha512),
            _ => None,
        }
    }
}

/// What is done with a key to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// ECDSA on the curve of the key, over this hash.
    Ecdsa(Hash),
    /// Ed25519.
    Ed25519,
    /// Ed25519 over the SHA-512 of what is signed (Ed25519ph).
    Ed25519Prehashed,
    /// RSA with the padding of PKCS #1 1.5.
    RsaPkcs1(Hash),
    /// RSA with PSS.
    RsaPss(Hash),
}

impl Scheme {
    /// By sigstore's `PublicKeyDetails`; none where it is one that is not computed here.
    pub fn of_details(details: &str) -> Option<Self> {
        Some(match details {
            "PKIX_ECDSA_P256_SHA_256" | "PKIX_ECDSA_P384_SHA_256" | "PKIX_ECDSA_P521_SHA_256" => {
                Self::Ecdsa(Hash::Sha256)
            }
            "PKIX_ECDSA_P384_SHA_384" => Self::Ecdsa(Hash::Sha384),
            "PKIX_ECDSA_P521_SHA_512" => Self::Ecdsa(Hash::Sha512),
            "PKIX_ED25519" => Self::Ed25519,
            "PKIX_ED25519_PH" => Self::Ed25519Prehashed,
            "PKCS1_RSA_PKCS1V5"
            | "PKIX_RSA_PKCS1V5"
            | "PKIX_RSA_PKCS1V15_2048_SHA256"
            | "PKIX_RSA_PKCS1V15_3072_SHA256"
            | "PKIX_RSA_PKCS1V15_4096_SHA256" => Self::RsaPkcs1(Hash::Sha256),
            "PKCS1_RSA_PSS"
            | "PKIX_RSA_PSS"
            | "PKIX_RSA_PSS_2048_SHA256"
            | "PKIX_RSA_PSS_3072_SHA256"
            | "PKIX_RSA_PSS_4096_SHA256" => Self::RsaPss(Hash::Sha256),
            _ => return None,
        })
    }

    /// By the object identifier of a signature in certificates and timestamps. `hash` is what the signer says beside
    /// it, for identifiers that say nothing of it.
    pub(crate) fn identified(oid: &[u8], hash: Option<Hash>) -> Option<Self> {
        Some(match oid {
            oid::ECDSA_SHA256 => Self::Ecdsa(Hash::Sha256),
            oid::ECDSA_SHA384 => Self::Ecdsa(Hash::Sha384),
            oid::ECDSA_SHA512 => Self::Ecdsa(Hash::Sha512),
            oid::EC_PUBLIC_KEY => Self::Ecdsa(hash?),
            oid::ED25519 => Self::Ed25519,
            oid::RSA_SHA256 => Self::RsaPkcs1(Hash::Sha256),
            oid::RSA_SHA384 => Self::RsaPkcs1(Hash::Sha384),
            oid::RSA_SHA512 => Self::RsaPkcs1(Hash::Sha512),
            oid::RSA => Self::RsaPkcs1(hash?),
            _ => return None,
        })
    }
}

/// What was signed.
#[derive(Debug, Clone, Copy)]
pub enum Signed<'b> {
    /// The bytes.
    Bytes(&'b [u8]),
    /// Only their SHA-256 is known.
    Sha256([u8; 32]),
}

impl Signed<'_> {
    /// The hash of it; none where only another one is known.
    pub fn hash(&self, hash: Hash) -> Option<Vec<u8>> {
        match (self, hash) {
            (Self::Bytes(bytes), hash) => Some(hash.of(bytes)),
            (Self::Sha256(digest), Hash::Sha256) => Some(digest.to_vec()),
            (Self::Sha256(_), _) => None,
        }
    }
}

/// Object identifiers, as DER writes their contents.
pub(crate) mod oid {
    pub(crate) const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
    pub(crate) const SHA384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
    pub(crate) const SHA512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
    pub(crate) const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    pub(crate) const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    pub(crate) const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
    pub(crate) const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];
    pub(crate) const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
    pub(crate) const ECDSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03];
    pub(crate) const ECDSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04];
    pub(crate) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
    pub(crate) const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    pub(crate) const RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
    pub(crate) const RSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c];
    pub(crate) const RSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d];
}
