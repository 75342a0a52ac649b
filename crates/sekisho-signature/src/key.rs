//! Public keys: read from PEM and DER, and held against signatures.

use std::fmt;

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use sha2::{Digest as _, Sha512};

use crate::algorithm::{Hash, Scheme, Signed, oid};
use crate::der::{self, DerError, Reader, tag};
use crate::pem;

/// The most bytes that a key is read from.
pub const KEY_LIMIT: usize = 64 << 10;

/// A public key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    kind: Kind,
    info: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    P521(p521::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
    /// As PKCS #1 writes it.
    Rsa(Vec<u8>),
}

/// Why there is no key, or why a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There are more bytes than any key has.
    #[error("there are more than {limit} bytes, and no key has as many")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// There is no public key in the text.
    #[error("there is no public key in it: give one as PEM, `-----BEGIN PUBLIC KEY-----`")]
    NoKey,
    /// The bytes are no key.
    #[error("the key is malformed: {0}")]
    Malformed(#[from] DerError),
    /// A kind of key that is not computed with.
    #[error("a kind of key that is not supported: use ECDSA (P-256, P-384, P-521), Ed25519 or RSA")]
    Unsupported,
    /// The point is not on its curve, or the numbers are out of range.
    #[error("the key is not valid")]
    Invalid,
    /// The algorithm is not one for this kind of key.
    #[error("the signature's algorithm is not one for the kind of key")]
    Scheme,
    /// Only a digest of what was signed is known, and this key signs the bytes or another digest.
    #[error("this kind of key needs the bytes that were signed, not their digest alone")]
    NeedsBytes,
    /// The signature is not one of this key over these bytes.
    #[error("the signature does not match")]
    Mismatch,
}

impl PublicKey {
    /// A key as PEM; the first that the text has.
    pub fn of_pem(text: &str) -> Result<Self, KeyError> {
        if text.len() > KEY_LIMIT {
            return Err(KeyError::TooLarge { limit: KEY_LIMIT });
        }
        for (label, bytes) in pem::blocks(text) {
            match label {
                "PUBLIC KEY" => return Self::of_info(&bytes),
                "RSA PUBLIC KEY" => return Self::of_rsa(&bytes),
                _ => {}
            }
        }
        Err(KeyError::NoKey)
    }

