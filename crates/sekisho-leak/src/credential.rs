//! A credential that was found. It never shows itself.

use std::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// A credential that was found: it has no `Debug`, and `Display` redacts it.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential(Vec<u8>);

/// How many characters at the beginning may be shown of a credential, by its length.
const SHOWN: &[(usize, usize)] = &[(24, 4), (16, 2)];

impl Credential {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// The bytes themselves, for those who compare or verify them. They must not be printed.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is empty, as that of a rule which looks at paths alone.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A digest by which the same credential is known again at another place.
    pub fn digest(&self) -> String {
        let digest = Sha256::digest(&self.0);
        HEXLOWER.encode(digest.get(..8).unwrap_or_default())
    }
}

impl fmt::Display for Credential {
    /// The first characters of a long one, which name its issuer, and how long it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = SHOWN.iter().find(|(least, _)| self.0.len() >= *least).map_or(0, |(_, shown)| *shown);
        let head = self.0.get(..shown).filter(|head| {
            head.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        });
        if let Some(head) = head {
            f.write_str(&String::from_utf8_lossy(head))?;
        }
        write!(f, "… ({} characters)", String::from_utf8_lossy(&self.0).chars().count())
    }
}
