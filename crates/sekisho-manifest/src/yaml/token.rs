//! The tokens between the scanner and the grammar.

use std::borrow::Cow;

/// A token and the bytes that it stands on.
#[derive(Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What a token is. Block collections have a start and an end of their own, which stand on no bytes.
#[derive(Debug)]
pub(super) enum Kind<'t> {
    StreamEnd,
    Version { major: u8, minor: u8 },
    TagPrefix(Box<TagText<'t>>),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    FlowEntry,
    BlockEntry,
    Key,
    Value,
    Alias(&'t str),
    Anchor(&'t str),
    Tag(Box<TagText<'t>>),
    Scalar { text: Cow<'t, str>, plain: bool },
}

/// A tag's handle and what follows it; for a `%TAG` line, the handle and the prefix it stands for.
#[derive(Debug)]
pub(super) struct TagText<'t> {
    /// `!`, `!!` or `!name!`; empty for a tag that needs no handle.
    pub(super) handle: &'t [u8],
    /// Bytes, since `%xx` escapes may spell anything.
    pub(super) rest: Cow<'t, [u8]>,
}
