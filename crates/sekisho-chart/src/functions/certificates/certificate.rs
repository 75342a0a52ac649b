//! X.509 certificates in the place of those that Helm makes: all fields are true but the signature.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

use super::der::{
    BIT_STRING, BOOLEAN, GENERALIZED_TIME, INTEGER, OBJECT, OCTET_STRING, PRINTABLE_STRING, SEQUENCE, SET,
    UTC_TIME, UTF8_STRING, bits, context, element, only, positive, sequence, take_tagged,
};
use super::key::{Kind, PrivateKey};
use sekisho_go::time::Moment;

/// Object identifiers, as DER has them.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x0F];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x25];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x13];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1D, 0x11];
const SUBJECT_KEY: &[u8] = &[0x55, 0x1D, 0x0E];
const AUTHORITY_KEY: &[u8] = &[0x55, 0x1D, 0x23];
const SERVER_AUTHENTICATION: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
const CLIENT_AUTHENTICATION: &[u8] = &[0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02];

/// What is asked of a certificate.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) common_name: String,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) names: Vec<String>,
    pub(super) days: i64,
    pub(super) is_authority: bool,
    /// The first second of validity, since 1970.
    pub(super) now: i64,
}

/// Who signs a certificate: its subject, its public key, and what that is known by.
#[derive(Debug)]
pub(super) struct Issuer {
    pub(super) subject: Vec<u8>,
    pub(super) public: Vec<u8>,
    pub(super) key_id: Option<Vec<u8>>,
}

impl Request {
    /// The subject of the certificate.
    pub(super) fn subject(&self) -> Vec<u8> {
        if self.common_name.is_empty() {
            return sequence(&[]);
        }
        let is_printable = |byte: u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte);
        let is_plain = self.common_name.bytes().all(is_printable);
        let name =
            element(if is_plain { PRINTABLE_STRING } else { UTF8_STRING }, self.common_name.as_bytes());
        sequence(&[&element(SET, &sequence(&[&element(OBJECT, COMMON_NAME), &name]))])
    }

    /// The certificate in DER; `filler` stands where serial number and signature are.
    pub(super) fn certificate(
        &self,
        public: &[u8],
        issuer: &Issuer,
        signer: &PrivateKey,
        filler: &[u8],
    ) -> Vec<u8> {
        let algorithm = signer.kind.signature_algorithm();
        let version = element(context(0, true), &element(INTEGER, &[2]));
        let serial = positive(filler.get(..16).unwrap_or_default());
        let end = self.now.saturating_add(self.days.wrapping_mul(86_400));
        let validity = sequence(&[&time(self.now), &time(end)]);
        let subject = self.subject();
        let authority = issuer.key_id.as_deref().filter(|_| issuer.subject != subject);
        let extensions = self.extensions(public, authority).concat();
        let extensions = element(context(3, true), &element(SEQUENCE, &extensions));
        let body = sequence(&[
            &version,
            &serial,
            &algorithm,
            &issuer.subject,
            &validity,
            &subject,
            public,
            &extensions,
        ]);
        let digits = filler.iter().copied().cycle();
        let signature: Vec<u8> = match signer.kind {
            Kind::Rsa | Kind::Dsa => digits.take(modulus_length(&signer.public).unwrap_or(256)).collect(),
            Kind::Ecdsa => {
                let numbers: Vec<u8> = digits.take(64).collect();
                let (one, other) = numbers.split_at(32);
                sequence(&[&positive(one), &positive(other)])
            }
            Kind::Ed25519 => digits.take(64).collect(),
        };
        sequence(&[&body, &algorithm, &bits(&signature)])
    }

    /// The extensions; an authority is named by its key where that is known by something.
    fn extensions(&self, public: &[u8], authority: Option<&[u8]>) -> Vec<Vec<u8>> {
        // Bits: signatures, encipherment of keys and, for an authority, signatures of certificates.
        let usage: &[u8] =
            if self.is_authority { &[0x03, 0x02, 0x02, 0xA4] } else { &[0x03, 0x02, 0x05, 0xA0] };
        let purposes = [SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION].map(|purpose| element(OBJECT, purpose));
        let constraints =
            if self.is_authority { sequence(&[&element(BOOLEAN, &[0xFF])]) } else { sequence(&[]) };
        let mut extensions = vec![
            extension(KEY_USAGE, true, usage),
            extension(EXTENDED_KEY_USAGE, false, &element(SEQUENCE, &purposes.concat())),
            extension(BASIC_CONSTRAINTS, true, &constraints),
        ];
        if let Some(id) = self.is_authority.then(|| key_id(public)).flatten() {
            extensions.push(extension(SUBJECT_KEY, false, &element(OCTET_STRING, &id)));
        }
        if let Some(id) = authority {
            extensions.push(extension(AUTHORITY_KEY, false, &sequence(&[&element(context(0, false), id)])));
        }
        let names = self.names.iter().map(|name| element(context(2, false), name.as_bytes()));
        let addresses = self.addresses.iter().map(|address| match address {
            IpAddr::V4(address) => element(context(7, false), &address.octets()),
            IpAddr::V6(address) => element(context(7, false), &address.octets()),
        });
        let alternatives: Vec<_> = names.chain(addresses).collect();
        if !alternatives.is_empty() {
            let alternatives = element(SEQUENCE, &alternatives.concat());
            extensions.push(extension(ALTERNATIVE_NAMES, self.common_name.is_empty(), &alternatives));
        }
        extensions
    }
}

