//! How much a scan may hold and read.

/// How much a scan may hold and read. Each limit that is met is named where it was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Entries of one layer.
    pub entries: usize,
    /// Packages of one layer.
    pub packages: usize,
    /// Bytes of a file that are held in memory; larger files are read where they lie, or not at all.
    pub held: u64,
    /// Bytes of all that analyzers noted of one layer.
    pub noted: usize,
    /// Files of one layer that could not be read and are named one by one.
    pub unread: usize,
    /// Bytes that the archives in one file may unpack to, all together.
    pub unpacked: u64,
    /// How deep archives may lie in one another.
    pub nesting: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            entries: 4_000_000,
            packages: 500_000,
            held: 16 << 20,
            noted: 128 << 20,
            unread: 10_000,
            unpacked: 2 << 30,
            nesting: 4,
        }
    }
}
