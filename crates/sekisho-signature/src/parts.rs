//! Keys and signatures in parts, as devices and services have them: points, numbers, halves of signatures.

use crate::algorithm::{Hash, oid};
use crate::der::{self, Reader, tag};
use crate::key::{KeyError, PublicKey};

/// The most bytes of a number: RSA of 16,384 bits.
const NUMBER_LIMIT: usize = 2_048;
/// The most bytes of a signature as two numbers: those of P-521.
const HALVES_LIMIT: usize = 132;

/// A key on a curve. `parameters` names the curve by its identifier in DER; `point` is bare, or in an octet string.
pub fn key_of_point(parameters: &[u8], point: &[u8]) -> Result<PublicKey, KeyError> {
    Reader::new(parameters).take(tag::OID, "named curve")?;
    // A bare point begins with 4, which is the tag of an octet string too: that one has its length behind it.
    let wrapped = Reader::new(point).take(tag::OCTET_STRING, "point");
    let point = match wrapped {
        Ok(element) if element.raw.len() == point.len() => element.content,
        _ => point,
    };
    let algorithm = der::write(tag::SEQUENCE, &[&der::write(tag::OID, &[oid::EC_PUBLIC_KEY]), parameters]);
    PublicKey::of_info(&info(&algorithm, point))
}

/// A key of Ed25519; bare, or in an octet string.
pub fn key_of_edwards(point: &[u8]) -> Result<PublicKey, KeyError> {
    let point = match Reader::new(point).take(tag::OCTET_STRING, "point") {
        Ok(element) if point.len() == 34 => element.content,
        _ => point,
    };
    let algorithm = der::write(tag::SEQUENCE, &[&der::write(tag::OID, &[oid::ED25519])]);
    PublicKey::of_info(&info(&algorithm, point))
}

/// An RSA key of its numbers, the highest byte first.
pub fn key_of_numbers(modulus: &[u8], exponent: &[u8]) -> Result<PublicKey, KeyError> {
    if modulus.len() > NUMBER_LIMIT || exponent.len() > NUMBER_LIMIT {
        return Err(KeyError::TooLarge { limit: NUMBER_LIMIT });
    }
    PublicKey::of_der(&der::write(tag::SEQUENCE, &[&integer(modulus), &integer(exponent)]))
}

/// A signature on a curve of its two numbers, one behind the other and equally wide; none where they are not.
pub fn signature_of_halves(halves: &[u8]) -> Option<Vec<u8>> {
    if halves.is_empty() || halves.len() > HALVES_LIMIT || !halves.len().is_multiple_of(2) {
        return None;
    }
    let (first, second) = halves.split_at(halves.len() / 2);
    Some(der::write(tag::SEQUENCE, &[&integer(first), &integer(second)]))
}

/// What RSA of PKCS #1 1.5 pads: the name of the hash function and the digest.
pub fn digest_info(hash: Hash, digest: &[u8]) -> Vec<u8> {
    let name = match hash {
        Hash::Sha256 => oid::SHA256,
        Hash::Sha384 => oid::SHA384,
        Hash::Sha512 => oid::SHA512,
    };
    let null = [0x05, 0x00];
    let algorithm = der::write(tag::SEQUENCE, &[&der::write(tag::OID, &[name]), &null]);
    der::write(tag::SEQUENCE, &[&algorithm, &der::write(tag::OCTET_STRING, &[digest])])
}

fn info(algorithm: &[u8], bits: &[u8]) -> Vec<u8> {
    let bits = der::write(tag::BIT_STRING, &[&[0], bits]);
    der::write(tag::SEQUENCE, &[algorithm, &bits])
}

/// A whole number that is not negative, as short as it can be written.
fn integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let digits = number.get(zeros..).unwrap_or_default();
    let sign: &[u8] = if digits.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    der::write(tag::INTEGER, &[sign, digits])
}
