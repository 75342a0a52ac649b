//! Timestamps of authorities (RFC 3161): when some bytes existed, in the words of somebody who is trusted.

use jiff::Timestamp;

use crate::algorithm::{Hash, Scheme, Signed};
use crate::certificate::{Certificate, CertificateError, ChainError, Purpose, verify_chain};
use crate::der::{self, DerError, Reader, tag};
use crate::key::KeyError;
use crate::root::Authority;

/// The most bytes of a timestamp.
pub const TIMESTAMP_LIMIT: usize = 256 << 10;
/// The most certificates in a timestamp.
const CERTIFICATES: usize = 16;

const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const TIMESTAMP_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f];
const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 0x0e];

/// Why a timestamp does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// It is larger than timestamps are.
    #[error("the timestamp has more than {limit} bytes, the limit")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The bytes are no timestamp.
    #[error("the timestamp is malformed: {0}")]
    Malformed(#[from] DerError),
    /// The authority refused.
    #[error("the timestamp authority did not grant the timestamp")]
    NotGranted,
    /// A hash function that is not computed.
    #[error("the timestamp uses an algorithm that is not supported")]
    Algorithm,
    /// It is one of other bytes.
    #[error("the timestamp is one of other bytes")]
    OtherBytes,
    /// What is signed is not what the timestamp says.
    #[error("the timestamp's signature is one of another content")]
    OtherContent,
    /// Nobody who is trusted signed it.
    #[error("no trusted timestamp authority signed the timestamp")]
    Unknown,
    /// The authority does not count at that time.
    #[error("the timestamp authority does not count at the time of its timestamp, {0}")]
    Time(Timestamp),
    /// The signature does not match.
    #[error("the timestamp's signature does not match")]
    Mismatch,
    /// The certificate of the signer does not count.
    #[error("the timestamp authority: {0}")]
    Chain(#[from] ChainError),
    /// A certificate is malformed.
    #[error("the timestamp authority: {0}")]
    Certificate(#[from] CertificateError),
}

/// What a timestamp says, and how that is signed.
struct Token<'b> {
    time: Timestamp,
    hash: Hash,
    digest: &'b [u8],
    certificates: Vec<Certificate>,
    issuer_and_serial: Option<(&'b [u8], &'b [u8])>,
    key_identifier: Option<&'b [u8]>,
    /// The SHA-256, or another hash, of the signer's certificate, where that is signed too.
    certificate_hash: Option<(Hash, &'b [u8])>,
    scheme: Scheme,
    /// What is signed: the attributes, which name the content.
    signed: Vec<u8>,
    signature: &'b [u8],
}

/// Holds an authority's answer against the bytes that it is for and the authorities that are trusted; gives the time.
pub fn verify_timestamp(
    response: &[u8],
    bytes: &[u8],
    authorities: &[Authority],
) -> Result<Timestamp, TimestampError> {
    if response.len() > TIMESTAMP_LIMIT {
        return Err(TimestampError::TooLarge { limit: TIMESTAMP_LIMIT });
    }
    let token = Token::of_response(response)?;
    if token.hash.of(bytes) != token.digest {
        return Err(TimestampError::OtherBytes);
    }
    let mut nearest = TimestampError::Unknown;
    for authority in authorities {
        match token.verify(authority) {
            Ok(()) => return Ok(token.time),
            Err(TimestampError::Unknown) => {}
            Err(error) => nearest = error,
        }
    }
    Err(nearest)
}

/// The time that an answer names, of which nothing is proved.
pub fn claimed_time(response: &[u8]) -> Result<Timestamp, TimestampError> {
    if response.len() > TIMESTAMP_LIMIT {
        return Err(TimestampError::TooLarge { limit: TIMESTAMP_LIMIT });
    }
    Token::of_response(response).map(|token| token.time)
}

/// The question to an authority for a timestamp of bytes, with the authority's certificates in the answer. `nonce`
/// makes it a question that was never asked before.
pub fn timestamp_request(bytes: &[u8], nonce: u64) -> Vec<u8> {
    let algorithm = der::write(tag::SEQUENCE, &[&der::write(tag::OID, &[crate::algorithm::oid::SHA256])]);
    let digest = der::write(tag::OCTET_STRING, &[&Hash::Sha256.of(bytes)]);
    let imprint = der::write(tag::SEQUENCE, &[&algorithm, &digest]);
    let version = [tag::INTEGER, 1, 1];
    // A leading zero keeps the number from being negative.
    let nonce = (nonce >> 1) | (1 << 62);
    let nonce = der::write(tag::INTEGER, &[&nonce.to_be_bytes()]);
    let wants_certificates = [tag::BOOLEAN, 1, 0xff];
    der::write(tag::SEQUENCE, &[&version, &imprint, &nonce, &wants_certificates])
}

impl<'b> Token<'b> {
    fn of_response(response: &'b [u8]) -> Result<Self, TimestampError> {
        let mut outer = Reader::new(response);
        let mut fields = outer.sequence("answer of a timestamp authority")?;
        outer.end("end of the timestamp")?;
        let mut status = fields.sequence("status")?;
        // 0: granted, 1: granted with changes.
        if status.take(tag::INTEGER, "status")?.small()? > 1 {
            return Err(TimestampError::NotGranted);
        }
        let mut content = fields.sequence("signed content")?;
        fields.end("end of the timestamp")?;
        if content.take(tag::OID, "type of the content")?.content != SIGNED_DATA {
            return Err(DerError("signed content").into());
        }
        let mut wrapped = content.take(tag::context(0), "signed content")?.reader();
        let mut data = wrapped.sequence("signed content")?;
        data.take(tag::INTEGER, "version")?;
        data.take(tag::SET, "hash functions")?;
        let mut encapsulated = data.sequence("content")?;
        if encapsulated.take(tag::OID, "type of the content")?.content != TIMESTAMP_INFO {
            return Err(DerError("content of a timestamp").into());
        }
        let info = encapsulated.take(tag::context(0), "content")?;
        let info = info.reader().take(tag::OCTET_STRING, "content")?.content;
        let mut certificates = Vec::new();
        if let Some(set) = data.maybe(tag::context(0), "certificates")? {
            let mut list = set.reader();
            while !list.is_empty() {
                if certificates.len() >= CERTIFICATES {
                    return Err(DerError("moderate number of certificates").into());
                }
                certificates.push(Certificate::of_der(list.any("certificate")?.raw)?);
            }
        }
        data.maybe(tag::context(1), "revocations")?;
        let mut everyone = data.take(tag::SET, "signer")?.reader();
        let signer = everyone.sequence("signer")?;
        // With several signers it could not be said whose time it is.
        everyone.end("single signer")?;
        let (time, hash, digest) = read_info(info)?;
        Self::of_signer(signer, info, Partial { time, hash, digest, certificates })
    }

    fn of_signer(mut signer: Reader<'b>, info: &[u8], partial: Partial<'b>) -> Result<Self, TimestampError> {
        signer.take(tag::INTEGER, "version")?;
        let identifier = signer.any("identifier of the signer")?;
        let (mut issuer_and_serial, mut key_identifier) = (None, None);
        if identifier.tag == tag::SEQUENCE {
            let mut fields = identifier.reader();
            let issuer = fields.take(tag::SEQUENCE, "issuer")?.raw;
            issuer_and_serial = Some((issuer, fields.take(tag::INTEGER, "serial number")?.content));
        } else if identifier.tag == tag::plain(0) {
            key_identifier = Some(identifier.content);
        } else {
            return Err(DerError("identifier of the signer").into());
        }
        let hash = algorithm(&mut signer)?;
        let hash = Hash::identified(hash).ok_or(TimestampError::Algorithm)?;
        let attributes = signer.take(tag::context(0), "signed attributes")?;
        let named = algorithm(&mut signer)?;
        let scheme = Scheme::identified(named, Some(hash)).ok_or(TimestampError::Algorithm)?;
        let signature = signer.take(tag::OCTET_STRING, "signature")?.content;

        let (mut content_type, mut digest, mut certificate_hash) = (None, None, None);
        let mut list = attributes.reader();
        while !list.is_empty() {
            let mut attribute = list.sequence("attribute")?;
            let name = attribute.take(tag::OID, "name of an attribute")?.content;
            let mut values = attribute.take(tag::SET, "value of an attribute")?.reader();
            let place = match name {
                CONTENT_TYPE => &mut content_type,
                MESSAGE_DIGEST => &mut digest,
                SIGNING_CERTIFICATE => &mut certificate_hash,
                _ => continue,
            };
            let value = values.any("value of an attribute")?;
            values.end("single value of an attribute")?;
            if place.replace(value).is_some() {
                return Err(DerError("single attribute of its name").into());
            }
        }
        let is_timestamp =
            content_type.is_some_and(|value| value.tag == tag::OID && value.content == TIMESTAMP_INFO);
        let is_of_content =
            digest.is_some_and(|value| value.tag == tag::OCTET_STRING && value.content == hash.of(info));
        if !is_timestamp || !is_of_content {
            return Err(TimestampError::OtherContent);
        }
        let certificate_hash = certificate_hash.map(|value| named_certificate(value.raw)).transpose()?;
        // The signature is one of the attributes as a set, and not as the place in which they stand.
        let attributes = der::write(tag::SET, &[attributes.content]);
        Ok(Self {
            time: partial.time,
            hash: partial.hash,
            digest: partial.digest,
            certificates: partial.certificates,
            issuer_and_serial,
            key_identifier,
            certificate_hash,
            scheme,
            signed: attributes,
            signature,
        })
    }

    /// Whether this authority signed it, and counted then.
    fn verify(&self, authority: &Authority) -> Result<(), TimestampError> {
        let (Some(first), Some(anchor)) = (authority.chain.first(), authority.chain.last()) else {
            return Err(TimestampError::Unknown);
        };
        // Where the root names the signer's certificate, no other one counts.
        let is_named = !matches!(first.authority(), Ok(Some(_)));
        let known: &[Certificate] = if is_named { std::slice::from_ref(first) } else { &self.certificates };
        let Some(signer) = known.iter().find(|certificate| self.is_of(certificate)) else {
            return Err(TimestampError::Unknown);
        };
        match signer.key().verify_with(self.scheme, Signed::Bytes(&self.signed), self.signature) {
            Ok(()) => {}
            Err(KeyError::Mismatch) => return Err(TimestampError::Mismatch),
            Err(_) => return Err(TimestampError::Algorithm),
        }
        let mut others = authority.chain.clone();
        others.extend(self.certificates.iter().cloned());
        verify_chain(signer, &others, anchor, self.time, Purpose::TimeStamping)?;
        if !authority.valid.includes(self.time) {
            return Err(TimestampError::Time(self.time));
        }
        Ok(())
    }

    /// Whether the signer is the holder of this certificate.
    fn is_of(&self, certificate: &Certificate) -> bool {
        let is_named = match (self.issuer_and_serial, self.key_identifier) {
            (Some((issuer, serial)), _) => certificate.issuer() == issuer && certificate.serial() == serial,
            (None, Some(identifier)) => {
                certificate.extension(SUBJECT_KEY_IDENTIFIER).is_some_and(|extension| {
                    Reader::new(&extension.value)
                        .take(tag::OCTET_STRING, "identifier of a key")
                        .is_ok_and(|value| value.content == identifier)
                })
            }
            (None, None) => false,
        };
        is_named
            && self.certificate_hash.is_none_or(|(hash, digest)| match hash {
                Hash::Sha256 => certificate.hash() == digest,
                other => other.of(certificate.der()) == digest,
            })
    }
}

struct Partial<'b> {
    time: Timestamp,
    hash: Hash,
    digest: &'b [u8],
    certificates: Vec<Certificate>,
}

fn algorithm<'b>(reader: &mut Reader<'b>) -> Result<&'b [u8], DerError> {
    Ok(reader.sequence("algorithm")?.take(tag::OID, "algorithm")?.content)
}

