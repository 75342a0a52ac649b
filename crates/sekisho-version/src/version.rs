//! A version under a scheme: parsed once, compared by its key.

use std::cmp::Ordering;
use std::fmt;

use smol_str::SmolStr;

use crate::key::Key;
use crate::order;
use crate::scheme::Scheme;

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VersionError {
    /// Nothing is there.
    #[error("an empty text is no version: write one such as `1.2.3`")]
    Empty,
    /// Longer than [`Version::LONGEST`].
    #[error("a version of {0} bytes is longer than the limit of 4096: shorten it")]
    Long(usize),
    /// Not of the scheme.
    #[error("`{text}` is no version of {scheme}: write one as that ecosystem does")]
    Shape {
        /// The text.
        text: String,
        /// The scheme.
        scheme: Scheme,
    },
}

/// A version: its text as it was written, and a key that orders it among those of its scheme.
///
/// [`Version::compare`] is the order of the ecosystem's own tool. It is no `Ord`, since not every tool's order is
/// one: Maven's, Conan's, Arch Linux's and PHP's have triples that no line can hold.
#[derive(Debug, Clone)]
pub struct Version {
    scheme: Scheme,
    text: SmolStr,
    key: Box<[u8]>,
}

impl Version {
    /// The longest text that is read as a version, in bytes.
    pub const LONGEST: usize = 4096;

    /// Reads a version. Space around it is passed over.
    pub fn parse(scheme: Scheme, text: &str) -> Result<Self, VersionError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(VersionError::Empty);
        }
        if text.len() > Self::LONGEST {
            return Err(VersionError::Long(text.len()));
        }
        let mut key = Key::with_capacity(text.len() + 8);
        order::write(scheme, text, &mut key)
            .ok_or_else(|| VersionError::Shape { text: text.to_owned(), scheme })?;
        Ok(Self { scheme, text: SmolStr::new(text), key: key.finish() })
    }

    /// The revision of the keys: it grows when the key of any version changes, so that keys that were kept are not
    /// compared with new ones.
    pub const KEYS: u32 = 1;

    /// Its key, to be kept and compared by [`Scheme::compare_keys`].
    pub fn key(&self) -> &[u8] {
        &self.key
    }

    /// A version of a text and the key that was kept with it. The caller vouches that they belong together: of a key
    /// that is another's only the order is wrong.
    pub fn from_key(scheme: Scheme, text: &str, key: &[u8]) -> Self {
        Self { scheme, text: SmolStr::new(text), key: key.into() }
    }

    /// The scheme that it was read under.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The text that it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The order of two versions; none where their schemes differ.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        (self.scheme == other.scheme).then(|| order::compare(self.scheme, &self.key, &other.key))
    }

    /// Whether its place in the order means something. Tools put branches (`dev-main`), words (`unknown`), names of
    /// properties (`${revision}`) and what is against PEP 440 somewhere too, mostly before all versions.
    pub fn is_regular(&self) -> bool {
        order::is_regular(self.scheme, &self.text)
    }

    /// Whether this is a pre-release of semantic versioning, PEP 440, gems or the like. Schemes without the notion
    /// say no.
    pub fn is_prerelease(&self) -> bool {
        order::is_prerelease(self.scheme, &self.text)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Scheme {
    /// The order of two keys of versions of this scheme.
    pub fn compare_keys(self, left: &[u8], right: &[u8]) -> Ordering {
        order::compare(self, left, right)
    }
}
