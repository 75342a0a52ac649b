//! What the extensions of a certificate say: uses of the key, and who the signer is.

use std::collections::BTreeMap;
use std::fmt;

use super::{Certificate, Extension};
use crate::der::{DerError, Reader, tag};

pub(super) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
pub(super) const SUBJECT_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
pub(super) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
pub(super) const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x1e];
pub(super) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
pub(super) const CODE_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03];
pub(super) const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];
pub(super) const ANY_USE: &[u8] = &[0x55, 0x1d, 0x25, 0x00];
/// 1.3.6.1.4.1.57264.1, the arc of Fulcio's extensions.
const FULCIO: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xbf, 0x30, 0x01];
/// 1.3.6.1.4.1.57264.1.7, the type of names that are neither an address nor a URI.
const OTHER_NAME: u8 = 7;

/// A name of whom a certificate is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectName {
    /// A mail address.
    Email(String),
    /// A URI, as those of workflows and workloads.
    Uri(String),
    /// A host.
    Dns(String),
    /// A name of another kind that Fulcio writes.
    Other(String),
}

impl SubjectName {
    /// The name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Email(name) | Self::Uri(name) | Self::Dns(name) | Self::Other(name) => name,
        }
    }
}

/// Who a certificate says that its holder is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The names.
    pub names: Vec<SubjectName>,
    /// Who vouched for them to the certificate authority.
    pub issuer: Option<String>,
    /// Fulcio's other claims, by the names of its documentation (`sourceRepositoryURI`).
    pub claims: BTreeMap<&'static str, String>,
}

/// What a certificate of an authority allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AuthorityLimit {
    /// How many authorities may stand between it and the last certificate; any number where it is not said.
    pub(crate) below: Option<u64>,
}

/// Fulcio's claims: the last number of the identifier, the name, and whether the text is wrapped in DER.
const CLAIMS: [(u8, &str, bool); 20] = [
    (2, "githubWorkflowTrigger", false),
    (3, "githubWorkflowSHA", false),
    (4, "githubWorkflowName", false),
    (5, "githubWorkflowRepository", false),
    (6, "githubWorkflowRef", false),
    (9, "buildSignerURI", true),
    (10, "buildSignerDigest", true),
    (11, "runnerEnvironment", true),
    (12, "sourceRepositoryURI", true),
    (13, "sourceRepositoryDigest", true),
    (14, "sourceRepositoryRef", true),
    (15, "sourceRepositoryIdentifier", true),
    (16, "sourceRepositoryOwnerURI", true),
    (17, "sourceRepositoryOwnerIdentifier", true),
    (18, "buildConfigURI", true),
    (19, "buildConfigDigest", true),
    (20, "buildTrigger", true),
    (21, "runInvocationURI", true),
    (22, "sourceRepositoryVisibilityAtSigning", true),
    (23, "deploymentEnvironment", true),
];

impl Certificate {
    /// Who it says that its holder is.
    pub fn identity(&self) -> Result<Identity, DerError> {
        let names = match self.extension(SUBJECT_NAMES) {
            Some(extension) => names(&extension.value)?,
            None => Vec::new(),
        };
        // The newer extension counts where both are there.
        let issuer = match (self.fulcio(8), self.fulcio(1)) {
            (Some(wrapped), _) => Some(text(&wrapped.value, true)?),
            (None, Some(plain)) => Some(text(&plain.value, false)?),
            (None, None) => None,
        };
        let mut claims = BTreeMap::new();
        for (number, name, is_wrapped) in CLAIMS {
            if let Some(extension) = self.fulcio(number) {
                claims.insert(name, text(&extension.value, is_wrapped)?);
            }
        }
        Ok(Identity { names, issuer, claims })
    }

    fn fulcio(&self, number: u8) -> Option<&Extension> {
        let identifier = [FULCIO, &[number]].concat();
        self.extension(&identifier)
    }

