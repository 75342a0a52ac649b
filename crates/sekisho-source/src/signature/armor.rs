//! The envelope of an SSH signature (`PROTOCOL.sshsig` of OpenSSH).

use data_encoding::{BASE64, BASE64_NOPAD};
use sha2::{Digest as _, Sha256, Sha512};

use super::SignatureError;

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
const MAGIC: &[u8] = b"SSHSIG";

/// The longest signature that is read.
const LONGEST: usize = 64 << 10;

/// A signature out of its envelope.
#[derive(Debug, Clone)]
pub(super) struct Armored {
    /// The public key in its wire form.
    pub(super) key: Vec<u8>,
    /// What the signature is made for.
    pub(super) namespace: String,
    reserved: Vec<u8>,
    hash: Vec<u8>,
    /// The algorithm of the signature.
    pub(super) algorithm: String,
    /// The signature itself.
    pub(super) signature: Vec<u8>,
}

impl Armored {
    pub(super) fn read(text: &str) -> Result<Self, SignatureError> {
        let unreadable = SignatureError::Unreadable;
        if text.len() > LONGEST {
            return Err(unreadable("it is too long"));
        }
        let inner = text.trim().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
        let inner: String = inner.ok_or(unreadable("it is no SSH signature"))?.split_whitespace().collect();
        let bytes = BASE64.decode(inner.as_bytes()).map_err(|_| unreadable("it is no base64"))?;
        let mut wire = Wire(bytes.strip_prefix(MAGIC).ok_or(unreadable("it does not begin as one"))?);
        if wire.number() != Some(1) {
            return Err(unreadable("its version is not 1"));
        }
        let short = unreadable("it ends too early");
        let key = wire.string().ok_or(short.clone())?.to_vec();
        let namespace = String::from_utf8_lossy(wire.string().ok_or(short.clone())?).into_owned();
        let reserved = wire.string().ok_or(short.clone())?.to_vec();
        let hash = wire.string().ok_or(short.clone())?.to_vec();
        let mut inner = Wire(wire.string().ok_or(short.clone())?);
        let algorithm = String::from_utf8_lossy(inner.string().ok_or(short.clone())?).into_owned();
        let signature = inner.string().ok_or(short)?.to_vec();
        // Keys in hardware add a flag and a counter behind the signature, and sign other bytes.
        if !wire.0.is_empty() || !inner.0.is_empty() {
            return Err(unreadable("something follows its end"));
        }
        Ok(Self { key, namespace, reserved, hash, algorithm, signature })
    }

    /// The bytes that the signature is made of, for a content.
    pub(super) fn message(&self, content: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let digest = match self.hash.as_slice() {
            b"sha512" => Sha512::digest(content).to_vec(),
            b"sha256" => Sha256::digest(content).to_vec(),
            _ => return Err(SignatureError::Unreadable("its hash is neither sha256 nor sha512")),
        };
        let mut message = MAGIC.to_vec();
        for part in [self.namespace.as_bytes(), &self.reserved, &self.hash, &digest] {
            message.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            message.extend(part);
        }
        Ok(message)
    }
}

/// Reads SSH's wire format.
pub(super) struct Wire<'a>(pub(super) &'a [u8]);

impl<'a> Wire<'a> {
    pub(super) fn number(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    pub(super) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (string, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(string)
    }

    /// A whole number that is not negative, without zeros before it.
    pub(super) fn integer(&mut self) -> Option<&'a [u8]> {
        let bytes = self.string()?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        bytes.get(zeros..)
    }
}

/// A key as OpenSSH shows it: `SHA256:…`.
pub(super) fn fingerprint(key: &[u8]) -> String {
    format!("SHA256:{}", BASE64_NOPAD.encode(&Sha256::digest(key)))
}
