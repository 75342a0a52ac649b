//! Promises of certificate logs (RFC 6962) to take in a certificate, as the certificate itself carries them.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::Certificate;
use crate::algorithm::Signed;
use crate::der::{self, DerError, Reader, tag};
use crate::root::Log;

/// 1.3.6.1.4.1.11129.2.4.2
const PROMISES: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x04, 0x02];
/// The most promises of one certificate.
const LIMIT: usize = 32;

/// Why no certificate log counts as having seen a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateLogError {
    /// There is no promise.
    #[error("the certificate carries no promise of a certificate log")]
    None,
    /// The promises are malformed.
    #[error("the promises of certificate logs are malformed")]
    Malformed,
    /// There are too many.
    #[error("the certificate carries more than {limit} promises of certificate logs, the limit")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// No log that gave one is trusted.
    #[error("no trusted certificate log promised to take in the certificate")]
    Unknown,
    /// The promise was given outside of the time in which the log's key counts.
    #[error("the certificate log's key does not count at the time of its promise, {0}")]
    Time(Timestamp),
    /// The signature of the promise does not match.
    #[error("the signature of the certificate log does not match")]
    Mismatch,
}

impl From<DerError> for CertificateLogError {
    fn from(_: DerError) -> Self {
        Self::Malformed
    }
}

/// A promise, without its signature's algorithm, which the log's key has.
struct Promise<'b> {
    log: &'b [u8],
    milliseconds: u64,
    extensions: &'b [u8],
    signature: &'b [u8],
}

/// Holds the promises of a certificate against trusted logs; one that holds is enough.
pub fn verify_inclusion_promises(
    certificate: &Certificate,
    issuer: &Certificate,
    logs: &[Log],
) -> Result<(), CertificateLogError> {
    let extension = certificate.extension(PROMISES).ok_or(CertificateLogError::None)?;
    let mut outer = Reader::new(&extension.value);
    let list = outer.take(tag::OCTET_STRING, "promises")?.content;
    outer.end("end of the promises")?;
    let body = body_without_promises(certificate)?;
    let mut nearest = CertificateLogError::Unknown;
    for promise in promises(list)? {
        for log in logs.iter().filter(|log| log.id == promise.log) {
            match check(&promise, log, issuer, &body) {
                Ok(()) => return Ok(()),
                Err(error) => nearest = error,
            }
        }
    }
    Err(nearest)
}

fn check(
    promise: &Promise<'_>,
    log: &Log,
    issuer: &Certificate,
    body: &[u8],
) -> Result<(), CertificateLogError> {
    let milliseconds = i64::try_from(promise.milliseconds).map_err(|_| CertificateLogError::Malformed)?;
    let time = Timestamp::from_millisecond(milliseconds).map_err(|_| CertificateLogError::Malformed)?;
    if !log.valid.includes(time) {
        return Err(CertificateLogError::Time(time));
    }
    let length = u32::try_from(body.len()).map_err(|_| CertificateLogError::Malformed)?.to_be_bytes();
    let extensions =
        u16::try_from(promise.extensions.len()).map_err(|_| CertificateLogError::Malformed)?.to_be_bytes();
    // Version 1, a timestamp of a certificate; the time; an entry of a body that is not signed yet.
    let mut signed = vec![0, 0];
    signed.extend(promise.milliseconds.to_be_bytes());
    signed.extend([0, 1]);
    signed.extend(Sha256::digest(issuer.key().info()));
    signed.extend(length.get(1..).unwrap_or_default());
    signed.extend(body);
    signed.extend(extensions);
    signed.extend(promise.extensions);
    log.key
        .verify_with(log.scheme, Signed::Bytes(&signed), promise.signature)
        .map_err(|_| CertificateLogError::Mismatch)
}

/// The body of a certificate as the log saw it.
fn body_without_promises(certificate: &Certificate) -> Result<Vec<u8>, DerError> {
    let mut outer = Reader::new(certificate.body());
    let mut fields = outer.sequence("body of a certificate")?;
    let mut kept: Vec<Vec<u8>> = Vec::new();
    while !fields.is_empty() {
        let field = fields.any("field of a certificate")?;
        if field.tag != tag::context(3) {
            kept.push(field.raw.to_vec());
            continue;
        }
        let mut list = field.reader().sequence("extensions")?;
        let mut extensions = Vec::new();
        while !list.is_empty() {
            let extension = list.take(tag::SEQUENCE, "extension")?;
            if extension.reader().take(tag::OID, "identifier of an extension")?.content != PROMISES {
                extensions.extend(extension.raw);
            }
        }
        let list = der::write(tag::SEQUENCE, &[&extensions]);
        kept.push(der::write(tag::context(3), &[&list]));
    }
    let contents: Vec<&[u8]> = kept.iter().map(Vec::as_slice).collect();
    Ok(der::write(tag::SEQUENCE, &contents))
}

fn promises(list: &[u8]) -> Result<Vec<Promise<'_>>, CertificateLogError> {
    let (list, rest) = counted(list).ok_or(CertificateLogError::Malformed)?;
    if !rest.is_empty() {
        return Err(CertificateLogError::Malformed);
    }
    let mut rest = list;
    let mut found = Vec::new();
    while !rest.is_empty() {
        if found.len() >= LIMIT {
            return Err(CertificateLogError::TooMany { limit: LIMIT });
        }
        let (promise, behind) = counted(rest).ok_or(CertificateLogError::Malformed)?;
        found.push(self::promise(promise).ok_or(CertificateLogError::Malformed)?);
        rest = behind;
    }
    Ok(found)
}

fn promise(bytes: &[u8]) -> Option<Promise<'_>> {
    let (version, rest) = bytes.split_first()?;
    if *version != 0 {
        return None;
    }
    let (log, rest) = rest.split_at_checked(32)?;
    let (milliseconds, rest) = rest.split_at_checked(8)?;
    let (extensions, rest) = counted(rest)?;
    let (_algorithm, rest) = rest.split_at_checked(2)?;
    let (signature, rest) = counted(rest)?;
    let milliseconds = u64::from_be_bytes(milliseconds.try_into().ok()?);
    rest.is_empty().then_some(Promise { log, milliseconds, extensions, signature })
}

/// Bytes behind two that count them.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (count, rest) = bytes.split_at_checked(2)?;
    let count = count.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
    rest.split_at_checked(count)
}
