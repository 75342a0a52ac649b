//! Streams of bytes on their way: counted, hashed, unpacked within limits.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use crate::budget::Budget;
use crate::digest::{Algorithm, Digest, Hasher};
use crate::error::ArchiveError;
use crate::media_type::Compression;
use crate::window::{Head, SMALL, Turn};

/// How many unpacked bytes are held at once: enough to be quick, and few enough for a cache of the processor.
const BUFFER: usize = 128 << 10;

/// Bytes that are counted and hashed as they are taken, and of which there may not be more than so many.
#[derive(Debug)]
pub struct Measured<R> {
    inner: R,
    hasher: Option<Hasher>,
    count: u64,
    expected: Option<u64>,
}

impl<R: BufRead> Measured<R> {
    /// Measures bytes; without an algorithm they are only counted. More than `expected` are an error.
    pub fn new(inner: R, algorithm: Option<Algorithm>, expected: Option<u64>) -> Self {
        Self { inner, hasher: algorithm.map(Hasher::new), count: 0, expected }
    }

    /// How many bytes were taken.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The count and the digest of what was taken, and the bytes that were not.
    pub fn into_parts(self) -> (u64, Option<Digest>, R) {
        (self.count, self.hasher.map(Hasher::finish), self.inner)
    }

    /// Takes what is left, and yields the count and the digest of all.
    pub fn finish(mut self) -> Result<(u64, Option<Digest>), ArchiveError> {
        drain(&mut self)?;
        Ok((self.count, self.hasher.map(Hasher::finish)))
    }
}

impl<R: BufRead> BufRead for Measured<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let bytes = self.inner.fill_buf()?;
        match self.expected {
            Some(expected) if self.count >= expected && !bytes.is_empty() => {
                Err(ArchiveError::Size { expected, found: self.count.saturating_add(bytes.len() as u64) }
                    .into())
            }
            Some(expected) => {
                let left = usize::try_from(expected - self.count).unwrap_or(usize::MAX);
                Ok(bytes.get(..left).unwrap_or(bytes))
            }
            None => Ok(bytes),
        }
    }

    fn consume(&mut self, amount: usize) {
        if let Some(hasher) = &mut self.hasher {
            // What was looked at last lies in the buffer still.
            if let Ok(bytes) = self.inner.fill_buf() {
                hasher.update(bytes.get(..amount).unwrap_or(bytes));
            }
        }
        self.count = self.count.saturating_add(amount as u64);
        self.inner.consume(amount);
    }
}

impl<R: BufRead> Read for Measured<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buffer)
    }
}

/// Packed bytes, unpacked within a budget.
pub struct Unpacked<R: BufRead> {
    inner: Inner<R>,
    budget: Budget,
    count: u64,
}

enum Inner<R: BufRead> {
    Plain(R),
    Gzip(Box<BufReader<MultiGzDecoder<R>>>),
    Zstd(Box<BufReader<Frames<R>>>),
}

impl<R: BufRead> std::fmt::Debug for Unpacked<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unpacked").field("compression", &self.compression()).finish_non_exhaustive()
    }
}

/// How bytes are packed, by the first of them.
pub fn compression(bytes: &[u8]) -> Result<Compression, ArchiveError> {
    const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    const OTHERS: [(&[u8], &str); 4] = [
        (b"BZh", "bzip2"),
        (&[0xfd, b'7', b'z', b'X', b'Z', 0], "xz"),
        (&[0x04, 0x22, 0x4d, 0x18], "lz4"),
        (b"PK\x03\x04", "zip"),
    ];
    let is_skippable =
        || bytes.get(1..4) == Some(&[0x2a, 0x4d, 0x18]) && matches!(bytes.first(), Some(0x50..=0x5f));
    if bytes.starts_with(&[0x1f, 0x8b, 0x08]) {
        return Ok(Compression::Gzip);
    }
    if bytes.starts_with(&ZSTD) || is_skippable() {
        return Ok(Compression::Zstd);
    }
    match OTHERS.iter().find(|(beginning, _)| bytes.starts_with(beginning)) {
        Some((_, name)) => Err(ArchiveError::UnknownPacking(name)),
        None => Ok(Compression::None),
    }
}

impl<R: BufRead> Unpacked<R> {
    /// Unpacks bytes as their beginning says, whatever a media type says of them.
    pub fn new(mut inner: R, budget: Budget) -> Result<Self, ArchiveError> {
        let inner = match compression(inner.fill_buf()?)? {
            Compression::None => Inner::Plain(inner),
            Compression::Gzip => {
                Inner::Gzip(Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(inner))))
            }
            Compression::Zstd => {
                Inner::Zstd(Box::new(BufReader::with_capacity(BUFFER, Frames::new(inner, budget))))
            }
        };
        Ok(Self { inner, budget, count: 0 })
    }

    /// How the bytes were packed.
    pub fn compression(&self) -> Compression {
        match self.inner {
            Inner::Plain(_) => Compression::None,
            Inner::Gzip(_) => Compression::Gzip,
            Inner::Zstd(_) => Compression::Zstd,
        }
    }

    /// The packed bytes.
    pub fn get_ref(&self) -> &R {
        match &self.inner {
            Inner::Plain(inner) => inner,
            Inner::Gzip(reader) => reader.get_ref().get_ref(),
            Inner::Zstd(reader) => &reader.get_ref().inner,
        }
    }

    /// The packed bytes that were not taken.
    pub fn into_inner(self) -> R {
        match self.inner {
            Inner::Plain(inner) => inner,
            Inner::Gzip(reader) => reader.into_inner().into_inner(),
            Inner::Zstd(reader) => reader.into_inner().inner,
        }
    }
}

