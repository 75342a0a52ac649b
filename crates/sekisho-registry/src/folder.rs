//! A folder as entries: a root file system, or a layer as the overlay file system keeps it.

use std::ffi::OsString;
use std::fs::{self, DirEntry, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use sekisho_package::{Content, Entry, Kind, LayerScan, Observer, RandomAccess, ScanError};

use crate::section::{Section, SectionReader};

/// How a folder is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it is.
    Root,
    /// With the marks of an overlay file system for what was taken away.
    Overlay,
}

/// Folders of a running system that hold no files.
const VIRTUAL: [&str; 3] = ["proc", "sys", "dev"];
/// How deep folders may lie in one another.
const DEPTH: usize = 512;

/// Hands all entries of a folder over, in the order of their names. Links are not followed.
pub(crate) fn walk(
    root: &Path,
    form: Form,
    scan: &mut LayerScan,
    observers: &mut [&mut dyn Observer],
) -> Result<(), ScanError> {
    let mut walk = Walk { root, form, scan, observers };
    let top = match fs::symlink_metadata(root) {
        Ok(metadata) if metadata.is_dir() => metadata,
        Ok(_) => {
            walk.scan.unread(".", "it is no folder".to_owned());
            return Ok(());
        }
        Err(error) => {
            walk.scan.unread(".", error.to_string());
            return Ok(());
        }
    };
    let mut pending = vec![walk.children(Path::new(""))];
    while let Some(level) = pending.last_mut() {
        let Some(name) = level.names.pop() else {
            pending.pop();
            continue;
        };
        let path = level.folder.join(&name);
        if walk.entry(&path, &top)? {
            if pending.len() >= DEPTH {
                walk.scan.unread(&shown(&path), format!("folders lie more than {DEPTH} deep, the limit"));
                continue;
            }
            let children = walk.children(&path);
            pending.push(children);
        }
    }
    Ok(())
}

/// Hands single files of a folder over, in their order. Links are not followed.
pub(crate) fn each(
    root: &Path,
    paths: &[PathBuf],
    scan: &mut LayerScan,
    observers: &mut [&mut dyn Observer],
) -> Result<(), ScanError> {
    let mut walk = Walk { root, form: Form::Root, scan, observers };
    for path in paths {
        walk.leaf(path.strip_prefix(root).unwrap_or(path))?;
    }
    Ok(())
}

/// The entries of one folder that are still to come, the next one last.
struct Level {
    folder: PathBuf,
    names: Vec<OsString>,
}

struct Walk<'w, 'o> {
    root: &'w Path,
    form: Form,
    scan: &'w mut LayerScan,
    observers: &'w mut [&'o mut dyn Observer],
}

impl Walk<'_, '_> {
    fn children(&mut self, folder: &Path) -> Level {
        let mut names = Vec::new();
        match fs::read_dir(self.root.join(folder)) {
            Ok(entries) => {
                let entries: Result<Vec<DirEntry>, io::Error> = entries.collect();
                match entries {
                    Ok(entries) => names.extend(entries.iter().map(DirEntry::file_name)),
                    Err(error) => self.scan.unread(&shown(folder), error.to_string()),
                }
            }
            Err(error) => self.scan.unread(&shown(folder), error.to_string()),
        }
        names.sort_unstable_by(|one, other| other.cmp(one));
        Level { folder: folder.to_owned(), names }
    }

    /// What lies at a path; none where that cannot be told.
    fn metadata(&mut self, path: &Path) -> Option<Metadata> {
        match fs::symlink_metadata(self.root.join(path)) {
            Ok(metadata) => Some(metadata),
            Err(error) => {
                self.scan.unread(&shown(path), error.to_string());
                None
            }
        }
    }

    /// Hands one entry over; whether it is a folder to go into.
    fn entry(&mut self, path: &Path, top: &Metadata) -> Result<bool, ScanError> {
        let Some(metadata) = self.metadata(path) else { return Ok(false) };
        if metadata.is_dir() {
            let (full, name) = (self.root.join(path), shown(path));
            let (mode, nothing) = (mode(&metadata), &mut Nothing);
            if self.form == Form::Root && is_virtual(path, &metadata, top) {
                return Ok(false);
            }
            let entry = Entry { path: &name, kind: Kind::Directory, mode, size: 0 };
            self.scan.entry(&entry, nothing, self.observers)?;
            if self.form == Form::Overlay && is_opaque(&full) {
                let mark = format!("{name}/.wh..wh..opq");
                let entry = Entry { path: &mark, kind: Kind::File, mode, size: 0 };
                self.scan.entry(&entry, nothing, self.observers)?;
            }
            return Ok(true);
        }
        self.no_folder(path, &metadata).map(|()| false)
    }

