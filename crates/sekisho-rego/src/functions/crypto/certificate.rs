//! Certificates and requests for them (X.509), read as Go reads them.

use std::net::IpAddr;

use num_bigint::BigInt;
use sekisho_go::time::Civil;
use sekisho_go::url::Url;

use super::curve::Curve;
use super::der::{
    self, BIT_STRING, BOOLEAN, Element, INTEGER, OBJECT, OCTET_STRING, Reader, SEQUENCE, SET, context,
};
use super::key::PublicKey;
use super::rsa::{self, Padding};
use super::signature::verify_numbers;
use crate::functions::digests::Hash;

/// What is wrong with bytes that are no certificate.
pub(in crate::functions) const MALFORMED: &str = "x509: malformed certificate";

/// A certificate.
#[derive(Debug, Clone)]
pub(in crate::functions) struct Certificate {
    pub(in crate::functions) whole: Vec<u8>,
    /// What is signed.
    pub(in crate::functions) body: Vec<u8>,
    pub(in crate::functions) version: i64,
    pub(in crate::functions) serial: BigInt,
    pub(in crate::functions) issuer: Name,
    pub(in crate::functions) subject: Name,
    /// The bounds of its validity, in seconds since 1970.
    pub(in crate::functions) validity: [i64; 2],
    pub(in crate::functions) key_info: Vec<u8>,
    pub(in crate::functions) key: Option<PublicKey>,
    pub(in crate::functions) extensions: Vec<Extension>,
    pub(in crate::functions) details: Details,
    pub(in crate::functions) algorithm: Algorithm,
    pub(in crate::functions) signature: Vec<u8>,
}

/// A request for a certificate.
#[derive(Debug, Clone)]
pub(in crate::functions) struct Request {
    pub(in crate::functions) whole: Vec<u8>,
    pub(in crate::functions) body: Vec<u8>,
    pub(in crate::functions) version: i64,
    pub(in crate::functions) subject: Name,
    pub(in crate::functions) key_info: Vec<u8>,
    pub(in crate::functions) key: Option<PublicKey>,
    /// Attributes whose values are lists of identified values.
    pub(in crate::functions) attributes: Vec<(Vec<u64>, Vec<Vec<Extension>>)>,
    pub(in crate::functions) extensions: Vec<Extension>,
    pub(in crate::functions) details: Details,
    pub(in crate::functions) algorithm: Algorithm,
    pub(in crate::functions) signature: Vec<u8>,
}

/// The name of who issues or holds a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::functions) struct Name {
    pub(in crate::functions) whole: Vec<u8>,
    pub(in crate::functions) parts: Vec<(Vec<u64>, String)>,
}

/// An extension as it stands in the certificate.
#[derive(Debug, Clone)]
pub(in crate::functions) struct Extension {
    pub(in crate::functions) object: Vec<u64>,
    pub(in crate::functions) is_critical: bool,
    pub(in crate::functions) value: Vec<u8>,
}

/// What the known extensions say.
#[derive(Debug, Clone, Default)]
pub(in crate::functions) struct Details {
    pub(in crate::functions) unhandled: Vec<Vec<u64>>,
    pub(in crate::functions) key_usage: u32,
    /// Known uses by Go's numbers.
    pub(in crate::functions) uses: Vec<i64>,
    pub(in crate::functions) unknown_uses: Vec<Vec<u64>>,
    /// Whether it is an authority, and how many others may stand below it (-1: any number).
    pub(in crate::functions) constraints: Option<(bool, i64)>,
    pub(in crate::functions) subject_key: Option<Vec<u8>>,
    pub(in crate::functions) authority_key: Option<Vec<u8>>,
    pub(in crate::functions) ocsp_servers: Vec<String>,
    pub(in crate::functions) issuer_urls: Vec<String>,
    pub(in crate::functions) names: Names,
    pub(in crate::functions) crl_points: Vec<String>,
    pub(in crate::functions) policies: Vec<Vec<u64>>,
    pub(in crate::functions) permitted: Subtrees,
    pub(in crate::functions) excluded: Subtrees,
    pub(in crate::functions) is_constraint_critical: bool,
    /// The numbers of the extensions on policies, where they are there.
    pub(in crate::functions) inhibit_any: Option<i64>,
    pub(in crate::functions) inhibit_mapping: Option<i64>,
    pub(in crate::functions) require_explicit: Option<i64>,
}

