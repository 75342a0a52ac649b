//! Keys in metadata.

use data_encoding::HEXLOWER_PERMISSIVE;
use sekisho_signature::algorithm::{Hash, Scheme, Signed};
use sekisho_signature::key::PublicKey;
use sekisho_signature::parts::{key_of_edwards, key_of_point};
use serde_json::Value;

/// The names of P-256 and P-384 in DER.
const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];

/// A key with what is done with it.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    public: PublicKey,
    scheme: Scheme,
}

impl Key {
    /// Reads a key; none where it is of a kind that is not computed with, so that it signs nothing.
    pub(crate) fn of_value(value: &Value) -> Option<Self> {
        let text = |path| value.pointer(path).and_then(Value::as_str);
        let (kind, scheme, public) = (text("/keytype")?, text("/scheme")?, text("/keyval/public")?);
        let scheme = match scheme {
            "ed25519" => Scheme::Ed25519,
            "ecdsa-sha2-nistp256" => Scheme::Ecdsa(Hash::Sha256),
            "ecdsa-sha2-nistp384" => Scheme::Ecdsa(Hash::Sha384),
            "ecdsa-sha2-nistp521" => Scheme::Ecdsa(Hash::Sha512),
            "rsassa-pss-sha256" => Scheme::RsaPss(Hash::Sha256),
            "rsassa-pss-sha384" => Scheme::RsaPss(Hash::Sha384),
            "rsassa-pss-sha512" => Scheme::RsaPss(Hash::Sha512),
            "rsa-pkcs1v15-sha256" => Scheme::RsaPkcs1(Hash::Sha256),
            "rsa-pkcs1v15-sha384" => Scheme::RsaPkcs1(Hash::Sha384),
            "rsa-pkcs1v15-sha512" => Scheme::RsaPkcs1(Hash::Sha512),
            _ => return None,
        };
        let is_fitting = match scheme {
            Scheme::Ed25519 | Scheme::Ed25519Prehashed => kind == "ed25519",
            Scheme::Ecdsa(_) => kind == "ecdsa" || kind.starts_with("ecdsa-sha2-"),
            Scheme::RsaPss(_) | Scheme::RsaPkcs1(_) => kind == "rsa",
        };
        if !is_fitting {
            return None;
        }
        let bare = || HEXLOWER_PERMISSIVE.decode(public.as_bytes()).ok();
        let public = match scheme {
            Scheme::Ed25519 if !public.contains("-----BEGIN") => key_of_edwards(&bare()?).ok()?,
            // The first roots of sigstore had bare points.
            Scheme::Ecdsa(hash) if !public.contains("-----BEGIN") => {
                let curve = if hash == Hash::Sha384 { P384 } else { P256 };
                key_of_point(curve, &bare()?).ok()?
            }
            _ => PublicKey::of_pem(public).ok()?,
        };
        Some(Self { public, scheme })
    }

    /// Whether a signature (in hexadecimal digits) is one of this key over bytes.
    pub(crate) fn has_signed(&self, bytes: &[u8], signature: &str) -> bool {
        let signature = HEXLOWER_PERMISSIVE.decode(signature.as_bytes()).unwrap_or_default();
        self.public.verify_with(self.scheme, Signed::Bytes(bytes), &signature).is_ok()
    }

    /// What no other key has, whatever it is called.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        self.public.fingerprint()
    }
}
