//! Archives of tar as container runtimes read them: ustar, pax, GNU's long names, sparse files of all forms.
//!
//! Programs differ on odd archives. Where they do, this reader goes with the one of Go's library, which all common
//! runtimes unpack layers with: links and directories have no content, global extended headers are not applied, and
//! an archive may end without its two empty blocks.

mod header;
mod pax;
mod sparse;

use std::io::{self, BufRead, Read};

use self::header::{BLOCK, Header};
use self::pax::Records;
use self::sparse::{Segment, Sparse};
use crate::budget::Budget;
use crate::error::ArchiveError;
use crate::stream::{read_buffered, skip};

/// An entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TarEntry {
    /// The path, as it is written; what is no UTF-8 is replaced.
    pub path: String,
    /// What it is.
    pub kind: TarKind,
    /// Permission bits with set-user-id, set-group-id and sticky.
    pub mode: u32,
    /// The number of the user that it belongs to.
    pub user: u64,
    /// The number of its group.
    pub group: u64,
    /// Bytes of a regular file, holes counted.
    pub size: u64,
    /// Where its content begins in the archive, if it lies there in one piece.
    pub offset: Option<u64>,
    /// Whether a file gets capabilities of the kernel when it is run.
    pub has_capabilities: bool,
    /// Why its content is not given, where it is not.
    pub fault: Option<EntryFault>,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TarKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link, and where it leads.
    Symlink(String),
    /// Another name of a file, which it names.
    Hardlink(String),
    /// A device or a pipe.
    Special,
}

/// Why the content of an entry is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryFault {
    /// Its path or the target of its link is too long.
    #[error("its name has more than {limit} bytes, the limit")]
    Name {
        /// The limit.
        limit: u64,
    },
    /// It is too large.
    #[error("it has more than {limit} bytes, the limit")]
    Size {
        /// The limit.
        limit: u64,
    },
}

/// Reads an archive entry by entry; between two of them, [`Read`] gives the content of the last.
#[derive(Debug)]
pub struct TarReader<R> {
    inner: R,
    budget: Budget,
    /// Bytes that were taken.
    position: u64,
    /// Bytes of the content that lie in the archive still.
    left: u64,
    /// Bytes between the content and the next header.
    padding: u64,
    /// Bytes of the content that may still be given.
    given: u64,
    sparse: Option<Sparse>,
    entries: u64,
    has_ended: bool,
}

/// What extended headers say of the next entry.
#[derive(Debug, Default)]
struct Extended {
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    records: Option<Records>,
}

impl<R: BufRead> TarReader<R> {
    /// Reads an archive within a budget.
    pub fn new(inner: R, budget: Budget) -> Self {
        Self {
            inner,
            budget,
            position: 0,
            left: 0,
            padding: 0,
            given: 0,
            sparse: None,
            entries: 0,
            has_ended: false,
        }
    }

    /// The bytes behind what was read.
    pub fn into_inner(self) -> R {
        self.inner
    }

    /// How many entries were read, extended headers counted.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Where the header behind the last entry begins, for those who can get there in a quicker way than by reading.
    pub fn next_header(&self) -> u64 {
        self.position.saturating_add(self.left).saturating_add(self.padding)
    }

    /// Whether the archive has ended.
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// The next entry; what is left of the last one's content is skipped.
    pub fn next_entry(&mut self) -> Result<Option<TarEntry>, ArchiveError> {
        let mut extended = Extended::default();
        loop {
            if self.has_ended {
                return Ok(None);
            }
            self.leave()?;
            let Some(block) = self.header_block()? else { return Ok(None) };
            let header = Header::parse(&block).map_err(|message| self.broken(message))?;
            self.entries += 1;
            if self.entries > self.budget.entries {
                return Err(ArchiveError::Entries { limit: self.budget.entries });
            }
            self.left = if header.is_header_only() { 0 } else { header.size };
            self.padding = padding(self.left);
            match header.kind {
                b'L' => extended.long_name = Some(self.long()?),
                b'K' => extended.long_link = Some(self.long()?),
                b'x' | b'X' => {
                    let bytes = self.all()?;
                    extended.records = Some(Records::parse(&bytes).map_err(|message| self.broken(message))?);
                }
                // Volumes and global headers say nothing of files.
                b'g' | b'V' => {}
                _ => return self.entry(header, &block, extended).map(Some),
            }
        }
    }

