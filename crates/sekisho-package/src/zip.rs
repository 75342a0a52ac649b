//! Archives in the zip format: their directory, and single files of them, within limits.

use std::io::{self, Read};

use crate::program::read_range;
use crate::{RandomAccess, ReadError};

/// The largest directory, in bytes.
const LARGEST_DIRECTORY: u64 = 64 << 20;
/// The most files of an archive.
const MOST_FILES: usize = 300_000;

const FORMAT: &str = "zip archive";

/// An archive's directory.
#[derive(Debug)]
pub(crate) struct Archive {
    /// The files, directories left out, in the order of the directory.
    pub(crate) members: Vec<Member>,
    /// How many bytes stand in front of the archive, such as a script.
    prefix: u64,
}

/// A file of an archive.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Its path in the archive.
    pub(crate) name: String,
    method: u16,
    packed: u64,
    header: u64,
}

/// How many bytes may still be unpacked.
#[derive(Debug)]
pub(crate) struct Allowance {
    left: u64,
    limit: u64,
}

impl Allowance {
    pub(crate) fn new(limit: u64) -> Self {
        Self { left: limit, limit }
    }

    /// Takes bytes away that are unpacked elsewhere.
    pub(crate) fn spend(&mut self, bytes: u64) -> Result<(), ReadError> {
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or(0);
        let limit = ReadError::Limit { what: "bytes once it is unpacked", limit: self.limit };
        left.map(|_| ()).ok_or(limit)
    }

    /// Whether nothing more may be unpacked.
    pub(crate) fn is_spent(&self) -> bool {
        self.left == 0
    }
}

/// A part of a file, as a file.
pub(crate) struct Window<'r> {
    file: &'r dyn RandomAccess,
    offset: u64,
    size: u64,
}

impl RandomAccess for Window<'_> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let count = buffer.len().min(left);
        let Some(at) = self.offset.checked_add(offset) else { return Ok(0) };
        self.file.read_at(at, buffer.get_mut(..count).unwrap_or_default())
    }
}

impl Archive {
    /// Reads the directory of an archive.
    pub(crate) fn open(file: &dyn RandomAccess) -> Result<Self, ReadError> {
        const LONGEST_END: u64 = 22 + 0xffff;
        let size = file.size();
        let tail_at = size.saturating_sub(LONGEST_END);
        let tail = read_range(file, tail_at, LONGEST_END)?;
        let is_end = |at: &usize| tail.get(*at..).is_some_and(|rest| rest.starts_with(b"PK\x05\x06"));
        let missing = || ReadError::malformed(FORMAT, "it has no directory at its end");
        let at = (0..tail.len().saturating_sub(21)).rev().find(is_end).ok_or_else(missing)?;
        let end = tail.get(at..).unwrap_or_default();
        let narrow = || Some((u64::from(u32_at(end, 12)?), u64::from(u32_at(end, 16)?)));
        let (mut length, mut offset) = narrow().ok_or_else(missing)?;
        let mut end_at = tail_at + at as u64;
        if (length == 0xffff_ffff || offset == 0xffff_ffff)
            && let Some((wide_at, wide_length, wide_offset)) = wide_end(file, end_at)?
        {
            (end_at, length, offset) = (wide_at, wide_length, wide_offset);
        }
        if length > LARGEST_DIRECTORY {
            return Err(ReadError::Limit { what: "bytes of directory", limit: LARGEST_DIRECTORY });
        }
        // The directory ends where its end begins, whatever stands in front of the archive.
        let start = end_at.checked_sub(length).ok_or_else(missing)?;
        let prefix = start.saturating_sub(offset);
        let directory = read_range(file, start, length)?;
        Ok(Self { members: members(&directory)?, prefix })
    }

    /// The bytes of a file.
    pub(crate) fn read(
        &self,
        file: &dyn RandomAccess,
        member: &Member,
        limit: u64,
        allowance: &mut Allowance,
    ) -> Result<Vec<u8>, ReadError> {
        const DEFLATED: u16 = 8;
        let window = self.window(file, member)?;
        let limit = limit.min(allowance.left);
        let mut bytes = Vec::new();
        let reader = FromStart { window: &window, offset: 0 };
        match member.method {
            0 => reader.take(limit + 1).read_to_end(&mut bytes)?,
            DEFLATED => flate2::read::DeflateDecoder::new(reader)
                .take(limit + 1)
                .read_to_end(&mut bytes)
                .map_err(|error| ReadError::malformed(FORMAT, error))?,
            other => {
                return Err(ReadError::malformed(
                    FORMAT,
                    format!("it is packed by the unknown method {other}"),
                ));
            }
        };
        if bytes.len() as u64 > limit {
            let is_all = limit == allowance.left;
            // What was unpacked in vain counts as well.
            allowance.left -= limit;
            let limit = if is_all { allowance.limit } else { limit };
            return Err(ReadError::Limit { what: "bytes once it is unpacked", limit });
        }
        allowance.left -= bytes.len() as u64;
        Ok(bytes)
    }

