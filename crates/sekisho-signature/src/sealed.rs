//! Private keys as cosign encrypts them: a key of a password by scrypt, and with that NaCl's secret box.

use data_encoding::BASE64;
use poly1305::Poly1305;
use poly1305::universal_hash::KeyInit as _;
use salsa20::XSalsa20;
use salsa20::cipher::{KeyIvInit as _, StreamCipher as _};
use serde::{Deserialize, Serialize};

/// The most memory that the derivation of a key may take, in bytes.
const MEMORY_LIMIT: u64 = 1 << 30;
/// What cosign asks of scrypt.
const COST: u32 = 1 << 16;

/// An encrypted private key.
#[derive(Deserialize, Serialize)]
pub(crate) struct Sealed {
    kdf: Derivation,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Deserialize, Serialize)]
struct Derivation {
    name: String,
    params: Cost,
    salt: String,
}

#[derive(Deserialize, Serialize)]
struct Cost {
    #[serde(rename = "N")]
    n: u32,
    r: u32,
    p: u32,
}

#[derive(Deserialize, Serialize)]
struct Cipher {
    name: String,
    nonce: String,
}

/// Why a key cannot be decrypted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// It is not of cosign's form.
    #[error("the encrypted key is not of the form that cosign writes")]
    Form,
    /// It asks for another cipher.
    #[error("the key is encrypted with `{0}`, which is not read")]
    Cipher(String),
    /// It would take too much memory.
    #[error("the key asks for more memory than {limit} bytes to derive its password's key, the limit")]
    Memory {
        /// The limit.
        limit: u64,
    },
    /// The password is another one, or the key was changed.
    #[error("the password is not the one of the key")]
    Password,
}

impl Sealed {
    pub(crate) fn of_json(bytes: &[u8]) -> Result<Self, SealError> {
        serde_json::from_slice(bytes).map_err(|_| SealError::Form)
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        // Texts and numbers alone: this does not fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Decrypts the key.
    pub(crate) fn open(&self, password: &[u8]) -> Result<Vec<u8>, SealError> {
        if self.kdf.name != "scrypt" {
            return Err(SealError::Cipher(self.kdf.name.chars().take(50).collect()));
        }
        if self.cipher.name != "nacl/secretbox" {
            return Err(SealError::Cipher(self.cipher.name.chars().take(50).collect()));
        }
        let decode = |text: &str| BASE64.decode(text.as_bytes()).map_err(|_| SealError::Form);
        let key = derive(password, &decode(&self.kdf.salt)?, &self.kdf.params)?;
        let nonce: [u8; 24] = decode(&self.cipher.nonce)?.try_into().map_err(|_| SealError::Form)?;
        let sealed = decode(&self.ciphertext)?;
        let (tag, sealed) = sealed.split_at_checked(16).ok_or(SealError::Form)?;
        let (tag_key, mut stream) = stream(&key, &nonce);
        if !is_equal(&authenticate(&tag_key, sealed), tag) {
            return Err(SealError::Password);
        }
        let mut opened = sealed.to_vec();
        stream.apply_keystream(&mut opened);
        Ok(opened)
    }

    /// Encrypts a key. `salt` and `nonce` must be random, and new.
    pub(crate) fn seal(
        secret: &[u8],
        password: &[u8],
        salt: [u8; 32],
        nonce: [u8; 24],
    ) -> Result<Self, SealError> {
        let params = Cost { n: COST, r: 8, p: 1 };
        let key = derive(password, &salt, &params)?;
        let (tag_key, mut stream) = stream(&key, &nonce);
        let mut sealed = secret.to_vec();
        stream.apply_keystream(&mut sealed);
        let mut bytes = authenticate(&tag_key, &sealed).to_vec();
        bytes.extend(sealed);
        Ok(Self {
            kdf: Derivation { name: "scrypt".to_owned(), params, salt: BASE64.encode(&salt) },
            cipher: Cipher { name: "nacl/secretbox".to_owned(), nonce: BASE64.encode(&nonce) },
            ciphertext: BASE64.encode(&bytes),
        })
    }
}

fn derive(password: &[u8], salt: &[u8], cost: &Cost) -> Result<[u8; 32], SealError> {
    let memory = u64::from(cost.n).saturating_mul(u64::from(cost.r)).saturating_mul(128);
    if memory > MEMORY_LIMIT || cost.p > 16 {
        return Err(SealError::Memory { limit: MEMORY_LIMIT });
    }
    if !cost.n.is_power_of_two() {
        return Err(SealError::Form);
    }
    let log = u8::try_from(cost.n.trailing_zeros()).map_err(|_| SealError::Form)?;
    let parameters = scrypt::Params::new(log, cost.r, cost.p).map_err(|_| SealError::Form)?;
    let mut key = [0; 32];
    scrypt::scrypt(password, salt, &parameters, &mut key).map_err(|_| SealError::Form)?;
    Ok(key)
}

/// The cipher of a key and a nonce, and the key of the tag, which is the beginning of its stream.
fn stream(key: &[u8; 32], nonce: &[u8; 24]) -> ([u8; 32], XSalsa20) {
    let mut stream = XSalsa20::new(&(*key).into(), &(*nonce).into());
    let mut tag_key = [0; 32];
    stream.apply_keystream(&mut tag_key);
    (tag_key, stream)
}

fn authenticate(key: &[u8; 32], sealed: &[u8]) -> [u8; 16] {
    Poly1305::new(&(*key).into()).compute_unpadded(sealed).into()
}

/// Compares without telling by its time where the difference is.
fn is_equal(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left.iter().zip(right).fold(0, |sum, (left, right)| sum | (left ^ right)) == 0
}
