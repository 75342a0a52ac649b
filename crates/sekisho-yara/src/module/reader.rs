//! Numbers and texts at places of a file. What lies outside is not there.

/// The bytes of a file, and the order of the bytes of its numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'b> {
    pub(crate) bytes: &'b [u8],
    pub(crate) is_big_endian: bool,
}

impl<'b> Reader<'b> {
    /// A file whose numbers begin with their low byte.
    pub(crate) fn little(bytes: &'b [u8]) -> Self {
        Self { bytes, is_big_endian: false }
    }

    pub(crate) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// So many bytes from a place.
    pub(crate) fn slice(&self, at: u64, length: u64) -> Option<&'b [u8]> {
        let at = usize::try_from(at).ok()?;
        self.bytes.get(at..)?.get(..usize::try_from(length).ok()?)
    }

    /// All bytes from a place.
    pub(crate) fn rest(&self, at: u64) -> &'b [u8] {
        usize::try_from(at).ok().and_then(|at| self.bytes.get(at..)).unwrap_or_default()
    }

    fn number(&self, at: u64, length: u64) -> Option<u64> {
        let bytes = self.slice(at, length)?;
        let shifted = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Some(if self.is_big_endian {
            bytes.iter().fold(0, shifted)
        } else {
            bytes.iter().rev().fold(0, shifted)
        })
    }

    pub(crate) fn u8(&self, at: u64) -> Option<u64> {
        self.number(at, 1)
    }

    pub(crate) fn u16(&self, at: u64) -> Option<u64> {
        self.number(at, 2)
    }

    pub(crate) fn u32(&self, at: u64) -> Option<u64> {
        self.number(at, 4)
    }

    pub(crate) fn u64(&self, at: u64) -> Option<u64> {
        self.number(at, 8)
    }
}

/// What stands before the first zero; none where there is no zero.
pub(crate) fn terminated(bytes: &[u8]) -> Option<&[u8]> {
    bytes.get(..memchr::memchr(0, bytes)?)
}

/// What stands before the first zero, or all.
pub(crate) fn until_zero(bytes: &[u8]) -> &[u8] {
    terminated(bytes).unwrap_or(bytes)
}
