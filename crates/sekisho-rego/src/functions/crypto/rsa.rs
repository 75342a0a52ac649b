//! RSA signatures after PKCS #1, version 1.5 and PSS.
//!
//! What policies verify is public, so that time may tell what it likes. A signature that a policy makes is
//! blinded: the number that is raised to the secret power is not the message's.

use num_bigint::BigUint;
use num_traits::{One, Zero};

use super::super::digests::{Hash, is_same};

/// The most bits of an RSA key that is computed with.
pub(super) const MAX_RSA_BITS: u64 = 16_384;

/// Smaller keys are refused, as Go refuses them.
const MIN_BITS: u64 = 1_024;

/// The numbers of a private RSA key.
#[derive(Clone)]
pub(in crate::functions) struct RsaPrivate {
    pub(in crate::functions) modulus: BigUint,
    pub(in crate::functions) exponent: BigUint,
    pub(in crate::functions) secret: BigUint,
    pub(in crate::functions) primes: [BigUint; 2],
}

/// The way that a digest is laid out in a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Padding {
    /// As in version 1.5.
    Plain,
    /// With a salt.
    Salted,
}

/// What stands before a digest in version 1.5: which function it is of.
fn prefix(hash: Hash) -> Vec<u8> {
    let (last, length) = match hash {
        Hash::Sha256 => (1, 32),
        Hash::Sha384 => (2, 48),
        Hash::Sha512 => (3, 64),
    };
    let mut prefix = vec![0x30, 17 + length, 0x30, 0x0d, 0x06, 0x09];
    prefix.extend([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, last, 0x05, 0x00, 0x04, length]);
    prefix
}

/// How many bytes a number of so many bits takes.
fn bytes_of_bits(bits: u64) -> usize {
    usize::try_from(bits.div_ceil(8)).unwrap_or(usize::MAX)
}

/// A number in so many bytes; none where it takes more.
fn fixed(number: &BigUint, length: usize) -> Option<Vec<u8>> {
    let bytes = if number.is_zero() { Vec::new() } else { number.to_bytes_be() };
    let mut fixed = vec![0; length.checked_sub(bytes.len())?];
    fixed.extend(bytes);
    Some(fixed)
}

/// Whether a key is one that Go would compute with.
fn is_usable(modulus: &BigUint, exponent: &BigUint) -> bool {
    let is_odd = |number: &BigUint| number.bit(0);
    (MIN_BITS..=MAX_RSA_BITS).contains(&modulus.bits())
        && is_odd(modulus)
        && is_odd(exponent)
        && *exponent > BigUint::one()
        && exponent.bits() <= 31
}

/// Whether a signature is that of a digest.
pub(super) fn verify(
    modulus: &BigUint,
    exponent: &BigUint,
    padding: Padding,
    hash: Hash,
    digest: &[u8],
    signature: &[u8],
) -> bool {
    let length = bytes_of_bits(modulus.bits());
    if !is_usable(modulus, exponent) || signature.len() != length {
        return false;
    }
    let signature = BigUint::from_bytes_be(signature);
    if signature >= *modulus {
        return false;
    }
    let opened = signature.modpow(exponent, modulus);
    match padding {
        Padding::Plain => {
            let expected = plain(hash, digest, length);
            fixed(&opened, length).zip(expected).is_some_and(|(one, two)| is_same(&one, &two))
        }
        Padding::Salted => {
            let bits = modulus.bits() - 1;
            fixed(&opened, bytes_of_bits(bits)).is_some_and(|encoded| is_salted(hash, digest, encoded, bits))
        }
    }
}

/// A digest laid out after version 1.5; none where the key is too small for it.
fn plain(hash: Hash, digest: &[u8], length: usize) -> Option<Vec<u8>> {
    let prefix = prefix(hash);
    let padding = length.checked_sub(prefix.len() + digest.len() + 3).filter(|padding| *padding >= 8)?;
    let mut encoded = vec![0, 1];
    encoded.resize(2 + padding, 0xff);
    encoded.push(0);
    encoded.extend(prefix);
    encoded.extend_from_slice(digest);
    Some(encoded)
}

