//! Private keys: the fixed ones that stand in for new ones, and what is read from those that a chart gives.

use sha2::{Digest, Sha256};

use super::der::{
    BIT_STRING, Element, INTEGER, OBJECT, OCTET_STRING, SEQUENCE, bits, context, element, only, sequence,
    take, take_tagged,
};
use super::pem;

/// Keys that were made once. They are public, so protect nothing.
const RSA_2048: &[u8] = include_bytes!("keys/rsa-2048.der");
const RSA_4096: &[u8] = include_bytes!("keys/rsa-4096.der");
const DSA: &[u8] = include_bytes!("keys/dsa.der");
const ECDSA: &[u8] = include_bytes!("keys/ecdsa.der");
const ED25519: &[u8] = include_bytes!("keys/ed25519.der");

/// Object identifiers, as DER has them.
const RSA_ENCRYPTION: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const EC_PUBLIC_KEY: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
const SHA256_WITH_RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B];
const ECDSA_WITH_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
const ED25519_OBJECT: &[u8] = &[0x2B, 0x65, 0x70];

const NULL: &[u8] = &[0x05, 0x00];

/// A private key.
#[derive(Debug, Clone)]
pub(super) struct PrivateKey {
    /// The block that it stands in.
    pub(super) pem: String,
    pub(super) kind: Kind,
    /// The public key, as certificates have it.
    pub(super) public: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Rsa,
    Dsa,
    Ecdsa,
    Ed25519,
}

impl Kind {
    /// How a certificate names signatures of such a key.
    pub(super) fn signature_algorithm(self) -> Vec<u8> {
        match self {
            Self::Rsa | Self::Dsa => sequence(&[&element(OBJECT, SHA256_WITH_RSA), NULL]),
            Self::Ecdsa => sequence(&[&element(OBJECT, ECDSA_WITH_SHA256)]),
            Self::Ed25519 => sequence(&[&element(OBJECT, ED25519_OBJECT)]),
        }
    }
}

/// The key that stands in for a new one of a type, as PEM; none for a type that there is not.
pub(super) fn stand_in(key_type: &str) -> Option<String> {
    Some(match key_type {
        "" | "rsa" => pem::encode("RSA PRIVATE KEY", RSA_4096),
        "dsa" => pem::encode("DSA PRIVATE KEY", DSA),
        "ecdsa" => pem::encode("EC PRIVATE KEY", ECDSA),
        "ed25519" => pem::encode("PRIVATE KEY", ED25519),
        _ => return None,
    })
}

/// Whether a text holds one of the keys that stand in for new ones.
pub(super) fn holds_stand_in(text: &str) -> bool {
    [RSA_2048, RSA_4096, DSA, ECDSA, ED25519].into_iter().any(|der| {
        // The first line names the kind, the second one begins the key.
        pem::encode("", der).lines().nth(1).is_some_and(|line| text.contains(line))
    })
}

/// The key that stands in for that of a new certificate.
pub(super) fn for_certificate() -> Result<PrivateKey, String> {
    parse(pem::encode("RSA PRIVATE KEY", RSA_2048).as_bytes())
}

/// Reads a key in PEM.
///
/// # Errors
/// What Go's functions say of it, in short.
pub(super) fn parse(text: &[u8]) -> Result<PrivateKey, String> {
    const BROKEN: &str = "asn1: syntax error: data truncated";
    let Some((block, der)) = pem::decode(text) else {
        return Err("no PEM data in input".to_owned());
    };
    let (kind, public) = if block == "PRIVATE KEY" {
        pkcs8(&der).ok_or_else(|| format!("decoding PEM as PKCS#8: {BROKEN}"))?
    } else {
        let Some(name) = block.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {block}"));
        };
        let failed = || format!("parsing {name} private key from PEM: {BROKEN}");
        match name {
            "RSA" => (Kind::Rsa, rsa(&der).ok_or_else(failed)?),
            "EC" => (Kind::Ecdsa, ec(&der, None).ok_or_else(failed)?),
            "DSA" => (Kind::Dsa, only(&der, SEQUENCE).map(<[u8]>::to_vec).ok_or_else(failed)?),
            _ => return Err(format!("invalid private key type {name}")),
        }
    };
    let block = match kind {
        Kind::Rsa if block == "PRIVATE KEY" => {
            pem::encode("RSA PRIVATE KEY", inner(&der).unwrap_or_default())
        }
        _ => pem::encode(&block, &der),
    };
    Ok(PrivateKey { pem: block, kind, public })
}

/// The public key of an RSA key.
fn rsa(der: &[u8]) -> Option<Vec<u8>> {
    let mut parts = only(der, SEQUENCE)?;
    let mut integer = || take_tagged(&mut parts, INTEGER).map(|integer| integer.whole);
    let (_version, modulus, exponent) = (integer()?, integer()?, integer()?);
    // The private exponent and what makes it faster.
    for _ in 0..6 {
        integer()?;
    }
    let algorithm = sequence(&[&element(OBJECT, RSA_ENCRYPTION), NULL]);
    Some(sequence(&[&algorithm, &bits(&sequence(&[modulus, exponent]))]))
}

/// The public key of a key on a curve, which is named inside or by who holds it.
fn ec(der: &[u8], curve: Option<Element<'_>>) -> Option<Vec<u8>> {
    let mut parts = only(der, SEQUENCE)?;
    take_tagged(&mut parts, INTEGER)?;
    let secret = take_tagged(&mut parts, OCTET_STRING)?;
    let mut named = take_tagged(&mut parts, context(0, true)).map_or(&[][..], |named| named.content);
    let curve = take_tagged(&mut named, OBJECT).or(curve)?;
    let algorithm = sequence(&[&element(OBJECT, EC_PUBLIC_KEY), curve.whole]);
    let public = if let Some(public) = take_tagged(&mut parts, context(1, true)) {
        element(BIT_STRING, only(public.content, BIT_STRING)?)
    } else {
        // The point is not computed: something of its form stands in for it.
        let size = secret.content.len().min(66);
        let filler = Sha256::digest(secret.content).repeat(5);
        bits(&[&[4], filler.get(..2 * size)?].concat())
    };
    Some(sequence(&[&algorithm, &public]))
}

/// The key that a key of PKCS #8 holds.
fn inner(der: &[u8]) -> Option<&[u8]> {
    let mut parts = only(der, SEQUENCE)?;
    take_tagged(&mut parts, INTEGER)?;
    take_tagged(&mut parts, SEQUENCE)?;
    take_tagged(&mut parts, OCTET_STRING).map(|key| key.content)
}

fn pkcs8(der: &[u8]) -> Option<(Kind, Vec<u8>)> {
    let mut parts = only(der, SEQUENCE)?;
    take_tagged(&mut parts, INTEGER)?;
    let mut algorithm = take_tagged(&mut parts, SEQUENCE)?.content;
    let key = take_tagged(&mut parts, OCTET_STRING)?.content;
    match take_tagged(&mut algorithm, OBJECT)?.content {
        RSA_ENCRYPTION => Some((Kind::Rsa, rsa(key)?)),
        EC_PUBLIC_KEY => Some((Kind::Ecdsa, ec(key, take(&mut algorithm))?)),
        ED25519_OBJECT => {
            // The public key is not computed: something of its form stands in for it.
            let public = Sha256::digest(only(key, OCTET_STRING)?);
            let algorithm = sequence(&[&element(OBJECT, ED25519_OBJECT)]);
            Some((Kind::Ed25519, sequence(&[&algorithm, &bits(&public)])))
        }
        _ => None,
    }
}
