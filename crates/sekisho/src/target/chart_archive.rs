//! Archives of charts: which files are meant, and what in them a chart is not.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sekisho_chart::chart::{ArchiveError, ChartError};

/// What every gzip archive begins with.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// Whether a file in a folder may be an archive of a chart, by its name.
pub(super) fn is_name(path: &Path) -> bool {
    let ending = |path: &Path, wanted: &str| path.extension().is_some_and(|ending| ending == wanted);
    ending(path, "tgz")
        || ending(path, "gz") && path.file_stem().is_some_and(|stem| ending(Path::new(stem), "tar"))
}

/// Whether a file is a gzip archive, by its first bytes.
pub(super) fn is_gzip(path: &Path) -> bool {
    let mut bytes = [0; GZIP.len()];
    File::open(path).is_ok_and(|mut file| file.read_exact(&mut bytes).is_ok()) && bytes == GZIP
}

/// Whether an archive that was found in a folder, and cannot be read as a chart, is one of something else.
pub(super) fn is_no_chart(bytes: &[u8], error: &ChartError) -> bool {
    match error {
        ChartError::NoMetadata | ChartError::Archive(ArchiveError::NotGzip | ArchiveError::Empty) => true,
        // Nobody makes such archives by accident, and in a broken one a chart may lie.
        ChartError::Archive(
            ArchiveError::Upward { .. } | ArchiveError::Absolute { .. } | ArchiveError::Broken(_),
        ) => false,
        ChartError::Archive(_) => !sekisho_chart::chart::names_chart(bytes),
        _ => false,
    }
}
