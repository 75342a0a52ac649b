//! Certificates (RFC 5280) as rules see them: who they name, who made them, and when they are valid.

use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use sha1::{Digest, Sha1};

use super::der::{Der, INTEGER, OBJECT, SEQUENCE, SET, dotted};
use crate::value::Value;

const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const VERSION: u8 = 0xa0;
/// The longest name that is written out, in characters.
const LONGEST_NAME: usize = 255;
/// The longest serial number.
const LONGEST_SERIAL: usize = 20;

/// What parts of names are called.
const PARTS: [(&str, &str); 27] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "street"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.13", "description"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.16", "postalAddress"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.18", "postOfficeBox"),
    ("2.5.4.20", "telephoneNumber"),
    ("2.5.4.41", "name"),
    ("2.5.4.42", "GN"),
    ("2.5.4.43", "initials"),
    ("2.5.4.44", "generationQualifier"),
    ("2.5.4.46", "dnQualifier"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"),
    ("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"),
    ("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"),
];

/// What algorithms are called.
const ALGORITHMS: [(&str, &str); 20] = [
    ("1.2.840.113549.2.5", "md5"),
    ("1.3.14.3.2.26", "sha1"),
    ("2.16.840.1.101.3.4.2.1", "sha256"),
    ("2.16.840.1.101.3.4.2.2", "sha384"),
    ("2.16.840.1.101.3.4.2.3", "sha512"),
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.3.14.3.2.29", "sha1WithRSA"),
    ("1.2.840.113549.1.1.10", "rsassaPss"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption"),
    ("1.2.840.10040.4.3", "dsaWithSHA1"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.3.101.112", "ED25519"),
];

/// A certificate.
#[derive(Debug)]
pub(crate) struct Certificate {
    thumbprint: String,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    version: u64,
    algorithm: String,
    serial: Vec<u8>,
    not_before: Option<i64>,
    not_after: Option<i64>,
}

impl Certificate {
    pub(crate) fn read(whole: &[u8]) -> Option<Self> {
        let mut certificate = Der::of(whole).enter(SEQUENCE)?;
        let mut signed = certificate.enter(SEQUENCE)?;
        let algorithm = dotted(certificate.enter(SEQUENCE)?.body(OBJECT)?);
        let version = signed.enter(VERSION).and_then(|mut version| version.body(INTEGER));
        let version = version.and_then(|version| version.last().copied()).unwrap_or(0);
        let serial = signed.body(INTEGER)?;
        signed.body(SEQUENCE)?;
        let issuer = signed.whole(SEQUENCE)?;
        let mut validity = signed.enter(SEQUENCE)?;
        let (not_before, not_after) = (time(validity.tagged()?), time(validity.tagged()?));
        let subject = signed.whole(SEQUENCE)?;
        Some(Self {
            thumbprint: HEXLOWER.encode(&Sha1::digest(whole)),
            issuer: issuer.to_vec(),
            subject: subject.to_vec(),
            version: u64::from(version) + 1,
            algorithm,
            serial: serial.to_vec(),
            not_before,
            not_after,
        })
    }

    /// Whether it is the one with this number of this issuer.
    pub(crate) fn is(&self, issuer: &[u8], serial: &[u8]) -> bool {
        self.issuer == issuer && self.serial == serial
    }

    /// Whether it vouches for itself.
    pub(crate) fn is_own_issuer(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether the other one names it as its issuer.
    pub(crate) fn vouches_for(&self, other: &Self) -> bool {
        self.subject == other.issuer
    }

    /// What rules see, in the order of the schema.
    pub(crate) fn members(&self) -> [Value; 9] {
        let time = |time: Option<i64>| time.map_or(Value::Undefined, Value::Integer);
        let serial: Vec<String> = self.serial.iter().map(|byte| format!("{byte:02x}")).collect();
        [
            self.thumbprint.clone().into(),
            name(&self.issuer).into(),
            name(&self.subject).into(),
            self.version.into(),
            called(&ALGORITHMS, &self.algorithm).to_owned().into(),
            self.algorithm.clone().into(),
            Some(serial.join(":")).filter(|_| self.serial.len() <= LONGEST_SERIAL).into(),
            time(self.not_before),
            time(self.not_after),
        ]
    }

    pub(crate) fn told(&self) -> Value {
        Value::structure(self.members())
    }
}

/// What an algorithm is called.
pub(crate) fn algorithm(identifier: &[u8]) -> String {
    called(&ALGORITHMS, &dotted(identifier)).to_owned()
}

fn called<'a>(table: &[(&str, &'a str)], identifier: &'a str) -> &'a str {
    table.iter().find(|(known, _)| *known == identifier).map_or(identifier, |(_, name)| name)
}

/// A name on one line: `/C=JP/O=Example`. Parts that would make it too long, and those behind them, are left out.
fn name(whole: &[u8]) -> String {
    let mut line = String::new();
    let mut parts = Der::of(whole).enter(SEQUENCE).unwrap_or(Der::of(&[]));
    while let Some(mut set) = parts.enter(SET) {
        while let Some(mut part) = set.enter(SEQUENCE) {
            let (Some(kind), Some((_, value))) = (part.body(OBJECT), part.tagged()) else { return line };
            let mut text = format!("/{}=", called(&PARTS, &dotted(kind)));
            for byte in value.iter().take(LONGEST_NAME + 1) {
                match byte {
                    b' '..=b'~' => text.push(char::from(*byte)),
                    _ => {
                        let _ = write!(text, "\\x{byte:02X}");
                    }
                }
            }
            if line.len() + text.len() > LONGEST_NAME {
                return line;
            }
            line.push_str(&text);
        }
    }
    line
}

/// Seconds since 1970 of a time in either of its two forms.
fn time((tag, body): (u8, &[u8])) -> Option<i64> {
    let digits = |from: usize, count: usize| {
        let digits = std::str::from_utf8(body.get(from..from + count)?).ok()?;
        digits.parse::<i64>().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (year, rest) = match tag {
        UTC_TIME => {
            let year = digits(0, 2)?;
            (year + if year < 50 { 2000 } else { 1900 }, 2)
        }
        GENERALIZED_TIME => (digits(0, 4)?, 4),
        _ => return None,
    };
    let (month, day) = (digits(rest, 2)?, digits(rest + 2, 2)?);
    let (hour, minute, second) =
        (digits(rest + 4, 2)?, digits(rest + 6, 2)?, digits(rest + 8, 2).unwrap_or(0));
    // Days since 1970, of years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469;
    Some(86_400 * days + 3600 * hour + 60 * minute + second)
}
