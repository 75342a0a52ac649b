//! Certificates and requests, field by field.

use data_encoding::BASE64;
use sekisho_go::time;

use super::der::{Element, Reader, tag};
use super::values::{Fields, base64, list, number, to_map};
use super::{extensions, names};
use crate::value::Value;

/// The longest certificate that is read, in bytes of its text.
const LONGEST: usize = 1 << 20;

/// The longest number that becomes decimal digits, in bytes; the work for that is quadratic.
const LONGEST_NUMBER: usize = 4_096;

/// Reads a certificate or a request in PEM. Only RSA keys are known, as in Kyverno.
pub(crate) fn decode(text: &str) -> Result<Value, String> {
    if text.len() > LONGEST {
        return Err("the certificate is too long".to_owned());
    }
    let (kind, bytes) = pem(text).ok_or("failed to decode PEM block")?;
    match kind {
        "CERTIFICATE" => certificate(&bytes),
        "CERTIFICATE REQUEST" => request(&bytes),
        _ => Err("PEM block neither contains a CERTIFICATE or CERTIFICATE REQUEST".to_owned()),
    }
}

/// The kind and the bytes of the first block.
fn pem(text: &str) -> Option<(&str, Vec<u8>)> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (kind, rest) = rest.split_once("-----")?;
    let (body, _) = rest.split_once(&format!("-----END {kind}-----"))?;
    // Lines of the form `name: value` may stand before an empty line.
    let body = if body.contains(':') { body.split_once("\n\n").map_or(body, |(_, body)| body) } else { body };
    let plain: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64.decode(&plain).ok().map(|bytes| (kind, bytes))
}

/// What a certificate and a request have in common: a body, and a signature on it.
struct Signed<'b> {
    whole: Element<'b>,
    body: Element<'b>,
    algorithm: Element<'b>,
    signature: &'b [u8],
}

impl<'b> Signed<'b> {
    fn read(bytes: &'b [u8]) -> Option<Self> {
        let whole = Reader::new(bytes).take(tag::SEQUENCE)?;
        let mut parts = whole.reader();
        let body = parts.take(tag::SEQUENCE)?;
        let algorithm = parts.take(tag::SEQUENCE)?;
        let signature = parts.take(tag::BIT_STRING)?.bits()?;
        Some(Self { whole, body, algorithm, signature })
    }

    /// The fields that both have, for a subject with a key.
    fn fields(&self, version: u32, subject: &Element<'_>, key: &Element<'_>) -> Result<Fields, String> {
        Ok(vec![
            ("Raw", base64(self.whole.raw)),
            ("RawSubjectPublicKeyInfo", base64(key.raw)),
            ("RawSubject", base64(subject.raw)),
            ("Signature", base64(self.signature)),
            ("SignatureAlgorithm", number(signature_algorithm(&self.algorithm))),
            ("PublicKeyAlgorithm", number(1)),
            ("PublicKey", public_key(key)?),
            ("Version", number(version)),
            ("Subject", names::name(subject)),
            ("ExtraExtensions", Value::Null),
        ])
    }
}

fn certificate(bytes: &[u8]) -> Result<Value, String> {
    let wrong = || "x509: malformed certificate".to_owned();
    let signed = Signed::read(bytes).ok_or_else(wrong)?;
    let mut inner = signed.body.reader();
    let version = inner.take(tag::context(0)).and_then(|version| version.reader().take(tag::INTEGER));
    let version = version.and_then(|version| version.small()).unwrap_or(0).saturating_add(1);
    let serial = inner.take(tag::INTEGER).filter(is_short).ok_or_else(wrong)?;
    inner.take(tag::SEQUENCE).ok_or_else(wrong)?;
    let issuer = inner.take(tag::SEQUENCE).ok_or_else(wrong)?;
    let mut validity = inner.take(tag::SEQUENCE).ok_or_else(wrong)?.reader();
    let times = [time(validity.next()), time(validity.next())];
    let [Some(start), Some(end)] = times else { return Err("x509: malformed validity".to_owned()) };
    let subject = inner.take(tag::SEQUENCE).ok_or_else(wrong)?;
    let key = inner.take(tag::SEQUENCE).ok_or_else(wrong)?;
    let mut fields = signed.fields(version, &subject, &key)?;
    fields.extend([
        ("RawTBSCertificate", base64(signed.body.raw)),
        ("RawIssuer", base64(issuer.raw)),
        ("SerialNumber", Value::Float(serial.decimal().parse().unwrap_or(0.0))),
        ("Issuer", names::name(&issuer)),
        ("NotBefore", start.into()),
        ("NotAfter", end.into()),
    ]);
    fields.extend(extensions::of_certificate(&extensions_of(&mut inner)));
    Ok(to_map(fields))
}

