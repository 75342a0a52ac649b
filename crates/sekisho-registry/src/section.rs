//! A part of a file, read from its beginning or at any place, by several at the same time.

use std::fs::File;
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::sync::Arc;

use sekisho_package::RandomAccess;

const BUFFER: usize = 128 << 10;

/// Where a part of a file lies.
#[derive(Debug, Clone)]
pub struct Section {
    file: Arc<File>,
    offset: u64,
    size: u64,
}

impl Section {
    /// A whole file.
    pub(crate) fn whole(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file: Arc::new(file), offset: 0, size })
    }

    /// A part of the part.
    pub(crate) fn part(&self, offset: u64, size: u64) -> Self {
        let offset = offset.min(self.size);
        let size = size.min(self.size - offset);
        Self { file: Arc::clone(&self.file), offset: self.offset.saturating_add(offset), size }
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Where it begins in the file.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads it from its beginning.
    pub(crate) fn reader(&self) -> SectionReader {
        SectionReader { section: self.clone(), next: 0, buffer: vec![0; BUFFER], start: 0, end: 0 }
    }
}

impl RandomAccess for Section {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let buffer = buffer.get_mut(..wanted).unwrap_or_default();
        if buffer.is_empty() {
            return Ok(0);
        }
        let at = self.offset.saturating_add(offset);
        loop {
            match read_at(&self.file, buffer, at) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Reads a part of a file from its beginning.
#[derive(Debug)]
pub(crate) struct SectionReader {
    section: Section,
    next: u64,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl BufRead for SectionReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start >= self.end {
            self.start = 0;
            self.end = self.section.read_at(self.next, &mut self.buffer)?;
            self.next += self.end as u64;
        }
        Ok(self.buffer.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.start = self.start.saturating_add(amount).min(self.end);
    }
}

impl Read for SectionReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), bytes.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}

impl Seek for SectionReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let here = self.next - (self.end - self.start) as u64;
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.section.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => here.checked_add_signed(offset),
        };
        let target = target.ok_or(io::ErrorKind::InvalidInput)?;
        // Headers lie close together often enough for the buffer to be kept.
        let begin = self.next - self.end as u64;
        match target.checked_sub(begin).and_then(|at| usize::try_from(at).ok()) {
            Some(at) if at <= self.end => self.start = at,
            _ => (self.next, self.start, self.end) = (target, 0, 0),
        }
        Ok(target)
    }
}
