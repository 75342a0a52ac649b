//! How a file begins, which tells what it is.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The first bytes of a file; none where it is none.
pub(crate) fn begins(path: &Path, count: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if path.is_file()
        && let Ok(file) = File::open(path)
    {
        let _ = file.take(count).read_to_end(&mut bytes);
    }
    bytes
}
