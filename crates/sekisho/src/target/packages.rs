//! Folders, root file systems and lock files → the packages in them.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Result;
use ignore::WalkBuilder;
use sekisho_contents::Contents;
use sekisho_leak::Detector;
use sekisho_package::{Budget, Content, Entry, Kind, LayerScan, Observer, RandomAccess, merge};

use super::Selection;
use crate::credentials::{Record, Watcher};

/// The packages of one target.
#[derive(Debug)]
pub(crate) struct Packed {
    /// The target as the user named it; the paths of places count from here.
    pub(crate) root: PathBuf,
    /// What is in it.
    pub(crate) contents: Contents,
    /// The credentials in its files.
    pub(crate) credentials: Vec<Record>,
    /// The files that were too large to look for credentials in.
    pub(crate) large: Vec<String>,
}

/// What a root file system has and a folder of source has not.
const MARKS: [&str; 5] =
    ["etc/os-release", "usr/lib/os-release", "var/lib/dpkg/status", "lib/apk/db/installed", "var/lib/rpm"];

/// Reads the packages, and with a detector the credentials, of the targets that lie on this machine; standard input
/// and what is not there are left to others.
pub(crate) fn read(selection: &Selection, detector: Option<&Detector<'_>>) -> Result<Vec<Packed>> {
    let mut found = Vec::new();
    for target in &selection.targets {
        let mut watcher = detector.map(Watcher::new);
        let mut observers: Vec<&mut dyn Observer> = Vec::new();
        observers.extend(watcher.as_mut().map(|watcher| watcher as &mut dyn Observer));
        let (root, contents) = if target.is_dir() {
            let is_root = MARKS.iter().any(|mark| target.join(mark).exists());
            let contents = if is_root {
                root(target, &mut observers)
            } else {
                folder(target, selection, &mut observers)?
            };
            (target.clone(), contents)
        } else if target.is_file() && target != Path::new("-") {
            let parent = target.parent().filter(|parent| !parent.as_os_str().is_empty());
            let root = parent.unwrap_or(Path::new(".")).to_owned();
            let mut scan = LayerScan::folder(Budget::default());
            enter(&mut scan, &root, target, &mut observers);
            (root, merge(&[&scan.finish()]).contents)
        } else {
            continue;
        };
        let (credentials, large) = watcher.map(Watcher::finish).unwrap_or_default();
        found.push(Packed { root, contents, credentials, large });
    }
    Ok(found)
}

/// A folder of source: what git ignores is left out, as for manifests.
fn folder(target: &Path, selection: &Selection, observers: &mut [&mut dyn Observer]) -> Result<Contents> {
    let mut builder = selection.walker(target)?;
    builder.sort_by_file_name(std::cmp::Ord::cmp);
    let mut scan = LayerScan::folder(Budget::default());
    for entry in builder.build() {
        match entry {
            Ok(entry) if entry.depth() > 0 => enter(&mut scan, target, entry.path(), observers),
            Ok(_) => {}
            Err(error) => scan.unread(&target.to_string_lossy(), error.to_string()),
        }
    }
    Ok(merge(&[&scan.finish()]).contents)
}

/// A root file system: all of it, but for what the kernel makes up.
fn root(target: &Path, observers: &mut [&mut dyn Observer]) -> Contents {
    let mut builder = WalkBuilder::new(target);
    builder
        .standard_filters(false)
        .follow_links(false)
        .same_file_system(true)
        .sort_by_file_name(std::cmp::Ord::cmp);
    let made_up: Vec<PathBuf> = ["proc", "sys", "dev", "run"].map(|name| target.join(name)).to_vec();
    builder.filter_entry(move |entry| !made_up.iter().any(|path| path == entry.path()));
    let mut scan = LayerScan::root(Budget::default());
    for entry in builder.build() {
        match entry {
            Ok(entry) if entry.depth() > 0 => enter(&mut scan, target, entry.path(), observers),
            Ok(_) => {}
            Err(error) => scan.unread("", error.to_string()),
        }
    }
    merge(&[&scan.finish()]).contents
}

/// Hands one path over. What cannot be read is noted in the scan itself.
fn enter(scan: &mut LayerScan, root: &Path, path: &Path, observers: &mut [&mut dyn Observer]) {
    let relative = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return scan.unread(&relative, error.to_string()),
    };
    let link = fs::read_link(path).map(|link| link.to_string_lossy().into_owned()).unwrap_or_default();
    let kind = match metadata.file_type() {
        kind if kind.is_dir() => return,
        kind if kind.is_symlink() => Kind::Symlink(&link),
        kind if kind.is_file() => Kind::File,
        _ => Kind::Special,
    };
    let entry = Entry { path: &relative, kind, mode: mode(&metadata), size: metadata.len() };
    let mut content = Lazy { path, file: None };
    if let Err(error) = scan.entry(&entry, &mut content, observers) {
        scan.unread(&relative, error.to_string());
    }
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o7777
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> u32 {
    0o644
}

/// A file that is opened where someone reads it.
struct Lazy<'p> {
    path: &'p Path,
    file: Option<File>,
}

impl Lazy<'_> {
    fn file(&mut self) -> io::Result<&mut File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => File::open(self.path)?,
        };
        Ok(self.file.insert(file))
    }
}

impl Read for Lazy<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file()?.read(buffer)
    }
}

impl Content for Lazy<'_> {
    fn random(&mut self, _: &[u8]) -> io::Result<Option<Box<dyn RandomAccess + '_>>> {
        let file = self.file()?;
        let size = file.metadata()?.len();
        Ok(Some(Box::new(Opened { file, size })))
    }

    fn is_at_hand(&self) -> bool {
        true
    }
}

/// A file that lies open, read at any place.
struct Opened<'f> {
    file: &'f File,
    size: u64,
}

impl RandomAccess for Opened<'_> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        use std::io::{Seek, SeekFrom};
        let mut file = self.file;
        file.seek(SeekFrom::Start(offset))?;
        file.read(buffer)
    }
}