    /// All keys of a text of PEM; one at least.
    pub fn all_of_pem(text: &str) -> Result<Vec<Self>, KeyError> {
        if text.len() > KEY_LIMIT {
            return Err(KeyError::TooLarge { limit: KEY_LIMIT });
        }
        let keys: Vec<Self> = pem::blocks(text)
            .filter_map(|(label, bytes)| match label {
                "PUBLIC KEY" => Some(Self::of_info(&bytes)),
                "RSA PUBLIC KEY" => Some(Self::of_rsa(&bytes)),
                _ => None,
            })
            .collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(KeyError::NoKey) } else { Ok(keys) }
    }

    /// A key as roots of trust have it: the information of a key, or RSA numbers alone.
    pub fn of_der(bytes: &[u8]) -> Result<Self, KeyError> {
        Self::of_info(bytes).or_else(|error| Self::of_rsa(bytes).map_err(|_| error))
    }

    /// A key as X.509's `SubjectPublicKeyInfo`.
    pub fn of_info(bytes: &[u8]) -> Result<Self, KeyError> {
        let mut outer = Reader::new(bytes);
        let mut info = outer.sequence("key")?;
        outer.end("end of the key")?;
        let mut algorithm = info.sequence("algorithm of a key")?;
        let identifier = algorithm.take(tag::OID, "algorithm of a key")?.content;
        let bits = info.take(tag::BIT_STRING, "bits of a key")?.bits()?;
        info.end("end of the key")?;
        let kind = match identifier {
            oid::EC_PUBLIC_KEY => {
                let curve = algorithm.take(tag::OID, "named curve")?.content;
                point(curve, bits)?
            }
            oid::ED25519 => {
                let bits = bits.try_into().map_err(|_| KeyError::Invalid)?;
                let key = ed25519_dalek::VerifyingKey::from_bytes(bits).map_err(|_| KeyError::Invalid)?;
                Kind::Ed25519(key)
            }
            oid::RSA => rsa(bits)?,
            _ => return Err(KeyError::Unsupported),
        };
        Ok(Self { kind, info: bytes.to_vec() })
    }

    fn of_rsa(bytes: &[u8]) -> Result<Self, KeyError> {
        let kind = rsa(bytes)?;
        let null = [0x05, 0x00];
        let algorithm = der::write(tag::SEQUENCE, &[&der::write(tag::OID, &[oid::RSA]), &null]);
        let bits = der::write(tag::BIT_STRING, &[&[0], bytes]);
        Ok(Self { kind, info: der::write(tag::SEQUENCE, &[&algorithm, &bits]) })
    }

    /// The key as X.509's `SubjectPublicKeyInfo`.
    pub fn info(&self) -> &[u8] {
        &self.info
    }

    /// The key as PEM.
    pub fn to_pem(&self) -> String {
        pem::write("PUBLIC KEY", &self.info)
    }

    /// The SHA-256 of the key's information, by which sigstore names keys.
    pub fn fingerprint(&self) -> [u8; 32] {
        <sha2::Sha256 as sha2::Digest>::digest(&self.info).into()
    }

    /// How cosign signs with a key of this kind.
    pub fn usual_scheme(&self) -> Scheme {
        match self.kind {
            Kind::P256(_) => Scheme::Ecdsa(Hash::Sha256),
            Kind::P384(_) => Scheme::Ecdsa(Hash::Sha384),
            Kind::P521(_) => Scheme::Ecdsa(Hash::Sha512),
            Kind::Ed25519(_) => Scheme::Ed25519,
            Kind::Rsa(_) => Scheme::RsaPkcs1(Hash::Sha256),
        }
    }

    /// Sigstore's name (`PublicKeyDetails`) of the key with its usual scheme.
    pub fn details(&self) -> &'static str {
        match &self.kind {
            Kind::P256(_) => "PKIX_ECDSA_P256_SHA_256",
            Kind::P384(_) => "PKIX_ECDSA_P384_SHA_384",
            Kind::P521(_) => "PKIX_ECDSA_P521_SHA_512",
            Kind::Ed25519(_) => "PKIX_ED25519",
            Kind::Rsa(numbers) if numbers.len() > 500 => "PKIX_RSA_PKCS1V15_4096_SHA256",
            Kind::Rsa(numbers) if numbers.len() > 380 => "PKIX_RSA_PKCS1V15_3072_SHA256",
            Kind::Rsa(_) => "PKIX_RSA_PKCS1V15_2048_SHA256",
        }
    }

    /// Holds a signature against the key, with any scheme that is used with its kind: each binds the key and the
    /// bytes, and tools have changed their mind about the hash for a curve.
    pub fn verify(&self, signed: Signed<'_>, signature: &[u8]) -> Result<(), KeyError> {
        let schemes: &[Scheme] = match self.kind {
            Kind::P256(_) => &[Scheme::Ecdsa(Hash::Sha256)],
            Kind::P384(_) => &[Scheme::Ecdsa(Hash::Sha384), Scheme::Ecdsa(Hash::Sha256)],
            Kind::P521(_) => {
                &[Scheme::Ecdsa(Hash::Sha512), Scheme::Ecdsa(Hash::Sha256), Scheme::Ecdsa(Hash::Sha384)]
            }
            Kind::Ed25519(_) => &[Scheme::Ed25519, Scheme::Ed25519Prehashed],
            Kind::Rsa(_) => &[
                Scheme::RsaPkcs1(Hash::Sha256),
                Scheme::RsaPss(Hash::Sha256),
                Scheme::RsaPkcs1(Hash::Sha384),
                Scheme::RsaPkcs1(Hash::Sha512),
            ],
        };
        let mut first = None;
        for scheme in schemes {
            match self.verify_with(*scheme, signed, signature) {
                Ok(()) => return Ok(()),
                Err(error) => drop(first.get_or_insert(error)),
            }
        }
        Err(first.unwrap_or(KeyError::Scheme))
    }

    /// Holds a signature against the key with one scheme.
    pub fn verify_with(&self, scheme: Scheme, signed: Signed<'_>, signature: &[u8]) -> Result<(), KeyError> {
        match (&self.kind, scheme) {
            (Kind::P256(key), Scheme::Ecdsa(hash)) => {
                let digest = signed.hash(hash).ok_or(KeyError::NeedsBytes)?;
                let signature =
                    p256::ecdsa::Signature::from_der(signature).map_err(|_| KeyError::Mismatch)?;
                key.verify_prehash(&digest, &signature).map_err(|_| KeyError::Mismatch)
            }
            (Kind::P384(key), Scheme::Ecdsa(hash)) => {
                let digest = padded(signed.hash(hash).ok_or(KeyError::NeedsBytes)?, 48);
                let signature =
                    p384::ecdsa::Signature::from_der(signature).map_err(|_| KeyError::Mismatch)?;
                key.verify_prehash(&digest, &signature).map_err(|_| KeyError::Mismatch)
            }
            (Kind::P521(key), Scheme::Ecdsa(hash)) => {
                let digest = padded(signed.hash(hash).ok_or(KeyError::NeedsBytes)?, 66);
                let signature =
                    p521::ecdsa::Signature::from_der(signature).map_err(|_| KeyError::Mismatch)?;
                key.verify_prehash(&digest, &signature).map_err(|_| KeyError::Mismatch)
            }
            (Kind::Ed25519(key), Scheme::Ed25519 | Scheme::Ed25519Prehashed) => {
                let Signed::Bytes(bytes) = signed else { return Err(KeyError::NeedsBytes) };
                let signature =
                    ed25519_dalek::Signature::from_slice(signature).map_err(|_| KeyError::Mismatch)?;
                let held = if scheme == Scheme::Ed25519 {
                    key.verify_strict(bytes, &signature)
                } else {
                    key.verify_prehashed_strict(Sha512::new_with_prefix(bytes), None, &signature)
                };
                held.map_err(|_| KeyError::Mismatch)
            }
            (Kind::Rsa(numbers), Scheme::RsaPkcs1(_) | Scheme::RsaPss(_)) => {
                let Signed::Bytes(bytes) = signed else { return Err(KeyError::NeedsBytes) };
                let parameters = match scheme {
                    Scheme::RsaPkcs1(Hash::Sha384) => &ring::signature::RSA_PKCS1_2048_8192_SHA384,
                    Scheme::RsaPkcs1(Hash::Sha512) => &ring::signature::RSA_PKCS1_2048_8192_SHA512,
                    Scheme::RsaPss(Hash::Sha256) => &ring::signature::RSA_PSS_2048_8192_SHA256,
                    Scheme::RsaPss(Hash::Sha384) => &ring::signature::RSA_PSS_2048_8192_SHA384,
                    Scheme::RsaPss(Hash::Sha512) => &ring::signature::RSA_PSS_2048_8192_SHA512,
                    _ => &ring::signature::RSA_PKCS1_2048_8192_SHA256,
                };
                ring::signature::UnparsedPublicKey::new(parameters, numbers)
                    .verify(bytes, signature)
                    .map_err(|_| KeyError::Mismatch)
            }
            _ => Err(KeyError::Scheme),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", data_encoding::HEXLOWER.encode(&self.fingerprint()))
    }
}

fn point(curve: &[u8], bits: &[u8]) -> Result<Kind, KeyError> {
    match curve {
        oid::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(bits).map(Kind::P256),
        oid::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(bits).map(Kind::P384),
        oid::P521 => p521::ecdsa::VerifyingKey::from_sec1_bytes(bits).map(Kind::P521),
        _ => return Err(KeyError::Unsupported),
    }
    .map_err(|_| KeyError::Invalid)
}

fn rsa(bytes: &[u8]) -> Result<Kind, KeyError> {
    let mut outer = Reader::new(bytes);
    let mut numbers = outer.sequence("numbers of an RSA key")?;
    outer.end("end of the key")?;
    numbers.take(tag::INTEGER, "modulus")?;
    numbers.take(tag::INTEGER, "exponent")?;
    numbers.end("end of the key")?;
    Ok(Kind::Rsa(bytes.to_vec()))
}

/// A hash that is shorter than a curve's numbers is a number with zeros before it.
fn padded(digest: Vec<u8>, width: usize) -> Vec<u8> {
    if digest.len() >= width {
        return digest;
    }
    let mut bytes = vec![0; width.saturating_sub(digest.len())];
    bytes.extend(digest);
    bytes
}