/// Names that a certificate is for.
#[derive(Debug, Clone, Default)]
pub(in crate::functions) struct Names {
    pub(in crate::functions) hosts: Vec<String>,
    pub(in crate::functions) emails: Vec<String>,
    pub(in crate::functions) addresses: Vec<IpAddr>,
    pub(in crate::functions) urls: Vec<String>,
}

/// Names below which an authority may, or may not, issue.
#[derive(Debug, Clone, Default)]
pub(in crate::functions) struct Subtrees {
    pub(in crate::functions) hosts: Vec<String>,
    pub(in crate::functions) emails: Vec<String>,
    /// Addresses and masks, each of 4 or 16 bytes.
    pub(in crate::functions) networks: Vec<(Vec<u8>, Vec<u8>)>,
    pub(in crate::functions) urls: Vec<String>,
}

/// A signature algorithm by Go's number; 0 is none that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::functions) struct Algorithm(pub(in crate::functions) u8);

/// The numbers of an object identifier.
fn object(content: &[u8]) -> Option<Vec<u64>> {
    der::dotted(content)?.split('.').map(|number| number.parse().ok()).collect()
}

impl Algorithm {
    /// Reads an algorithm and its parameters.
    fn read(mut reader: Reader<'_>) -> Option<Self> {
        let object = reader.content(OBJECT)?;
        let number = match der::dotted(object)?.as_str() {
            "1.2.840.113549.1.1.4" => 2,
            "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => 3,
            "1.2.840.113549.1.1.11" => 4,
            "1.2.840.113549.1.1.12" => 5,
            "1.2.840.113549.1.1.13" => 6,
            "1.2.840.10040.4.3" => 7,
            "2.16.840.1.101.3.4.3.2" => 8,
            "1.2.840.10045.4.1" => 9,
            "1.2.840.10045.4.3.2" => 10,
            "1.2.840.10045.4.3.3" => 11,
            "1.2.840.10045.4.3.4" => 12,
            "1.2.840.113549.1.1.10" => salted(reader).unwrap_or(0),
            "1.3.101.112" => 16,
            _ => 0,
        };
        Some(Self(number))
    }

    /// Whether a signature is that of a message under a key. SHA-1 and older verify nothing.
    pub(in crate::functions) fn verify(self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        let hash = match self.0 {
            4 | 10 | 13 => Hash::Sha256,
            5 | 11 | 14 => Hash::Sha384,
            6 | 12 | 15 => Hash::Sha512,
            16 => {
                return super::signature::verify(key, super::signature::Algorithm::EdDsa, message, signature);
            }
            _ => return false,
        };
        let digest = hash.digest(message);
        match (key, self.0) {
            (PublicKey::Rsa { modulus, exponent }, 4..=6) => {
                rsa::verify(modulus, exponent, Padding::Plain, hash, &digest, signature)
            }
            (PublicKey::Rsa { modulus, exponent }, 13..=15) => {
                rsa::verify(modulus, exponent, Padding::Salted, hash, &digest, signature)
            }
            (PublicKey::Ec(curve, point), 10..=12) => {
                verify_der(*curve, point, &digest, signature).unwrap_or(false)
            }
            _ => false,
        }
    }
}

/// The number of a salted RSA algorithm with the usual parameters.
fn salted(mut parameters: Reader<'_>) -> Option<u8> {
    let mut fields = parameters.inner(SEQUENCE)?;
    let mut hash = fields.inner(context(0, true))?.inner(SEQUENCE)?;
    match der::dotted(hash.content(OBJECT)?)?.as_str() {
        "2.16.840.1.101.3.4.2.1" => Some(13),
        "2.16.840.1.101.3.4.2.2" => Some(14),
        "2.16.840.1.101.3.4.2.3" => Some(15),
        _ => None,
    }
}

