//! A layer: packed bytes → entries, with the digests of both forms proved at the end.

use std::io::{self, BufRead, Read};

use crate::budget::Budget;
use crate::digest::Digest;
use crate::error::ArchiveError;
use crate::media_type::Compression;
use crate::stream::{Measured, Unpacked, compression};
use crate::tar::{TarEntry, TarReader};

/// What is said of a layer's bytes before they are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// Their digest as they lie there.
    pub digest: Option<Digest>,
    /// How many they are.
    pub size: Option<u64>,
    /// Their digest when unpacked.
    pub diff_id: Option<Digest>,
}

/// What was seen of a layer that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Bytes as they lie there.
    pub packed: u64,
    /// Bytes when unpacked.
    pub unpacked: u64,
    /// Entries of the archive.
    pub entries: u64,
    /// How it was packed.
    pub compression: Compression,
}

/// How often bytes may be packed one in another: runtimes unpack once.
const NESTING: u32 = 1;

/// Reads the entries of a layer. [`Read`] gives the content of the last one.
#[derive(Debug)]
pub struct LayerReader<R: BufRead> {
    tar: TarReader<Measured<Unpacked<Measured<R>>>>,
    expected: Expected,
    compression: Compression,
}

impl<R: BufRead> LayerReader<R> {
    /// Reads a layer of which this is known, within a budget.
    pub fn new(bytes: R, expected: Expected, budget: Budget) -> Result<Self, ArchiveError> {
        let algorithm = |digest: &Option<Digest>| digest.as_ref().map(Digest::algorithm);
        let outer = algorithm(&expected.digest);
        let packed = Unpacked::new(Measured::new(bytes, outer, expected.size), budget)?;
        let compression = packed.compression();
        // Bytes that are not packed are hashed once.
        let inner = match (compression, outer) {
            (Compression::None, Some(_)) if outer == algorithm(&expected.diff_id) => None,
            _ => algorithm(&expected.diff_id),
        };
        let mut unpacked = Measured::new(packed, inner, None);
        if compression != Compression::None
            && self::compression(unpacked.fill_buf()?).is_ok_and(|inner| inner != Compression::None)
        {
            return Err(ArchiveError::Nesting { limit: NESTING });
        }
        Ok(Self { tar: TarReader::new(unpacked, budget), expected, compression })
    }

    /// How the layer is packed.
    pub fn compression(&self) -> Compression {
        self.compression
    }

    /// The next entry; none at the end.
    pub fn next_entry(&mut self) -> Result<Option<TarEntry>, ArchiveError> {
        self.tar.next_entry()
    }

    /// Takes what is left, and holds it against what was said.
    pub fn finish(self) -> Result<Summary, ArchiveError> {
        let Self { tar, expected, compression } = self;
        let entries = tar.entries();
        let mut unpacked = tar.into_inner();
        crate::stream::drain(&mut unpacked)?;
        let (count, diff_id, packed) = unpacked.into_parts();
        let (size, digest) = packed.into_inner().finish()?;
        if let Some(wanted) = expected.size.filter(|wanted| *wanted != size) {
            return Err(ArchiveError::Size { expected: wanted, found: size });
        }
        // What was hashed once is both.
        let diff_id = diff_id.or_else(|| digest.clone().filter(|_| compression == Compression::None));
        if let (Some(wanted), Some(found)) = (expected.digest, digest)
            && wanted != found
        {
            return Err(ArchiveError::Digest { expected: wanted, found });
        }
        if let (Some(wanted), Some(found)) = (expected.diff_id, diff_id)
            && wanted != found
        {
            return Err(ArchiveError::DiffId { expected: wanted, found });
        }
        Ok(Summary { packed: size, unpacked: count, entries, compression })
    }
}

impl<R: BufRead> Read for LayerReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.tar.read(buffer)
    }
}

/// Reads bytes whole and proves them: a manifest, a configuration.
pub fn read_document(bytes: impl Read, expected: &Expected, limit: u64) -> Result<Vec<u8>, ArchiveError> {
    let mut read = Vec::new();
    bytes.take(limit.saturating_add(1)).read_to_end(&mut read)?;
    let found = read.len() as u64;
    if found > limit {
        return Err(ArchiveError::Bytes { limit });
    }
    if let Some(wanted) = expected.size.filter(|wanted| *wanted != found) {
        return Err(ArchiveError::Size { expected: wanted, found });
    }
    if let Some(wanted) = &expected.digest
        && !wanted.names(&read)
    {
        let mut hasher = crate::digest::Hasher::new(wanted.algorithm());
        hasher.update(&read);
        return Err(ArchiveError::Digest { expected: wanted.clone(), found: hasher.finish() });
    }
    Ok(read)
}