/// The time, and the hash of what it is for.
fn read_info(info: &[u8]) -> Result<(Timestamp, Hash, &[u8]), TimestampError> {
    let mut outer = Reader::new(info);
    let mut fields = outer.sequence("content of a timestamp")?;
    outer.end("end of the content")?;
    if fields.take(tag::INTEGER, "version")?.small()? != 1 {
        return Err(DerError("timestamp of version 1").into());
    }
    fields.take(tag::OID, "policy")?;
    let mut imprint = fields.sequence("hash of the bytes")?;
    let hash = Hash::identified(algorithm(&mut imprint)?).ok_or(TimestampError::Algorithm)?;
    let digest = imprint.take(tag::OCTET_STRING, "hash of the bytes")?.content;
    fields.take(tag::INTEGER, "serial number")?;
    let time = fields.take(tag::GENERALIZED_TIME, "time")?.time()?;
    Ok((time, hash, digest))
}

/// The hash of the signer's certificate in `SigningCertificateV2` (RFC 5035).
fn named_certificate(value: &[u8]) -> Result<(Hash, &[u8]), TimestampError> {
    let mut fields = Reader::new(value).sequence("signer's certificate")?;
    let mut list = fields.sequence("signer's certificate")?;
    let mut first = list.sequence("signer's certificate")?;
    let hash = match first.maybe(tag::SEQUENCE, "hash function")? {
        None => Hash::Sha256,
        Some(element) => {
            let identifier = element.reader().take(tag::OID, "hash function")?.content;
            Hash::identified(identifier).ok_or(TimestampError::Algorithm)?
        }
    };
    Ok((hash, first.take(tag::OCTET_STRING, "hash of a certificate")?.content))
}