fn verify_der(curve: Curve, point: &[u8], digest: &[u8], signature: &[u8]) -> Option<bool> {
    let mut numbers = der::only(signature, SEQUENCE)?;
    let (one, two) = (numbers.unsigned()?.to_bytes_be(), numbers.unsigned()?.to_bytes_be());
    Some(numbers.is_empty() && verify_numbers(curve, point, digest, &one, &two))
}

impl Certificate {
    /// Reads all certificates that stand one behind the other.
    pub(in crate::functions) fn parse_all(bytes: &[u8]) -> Result<Vec<Self>, String> {
        let mut reader = Reader::new(bytes);
        let mut certificates = Vec::new();
        while !reader.is_empty() {
            let element = reader.tagged(SEQUENCE).ok_or(MALFORMED)?;
            certificates.push(Self::parse_element(element)?);
        }
        Ok(certificates)
    }

    /// Reads one certificate.
    pub(in crate::functions) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut reader = Reader::new(bytes);
        let element = reader.tagged(SEQUENCE).ok_or(MALFORMED)?;
        if !reader.is_empty() {
            return Err("x509: trailing data".to_owned());
        }
        Self::parse_element(element)
    }

    fn parse_element(element: Element<'_>) -> Result<Self, String> {
        Self::read(element).ok_or_else(|| MALFORMED.to_owned())
    }

    fn read(element: Element<'_>) -> Option<Self> {
        let mut outer = Reader::new(element.content);
        let body = outer.tagged(SEQUENCE)?;
        let algorithm = Algorithm::read(outer.inner(SEQUENCE)?)?;
        let signature = outer.bits()?.to_vec();
        let mut fields = Reader::new(body.content);
        let version = match fields.inner(context(0, true)) {
            Some(mut inner) => i64::try_from(inner.integer()?).ok()? + 1,
            None => 1,
        };
        let serial = fields.integer()?;
        fields.inner(SEQUENCE)?;
        let issuer = Name::read(fields.tagged(SEQUENCE)?)?;
        let mut validity = fields.inner(SEQUENCE)?;
        let validity = [moment(validity.next()?)?, moment(validity.next()?)?];
        let subject = Name::read(fields.tagged(SEQUENCE)?)?;
        let key_info = fields.tagged(SEQUENCE)?.whole.to_vec();
        let mut extensions = Vec::new();
        while let Some(field) = fields.next() {
            if field.tag == context(3, true) {
                let mut all = Reader::new(field.content).inner(SEQUENCE)?;
                while !all.is_empty() {
                    extensions.push(Extension::read(all.inner(SEQUENCE)?)?);
                }
            }
        }
        Some(Self {
            whole: element.whole.to_vec(),
            body: body.whole.to_vec(),
            version,
            serial,
            issuer,
            subject,
            validity,
            key: PublicKey::from_info(&key_info),
            key_info,
            details: Details::read(&extensions)?,
            extensions,
            algorithm,
            signature,
        })
    }

    /// Whether this certificate was signed by a parent that may do so.
    pub(in crate::functions) fn is_signed_by(&self, parent: &Self) -> bool {
        const MAY_SIGN: u32 = 1 << 5;
        let is_authority = match parent.details.constraints {
            Some((is_authority, _)) => is_authority,
            None => parent.version != 3,
        };
        let may_sign = parent.details.key_usage == 0 || parent.details.key_usage & MAY_SIGN != 0;
        let verifies = |key: &PublicKey| self.algorithm.verify(key, &self.body, &self.signature);
        is_authority && may_sign && parent.key.as_ref().is_some_and(verifies)
    }
}

