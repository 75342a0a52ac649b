//! Private keys: read from PEM, also where cosign has encrypted them, and used to sign.

use data_encoding::BASE64;
use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use ring::rand::SecureRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};

use crate::algorithm::{Hash, oid};
use crate::der::{self, DerError, Reader, tag};
use crate::key::{KEY_LIMIT, KeyError, PublicKey};
use crate::pem;
use crate::sealed::{SealError, Sealed};

/// What signs: a key in memory, or one in a device or a service.
pub trait SigningKey {
    /// The key by which the signatures are verified.
    fn public_key(&self) -> &PublicKey;

    /// Signs bytes, with the usual scheme of the kind of key.
    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SigningError>;
}

/// Why nothing was signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
    /// The computation failed.
    #[error("the key does not sign")]
    Failed,
    /// A device or a service does not sign.
    #[error("`{key}` does not sign: {message}")]
    Remote {
        /// What was asked.
        key: String,
        /// Why not.
        message: String,
    },
}

/// A private key in memory. It has no `Debug`, so that no log can hold it.
pub struct PrivateKey {
    kind: Kind,
    public: PublicKey,
}

enum Kind {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Rsa(Box<RsaKeyPair>, Box<dyn SecureRandom + Send + Sync>),
}

/// Why there is no private key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// There are more bytes than any key has.
    #[error("there are more than {limit} bytes, and no key has as many")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// There is no private key in the text.
    #[error(
        "there is no private key in it: give one as PEM, `-----BEGIN PRIVATE KEY-----`, or as cosign writes it"
    )]
    NoKey,
    /// It is encrypted in a way that is not read.
    #[error("the key is encrypted as `{0}`, which is not read: decrypt it, or import it with cosign")]
    Encryption(String),
    /// It is encrypted, and there is no password.
    #[error("the key is encrypted: give its password")]
    NoPassword,
    /// It cannot be decrypted.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The bytes are no key.
    #[error("the key is malformed: {0}")]
    Malformed(#[from] DerError),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl PrivateKey {
    /// Reads a key. `password` is asked only where the key is encrypted; `random` blinds RSA.
    pub fn of_pem(
        text: &str,
        password: impl FnOnce() -> Option<Vec<u8>>,
        random: Box<dyn SecureRandom + Send + Sync>,
    ) -> Result<Self, SecretError> {
        if text.len() > KEY_LIMIT {
            return Err(SecretError::TooLarge { limit: KEY_LIMIT });
        }
        for (label, bytes) in pem::blocks(text) {
            match label {
                "PRIVATE KEY" => return Self::of_pkcs8(&bytes, random),
                "EC PRIVATE KEY" => return Self::of_ec(&bytes, None),
                "RSA PRIVATE KEY" => return Self::of_rsa(&bytes, random),
                "ENCRYPTED SIGSTORE PRIVATE KEY" | "ENCRYPTED COSIGN PRIVATE KEY" => {
                    let password = password().ok_or(SecretError::NoPassword)?;
                    let opened = Sealed::of_json(&bytes)?.open(&password)?;
                    return Self::of_pkcs8(&opened, random);
                }
                "ENCRYPTED PRIVATE KEY" => return Err(SecretError::Encryption(label.to_owned())),
                _ => {}
            }
        }
        Err(SecretError::NoKey)
    }

    /// A key as PKCS #8.
    fn of_pkcs8(bytes: &[u8], random: Box<dyn SecureRandom + Send + Sync>) -> Result<Self, SecretError> {
        let mut fields = Reader::new(bytes).sequence("private key")?;
        fields.take(tag::INTEGER, "version of a key")?;
        let mut algorithm = fields.sequence("algorithm of a key")?;
        let identifier = algorithm.take(tag::OID, "algorithm of a key")?.content;
        let secret = fields.take(tag::OCTET_STRING, "private key")?.content;
        match identifier {
            oid::EC_PUBLIC_KEY => Self::of_ec(secret, Some(algorithm.take(tag::OID, "named curve")?.content)),
            oid::ED25519 => {
                let seed = Reader::new(secret).take(tag::OCTET_STRING, "private key")?.content;
                let seed = seed.try_into().map_err(|_| KeyError::Invalid)?;
                let key = ed25519_dalek::SigningKey::from_bytes(seed);
                let public = info(oid::ED25519, None, key.verifying_key().as_bytes())?;
                Ok(Self { kind: Kind::Ed25519(Box::new(key)), public })
            }
            oid::RSA => Self::of_rsa(secret, random),
            _ => Err(KeyError::Unsupported.into()),
        }
    }

    /// A key of a curve, as SEC 1 writes it; `curve` where it is said outside of it.
    fn of_ec(bytes: &[u8], curve: Option<&[u8]>) -> Result<Self, SecretError> {
        let mut fields = Reader::new(bytes).sequence("private key")?;
        fields.take(tag::INTEGER, "version of a key")?;
        let scalar = fields.take(tag::OCTET_STRING, "private key")?.content;
        let named = fields.maybe(tag::context(0), "named curve")?;
        let named = named.map(|element| element.reader().take(tag::OID, "named curve")).transpose()?;
        let curve = curve.or(named.map(|element| element.content)).ok_or(DerError("named curve"))?;
        let invalid = |_| KeyError::Invalid;
        let (kind, point) = match curve {
            oid::P256 => {
                let key = p256::ecdsa::SigningKey::from_slice(&widened(scalar, 32)).map_err(invalid)?;
                let point = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
                (Kind::P256(key), point)
            }
            oid::P384 => {
                let key = p384::ecdsa::SigningKey::from_slice(&widened(scalar, 48)).map_err(invalid)?;
                let point = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
                (Kind::P384(key), point)
            }
            oid::P521 => {
                let key = p521::ecdsa::SigningKey::from_slice(&widened(scalar, 66)).map_err(invalid)?;
                let point = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
                (Kind::P521(key), point)
            }
            _ => return Err(KeyError::Unsupported.into()),
        };
        Ok(Self { kind, public: info(oid::EC_PUBLIC_KEY, Some(curve), &point)? })
    }

    /// An RSA key, as PKCS #1 writes it.
    fn of_rsa(bytes: &[u8], random: Box<dyn SecureRandom + Send + Sync>) -> Result<Self, SecretError> {
        let key = RsaKeyPair::from_der(bytes).map_err(|_| KeyError::Invalid)?;
        let public = PublicKey::of_der(ring::signature::KeyPair::public_key(&key).as_ref())?;
        Ok(Self { kind: Kind::Rsa(Box::new(key), random), public })
    }
}