    /// Hands over what is no folder.
    fn leaf(&mut self, path: &Path) -> Result<(), ScanError> {
        match self.metadata(path) {
            Some(metadata) if !metadata.is_dir() => self.no_folder(path, &metadata),
            _ => Ok(()),
        }
    }

    fn no_folder(&mut self, path: &Path, metadata: &Metadata) -> Result<(), ScanError> {
        let (full, name) = (self.root.join(path), shown(path));
        let (mode, nothing) = (mode(metadata), &mut Nothing);
        if metadata.is_symlink() {
            let target = fs::read_link(&full).map(|target| target.to_string_lossy().into_owned());
            let target = target.unwrap_or_default();
            let entry = Entry { path: &name, kind: Kind::Symlink(&target), mode, size: 0 };
            return self.scan.entry(&entry, nothing, self.observers);
        }
        if !metadata.is_file() {
            let mark = match name.rsplit_once('/') {
                Some((folder, last)) => format!("{folder}/.wh.{last}"),
                None => format!(".wh.{name}"),
            };
            let is_mark = self.form == Form::Overlay && is_whiteout(metadata);
            let (path, kind) = if is_mark { (&mark, Kind::File) } else { (&name, Kind::Special) };
            let entry = Entry { path, kind, mode, size: 0 };
            return self.scan.entry(&entry, nothing, self.observers);
        }
        let entry = Entry { path: &name, kind: Kind::File, mode, size: metadata.len() };
        let mut content = Lazy { path: full, opened: None };
        match self.scan.entry(&entry, &mut content, self.observers) {
            // One file that cannot be read is no reason not to read the next.
            Err(ScanError::Stream { path, source }) => {
                self.scan.unread(&path, source.to_string());
                Ok(())
            }
            other => other,
        }
    }
}

/// A path as it is shown, folders parted by `/`.
fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// The content of what has none.
struct Nothing;

impl io::Read for Nothing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl Content for Nothing {}

/// A file that is opened when someone asks for it.
struct Lazy {
    path: PathBuf,
    opened: Option<SectionReader>,
}

impl Lazy {
    fn open(&self) -> io::Result<Section> {
        let file = open_file(&self.path)?;
        // It may have become something else since it was looked at.
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        Section::whole(file)
    }
}

impl io::Read for Lazy {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let reader = if let Some(reader) = &mut self.opened {
            reader
        } else {
            let section = self.open()?;
            self.opened.insert(section.reader())
        };
        reader.read(buffer)
    }
}

impl Content for Lazy {
    fn random(&mut self, _begun: &[u8]) -> io::Result<Option<Box<dyn RandomAccess + '_>>> {
        Ok(Some(Box::new(self.open()?)))
    }

    fn is_at_hand(&self) -> bool {
        true
    }
}

#[cfg(unix)]
fn open_file(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    fs::OpenOptions::new().read(true).custom_flags(flags).open(path)
}

#[cfg(not(unix))]
fn open_file(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn mode(metadata: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(metadata) & 0o7777
}

#[cfg(not(unix))]
fn mode(_: &Metadata) -> u32 {
    0o644
}

/// Whether a folder is where the kernel shows itself: mounted, of that name, at the top.
#[cfg(unix)]
fn is_virtual(path: &Path, metadata: &Metadata, top: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    path.to_str().is_some_and(|path| VIRTUAL.contains(&path)) && metadata.dev() != top.dev()
}

#[cfg(not(unix))]
fn is_virtual(path: &Path, _: &Metadata, _: &Metadata) -> bool {
    let _ = (path, VIRTUAL);
    false
}

/// Whether the overlay file system marks here that a file was taken away.
#[cfg(unix)]
fn is_whiteout(metadata: &Metadata) -> bool {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    metadata.file_type().is_char_device() && metadata.rdev() == 0
}

#[cfg(not(unix))]
fn is_whiteout(_: &Metadata) -> bool {
    false
}

/// Whether the overlay file system marks here that nothing below is seen.
#[cfg(unix)]
fn is_opaque(path: &Path) -> bool {
    const MARKS: [&str; 3] = ["trusted.overlay.opaque", "user.overlay.opaque", "user.fuseoverlayfs.opaque"];
    MARKS.iter().any(|mark| {
        let mut value = [0_u8; 8];
        let read = rustix::fs::lgetxattr(path, *mark, &mut value[..]);
        read.is_ok_and(|count| value.get(..count) == Some(b"y"))
    })
}

#[cfg(not(unix))]
fn is_opaque(_: &Path) -> bool {
    false
}
