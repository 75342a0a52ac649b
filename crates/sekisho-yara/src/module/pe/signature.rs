//! The signatures of a program: who made them, by which certificates. Whether they hold is not judged.

use std::collections::HashMap;

use data_encoding::HEXLOWER;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{Pe, SECURITY};
use crate::module::certificate::{Certificate, algorithm};
use crate::module::der::{Der, INTEGER, OBJECT, OCTETS, SEQUENCE, SET, dotted};
use crate::value::Value;

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const INDIRECT_DATA: &str = "1.3.6.1.4.1.311.2.1.4";
const NESTED: &str = "1.3.6.1.4.1.311.2.4.1";
const COUNTERSIGNATURE: &str = "1.2.840.113549.1.9.6";
const TIMESTAMP: &str = "1.3.6.1.4.1.311.3.3.1";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
const PROGRAM_NAME: &str = "1.3.6.1.4.1.311.2.1.12";
/// The tags of parts that may be missing.
const FIRST: u8 = 0xa0;
const SECOND: u8 = 0xa1;
const WIDE_NAME: u8 = 0x80;
/// The most values of one attribute, the most signatures, and how deep they may be nested.
const MOST_VALUES: usize = 16;
const MOST: usize = 64;
const DEPTH: usize = 4;

/// A signature.
#[derive(Debug)]
pub(super) struct Signature {
    certificates: Vec<Certificate>,
    /// The certificate that it is made with and those that vouch for it, by their places.
    chain: Vec<usize>,
    digest: Option<(String, String)>,
    /// The digest of the file by the algorithm that is signed.
    file_digest: Option<String>,
    signed_digest: Option<(String, String)>,
    program_name: Option<String>,
    countersignatures: u64,
}

/// What a signature says of itself beside its attributes.
struct Signer<'b> {
    issuer: &'b [u8],
    serial: &'b [u8],
    algorithm: Option<String>,
    signed: Option<Der<'b>>,
    unsigned: Option<Der<'b>>,
}

impl Signature {
    pub(super) fn told(&self) -> Value {
        let told = |place: &usize| self.certificates.get(*place).map_or(Value::Undefined, Certificate::told);
        let own = self.chain.first().and_then(|place| self.certificates.get(*place));
        let split = |pair: &Option<(String, String)>| match pair {
            Some((algorithm, digest)) => [algorithm.clone().into(), digest.clone().into()],
            None => [Value::Undefined, Value::Undefined],
        };
        let [algorithm, digest] = split(&self.digest);
        let [signed_algorithm, signed_digest] = split(&self.signed_digest);
        let chain: Vec<Value> = self.chain.iter().map(told).collect();
        let length = self.digest.as_ref().map(|_| chain.len() as u64);
        let own: Vec<Value> = match own {
            Some(own) => own.members().into(),
            None => vec![Value::Undefined; 9],
        };
        Value::structure(own.into_iter().chain([
            algorithm,
            digest,
            self.file_digest.clone().into(),
            (self.certificates.len() as u64).into(),
            Value::list(self.certificates.iter().map(Certificate::told).collect()),
            Value::structure([
                self.program_name.clone().into(),
                signed_digest,
                signed_algorithm,
                length.into(),
                Value::list(chain),
            ]),
            self.countersignatures.into(),
        ]))
    }
}

impl Pe<'_> {
    pub(super) fn read_signatures(&self) -> Vec<Signature> {
        let mut all = Vec::new();
        self.add_signatures(&mut all);
        all
    }

    fn add_signatures(&self, all: &mut Vec<Signature>) -> Option<()> {
        // The directory has no address, but a place in the file.
        let (place, size) = self.directory(SECURITY).filter(|(place, _)| *place != 0)?;
        self.reader.slice(place, size.max(8))?;
        let length = self.reader.u32(place)?;
        let bytes = self.reader.slice(place, length)?.get(8..)?;
        if size < 8 {
            return None;
        }
        let mut digests = Digests { signed: self.signed_parts(place), found: HashMap::new() };
        read(bytes, all, &mut digests, 0)
    }

    /// What comes before the signatures, without the checksum and their own directory.
    fn signed_parts(&self, end: u64) -> Option<[&[u8]; 3]> {
        let checksum = self.optional + 64;
        let directory = self.optional + if self.is_wide { 112 } else { 96 } + 8 * SECURITY;
        let between = |from: u64, to: u64| self.reader.slice(from, to.checked_sub(from)?);
        Some([between(0, checksum)?, between(checksum + 4, directory)?, between(directory + 8, end)?])
    }
}