/// Bytes that a seed stands for, as many as are wanted.
fn mask(hash: Hash, seed: &[u8], length: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(length + 64);
    let mut counter = 0_u32;
    while mask.len() < length {
        let mut input = seed.to_vec();
        input.extend(counter.to_be_bytes());
        mask.extend(hash.digest(&input));
        counter = counter.wrapping_add(1);
    }
    mask.truncate(length);
    mask
}

fn mix(bytes: &mut [u8], mask: &[u8]) {
    for (byte, mask) in bytes.iter_mut().zip(mask) {
        *byte ^= mask;
    }
}

/// The digest of a digest with its salt.
fn salted_digest(hash: Hash, digest: &[u8], salt: &[u8]) -> Vec<u8> {
    let mut input = vec![0; 8];
    input.extend_from_slice(digest);
    input.extend_from_slice(salt);
    hash.digest(&input)
}

/// Whether a digest is laid out so with some salt.
fn is_salted(hash: Hash, digest: &[u8], encoded: Vec<u8>, bits: u64) -> bool {
    let Some((0xbc, body)) = encoded.split_last().map(|(last, body)| (*last, body)) else {
        return false;
    };
    let Some(start) = body.len().checked_sub(digest.len()) else {
        return false;
    };
    let (masked, stored) = body.split_at(start);
    // The bits above the number are 0.
    let spare = u32::try_from(8 * encoded.len() as u64 - bits).unwrap_or(0);
    let top = 0xff_u8.checked_shr(spare).unwrap_or(0);
    if masked.first().is_none_or(|first| first & !top != 0) {
        return false;
    }
    let mut opened = masked.to_vec();
    mix(&mut opened, &mask(hash, stored, masked.len()));
    if let Some(first) = opened.first_mut() {
        *first &= top;
    }
    let Some(at) = opened.iter().position(|byte| *byte != 0) else {
        return false;
    };
    let Some((1, salt)) =
        opened.get(at..).and_then(|rest| rest.split_first()).map(|(one, salt)| (*one, salt))
    else {
        return false;
    };
    is_same(&salted_digest(hash, digest, salt), stored)
}

/// Signs a digest; none where the key cannot. The seed makes the salt and the blinding.
pub(super) fn sign(
    key: &RsaPrivate,
    padding: Padding,
    hash: Hash,
    digest: &[u8],
    seed: &[u8],
) -> Option<Vec<u8>> {
    if !is_usable(&key.modulus, &key.exponent) {
        return None;
    }
    let length = bytes_of_bits(key.modulus.bits());
    let encoded = match padding {
        Padding::Plain => plain(hash, digest, length)?,
        Padding::Salted => salted(hash, digest, seed, key.modulus.bits() - 1)?,
    };
    let message = BigUint::from_bytes_be(&encoded);
    let mut blinding = b"blinding".to_vec();
    blinding.extend_from_slice(seed);
    blinding.extend(key.secret.to_bytes_be());
    let factor = BigUint::from_bytes_be(&mask(hash, &blinding, length)) % &key.modulus;
    let inverse = factor.modinv(&key.modulus)?;
    let blinded = message * factor.modpow(&key.exponent, &key.modulus) % &key.modulus;
    let signature = blinded.modpow(&key.secret, &key.modulus) * inverse % &key.modulus;
    fixed(&signature, length)
}

/// A digest laid out with a salt as long as it is.
fn salted(hash: Hash, digest: &[u8], seed: &[u8], bits: u64) -> Option<Vec<u8>> {
    let length = bytes_of_bits(bits);
    let salt = mask(hash, seed, digest.len());
    let stored = salted_digest(hash, digest, &salt);
    let zeros = length.checked_sub(2 * digest.len() + 2)?;
    let mut body = vec![0; zeros];
    body.push(1);
    body.extend(salt);
    mix(&mut body, &mask(hash, &stored, length - digest.len() - 1));
    let spare = u32::try_from(8 * length as u64 - bits).unwrap_or(0);
    if let Some(first) = body.first_mut() {
        *first &= 0xff_u8.checked_shr(spare).unwrap_or(0);
    }
    body.extend(stored);
    body.push(0xbc);
    Some(body)
}