/// Streams that know how many of their packed bytes were taken.
impl<R: BufRead> Unpacked<Measured<R>> {
    fn check(&self) -> Result<(), ArchiveError> {
        if self.count > self.budget.bytes {
            return Err(ArchiveError::Bytes { limit: self.budget.bytes });
        }
        let packed = self.get_ref().count();
        if self.count > self.budget.free_bytes && self.count / self.budget.ratio.max(1) > packed {
            return Err(ArchiveError::Ratio { limit: self.budget.ratio });
        }
        Ok(())
    }
}

impl<R: BufRead> BufRead for Unpacked<Measured<R>> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        match &mut self.inner {
            Inner::Plain(inner) => inner.fill_buf(),
            Inner::Gzip(reader) => reader.fill_buf().map_err(|error| broken("gzip", error)),
            Inner::Zstd(reader) => reader.fill_buf().map_err(|error| broken("zstd", error)),
        }
    }

    fn consume(&mut self, amount: usize) {
        self.count = self.count.saturating_add(amount as u64);
        match &mut self.inner {
            Inner::Plain(inner) => inner.consume(amount),
            Inner::Gzip(reader) => reader.consume(amount),
            Inner::Zstd(reader) => reader.consume(amount),
        }
    }
}

impl<R: BufRead> Read for Unpacked<Measured<R>> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        read_buffered(self, buffer)
    }
}

/// An error of the packing, unless it is one that came of the bytes below.
fn broken(packing: &'static str, error: io::Error) -> io::Error {
    let is_of_packing = matches!(
        error.kind(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
    );
    if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<ArchiveError>)
        || !is_of_packing
    {
        return error;
    }
    ArchiveError::Packing { packing, message: error.to_string() }.into()
}

/// The frames of a stream of zstd, one after the other; those that are to be skipped are.
struct Frames<R: BufRead> {
    inner: R,
    decoder: FrameDecoder,
    /// The right to look far back, once a frame does.
    turn: Option<Turn>,
    is_open: bool,
    has_ended: bool,
}

impl<R: BufRead> Frames<R> {
    fn new(inner: R, budget: Budget) -> Self {
        let mut decoder = FrameDecoder::new();
        // Container runtimes take no more than the usual limit either.
        decoder.set_max_window_size(budget.window_bytes);
        Self { inner, decoder, turn: None, is_open: false, has_ended: false }
    }

    /// Begins the next frame; whether there is one.
    fn begin(&mut self) -> io::Result<bool> {
        loop {
            if self.inner.fill_buf()?.is_empty() {
                return Ok(false);
            }
            let mut head = Head::new(&mut self.inner);
            match self.decoder.reset(&mut head) {
                Ok(()) => {
                    if self.turn.is_none() && head.window(self.decoder.content_size()) > SMALL {
                        self.turn = Some(Turn::wait());
                    }
                    self.is_open = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => skip(&mut self.inner, u64::from(length))?,
                Err(error) => return Err(invalid(error)),
            }
        }
    }
}

fn invalid(error: FrameDecoderError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error.to_string())
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.has_ended {
                return Ok(0);
            }
            if !self.is_open && !self.begin()? {
                self.has_ended = true;
                continue;
            }
            if self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let strategy = BlockDecodingStrategy::UptoBytes(buffer.len());
                self.decoder.decode_blocks(&mut self.inner, strategy).map_err(invalid)?;
            }
            let count = self.decoder.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            if self.decoder.is_finished() {
                let (said, found) =
                    (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum());
                if said.is_some() && said != found {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, "a checksum does not fit"));
                }
                self.is_open = false;
            }
        }
    }
}

/// Skips bytes; fewer than that are an error.
pub(crate) fn skip(reader: &mut impl BufRead, mut count: u64) -> io::Result<()> {
    while count > 0 {
        let available = reader.fill_buf()?.len();
        if available == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let step = usize::try_from(count).unwrap_or(usize::MAX).min(available);
        reader.consume(step);
        count -= step as u64;
    }
    Ok(())
}

/// Takes everything that is left.
pub(crate) fn drain(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let available = reader.fill_buf()?.len();
        if available == 0 {
            return Ok(());
        }
        reader.consume(available);
    }
}

/// Reads out of a buffer.
pub(crate) fn read_buffered(reader: &mut impl BufRead, buffer: &mut [u8]) -> io::Result<usize> {
    let bytes = reader.fill_buf()?;
    let count = bytes.len().min(buffer.len());
    if let (Some(to), Some(from)) = (buffer.get_mut(..count), bytes.get(..count)) {
        to.copy_from_slice(from);
    }
    reader.consume(count);
    Ok(count)
}
