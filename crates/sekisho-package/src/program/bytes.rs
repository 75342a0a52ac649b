//! Numbers and ranges of bytes, read without trust in what the file says of itself.

use std::io;

use crate::RandomAccess;

/// The bytes of a range, as many as there are of it. At most as many are asked for as the file has.
pub(crate) fn read_range(file: &dyn RandomAccess, offset: u64, count: u64) -> io::Result<Vec<u8>> {
    let count = count.min(file.size().saturating_sub(offset));
    let mut buffer = vec![0; usize::try_from(count).unwrap_or(0)];
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(offset + filled as u64, rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer.truncate(filled);
    Ok(buffer)
}

/// Reads numbers of one byte order from a piece of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) is_big_endian: bool,
}

impl Numbers<'_> {
    pub(super) fn u16(&self, at: usize) -> Option<u16> {
        let bytes: [u8; 2] = self.bytes.get(at..)?.first_chunk().copied()?;
        Some(if self.is_big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    pub(super) fn u32(&self, at: usize) -> Option<u32> {
        let bytes: [u8; 4] = self.bytes.get(at..)?.first_chunk().copied()?;
        Some(if self.is_big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    pub(super) fn u64(&self, at: usize) -> Option<u64> {
        let bytes: [u8; 8] = self.bytes.get(at..)?.first_chunk().copied()?;
        Some(if self.is_big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) })
    }

    /// A number of 64 bits, or of 32 at its own place.
    pub(super) fn word(&self, is_wide: bool, wide_at: usize, narrow_at: usize) -> Option<u64> {
        if is_wide { self.u64(wide_at) } else { self.u32(narrow_at).map(u64::from) }
    }
}

/// The text up to the first NUL.
pub(super) fn name(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned()
}
