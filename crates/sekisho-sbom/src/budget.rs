//! What reading a bill may cost, and why it fails.

/// Limits on a bill that nobody vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The longest file, in bytes.
    pub bytes: usize,
    /// How deep it may nest.
    pub depth: usize,
    /// How many values it may hold.
    pub nodes: usize,
    /// How many packages.
    pub packages: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: 128 << 20, depth: 100, nodes: 4_000_000, packages: 500_000 }
    }
}

impl Budget {
    /// The limits on what a tree of JSON or YAML may cost.
    pub(crate) fn tree(&self) -> sekisho_manifest::Budget {
        sekisho_manifest::Budget { bytes: self.bytes, depth: self.depth, nodes: self.nodes, documents: 1_000 }
    }
}

/// Why a file gives no bill, or a bill no file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SbomError {
    /// More than a budget allows.
    #[error("the bill of materials has more than {limit} {what}, the limit: split it")]
    Limit {
        /// What was counted: `bytes`, `packages`, `elements`, `levels`.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// Bytes that are no text.
    #[error("the file is no text in UTF-8 or UTF-16: save it as UTF-8")]
    NoText,
    /// Text that is no bill.
    #[error("the file is no bill of materials: give CycloneDX as JSON or XML, or SPDX as JSON or tag-value")]
    Unrecognized,
    /// Text that is not of its format.
    #[error("the file is no valid {format}: {reason}")]
    Syntax {
        /// The format: `JSON`, `XML`, `tag-value`.
        format: &'static str,
        /// What is wrong with it, with its line where that is known.
        reason: String,
    },
    /// A version that is not known.
    #[error("version `{version}` of {format} is not known: use {known}")]
    Version {
        /// The format.
        format: &'static str,
        /// The version as the file, or the caller, has it.
        version: String,
        /// What may be used.
        known: &'static str,
    },
    /// A serialization that is not read.
    #[error("{0} is not read: convert the bill to SPDX as JSON or tag-value")]
    Serialization(&'static str),
    /// XML that declares entities or a document type, as bills never need.
    #[error("the XML declares a document type in line {0}, which bills do not need: remove it")]
    DocumentType(usize),
    /// An attestation that holds no bill.
    #[error("the attestation holds no bill of materials: its predicate is `{0}`")]
    Predicate(String),
    /// An attestation that cannot be unwrapped.
    #[error("the attestation cannot be unwrapped: {0}")]
    Envelope(&'static str),
}