impl Request {
    /// Reads one request.
    pub(in crate::functions) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let whole = reader.tagged(SEQUENCE)?;
        let mut outer = Reader::new(whole.content);
        let body = outer.tagged(SEQUENCE)?;
        let algorithm = Algorithm::read(outer.inner(SEQUENCE)?)?;
        let signature = outer.bits()?.to_vec();
        let mut fields = Reader::new(body.content);
        let version = i64::try_from(fields.integer()?).ok()?;
        let subject = Name::read(fields.tagged(SEQUENCE)?)?;
        let key_info = fields.tagged(SEQUENCE)?.whole.to_vec();
        let (mut attributes, mut extensions) = (Vec::new(), Vec::new());
        if let Some(mut all) = fields.inner(context(0, true)) {
            while let Some(mut attribute) = all.inner(SEQUENCE) {
                let kind = object(attribute.content(OBJECT)?)?;
                let mut values = attribute.inner(SET)?;
                let mut lists = Vec::new();
                while let Some(mut list) = values.inner(SEQUENCE) {
                    let mut items = Vec::new();
                    while let Some(item) = list.inner(SEQUENCE) {
                        items.push(Extension::read(item)?);
                    }
                    lists.push(items);
                }
                // The extensions that are asked for.
                if kind == [1, 2, 840, 113_549, 1, 9, 14] {
                    extensions.extend(lists.first().into_iter().flatten().cloned());
                }
                attributes.push((kind, lists));
            }
        }
        Some(Self {
            whole: whole.whole.to_vec(),
            body: body.whole.to_vec(),
            version,
            subject,
            key: PublicKey::from_info(&key_info),
            key_info,
            attributes,
            details: Details::read(&extensions)?,
            extensions,
            algorithm,
            signature,
        })
    }
}

impl Name {
    fn read(element: Element<'_>) -> Option<Self> {
        let mut parts = Vec::new();
        let mut sets = Reader::new(element.content);
        while !sets.is_empty() {
            let mut set = sets.inner(SET)?;
            while !set.is_empty() {
                let mut part = set.inner(SEQUENCE)?;
                parts.push((object(part.content(OBJECT)?)?, text(part.next()?)?));
            }
        }
        Some(Self { whole: element.whole.to_vec(), parts })
    }

    /// The texts of one kind, by its number below 2.5.4.
    pub(in crate::functions) fn all(&self, kind: u64) -> impl Iterator<Item = &str> {
        self.parts.iter().filter(move |(object, _)| *object == [2, 5, 4, kind]).map(|(_, text)| text.as_str())
    }
}

/// A text of one of ASN.1's kinds.
fn text(element: Element<'_>) -> Option<String> {
    match element.tag {
        // UTF-8, numbers, printable and international text.
        0x0c | 0x12 | 0x13 | 0x16 => Some(std::str::from_utf8(element.content).ok()?.to_owned()),
        // Latin 1.
        0x14 => Some(element.content.iter().copied().map(char::from).collect()),
        0x1e => {
            let units = element.content.chunks_exact(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0,
            });
            String::from_utf16(&units.collect::<Vec<_>>()).ok()
        }
        _ => None,
    }
}

