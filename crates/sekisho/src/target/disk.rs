//! The files of a run: read within limits, called as the user named them, with texts that stand for some of them.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use smol_str::SmolStr;

use super::Selection;

/// Where a run reads.
#[derive(Debug)]
pub(super) struct Disk<'s> {
    selection: &'s Selection,
    /// The folder that relative paths count from.
    here: PathBuf,
}

impl<'s> Disk<'s> {
    pub(super) fn new(selection: &'s Selection) -> io::Result<Self> {
        Ok(Self { selection, here: std::env::current_dir()? })
    }

    pub(super) fn selection(&self) -> &'s Selection {
        self.selection
    }

    /// The bytes of a file, or of the text that stands for it; `-` is standard input.
    pub(super) fn read(&self, path: &Path, limit: usize) -> io::Result<Vec<u8>> {
        if let Some(text) = self.selection.overlay.get(Path::new(shown(path).as_str())) {
            return Ok(text.clone().into_bytes());
        }
        match &self.selection.input {
            Some(bytes) if path == Path::new("-") && bytes.len() <= limit => Ok(bytes.clone()),
            Some(_) if path == Path::new("-") => Err(too_large(limit)),
            _ => read_bytes(path, limit),
        }
    }

    /// A path from the root, with `.` and `..` worked out by name.
    pub(super) fn absolute(&self, path: &Path) -> PathBuf {
        normal(&self.here.join(path))
    }

    /// An absolute path as seen from the current folder.
    pub(super) fn relative(&self, path: &Path) -> PathBuf {
        let same = self.here.components().zip(path.components()).take_while(|(one, other)| one == other);
        let same = same.count();
        let up = self.here.components().skip(same).map(|_| Component::ParentDir);
        up.chain(path.components().skip(same)).collect()
    }
}

fn too_large(limit: usize) -> io::Error {
    let limit = limit >> 20;
    io::Error::other(format!(
        "larger than {limit} MiB: raise `scan.maxFileSize` in sekisho.yaml to examine it"
    ))
}

fn read_bytes(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().take(limit as u64 + 1).read_to_end(&mut bytes)?;
    } else {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        if metadata.len() > limit as u64 {
            return Err(too_large(limit));
        }
        bytes.reserve_exact(usize::try_from(metadata.len()).unwrap_or(0) + 1);
        File::open(path)?.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() > limit { Err(too_large(limit)) } else { Ok(bytes) }
}

/// The name of a path as it is shown: as given, without a leading `./`, folders parted by `/`.
pub(super) fn shown(path: &Path) -> SmolStr {
    let path = path.strip_prefix("./").unwrap_or(path);
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/").into() } else { text.as_ref().into() }
}

/// The path with `.` and `..` worked out by name.
pub(crate) fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    out.push("..");
                }
            }
            other => out.push(other),
        }
    }
    out
}