    /// Whether it may issue certificates.
    pub(crate) fn authority(&self) -> Result<Option<AuthorityLimit>, DerError> {
        let Some(extension) = self.extension(BASIC_CONSTRAINTS) else { return Ok(None) };
        let mut outer = Reader::new(&extension.value);
        let mut fields = outer.sequence("constraints of an authority")?;
        outer.end("end of the constraints")?;
        let is_authority = match fields.maybe(tag::BOOLEAN, "truth value")?.map(|flag| flag.content) {
            None | Some([0]) => false,
            Some([0xff]) => true,
            Some(_) => return Err(DerError("truth value")),
        };
        let limit = fields.maybe(tag::INTEGER, "length of a path")?.map(|limit| limit.small()).transpose()?;
        fields.end("end of the constraints")?;
        Ok(is_authority.then_some(AuthorityLimit { below: limit }))
    }

    /// Whether the key may be used so: bit 0 is for signatures, bit 5 for certificates. Without the extension it may.
    pub(super) fn allows_use(&self, bit: u32) -> Result<bool, DerError> {
        let Some(extension) = self.extension(KEY_USAGE) else { return Ok(true) };
        let mut outer = Reader::new(&extension.value);
        let bits = outer.take(tag::BIT_STRING, "uses of a key")?;
        outer.end("end of the uses of a key")?;
        let first = bits.content.get(1).copied().unwrap_or(0);
        Ok(first & 0x80_u8.checked_shr(bit).unwrap_or(0) != 0)
    }

    /// The purposes of the key; none where the extension is not there.
    pub(super) fn purposes(&self) -> Result<Option<Vec<&[u8]>>, DerError> {
        let Some(extension) = self.extension(EXTENDED_KEY_USAGE) else { return Ok(None) };
        let mut outer = Reader::new(&extension.value);
        let mut list = outer.sequence("purposes of a key")?;
        outer.end("end of the purposes of a key")?;
        let mut found = Vec::new();
        while !list.is_empty() {
            found.push(list.take(tag::OID, "purpose of a key")?.content);
        }
        Ok(Some(found))
    }

    /// A critical extension that nothing here gives its meaning.
    pub(super) fn has_unknown_critical(&self) -> bool {
        const KNOWN: [&[u8]; 4] = [KEY_USAGE, SUBJECT_NAMES, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE];
        self.extensions
            .iter()
            .any(|extension| extension.is_critical && !KNOWN.contains(&extension.identifier.as_slice()))
            || self.extension(NAME_CONSTRAINTS).is_some()
    }
}

fn text(value: &[u8], is_wrapped: bool) -> Result<String, DerError> {
    let content = if is_wrapped {
        let mut outer = Reader::new(value);
        let element = outer.take(tag::UTF8, "text of a claim")?;
        outer.end("end of a claim")?;
        element.content
    } else {
        value
    };
    Ok(std::str::from_utf8(content).map_err(|_| DerError("text of a claim"))?.to_owned())
}

fn names(value: &[u8]) -> Result<Vec<SubjectName>, DerError> {
    let mut outer = Reader::new(value);
    let mut list = outer.sequence("names of the subject")?;
    outer.end("end of the names")?;
    let mut found = Vec::new();
    while !list.is_empty() {
        let name = list.any("name of the subject")?;
        let plain = || Ok(std::str::from_utf8(name.content).map_err(|_| DerError("name"))?.to_owned());
        if name.tag == tag::plain(1) {
            found.push(SubjectName::Email(plain()?));
        } else if name.tag == tag::plain(6) {
            found.push(SubjectName::Uri(plain()?));
        } else if name.tag == tag::plain(2) {
            found.push(SubjectName::Dns(plain()?));
        } else if name.tag == tag::context(0) {
            let mut other = name.reader();
            let kind = other.take(tag::OID, "kind of a name")?.content;
            if kind == [FULCIO, &[OTHER_NAME]].concat() {
                let wrapped = other.take(tag::context(0), "name")?;
                found.push(SubjectName::Other(text(wrapped.content, true)?));
            }
        }
    }
    Ok(found)
}

impl fmt::Display for Identity {
    /// For people: control characters, which could hide something from them, are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain =
            |text: &str| text.chars().filter(|letter| !letter.is_control()).take(300).collect::<String>();
        let names: Vec<String> =
            self.names.iter().map(|name| format!("`{}`", plain(name.as_str()))).collect();
        match names.as_slice() {
            [] => f.write_str("somebody without a name")?,
            names => f.write_str(&names.join(", "))?,
        }
        match &self.issuer {
            Some(issuer) => write!(f, " (issuer `{}`)", plain(issuer)),
            None => Ok(()),
        }
    }
}
