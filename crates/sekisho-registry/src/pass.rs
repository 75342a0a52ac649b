//! One pass over the bytes of a layer, or over a folder, to what all analyzers found in it.

use std::fs::File;
use std::io::{self, BufRead, Read, Write as _};
use std::path::{Path, PathBuf};

use sekisho_oci::budget::Budget;
use sekisho_oci::error::ArchiveError;
use sekisho_oci::layer::{Expected, LayerReader, Summary};
use sekisho_oci::media_type::Compression;
use sekisho_oci::tar::TarKind;
use sekisho_package::{
    Budget as ScanBudget, Content, Entry, Kind, Layer, LayerScan, Observer, RandomAccess, ScanError,
};

use crate::folder::{self, Form};
use crate::section::Section;
use crate::source::LayerBytes;

/// What a pass gave. What was found before a fault is kept.
#[derive(Debug)]
pub struct Passed {
    /// What was found.
    pub layer: Layer,
    /// What was seen of the archive; a folder has none.
    pub summary: Option<Summary>,
    /// Why the layer was not read to its end, or is not the one that was announced.
    pub fault: Option<PassError>,
}

/// Why a layer was not read to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PassError {
    /// The archive is at fault.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The scan ended.
    #[error(transparent)]
    Scan(#[from] ScanError),
}

/// Limits on one pass.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// On the archive.
    pub archive: Budget,
    /// On what is kept of it.
    pub scan: ScanBudget,
}

/// The most bytes of a file of a packed layer that are written aside, so that they can be read at any place.
const ASIDE: u64 = 4 << 30;

/// Passes the bytes of a layer.
pub fn pass_layer(
    bytes: LayerBytes,
    expected: Expected,
    limits: &Limits,
    observers: &mut [&mut dyn Observer],
) -> Passed {
    match bytes {
        LayerBytes::Stream(blob) => pass_archive(*blob, None, expected, limits, observers),
        LayerBytes::Section(section) => {
            let reader = section.reader();
            pass_archive(reader, Some(section), expected, limits, observers)
        }
        LayerBytes::Folder(path) => {
            let mut scan = LayerScan::layer(limits.scan.clone());
            let walked = folder::walk(&path, Form::Overlay, &mut scan, observers);
            Passed { layer: scan.finish(), summary: None, fault: walked.err().map(PassError::from) }
        }
    }
}

/// Passes a root file system that lies in a folder.
pub fn pass_folder(path: &Path, limits: &Limits, observers: &mut [&mut dyn Observer]) -> Passed {
    let mut scan = LayerScan::root(limits.scan.clone());
    let walked = folder::walk(path, Form::Root, &mut scan, observers);
    Passed { layer: scan.finish(), summary: None, fault: walked.err().map(PassError::from) }
}

/// Passes single files of a folder of source.
pub fn pass_paths(
    root: &Path,
    paths: &[PathBuf],
    limits: &Limits,
    observers: &mut [&mut dyn Observer],
) -> Passed {
    let mut scan = LayerScan::folder(limits.scan.clone());
    let walked = folder::each(root, paths, &mut scan, observers);
    Passed { layer: scan.finish(), summary: None, fault: walked.err().map(PassError::from) }
}

fn pass_archive<R: BufRead>(
    reader: R,
    section: Option<Section>,
    expected: Expected,
    limits: &Limits,
    observers: &mut [&mut dyn Observer],
) -> Passed {
    let mut scan = LayerScan::layer(limits.scan.clone());
    let passed = LayerReader::new(reader, expected, limits.archive)
        .map_err(PassError::from)
        .and_then(|archive| pass_entries(archive, section, &mut scan, observers));
    let (summary, fault) = match passed {
        Ok(summary) => (Some(summary), None),
        Err(fault) => (None, Some(fault)),
    };
    Passed { layer: scan.finish(), summary, fault }
}

fn pass_entries<R: BufRead>(
    mut archive: LayerReader<R>,
    section: Option<Section>,
    scan: &mut LayerScan,
    observers: &mut [&mut dyn Observer],
) -> Result<Summary, PassError> {
    // What is not packed lies open already.
    let section = section.filter(|_| archive.compression() == Compression::None);
    while let Some(found) = archive.next_entry()? {
        if let Some(fault) = found.fault {
            scan.unread(&found.path, fault.to_string());
            continue;
        }
        let kind = match &found.kind {
            TarKind::File => Kind::File,
            TarKind::Directory => Kind::Directory,
            TarKind::Symlink(target) => Kind::Symlink(target),
            TarKind::Hardlink(target) => Kind::Hardlink(target),
            TarKind::Special => Kind::Special,
        };
        let entry = Entry { path: &found.path, kind, mode: found.mode, size: found.size };
        let at_hand =
            section.as_ref().zip(found.offset).map(|(whole, offset)| whole.part(offset, found.size));
        let mut content = InArchive { archive: &mut archive, at_hand, aside: None, size: found.size };
        match scan.entry(&entry, &mut content, observers) {
            // An error of ours that went through the scan comes back as it was.
            Err(ScanError::Stream { path, source }) => {
                return Err(match ArchiveError::from(source) {
                    ArchiveError::Input(source) => ScanError::Stream { path, source }.into(),
                    ours => ours.into(),
                });
            }
            other => other?,
        }
    }
    Ok(archive.finish()?)
}

/// The content of an entry of an archive.
struct InArchive<'a, R: BufRead> {
    archive: &'a mut LayerReader<R>,
    /// Where it lies, if it lies open.
    at_hand: Option<Section>,
    /// Where it was written aside.
    aside: Option<Section>,
    size: u64,
}

impl<R: BufRead> Read for InArchive<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.archive.read(buffer)
    }
}

impl<R: BufRead> Content for InArchive<'_, R> {
    fn random(&mut self, begun: &[u8]) -> io::Result<Option<Box<dyn RandomAccess + '_>>> {
        if let Some(section) = &self.at_hand {
            return Ok(Some(Box::new(section.clone())));
        }
        if self.size > ASIDE {
            return Ok(None);
        }
        if self.aside.is_none() {
            let mut file: File = tempfile::tempfile()?;
            file.write_all(begun)?;
            io::copy(&mut self.archive, &mut file)?;
            self.aside = Some(Section::whole(file)?);
        }
        Ok(self.aside.clone().map(|section| Box::new(section) as Box<dyn RandomAccess>))
    }

    fn is_at_hand(&self) -> bool {
        self.at_hand.is_some()
    }
}