/// The digests of the parts of a file that a signature is over.
struct Digests<'b> {
    signed: Option<[&'b [u8]; 3]>,
    found: HashMap<String, Option<String>>,
}

impl Digests<'_> {
    fn of(&mut self, algorithm: &str) -> Option<String> {
        let parts = self.signed.as_ref()?;
        let found = self.found.entry(algorithm.to_owned());
        found
            .or_insert_with(|| match algorithm {
                "md5" => Some(digest::<Md5>(parts)),
                "sha1" => Some(digest::<Sha1>(parts)),
                "sha256" => Some(digest::<Sha256>(parts)),
                "sha384" => Some(digest::<Sha384>(parts)),
                "sha512" => Some(digest::<Sha512>(parts)),
                _ => None,
            })
            .clone()
    }
}

fn digest<D: Digest>(parts: &[&[u8]]) -> String {
    let mut digest = D::new();
    for part in parts {
        digest.update(part);
    }
    HEXLOWER.encode(&digest.finalize())
}

/// Reads one signature and those that are nested in it.
fn read(bytes: &[u8], all: &mut Vec<Signature>, digests: &mut Digests<'_>, depth: usize) -> Option<()> {
    if all.len() >= MOST || depth > DEPTH {
        return None;
    }
    let mut outer = Der::of(bytes).enter(SEQUENCE)?;
    if dotted(outer.body(OBJECT)?) != SIGNED_DATA {
        return None;
    }
    let mut data = outer.enter(FIRST)?.enter(SEQUENCE)?;
    data.body(INTEGER)?;
    data.body(SET)?;
    let mut content = data.enter(SEQUENCE)?;
    let is_indirect = dotted(content.body(OBJECT)?) == INDIRECT_DATA;
    let mut certificates = Vec::new();
    if let Some(mut set) = data.enter(FIRST) {
        while let Some(whole) = set.whole(SEQUENCE) {
            certificates.push(Certificate::read(whole)?);
        }
    }
    let mut signature = Signature {
        certificates,
        chain: Vec::new(),
        digest: None,
        file_digest: None,
        signed_digest: None,
        program_name: None,
        countersignatures: 0,
    };
    if !is_indirect {
        all.push(signature);
        return Some(());
    }
    signature.digest = content_digest(content);
    let Some((algorithm, digest)) = &signature.digest else {
        all.push(signature);
        return Some(());
    };
    signature.file_digest = digests.of(algorithm);
    let is_of_another_file = signature.file_digest.as_ref().is_some_and(|found| found != digest);
    data.enter(SECOND);
    let signer = data.enter(SET).and_then(|mut set| read_signer(set.enter(SEQUENCE)?));
    let nested = signer.as_ref().map(|signer| signature.add_unsigned(signer)).unwrap_or_default();
    if let Some(signer) = &signer {
        signature.add_signer(signer);
    }
    // One without its maker is told of only where it is of another file.
    if !signature.chain.is_empty() || is_of_another_file {
        all.push(signature);
    }
    for value in nested {
        read(value, all, digests, depth + 1);
    }
    Some(())
}

