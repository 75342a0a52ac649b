//! A window on a stream, plain or gzip, of which the front is taken without copying.

use std::io::{self, Chain, Cursor, Read};

use flate2::read::MultiGzDecoder;

const STEP: usize = 1 << 16;

/// The bytes of a stream that were read and not yet taken.
pub(crate) struct Window<R> {
    stream: Stream<R>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes that came before the window, after decompression.
    pub(crate) offset: u64,
    limit: u64,
}

enum Stream<R> {
    Plain(Chain<Cursor<Vec<u8>>, R>),
    Gzip(Box<MultiGzDecoder<Chain<Cursor<Vec<u8>>, R>>>),
}

/// Why a window could not be filled.
pub(crate) enum FillError {
    /// The stream failed.
    Read(io::Error),
    /// The stream is longer than its limit.
    Limit(u64),
}

impl<R: Read> Window<R> {
    /// Looks at the first bytes to tell whether the stream is compressed.
    pub(crate) fn new(mut input: R, limit: u64) -> io::Result<Self> {
        let mut front = Vec::new();
        input.by_ref().take(2).read_to_end(&mut front)?;
        let is_gzip = front == [0x1F, 0x8B];
        let whole = Cursor::new(front).chain(input);
        let stream =
            if is_gzip { Stream::Gzip(Box::new(MultiGzDecoder::new(whole))) } else { Stream::Plain(whole) };
        Ok(Self { stream, buffer: Vec::new(), start: 0, end: 0, offset: 0, limit })
    }

    /// The bytes that are here.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Reads until `wanted` bytes are here; false where the stream ends before. The buffer grows with what
    /// arrives, never with what is asked for.
    pub(crate) fn fill(&mut self, wanted: usize) -> Result<bool, FillError> {
        while self.end - self.start < wanted {
            if self.start > 0 && (self.start == self.end || self.buffer.len() - self.end < STEP) {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            if self.buffer.len() - self.end < STEP {
                self.buffer.resize(self.end + STEP.max(self.end / 2), 0);
            }
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            let read = match &mut self.stream {
                Stream::Plain(stream) => stream.read(room),
                Stream::Gzip(stream) => stream.read(room),
            };
            match read {
                Ok(0) => return Ok(false),
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
                Err(error) => return Err(FillError::Read(error)),
            }
            if self.offset + (self.end - self.start) as u64 > self.limit {
                return Err(FillError::Limit(self.limit));
            }
        }
        Ok(true)
    }

    /// Takes bytes off the front.
    #[inline]
    pub(crate) fn advance(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.offset += count as u64;
    }
}