/// How many bytes the modulus of an RSA key has, and so its signatures.
fn modulus_length(public: &[u8]) -> Option<usize> {
    let numbers = only(key_bits(public)?, SEQUENCE)?;
    let modulus = take_tagged(&mut &*numbers, INTEGER)?.content;
    // A zero before a first bit that would be a sign is none of the number.
    Some(modulus.len() - usize::from(modulus.first() == Some(&0)))
}

/// The bits of a public key, behind the byte that tells how many of the last are unused.
fn key_bits(public: &[u8]) -> Option<&[u8]> {
    let mut parts = only(public, SEQUENCE)?;
    take_tagged(&mut parts, SEQUENCE)?;
    take_tagged(&mut parts, BIT_STRING)?.content.get(1..)
}

/// What a public key is known by: the first 20 bytes of its digest (RFC 7093, method 1).
pub(super) fn key_id(public: &[u8]) -> Option<Vec<u8>> {
    Some(Sha256::digest(key_bits(public)?).iter().take(20).copied().collect())
}

fn extension(object: &[u8], is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if is_critical { element(BOOLEAN, &[0xFF]) } else { Vec::new() };
    sequence(&[&element(OBJECT, object), &critical, &element(OCTET_STRING, value)])
}

/// An instant, in the form that RFC 5280 wants of it.
fn time(seconds: i64) -> Vec<u8> {
    // Two digits mean years from 1950 to 2049.
    const SHORT: std::ops::Range<i64> = -631_152_000..2_524_608_000;
    // The first second of the year 0, and the last one of the year 9999.
    let moment = Moment::local(seconds.clamp(-62_167_219_200, 253_402_300_799));
    if SHORT.contains(&seconds) {
        element(UTC_TIME, &moment.format(b"060102150405Z"))
    } else {
        element(GENERALIZED_TIME, &moment.format(b"20060102150405Z"))
    }
}

/// Reads who a certificate is for.
///
/// # Errors
/// What Go says of bytes that are none, in short.
pub(super) fn parse(der: &[u8]) -> Result<Issuer, &'static str> {
    let mut parts = only(der, SEQUENCE).ok_or("x509: malformed certificate")?;
    let body = take_tagged(&mut parts, SEQUENCE).and_then(|body| parse_body(body.content));
    let issuer = body.ok_or("x509: malformed tbs certificate")?;
    match take_tagged(&mut parts, SEQUENCE) {
        Some(_) => Ok(issuer),
        None => Err("x509: malformed algorithm identifier"),
    }
}

fn parse_body(body: &[u8]) -> Option<Issuer> {
    let mut body = body;
    take_tagged(&mut body, context(0, true));
    take_tagged(&mut body, INTEGER)?;
    let (_algorithm, _issuer, _validity) = (
        take_tagged(&mut body, SEQUENCE)?,
        take_tagged(&mut body, SEQUENCE)?,
        take_tagged(&mut body, SEQUENCE)?,
    );
    let subject = take_tagged(&mut body, SEQUENCE)?.whole.to_vec();
    let public = take_tagged(&mut body, SEQUENCE)?.whole.to_vec();
    // Two old fields, which nobody fills.
    take_tagged(&mut body, context(1, false));
    take_tagged(&mut body, context(2, false));
    let key_id = take_tagged(&mut body, context(3, true)).and_then(|list| subject_key(list.content));
    Some(Issuer { subject, public, key_id })
}

/// What the extensions of a certificate say that its key is known by.
fn subject_key(list: &[u8]) -> Option<Vec<u8>> {
    let mut extensions = only(list, SEQUENCE)?;
    while let Some(extension) = take_tagged(&mut extensions, SEQUENCE) {
        let mut parts = extension.content;
        let object = take_tagged(&mut parts, OBJECT)?;
        take_tagged(&mut parts, BOOLEAN);
        if object.content == SUBJECT_KEY {
            let value = take_tagged(&mut parts, OCTET_STRING)?.content;
            return only(value, OCTET_STRING).filter(|id| !id.is_empty()).map(<[u8]>::to_vec);
        }
    }
    None
}
