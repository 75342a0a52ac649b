//! Images of archives: files, packed or not, and standard input.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use sekisho_oci::media_type::Compression;
use sekisho_oci::stream::compression;

use super::store::{Store, unpack};
use super::{Opened, Wanted, layout};
use crate::error::SourceError;

const BUFFER: usize = 128 << 10;

/// Opens an image of an archive.
pub(super) fn open(path: &Path, name: Option<&str>, wanted: &Wanted) -> Result<Opened, SourceError> {
    let shown = path.display().to_string();
    let unreadable = |source| SourceError::File { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return open_stream(shown, BufReader::with_capacity(BUFFER, file), name, wanted);
    }
    let mut beginning = BufReader::new(&file);
    let bytes = io::BufRead::fill_buf(&mut beginning).map_err(unreadable)?;
    let packing =
        compression(bytes).map_err(|source| SourceError::Archive { what: shown.clone(), source })?;
    if packing == Compression::None {
        return layout::open(Store::archive(shown, file, wanted.budget)?, name, wanted);
    }
    let file = File::open(path).map_err(unreadable)?;
    open_stream(shown, BufReader::with_capacity(BUFFER, file), name, wanted)
}

/// Opens an image of an archive on standard input.
pub(super) fn open_input(name: Option<&str>, wanted: &Wanted) -> Result<Opened, SourceError> {
    open_stream("standard input".to_owned(), BufReader::with_capacity(BUFFER, io::stdin()), name, wanted)
}

/// Opens an image of an archive that can be read once: its list of images may come last.
pub(super) fn open_stream(
    shown: String,
    reader: impl io::BufRead,
    name: Option<&str>,
    wanted: &Wanted,
) -> Result<Opened, SourceError> {
    let file = unpack(&shown, reader, wanted.budget)?;
    layout::open(Store::archive(shown, file, wanted.budget)?, name, wanted)
}