    fn entry(
        &mut self,
        header: Header,
        block: &[u8; BLOCK],
        extended: Extended,
    ) -> Result<TarEntry, ArchiveError> {
        let records = extended.records.unwrap_or_default();
        if let Some(size) = records.number("size").map_err(|message| self.broken(message))?
            && !header.is_header_only()
        {
            self.left = size;
            self.padding = padding(size);
        }
        let name = extended.long_name.or_else(|| records.bytes("GNU.sparse.name").map(<[u8]>::to_vec));
        let name = name.or_else(|| records.bytes("path").map(<[u8]>::to_vec)).unwrap_or(header.name);
        let link = extended.long_link.or_else(|| records.bytes("linkpath").map(<[u8]>::to_vec));
        let link = link.unwrap_or(header.link);
        let is_long = name.len().max(link.len()) as u64 > self.budget.name_bytes;
        let number = |key, otherwise: u64| records.number(key).ok().flatten().unwrap_or(otherwise);
        let (user, group) = (number("uid", header.user), number("gid", header.group));
        let segments = self.segments(header.kind, block, &records)?;
        let is_sparse = segments.is_some();
        let offset = (!is_sparse).then_some(self.position);
        let size = self.open(segments)?;
        let kind = match header.kind {
            b'1' => TarKind::Hardlink(text(&link)),
            b'2' => TarKind::Symlink(text(&link)),
            b'5' | b'D' => TarKind::Directory,
            0 if name.ends_with(b"/") => TarKind::Directory,
            0 | b'0' | b'7' | b'S' => TarKind::File,
            _ => TarKind::Special,
        };
        let is_file = kind == TarKind::File;
        let mut fault = None;
        if is_long {
            fault = Some(EntryFault::Name { limit: self.budget.name_bytes });
        } else if is_file && size > self.budget.file_bytes {
            fault = Some(EntryFault::Size { limit: self.budget.file_bytes });
        }
        if fault.is_some() || !is_file {
            self.given = 0;
        }
        let path = if is_long { name.get(..SHOWN).unwrap_or(&name) } else { &name };
        Ok(TarEntry {
            path: text(path),
            kind,
            mode: header.mode & 0o7777,
            user,
            group,
            size: if is_file { size } else { 0 },
            offset: offset.filter(|_| is_file),
            has_capabilities: records.bytes("SCHILY.xattr.security.capability").is_some(),
            fault,
        })
    }

    /// Where the content of a sparse file has bytes.
    fn segments(
        &mut self,
        kind: u8,
        block: &[u8; BLOCK],
        records: &Records,
    ) -> Result<Option<(Vec<Segment>, u64)>, ArchiveError> {
        let most = usize::try_from(self.budget.header_bytes / 16).unwrap_or(usize::MAX);
        if kind == b'S' {
            let (mut segments, size, mut more) =
                sparse::in_header(block).map_err(|message| self.broken(message))?;
            while more {
                let block = self.block()?.ok_or_else(|| self.broken(BREAKS_OFF))?;
                more = sparse::in_block(&block, &mut segments).map_err(|message| self.broken(message))?;
                if segments.len() > most {
                    return Err(ArchiveError::Header { limit: self.budget.header_bytes });
                }
            }
            return Ok(Some((segments, size)));
        }
        if kind != 0 && kind != b'0' {
            return Ok(None);
        }
        match sparse::in_records(records).map_err(|message| self.broken(message))? {
            sparse::Form::None => Ok(None),
            sparse::Form::Known(segments, size) => Ok(Some((segments, size))),
            sparse::Form::InContent(size) => {
                let mut lines = sparse::Lines::default();
                let mut bytes = 0;
                while !lines.is_complete() {
                    bytes += BLOCK as u64;
                    if bytes > self.budget.header_bytes || self.left < BLOCK as u64 {
                        return Err(if self.left < BLOCK as u64 {
                            self.broken("the map of a sparse file breaks off")
                        } else {
                            ArchiveError::Header { limit: self.budget.header_bytes }
                        });
                    }
                    let block = self.block()?.ok_or_else(|| self.broken(BREAKS_OFF))?;
                    self.left -= BLOCK as u64;
                    lines.take(&block).map_err(|message| self.broken(message))?;
                }
                Ok(Some((lines.into_segments(), size)))
            }
        }
    }

