//! What can be wrong with a capture.

use std::io;

use thiserror::Error;

use crate::block::BlockType;
use crate::event_type::EventType;

/// Why a capture, or one block of it, cannot be read. Offsets count bytes after decompression.
#[derive(Debug, Error)]
pub enum CaptureError {
    /// The stream does not begin with a section header.
    #[error("not a capture: the first block is no section header")]
    NotACapture,
    /// The capture was written by a machine of the other byte order.
    #[error("the capture is big-endian: only little-endian captures can be read")]
    ByteOrder,
    /// The format has a newer major version.
    #[error("the capture has format version {major}: versions up to 1 can be read")]
    Version {
        /// The major version that it states.
        major: u16,
    },
    /// The stream ends inside a block.
    #[error("the capture ends inside the block at byte {offset}: it was cut off")]
    Truncated {
        /// Where the block begins.
        offset: u64,
    },
    /// A block is shorter than its own frame, or than what its type needs.
    #[error("the block at byte {offset} states a length of {length} bytes, too few for its type {kind}")]
    Short {
        /// Where the block begins.
        offset: u64,
        /// Its type.
        kind: BlockType,
        /// The length that it states.
        length: u32,
    },
    /// A block is longer than the budget allows.
    #[error("the block at byte {offset} states a length of {length} bytes, above the limit of {limit}")]
    Large {
        /// Where the block begins.
        offset: u64,
        /// The length that it states.
        length: u32,
        /// The limit.
        limit: u32,
    },
    /// The lengths at a block's two ends differ.
    #[error("the block at byte {offset} begins with length {length} and ends with {trailer}")]
    Trailer {
        /// Where the block begins.
        offset: u64,
        /// The length before its body.
        length: u32,
        /// The length after its body.
        trailer: u32,
    },
    /// The capture has more bytes than the budget allows.
    #[error("the capture has more than {limit} bytes")]
    Total {
        /// The limit.
        limit: u64,
    },
    /// The stream cannot be read or decompressed.
    #[error("the capture cannot be read")]
    Read(#[source] io::Error),
    /// A block is framed well and its content is not. Reading can go on after it.
    #[error("the {kind} block at byte {offset} cannot be read: {error}")]
    Block {
        /// Where the block begins.
        offset: u64,
        /// Its type.
        kind: BlockType,
        /// What is wrong in it.
        error: RecordError,
    },
    /// An event of an old version cannot be converted. Reading can go on after it.
    #[error("the event at byte {offset} cannot be converted: {error}")]
    Convert {
        /// Where its block begins.
        offset: u64,
        /// What is wrong with it.
        error: ConvertError,
    },
}

impl CaptureError {
    /// Whether nothing more can be read after this.
    pub fn is_fatal(&self) -> bool {
        !matches!(self, Self::Block { .. } | Self::Convert { .. })
    }
}

/// What is wrong inside a block.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum RecordError {
    /// A record ends before its last field.
    #[error("a record ends before its {field}")]
    Short {
        /// The field that is not whole.
        field: &'static str,
    },
    /// A text is longer than the budget allows.
    #[error("the {field} has {length} bytes, above the limit of {limit}")]
    Long {
        /// The field.
        field: &'static str,
        /// The length that it states.
        length: u32,
        /// The limit.
        limit: u32,
    },
    /// A record's stated length is below that of its fields.
    #[error("a record states {length} bytes and has {read}")]
    Length {
        /// The length that it states.
        length: u32,
        /// The bytes that its fields take.
        read: u32,
    },
    /// An interface is of no known family.
    #[error("an interface has the unknown type {0}")]
    Interface(u16),
    /// The lengths of an event's parameters do not fit its length.
    #[error("the parameters do not fit the event's length of {0} bytes")]
    Parameters(u32),
    /// An event has more parameters than the budget allows.
    #[error("the event has {count} parameters, above the limit of {limit}")]
    Count {
        /// The number that it states.
        count: u32,
        /// The limit.
        limit: u32,
    },
}

/// Why an event cannot be converted.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum ConvertError {
    /// No such event is known.
    #[error("nothing is known of `{kind}` with {count} parameters")]
    Unknown {
        /// Its type.
        kind: EventType,
        /// The number of its parameters.
        count: usize,
    },
    /// The event has more parameters than its type has.
    #[error("`{kind}` has {count} parameters, more than the {limit} of its type")]
    Parameters {
        /// Its type.
        kind: EventType,
        /// The number of its parameters.
        count: usize,
        /// The number that its type has.
        limit: usize,
    },
    /// The event lacks a parameter that its conversion takes.
    #[error("`{kind}` lacks parameter {parameter}")]
    Missing {
        /// Its type.
        kind: EventType,
        /// The parameter.
        parameter: usize,
    },
    /// Conversion led to no end.
    #[error("the conversion of `{0}` comes to no end")]
    Endless(EventType),
}