    /// A file that was not packed, where it lies.
    pub(crate) fn stored<'r>(
        &self,
        file: &'r dyn RandomAccess,
        member: &Member,
    ) -> Result<Option<Window<'r>>, ReadError> {
        if member.method == 0 { self.window(file, member).map(Some) } else { Ok(None) }
    }

    fn window<'r>(&self, file: &'r dyn RandomAccess, member: &Member) -> Result<Window<'r>, ReadError> {
        let at = member.header.saturating_add(self.prefix);
        let header = read_range(file, at, 30)?;
        let lengths = || {
            header.starts_with(b"PK\x03\x04").then_some(())?;
            Some(u64::from(u16_at(&header, 26)?) + u64::from(u16_at(&header, 28)?))
        };
        let lengths =
            lengths().ok_or_else(|| ReadError::malformed(FORMAT, "a file lies not where it should"))?;
        let offset = at.saturating_add(30 + lengths);
        Ok(Window { file, offset, size: member.packed.min(file.size().saturating_sub(offset)) })
    }
}

/// Where the end of a large archive's directory begins, its length and its offset.
fn wide_end(file: &dyn RandomAccess, end_at: u64) -> Result<Option<(u64, u64, u64)>, ReadError> {
    let Some(locator_at) = end_at.checked_sub(20) else { return Ok(None) };
    let locator = read_range(file, locator_at, 20)?;
    if !locator.starts_with(b"PK\x06\x07") {
        return Ok(None);
    }
    let Some(at) = u64_at(&locator, 8) else { return Ok(None) };
    let end = read_range(file, at, 56)?;
    if !end.starts_with(b"PK\x06\x06") {
        return Ok(None);
    }
    Ok((|| Some((at, u64_at(&end, 40)?, u64_at(&end, 48)?)))())
}

fn members(directory: &[u8]) -> Result<Vec<Member>, ReadError> {
    let mut members = Vec::new();
    let mut rest = directory;
    while rest.starts_with(b"PK\x01\x02") {
        if members.len() >= MOST_FILES {
            return Err(ReadError::Limit { what: "files", limit: MOST_FILES as u64 });
        }
        let Some((member, length)) = member(rest) else { break };
        if !member.name.ends_with('/') {
            members.push(member);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(members)
}

/// A file of the directory, and how long its entry is.
fn member(entry: &[u8]) -> Option<(Member, usize)> {
    let name_length = usize::from(u16_at(entry, 28)?);
    let extra_length = usize::from(u16_at(entry, 30)?);
    let comment_length = usize::from(u16_at(entry, 32)?);
    let name = entry.get(46..46 + name_length)?;
    let mut extra = entry.get(46 + name_length..46 + name_length + extra_length)?;
    let mut member = Member {
        name: String::from_utf8_lossy(name).into_owned(),
        method: u16_at(entry, 10)?,
        packed: u32_at(entry, 20)?.into(),
        header: u32_at(entry, 42)?.into(),
    };
    // Large numbers stand among the extra fields, those only that do not fit.
    while let (Some(kind), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
        let body = extra.get(4..4 + usize::from(length)).unwrap_or_default();
        if kind == 1 {
            let mut at = if u32_at(entry, 24) == Some(0xffff_ffff) { 8 } else { 0 };
            if member.packed == 0xffff_ffff {
                member.packed = u64_at(body, at)?;
                at += 8;
            }
            if member.header == 0xffff_ffff {
                member.header = u64_at(body, at)?;
            }
        }
        extra = extra.get(4 + usize::from(length)..).unwrap_or_default();
    }
    Some((member, 46 + name_length + extra_length + comment_length))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_le_bytes(*chunk))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

struct FromStart<'w, 'r> {
    window: &'w Window<'r>,
    offset: u64,
}

impl Read for FromStart<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.window.read_at(self.offset, buffer)?;
        self.offset += count as u64;
        Ok(count)
    }
}
