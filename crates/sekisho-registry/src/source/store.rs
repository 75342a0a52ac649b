//! Files of an image, in a folder or in an archive, by their paths.

use std::fs::{self, File};
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sekisho_oci::archive::Contents;
use sekisho_oci::budget::Budget;

use crate::error::SourceError;
use crate::section::{Section, SectionReader};

/// Files of an image.
#[derive(Debug)]
pub(super) enum Store {
    /// In a folder.
    Folder(PathBuf),
    /// In an archive that is not packed.
    Archive {
        /// How it is called.
        name: String,
        /// All of it.
        bytes: Section,
        /// Where the files lie.
        contents: Contents,
    },
}

impl Store {
    /// The files of an archive that lies open.
    pub(super) fn archive(name: String, file: File, budget: Budget) -> Result<Self, SourceError> {
        let bytes = Section::whole(file)
            .map_err(|source| SourceError::File { path: PathBuf::from(&name), source })?;
        let contents = Contents::read(bytes.reader(), budget)
            .map_err(|source| SourceError::Archive { what: name.clone(), source })?;
        Ok(Self::Archive { name, bytes, contents })
    }

    /// How it is called in messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Folder(path) => path.display().to_string(),
            Self::Archive { name, .. } => name.clone(),
        }
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &str) -> bool {
        match self {
            Self::Folder(folder) => inside(folder, path).is_some_and(|path| path.is_file()),
            Self::Archive { contents, .. } => contents.find(path).is_some(),
        }
    }

    /// The bytes of a file.
    pub(super) fn open(&self, path: &str) -> Result<Section, SourceError> {
        let missing = || SourceError::Missing { what: self.name(), path: path.to_owned() };
        match self {
            Self::Folder(folder) => {
                let path = inside(folder, path).ok_or_else(missing)?;
                let opened = File::open(&path).and_then(|file| {
                    if file.metadata()?.is_file() {
                        Section::whole(file)
                    } else {
                        Err(io::Error::other("not a regular file"))
                    }
                });
                opened.map_err(|source| match source.kind() {
                    io::ErrorKind::NotFound => missing(),
                    _ => SourceError::File { path, source },
                })
            }
            Self::Archive { bytes, contents, .. } => {
                let extent = contents.find(path).ok_or_else(missing)?;
                Ok(bytes.part(extent.offset, extent.size))
            }
        }
    }

    /// A reader of a file.
    pub(super) fn reader(&self, path: &str) -> Result<SectionReader, SourceError> {
        self.open(path).map(|section| section.reader())
    }
}

/// A path below a folder that does not lead out of it, by its name or by links.
fn inside(folder: &Path, path: &str) -> Option<PathBuf> {
    if path.split(['/', '\\']).any(|part| part == "..") || Path::new(path).is_absolute() {
        return None;
    }
    let joined = folder.join(path);
    let Ok(real) = fs::canonicalize(&joined) else { return Some(joined) };
    let root = fs::canonicalize(folder).ok()?;
    real.starts_with(root).then_some(joined)
}

/// Unpacks a stream into a file without a name, which is gone when it is closed.
pub(super) fn unpack(name: &str, reader: impl io::BufRead, budget: Budget) -> Result<File, SourceError> {
    use sekisho_oci::stream::{Measured, Unpacked};
    let fault = |source| SourceError::Archive { what: name.to_owned(), source };
    let unnamed = |source| SourceError::File { path: std::env::temp_dir(), source };
    let mut unpacked = Unpacked::new(Measured::new(reader, None, None), budget).map_err(fault)?;
    let mut file = tempfile::tempfile().map_err(unnamed)?;
    loop {
        let bytes = unpacked.fill_buf().map_err(|error| fault(error.into()))?;
        if bytes.is_empty() {
            return Ok(file);
        }
        let count = bytes.len();
        io::Write::write_all(&mut file, bytes).map_err(unnamed)?;
        unpacked.consume(count);
    }
}

/// What a store that several layers are read from is kept as.
pub(super) type Shared = Arc<Store>;
