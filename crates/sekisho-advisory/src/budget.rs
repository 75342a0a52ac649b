//! What reading may cost, and why it fails.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, SeqAccess, Visitor};

/// Limits on input that nobody vouches for.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// The longest text of one file, in bytes.
    pub bytes: usize,
    /// The most records that one file may hold.
    pub records: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: 64 << 20, records: 1_000_000 }
    }
}

impl Budget {
    /// Refuses a text that is too long.
    pub(crate) fn admit(&self, text: &str) -> Result<(), AdvisoryError> {
        if text.len() > self.bytes {
            return Err(AdvisoryError::Long { bytes: text.len(), limit: self.bytes });
        }
        Ok(())
    }
}

/// Why a file gives no records.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdvisoryError {
    /// Longer than [`Budget::bytes`].
    #[error("{bytes} bytes are more than the limit of {limit}: split the file")]
    Long {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// More than [`Budget::records`].
    #[error("more than {0} records in one file: split it")]
    Records(usize),
    /// JSON that is none, or not of the format.
    #[error("the record cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// YAML that is none.
    #[error("the record cannot be read: {0}")]
    Yaml(String),
    /// TOML that is none, or not of the format.
    #[error("the record cannot be read: {0}")]
    Toml(String),
    /// A field that the format demands.
    #[error("the record has no `{0}`: it is incomplete or of another format")]
    Missing(&'static str),
    /// A format that is not known.
    #[error("`{0}` is no format of advisories: use OSV, RustSec, FriendsOfPHP, OpenVEX, CSAF or CycloneDX")]
    Unknown(String),
}

/// The most items of one list in a record.
const LONGEST_LIST: usize = 200_000;

/// Reads a list that may be null and may not be endless.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct Items<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Items<T> {
        type Value = Vec<T>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a list")
        }

        fn visit_unit<E>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_none<E>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
            let mut found = Vec::new();
            while let Some(item) = items.next_element()? {
                if found.len() == LONGEST_LIST {
                    return Err(A::Error::custom("a list has more than 200000 items"));
                }
                found.push(item);
            }
            Ok(found)
        }
    }
    deserializer.deserialize_any(Items(PhantomData))
}