impl Signature {
    /// Adds what is not signed itself; gives the signatures that are nested in it.
    fn add_unsigned<'b>(&mut self, signer: &Signer<'b>) -> Vec<&'b [u8]> {
        let mut nested = Vec::new();
        for (name, values) in attributes(signer.unsigned) {
            match name.as_str() {
                NESTED => nested.extend(values),
                COUNTERSIGNATURE => self.countersignatures += values.len() as u64,
                TIMESTAMP => {
                    self.countersignatures += values.len() as u64;
                    for value in values {
                        self.certificates.extend(certificates_of(value).unwrap_or_default());
                    }
                }
                _ => {}
            }
        }
        nested
    }

    /// Adds who made it, if the certificate is there.
    fn add_signer(&mut self, signer: &Signer<'_>) {
        let by = self.certificates.iter().position(|known| known.is(signer.issuer, signer.serial));
        let Some(by) = by else { return };
        self.chain = chain(&self.certificates, by);
        for (name, values) in attributes(signer.signed) {
            let value = values.first().map(|value| Der::of(value));
            match name.as_str() {
                MESSAGE_DIGEST => {
                    let digest = value.and_then(|mut value| value.body(OCTETS));
                    let digest = digest.map(|digest| HEXLOWER.encode(digest));
                    self.signed_digest = signer.algorithm.clone().zip(digest);
                }
                PROGRAM_NAME => self.program_name = value.and_then(program_name),
                _ => {}
            }
        }
    }
}

/// The name of the program, which stands in two bytes for each character.
fn program_name(mut value: Der<'_>) -> Option<String> {
    let mut information = value.enter(SEQUENCE)?;
    let (tag, name) = information.enter(FIRST)?.tagged()?;
    if tag != WIDE_NAME {
        return Some(String::from_utf8_lossy(name).into_owned());
    }
    let characters = name.as_chunks::<2>().0.iter().map(|pair| u16::from_be_bytes(*pair));
    Some(char::decode_utf16(characters).map(|character| character.unwrap_or('?')).collect())
}

/// The algorithm and digest that are signed.
fn content_digest(mut content: Der<'_>) -> Option<(String, String)> {
    let mut indirect = content.enter(FIRST)?.enter(SEQUENCE)?;
    indirect.enter(SEQUENCE)?;
    let mut digest = indirect.enter(SEQUENCE)?;
    let name = algorithm(digest.enter(SEQUENCE)?.body(OBJECT)?);
    Some((name, HEXLOWER.encode(digest.body(OCTETS)?)))
}

fn read_signer(mut info: Der<'_>) -> Option<Signer<'_>> {
    info.body(INTEGER)?;
    let mut of = info.enter(SEQUENCE)?;
    let (issuer, serial) = (of.whole(SEQUENCE)?, of.body(INTEGER)?);
    let algorithm = info.enter(SEQUENCE)?.body(OBJECT).map(algorithm);
    let signed = info.enter(FIRST);
    info.enter(SEQUENCE)?;
    info.body(OCTETS)?;
    Some(Signer { issuer, serial, algorithm, signed, unsigned: info.enter(SECOND) })
}

/// Attributes with their values.
fn attributes(list: Option<Der<'_>>) -> impl Iterator<Item = (String, Vec<&[u8]>)> {
    let mut list = list.unwrap_or(Der::of(&[]));
    std::iter::from_fn(move || {
        let mut attribute = list.enter(SEQUENCE)?;
        let name = dotted(attribute.body(OBJECT)?);
        let mut set = attribute.enter(SET)?;
        let values = std::iter::from_fn(|| set.any()).take(MOST_VALUES).collect();
        Some((name, values))
    })
}

/// The certificates of a time stamp.
fn certificates_of(stamp: &[u8]) -> Option<Vec<Certificate>> {
    let mut outer = Der::of(stamp).enter(SEQUENCE)?;
    outer.body(OBJECT)?;
    let mut data = outer.enter(FIRST)?.enter(SEQUENCE)?;
    data.body(INTEGER)?;
    data.body(SET)?;
    data.enter(SEQUENCE)?;
    let mut set = data.enter(FIRST)?;
    let all = std::iter::from_fn(|| set.whole(SEQUENCE));
    Some(all.filter_map(Certificate::read).collect())
}

/// The certificates from one upwards, each vouched for by the next.
fn chain(certificates: &[Certificate], first: usize) -> Vec<usize> {
    let mut chain = vec![first];
    let mut last = first;
    while let Some(above) = certificates.get(last).filter(|last| !last.is_own_issuer()).and_then(|last| {
        let is_above =
            |(place, known): &(usize, &Certificate)| known.vouches_for(last) && !chain.contains(place);
        certificates.iter().enumerate().find(is_above).map(|(place, _)| place)
    }) {
        chain.push(above);
        last = above;
    }
    chain
}
