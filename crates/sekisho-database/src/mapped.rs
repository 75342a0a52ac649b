//! A file mapped into memory, the one place in this workspace that needs `unsafe` for it.

use std::fs::File;
use std::io;
use std::path::Path;

use memmap2::Mmap;

/// A file mapped into memory, to be read alone.
#[derive(Debug)]
pub(crate) struct Mapped(Mmap);

impl Mapped {
    /// Maps a file.
    #[allow(
        unsafe_code,
        reason = "mapping is unsafe because another process may change the file: databases are only ever replaced by \
                  renaming a new file over the old one, which leaves the mapped one as it is"
    )]
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        }
        // SAFETY: the mapping is read-only and private. What could break it is a process that writes into the file or
        // shortens it while it is mapped. Nothing of ours does: `install` writes a new file and renames it, and the
        // inode behind this mapping keeps its bytes until the last mapping is gone. A foreign process that does so has
        // the user's own rights to do worse; shortening ends this process with SIGBUS, and changed bytes meet a reader
        // that checks every place it goes to and holds no invariant over the bytes themselves.
        let mapped = unsafe { Mmap::map(&file)? };
        Ok(Self(mapped))
    }
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
