//! What reading layers and archives may cost.

/// Limits on one layer or archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Bytes when unpacked.
    pub bytes: u64,
    /// Bytes when unpacked that one packed byte may give, beyond the first [`free_bytes`](Self::free_bytes).
    pub ratio: u64,
    /// Bytes that may come of however few packed ones.
    pub free_bytes: u64,
    /// Bytes that a stream of zstd may look back. Of those that look back more than 8 MiB one is read at a time.
    pub window_bytes: u64,
    /// Entries of an archive.
    pub entries: u64,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Bytes of a path or of the target of a link.
    pub name_bytes: u64,
    /// Bytes of the extended header of one entry.
    pub header_bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            bytes: 128 << 30,
            ratio: 200,
            free_bytes: 1 << 30,
            window_bytes: 64 << 20,
            entries: 4_000_000,
            file_bytes: 32 << 30,
            name_bytes: 4_096,
            header_bytes: 1 << 20,
        }
    }
}
