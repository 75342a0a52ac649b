//! Digests and message authentication codes.

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha384, Sha512};

use super::arguments::string;
use super::builtin::{Builtin, Family};
use super::call::Call;
use super::error::BuiltinError;
use super::types::Type;
use crate::value::{Value, bytes_of};

use Type::{Boolean as B, String as S};

pub(super) const FAMILY: Family = &[
    Builtin::new("crypto.hmac.equal", &[S, S], B, |call, args| {
        let (one, two) = (string(args, 0)?, string(args, 1)?);
        call.charge_text(one.len() + two.len())?;
        Ok(is_same(one.as_bytes(), two.as_bytes()).into())
    }),
    Builtin::new("crypto.hmac.md5", &[S, S], S, authenticate::<Md5>),
    Builtin::new("crypto.hmac.sha1", &[S, S], S, authenticate::<Sha1>),
    Builtin::new("crypto.hmac.sha256", &[S, S], S, authenticate::<Sha256>),
    Builtin::new("crypto.hmac.sha512", &[S, S], S, authenticate::<Sha512>),
    Builtin::new("crypto.md5", &[S], S, digest_text::<Md5>),
    Builtin::new("crypto.sha1", &[S], S, digest_text::<Sha1>),
    Builtin::new("crypto.sha256", &[S], S, digest_text::<Sha256>),
];

/// A hash function of the SHA-2 family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }

    /// The code of a message under a key.
    pub(super) fn authenticate(self, key: &[u8], message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => code::<Sha256>(key, message),
            Self::Sha384 => code::<Sha384>(key, message),
            Self::Sha512 => code::<Sha512>(key, message),
        }
    }
}

/// Whether bytes are the same, in time that does not tell where they differ.
pub(super) fn is_same(one: &[u8], two: &[u8]) -> bool {
    one.len() == two.len() && one.iter().zip(two).fold(0, |sum, (one, two)| sum | (one ^ two)) == 0
}

/// Takes the work of hashing so many bytes.
pub(super) fn charge(call: &mut Call<'_>, bytes: usize) -> Result<(), BuiltinError> {
    call.charge(4 + bytes / 8)
}

fn hexadecimal(bytes: &[u8]) -> Value {
    data_encoding::HEXLOWER.encode(bytes).into()
}

fn digest_text<D: Digest>(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let text = string(args, 0)?;
    charge(call, text.len())?;
    Ok(hexadecimal(&D::digest(bytes_of(text))))
}

fn authenticate<D: EagerHash>(call: &mut Call<'_>, args: &[Value]) -> Result<Value, BuiltinError> {
    let (message, key) = (string(args, 0)?, string(args, 1)?);
    charge(call, message.len() + key.len())?;
    Ok(hexadecimal(&code::<D>(&bytes_of(key), &bytes_of(message))))
}

fn code<D: EagerHash>(key: &[u8], message: &[u8]) -> Vec<u8> {
    // Keys may have any length.
    match Hmac::<D>::new_from_slice(key) {
        Ok(mut mac) => {
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        }
        Err(_) => Vec::new(),
    }
}
