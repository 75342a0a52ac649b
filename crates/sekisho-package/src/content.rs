//! The bytes of a file: a stream, a text in memory, or a file that is read where it lies.

use std::io::{self, Read};

use crate::Budget;

/// Bytes that can be read at any place.
pub trait RandomAccess {
    /// How many bytes there are.
    fn size(&self) -> u64;

    /// Reads bytes at a place into the buffer, and says how many; none at the end.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize>;
}

impl RandomAccess for [u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }
}

/// The bytes of an entry as its adapter has them.
pub trait Content: Read {
    /// The same bytes, from their beginning, to be read at any place: a file that lies open, or a copy of the stream
    /// in a temporary file. `begun` are the bytes that were read from it already. None where the adapter cannot.
    fn random(&mut self, begun: &[u8]) -> io::Result<Option<Box<dyn RandomAccess + '_>>> {
        let _ = begun;
        Ok(None)
    }

    /// Whether [`Content::random`] costs nothing, so that small files too are better read where they lie.
    fn is_at_hand(&self) -> bool {
        false
    }
}

/// A stream that can only be read once.
#[derive(Debug)]
pub struct Streamed<R>(pub R);

impl<R: Read> Read for Streamed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read> Content for Streamed<R> {}

/// A file as an analyzer sees it.
pub struct File<'f> {
    /// Its path without a leading slash.
    pub path: &'f str,
    /// Its permission bits.
    pub mode: u32,
    /// Its size in bytes.
    pub size: u64,
    /// The limits of the scan.
    pub budget: &'f Budget,
    pub(crate) bytes: Option<&'f [u8]>,
    pub(crate) random: &'f dyn RandomAccess,
}

impl<'f> File<'f> {
    /// A file that lies in memory, for tests and for files within archives.
    pub fn in_memory(path: &'f str, mode: u32, bytes: &'f &'f [u8], budget: &'f Budget) -> Self {
        Self { path, mode, size: bytes.len() as u64, budget, bytes: Some(bytes), random: bytes }
    }

    /// All its bytes; for [`Access::Head`](crate::Access::Head) the first of them. Empty with
    /// [`Access::Random`](crate::Access::Random) where the file does not lie in memory.
    pub fn bytes(&self) -> &'f [u8] {
        self.bytes.unwrap_or_default()
    }

    /// Its bytes as text; what is no UTF-8 is replaced, and a byte order mark taken away.
    pub fn text(&self) -> std::borrow::Cow<'f, str> {
        let bytes = self.bytes();
        String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
    }

    /// Its bytes, to be read at any place.
    pub fn random(&self) -> &'f dyn RandomAccess {
        self.random
    }

    /// The last part of the path.
    pub fn name(&self) -> &'f str {
        crate::path::base_name(self.path)
    }

    /// The folder that it lies in; empty at the root.
    pub fn folder(&self) -> &'f str {
        crate::path::folder(self.path)
    }
}

impl std::fmt::Debug for File<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("File")
            .field("path", &self.path)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl RandomAccess for &[u8] {
    fn size(&self) -> u64 {
        (**self).size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        (**self).read_at(offset, buffer)
    }
}