fn request(bytes: &[u8]) -> Result<Value, String> {
    let wrong = || "x509: malformed certificate request".to_owned();
    let signed = Signed::read(bytes).ok_or_else(wrong)?;
    let mut inner = signed.body.reader();
    let version = inner.take(tag::INTEGER).and_then(|version| version.small()).ok_or_else(wrong)?;
    let subject = inner.take(tag::SEQUENCE).ok_or_else(wrong)?;
    let key = inner.take(tag::SEQUENCE).ok_or_else(wrong)?;
    let attributes = inner.take(tag::context(0));
    let (attributes, extensions) = attributes.map_or_else(Default::default, |all| names::attributes(&all));
    let mut fields = signed.fields(version, &subject, &key)?;
    fields.extend([("RawTBSCertificateRequest", base64(signed.body.raw)), ("Attributes", list(attributes))]);
    fields.extend(extensions::of_request(&extensions));
    Ok(to_map(fields))
}

/// The extensions behind the optional unique identifiers of a certificate.
fn extensions_of<'b>(inner: &mut Reader<'b>) -> Vec<extensions::Extension<'b>> {
    let found = inner.elements().find(|element| element.tag == tag::context(3));
    let sequence = found.and_then(|element| element.reader().take(tag::SEQUENCE));
    sequence.map(|sequence| extensions::read(&sequence)).unwrap_or_default()
}

/// The modulus and the exponent of an RSA key.
fn public_key(key: &Element<'_>) -> Result<Value, String> {
    const RSA: &str = "1.2.840.113549.1.1.1";
    let mut parts = key.reader();
    let algorithm = parts.take(tag::SEQUENCE).and_then(|algorithm| algorithm.reader().take(tag::OID));
    if algorithm.is_none_or(|algorithm| algorithm.dotted() != RSA) {
        return Err("certificate should use rsa algorithm".to_owned());
    }
    let bits = parts.take(tag::BIT_STRING).and_then(|element| element.bits());
    let mut numbers = bits
        .and_then(|bits| Reader::new(bits).take(tag::SEQUENCE))
        .map(|numbers| numbers.reader())
        .ok_or("failed to parse subject public key info")?;
    let both = numbers.take(tag::INTEGER).filter(is_short).zip(numbers.take(tag::INTEGER));
    let (modulus, exponent) = both.ok_or("failed to parse subject public key info")?;
    let exponent = exponent.small().ok_or("failed to parse subject public key info")?;
    Ok(to_map(vec![("N", modulus.decimal().into()), ("E", number(exponent))]))
}

fn is_short(number: &Element<'_>) -> bool {
    number.content.len() <= LONGEST_NUMBER
}

/// Go's number of a signature algorithm.
fn signature_algorithm(algorithm: &Element<'_>) -> u32 {
    const KNOWN: [(&str, u32); 13] = [
        ("1.2.840.113549.1.1.2", 1),
        ("1.2.840.113549.1.1.4", 2),
        ("1.2.840.113549.1.1.5", 3),
        ("1.2.840.113549.1.1.11", 4),
        ("1.2.840.113549.1.1.12", 5),
        ("1.2.840.113549.1.1.13", 6),
        ("1.2.840.10040.4.3", 7),
        ("2.16.840.1.101.3.4.3.2", 8),
        ("1.2.840.10045.4.1", 9),
        ("1.2.840.10045.4.3.2", 10),
        ("1.2.840.10045.4.3.3", 11),
        ("1.2.840.10045.4.3.4", 12),
        ("1.3.101.112", 16),
    ];
    let dotted = algorithm.reader().take(tag::OID).map(|oid| oid.dotted()).unwrap_or_default();
    KNOWN.iter().find(|(known, _)| *known == dotted).map_or(0, |(_, number)| *number)
}

/// A point in time in RFC 3339; years of two digits below 50 lie in this century.
fn time(element: Option<Element<'_>>) -> Option<String> {
    let element = element?;
    let text = std::str::from_utf8(element.content).ok()?;
    let full = match element.tag {
        tag::UTC_TIME => format!("{}{text}", if text < "50" { "20" } else { "19" }),
        tag::GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    time::parse(b"20060102150405Z0700", full.as_bytes()).ok().map(|moment| moment.to_string())
}