/// A new key on P-256, as cosign writes it.
#[derive(Clone)]
pub struct NewKey {
    /// The private key, encrypted, as PEM.
    pub private: String,
    /// The public key, as PEM.
    pub public: String,
}

/// What is random in a new key. It has no `Debug`.
pub struct Randomness {
    /// The number that is the key.
    pub scalar: [u8; 32],
    /// The salt of the password.
    pub salt: [u8; 32],
    /// The number that is used once.
    pub nonce: [u8; 24],
}

impl NewKey {
    /// A key of random bytes that is not kept.
    pub fn unsealed(scalar: &[u8; 32]) -> Result<PrivateKey, SecretError> {
        PrivateKey::of_ec(&Self::written(scalar), Some(oid::P256))
    }

    fn written(scalar: &[u8; 32]) -> Vec<u8> {
        let version = [tag::INTEGER, 1, 1];
        let secret = der::write(tag::OCTET_STRING, &[scalar]);
        der::write(tag::SEQUENCE, &[&version, &secret])
    }

    /// A key of random bytes, encrypted with a password. One number in 2^32 is no key: then others must be drawn.
    pub fn of_random(random: &Randomness, password: &[u8]) -> Result<Self, SecretError> {
        let ec = Self::written(&random.scalar);
        let key = PrivateKey::of_ec(&ec, Some(oid::P256))?;
        let algorithm = [der::write(tag::OID, &[oid::EC_PUBLIC_KEY]), der::write(tag::OID, &[oid::P256])];
        let algorithm = der::write(tag::SEQUENCE, &[&algorithm.concat()]);
        let version = [tag::INTEGER, 1, 0];
        let wrapped = der::write(tag::OCTET_STRING, &[&ec]);
        let pkcs8 = der::write(tag::SEQUENCE, &[&version, &algorithm, &wrapped]);
        let sealed = Sealed::seal(&pkcs8, password, random.salt, random.nonce)?;
        let private = pem::write("ENCRYPTED SIGSTORE PRIVATE KEY", &sealed.to_json());
        Ok(Self { private, public: key.public.to_pem() })
    }
}

impl SigningKey for PrivateKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SigningError> {
        let failed = |_| SigningError::Failed;
        match &self.kind {
            Kind::P256(key) => {
                let signature: p256::ecdsa::Signature =
                    key.sign_prehash(&Hash::Sha256.of(bytes)).map_err(failed)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            Kind::P384(key) => {
                let signature: p384::ecdsa::Signature =
                    key.sign_prehash(&Hash::Sha384.of(bytes)).map_err(failed)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            Kind::P521(key) => {
                let digest = widened(&Hash::Sha512.of(bytes), 66);
                let signature: p521::ecdsa::Signature = key.sign_prehash(&digest).map_err(failed)?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            Kind::Ed25519(key) => Ok(key.try_sign(bytes).map_err(failed)?.to_bytes().to_vec()),
            Kind::Rsa(key, random) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, random.as_ref(), bytes, &mut signature)
                    .map_err(|_| SigningError::Failed)?;
                Ok(signature)
            }
        }
    }
}

/// What cosign calls a key in a bundle: the base 64 of the SHA-256 of the key.
pub fn hint_of(key: &PublicKey) -> String {
    BASE64.encode(&key.fingerprint())
}

/// A public key of its parts.
fn info(algorithm: &[u8], curve: Option<&[u8]>, bits: &[u8]) -> Result<PublicKey, KeyError> {
    let mut identifiers = der::write(tag::OID, &[algorithm]);
    identifiers.extend(curve.map(|curve| der::write(tag::OID, &[curve])).unwrap_or_default());
    let algorithm = der::write(tag::SEQUENCE, &[&identifiers]);
    let bits = der::write(tag::BIT_STRING, &[&[0], bits]);
    PublicKey::of_info(&der::write(tag::SEQUENCE, &[&algorithm, &bits]))
}

/// A number with zeros before it, as wide as asked for.
fn widened(number: &[u8], width: usize) -> Vec<u8> {
    let mut bytes = vec![0; width.saturating_sub(number.len())];
    bytes.extend(number);
    bytes
}
