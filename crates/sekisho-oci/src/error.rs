//! Why a layer or an archive cannot be read on.

use std::io;

use crate::digest::Digest;

/// Why a layer or an archive cannot be read on. What came before it was read well.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The bytes could not be had.
    #[error("cannot be read: {0}")]
    Input(io::Error),
    /// The bytes are no archive, or break off.
    #[error("the archive is broken at byte {offset}: {message}")]
    Broken {
        /// Where, in the unpacked bytes.
        offset: u64,
        /// What is wrong.
        message: &'static str,
    },
    /// The packed bytes are broken.
    #[error("the {packing} is broken: {message}")]
    Packing {
        /// `gzip` or `zstd`.
        packing: &'static str,
        /// What is wrong.
        message: String,
    },
    /// A packing that is not read.
    #[error("the archive is packed by {0}, which images are not")]
    UnknownPacking(&'static str),
    /// Packed bytes within packed bytes.
    #[error("the archive is packed more than {limit} times, the limit")]
    Nesting {
        /// The limit.
        limit: u32,
    },
    /// More bytes than the budget allows.
    #[error("the archive has more than {limit} bytes when unpacked, the limit")]
    Bytes {
        /// The limit.
        limit: u64,
    },
    /// More unpacked bytes for the packed ones than the budget allows.
    #[error("the archive unpacks to more than {limit} times its size, the limit")]
    Ratio {
        /// The limit.
        limit: u64,
    },
    /// More entries than the budget allows.
    #[error("the archive has more than {limit} entries, the limit")]
    Entries {
        /// The limit.
        limit: u64,
    },
    /// A longer extended header than the budget allows.
    #[error("an extended header has more than {limit} bytes, the limit")]
    Header {
        /// The limit.
        limit: u64,
    },
    /// Other bytes than the manifest names.
    #[error("the bytes have the digest {found}, and the manifest says {expected}")]
    Digest {
        /// What the manifest says.
        expected: Digest,
        /// What came.
        found: Digest,
    },
    /// Another number of bytes than the manifest says.
    #[error("there are {found} bytes, and the manifest says {expected}")]
    Size {
        /// What the manifest says.
        expected: u64,
        /// What came; more than expected are not counted to their end.
        found: u64,
    },
    /// Other unpacked bytes than the configuration names.
    #[error("the unpacked bytes have the digest {found}, and the configuration says {expected}")]
    DiffId {
        /// What the configuration says.
        expected: Digest,
        /// What came.
        found: Digest,
    },
}

impl From<ArchiveError> for io::Error {
    fn from(error: ArchiveError) -> Self {
        Self::other(error)
    }
}

impl From<io::Error> for ArchiveError {
    /// An error of ours that went through a reader comes back as it was.
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(error) => Self::Input(error),
        }
    }
}
