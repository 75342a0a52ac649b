//! Bytes as JSON has them.

use serde::Deserialize;
use serde::de::Error as _;

/// Bytes in base 64, as JSON has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Base64(pub(crate) Vec<u8>);

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        // Some writers break lines, and readers of protocol buffers let them.
        let letters: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        let bytes = data_encoding::BASE64.decode(&letters);
        bytes.map(Self).map_err(|error| D::Error::custom(format_args!("no base 64: {error}")))
    }
}
