//! The header of one package: numbered tags with texts and numbers.

use super::FORMAT;
use crate::ReadError;

/// The most tags of a header.
const MOST_TAGS: usize = 65_536;

/// The header of one package.
#[derive(Debug)]
pub(crate) struct Header<'b> {
    entries: &'b [u8],
    data: &'b [u8],
}

impl<'b> Header<'b> {
    pub(crate) const NAME: u32 = 1000;
    pub(crate) const VERSION: u32 = 1001;
    pub(crate) const RELEASE: u32 = 1002;
    pub(crate) const EPOCH: u32 = 1003;
    pub(crate) const VENDOR: u32 = 1011;
    pub(crate) const LICENSE: u32 = 1014;
    pub(crate) const ARCHITECTURE: u32 = 1022;
    pub(crate) const DIGESTS: u32 = 1035;
    pub(crate) const SOURCE: u32 = 1044;
    pub(crate) const PROVIDES: u32 = 1047;
    pub(crate) const REQUIRES: u32 = 1049;
    pub(crate) const FOLDER_INDEXES: u32 = 1116;
    pub(crate) const BASE_NAMES: u32 = 1117;
    pub(crate) const FOLDERS: u32 = 1118;
    pub(crate) const MODULE: u32 = 5096;

    /// Reads the bytes of a header: the number of tags, the size of the data, then both.
    pub(crate) fn parse(blob: &'b [u8]) -> Result<Self, ReadError> {
        let broken = |reason: &str| ReadError::malformed(FORMAT, reason);
        let count = u32_at(blob, 0).and_then(|count| usize::try_from(count).ok());
        let size = u32_at(blob, 4).and_then(|size| usize::try_from(size).ok());
        let (Some(count), Some(size)) = (count, size) else {
            return Err(broken("a package's header is cut off"));
        };
        if count > MOST_TAGS {
            return Err(ReadError::Limit { what: "tags of a package", limit: MOST_TAGS as u64 });
        }
        let entries = blob.get(8..8 + count * 16);
        let data = blob.get(8 + count * 16..).and_then(|rest| rest.get(..size));
        match (entries, data) {
            (Some(entries), Some(data)) => Ok(Self { entries, data }),
            _ => Err(broken("a package's header is smaller than it says")),
        }
    }

    /// The texts of a tag: one, or a list.
    pub(crate) fn texts(&self, tag: u32) -> impl Iterator<Item = &'b str> + use<'b> {
        const TEXT: u32 = 6;
        const TEXTS: u32 = 8;
        const TRANSLATED: u32 = 9;
        let entry = self.entry(tag).filter(|(kind, ..)| matches!(*kind, TEXT | TEXTS | TRANSLATED));
        let (count, mut rest) = match entry {
            Some((TEXT, _, data)) => (1, data),
            Some((_, count, data)) => (count, data),
            None => (0, Default::default()),
        };
        (0..count).map_while(move |_| {
            let end = rest.iter().position(|byte| *byte == 0)?;
            let text = rest.get(..end)?;
            rest = rest.get(end + 1..)?;
            Some(std::str::from_utf8(text).unwrap_or_default())
        })
    }

    /// The first text of a tag that is not empty.
    pub(crate) fn text(&self, tag: u32) -> Option<&'b str> {
        self.texts(tag).next().filter(|text| !text.is_empty() && *text != "(none)")
    }

    /// The numbers of a tag.
    pub(crate) fn numbers(&self, tag: u32) -> impl Iterator<Item = u32> + use<'b> {
        const NUMBER: u32 = 4;
        let entry = self.entry(tag).filter(|(kind, ..)| *kind == NUMBER);
        let (count, data) = entry.map_or((0, Default::default()), |(_, count, data)| (count, data));
        data.chunks_exact(4).take(count).filter_map(|chunk| u32_at(chunk, 0))
    }

    /// The kind, the count and the data of a tag.
    fn entry(&self, tag: u32) -> Option<(u32, usize, &'b [u8])> {
        let entry = self.entries.chunks_exact(16).find(|entry| u32_at(entry, 0) == Some(tag))?;
        let offset = usize::try_from(u32_at(entry, 8)?).ok()?;
        let count = usize::try_from(u32_at(entry, 12)?).ok()?;
        Some((u32_at(entry, 4)?, count, self.data.get(offset..)?))
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_be_bytes(*chunk))
}