/// A point in time in seconds since 1970.
fn moment(element: Element<'_>) -> Option<i64> {
    let digits = std::str::from_utf8(element.content).ok()?.strip_suffix('Z')?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, rest) = match element.tag {
        0x17 => {
            let (year, rest) = digits.split_at_checked(2)?;
            let year: i64 = year.parse().ok()?;
            (if year < 50 { 2_000 + year } else { 1_900 + year }, rest)
        }
        0x18 => {
            let (year, rest) = digits.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let mut parts = [0_i64; 5];
    for (index, part) in parts.iter_mut().enumerate() {
        match rest.get(2 * index..2 * index + 2) {
            Some(digits) => *part = digits.parse().ok()?,
            // Seconds may be left out of short forms.
            None if index == 4 && element.tag == 0x17 => {}
            None => return None,
        }
    }
    let [month, day, hour, minute, second] = parts;
    Some(Civil { year, month, day, hour, minute, second }.seconds())
}

impl Extension {
    fn read(mut fields: Reader<'_>) -> Option<Self> {
        let object = object(fields.content(OBJECT)?)?;
        let is_critical = fields.content(BOOLEAN).is_some_and(|content| content != [0]);
        let value = fields.content(OCTET_STRING)?.to_vec();
        Some(Self { object, is_critical, value })
    }
}

impl Details {
    fn read(extensions: &[Extension]) -> Option<Self> {
        let mut details = Self::default();
        for extension in extensions {
            let is_known = details.take(extension)?;
            if extension.is_critical && !is_known {
                details.unhandled.push(extension.object.clone());
            }
        }
        Some(details)
    }

    /// Takes an extension in; says whether all of it is understood.
    fn take(&mut self, extension: &Extension) -> Option<bool> {
        let value = extension.value.as_slice();
        match extension.object.as_slice() {
            [2, 5, 29, 14] => self.subject_key = Some(Reader::new(value).content(OCTET_STRING)?.to_vec()),
            [2, 5, 29, 15] => {
                let bits = Reader::new(value).content(BIT_STRING)?;
                let bytes = bits.get(1..)?;
                for bit in 0..9_u32 {
                    let byte = bytes.get(bit as usize / 8).copied().unwrap_or(0);
                    if byte & (0x80 >> (bit % 8)) != 0 {
                        self.key_usage |= 1 << bit;
                    }
                }
            }
            [2, 5, 29, 17] => {
                let mut names = Reader::new(value).inner(SEQUENCE)?;
                return self.names.read(&mut names);
            }
            [2, 5, 29, 19] => {
                let mut fields = Reader::new(value).inner(SEQUENCE)?;
                let is_authority = fields.content(BOOLEAN).is_some_and(|content| content != [0]);
                let length = match fields.peek() {
                    Some(INTEGER) => i64::try_from(fields.integer()?).ok()?,
                    _ => -1,
                };
                self.constraints = Some((is_authority, length));
            }
            [2, 5, 29, 30] => {
                let mut fields = Reader::new(value).inner(SEQUENCE)?;
                let mut is_known = true;
                if let Some(trees) = fields.inner(context(0, true)) {
                    is_known &= self.permitted.read(trees)?;
                }
                if let Some(trees) = fields.inner(context(1, true)) {
                    is_known &= self.excluded.read(trees)?;
                }
                self.is_constraint_critical = extension.is_critical;
                return Some(is_known);
            }
            [2, 5, 29, 31] => {
                let mut points = Reader::new(value).inner(SEQUENCE)?;
                while let Some(mut point) = points.inner(SEQUENCE) {
                    let Some(mut name) = point.inner(context(0, true)) else { continue };
                    let Some(mut names) = name.inner(context(0, true)) else { continue };
                    while let Some(name) = names.next() {
                        if name.tag == context(6, false) {
                            self.crl_points.push(std::str::from_utf8(name.content).ok()?.to_owned());
                        }
                    }
                }
            }
            [2, 5, 29, 32] => {
                let mut policies = Reader::new(value).inner(SEQUENCE)?;
                while let Some(mut policy) = policies.inner(SEQUENCE) {
                    self.policies.push(object(policy.content(OBJECT)?)?);
                }
            }
            [2, 5, 29, 35] => {
                let mut fields = Reader::new(value).inner(SEQUENCE)?;
                self.authority_key = fields.content(context(0, false)).map(<[u8]>::to_vec);
            }
            [2, 5, 29, 36] => {
                let mut fields = Reader::new(value).inner(SEQUENCE)?;
                let number = |content: &[u8]| i64::try_from(BigInt::from_signed_bytes_be(content)).ok();
                self.require_explicit = fields.content(context(0, false)).and_then(number);
                self.inhibit_mapping = fields.content(context(1, false)).and_then(number);
            }
            [2, 5, 29, 37] => {
                let mut uses = Reader::new(value).inner(SEQUENCE)?;
                while !uses.is_empty() {
                    let content = uses.content(OBJECT)?;
                    match key_use(&der::dotted(content)?) {
                        Some(number) => self.uses.push(number),
                        None => self.unknown_uses.push(object(content)?),
                    }
                }
            }
            [2, 5, 29, 54] => {
                self.inhibit_any = Some(i64::try_from(Reader::new(value).integer()?).ok()?);
            }
            [2, 5, 29, 33] => {}
            [1, 3, 6, 1, 5, 5, 7, 1, 1] => {
                let mut places = Reader::new(value).inner(SEQUENCE)?;
                while let Some(mut place) = places.inner(SEQUENCE) {
                    let method = der::dotted(place.content(OBJECT)?)?;
                    let name = place.next()?;
                    if name.tag != context(6, false) {
                        continue;
                    }
                    let url = std::str::from_utf8(name.content).ok()?.to_owned();
                    match method.as_str() {
                        "1.3.6.1.5.5.7.48.1" => self.ocsp_servers.push(url),
                        "1.3.6.1.5.5.7.48.2" => self.issuer_urls.push(url),
                        _ => {}
                    }
                }
                return Some(false);
            }
            _ => return Some(false),
        }
        Some(true)
    }
}

/// Go's number of a use of keys.
fn key_use(object: &str) -> Option<i64> {
    const USES: [&str; 14] = [
        "2.5.29.37.0",
        "1.3.6.1.5.5.7.3.1",
        "1.3.6.1.5.5.7.3.2",
        "1.3.6.1.5.5.7.3.3",
        "1.3.6.1.5.5.7.3.4",
        "1.3.6.1.5.5.7.3.5",
        "1.3.6.1.5.5.7.3.6",
        "1.3.6.1.5.5.7.3.7",
        "1.3.6.1.5.5.7.3.8",
        "1.3.6.1.5.5.7.3.9",
        "1.3.6.1.4.1.311.10.3.3",
        "2.16.840.1.113730.4.1",
        "1.3.6.1.4.1.311.2.1.22",
        "1.3.6.1.4.1.311.61.1.1",
    ];
    let place = USES.iter().position(|known| *known == object)?;
    i64::try_from(place).ok()
}

impl Names {
    /// Reads names; says whether any of them is of a known kind.
    fn read(&mut self, names: &mut Reader<'_>) -> Option<bool> {
        let mut is_known = false;
        while let Some(name) = names.next() {
            let text = || std::str::from_utf8(name.content).ok().filter(|text| text.is_ascii());
            is_known = true;
            match name.tag & 0x1f {
                1 => self.emails.push(text()?.to_owned()),
                2 => self.hosts.push(text()?.to_owned()),
                6 => {
                    let url = text()?;
                    Url::parse(url.as_bytes()).ok()?;
                    self.urls.push(url.to_owned());
                }
                7 => self.addresses.push(address(name.content)?),
                _ => is_known = !self.hosts.is_empty() || !self.emails.is_empty(),
            }
        }
        Some(is_known)
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

impl Subtrees {
    /// Reads names of subtrees; says whether all are of known kinds.
    fn read(&mut self, mut trees: Reader<'_>) -> Option<bool> {
        let mut is_known = true;
        while !trees.is_empty() {
            let mut tree = trees.inner(SEQUENCE)?;
            let name = tree.next()?;
            let text = || std::str::from_utf8(name.content).ok().map(str::to_owned);
            match name.tag & 0x1f {
                1 => self.emails.push(text()?),
                2 => self.hosts.push(text()?),
                6 => self.urls.push(text()?),
                7 if matches!(name.content.len(), 8 | 32) => {
                    let (address, mask) = name.content.split_at(name.content.len() / 2);
                    self.networks.push((address.to_vec(), mask.to_vec()));
                }
                _ => is_known = false,
            }
        }
        Some(is_known)
    }
}