    /// Makes the content of an entry be the next that is read, and yields its size.
    fn open(&mut self, segments: Option<(Vec<Segment>, u64)>) -> Result<u64, ArchiveError> {
        let size = match segments {
            None => {
                self.sparse = None;
                self.left
            }
            Some((segments, size)) => {
                let sparse =
                    Sparse::new(segments, size, self.left).map_err(|message| self.broken(message))?;
                self.sparse = Some(sparse);
                size
            }
        };
        self.given = size;
        Ok(size)
    }

    /// Skips what is left of an entry.
    fn leave(&mut self) -> Result<(), ArchiveError> {
        let rest = self.left.saturating_add(self.padding);
        (self.left, self.padding, self.given, self.sparse) = (0, 0, 0, None);
        if let Err(error) = skip(&mut self.inner, rest) {
            return Err(match error.kind() {
                io::ErrorKind::UnexpectedEof if error.get_ref().is_none() => self.broken(BREAKS_OFF),
                _ => error.into(),
            });
        }
        self.position = self.position.saturating_add(rest);
        Ok(())
    }

    /// The next block that is a header; none at the end.
    fn header_block(&mut self) -> Result<Option<[u8; BLOCK]>, ArchiveError> {
        let is_empty = |block: &[u8; BLOCK]| block.iter().all(|byte| *byte == 0);
        match self.block()? {
            Some(block) if is_empty(&block) => match self.block()? {
                Some(block) if !is_empty(&block) => Err(self.broken("an empty block stands between entries")),
                _ => {
                    self.has_ended = true;
                    Ok(None)
                }
            },
            None => {
                self.has_ended = true;
                Ok(None)
            }
            block => Ok(block),
        }
    }

    /// The next block; none where the archive ends before it.
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, ArchiveError> {
        let mut block = [0; BLOCK];
        let mut filled = 0;
        while let Some(free) = block.get_mut(filled..).filter(|free| !free.is_empty()) {
            match self.inner.read(free) {
                Ok(0) if filled == 0 => return Ok(None),
                Ok(0) => return Err(self.broken(BREAKS_OFF)),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.position += BLOCK as u64;
        Ok(Some(block))
    }

    /// The whole content of an extended header.
    fn all(&mut self) -> Result<Vec<u8>, ArchiveError> {
        if self.left > self.budget.header_bytes {
            return Err(ArchiveError::Header { limit: self.budget.header_bytes });
        }
        let mut bytes = Vec::new();
        let wanted = self.left;
        (&mut self.inner).take(wanted).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < wanted {
            return Err(self.broken(BREAKS_OFF));
        }
        self.position += wanted;
        self.left = 0;
        Ok(bytes)
    }

    /// A long name: all up to the first NUL.
    fn long(&mut self) -> Result<Vec<u8>, ArchiveError> {
        let mut bytes = self.all()?;
        if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
            bytes.truncate(end);
        }
        Ok(bytes)
    }

    fn broken(&self, message: &'static str) -> ArchiveError {
        ArchiveError::Broken { offset: self.position, message }
    }
}

const BREAKS_OFF: &str = "it breaks off";

/// How much of a name that is too long is shown.
const SHOWN: usize = 80;

fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK as u64
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl<R: BufRead> Read for TarReader<R> {
    /// Reads the content of the last entry.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let most = usize::try_from(self.given).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = buffer.get_mut(..most).unwrap_or_default();
        let buffer = match &mut self.sparse {
            None => buffer,
            Some(sparse) => match sparse.next() {
                sparse::Piece::Hole(length) => {
                    let count = usize::try_from(length).unwrap_or(usize::MAX).min(buffer.len());
                    buffer.get_mut(..count).unwrap_or_default().fill(0);
                    sparse.advance(count as u64);
                    self.given -= count as u64;
                    return Ok(count);
                }
                sparse::Piece::Data(length) => {
                    let count = usize::try_from(length).unwrap_or(usize::MAX).min(buffer.len());
                    buffer.get_mut(..count).unwrap_or_default()
                }
            },
        };
        let count = read_buffered(&mut self.inner, buffer)?;
        if count == 0 {
            return Err(self.broken(BREAKS_OFF).into());
        }
        if let Some(sparse) = &mut self.sparse {
            sparse.advance(count as u64);
        }
        self.position += count as u64;
        self.left = self.left.saturating_sub(count as u64);
        self.given -= count as u64;
        Ok(count)
    }
}
