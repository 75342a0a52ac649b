//! What the user names: `nginx:1.27`, `./image.tar`, `oci:folder`, `docker-archive:file:name`.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sekisho_manifest::{ImageRef, ImageRefError};

use super::daemon::Kind;

/// Where an image lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// In a registry.
    Registry(ImageRef),
    /// In a file: an archive of Docker's form or of a layout, packed or not.
    File {
        /// The file.
        path: PathBuf,
        /// The image, where there may be several.
        name: Option<String>,
    },
    /// In a folder: a layout, or what an archive unpacks to.
    Folder {
        /// The folder.
        path: PathBuf,
        /// The image, where there may be several.
        name: Option<String>,
    },
    /// An archive on standard input.
    StandardInput {
        /// The image, where there may be several.
        name: Option<String>,
    },
    /// With a daemon.
    Daemon {
        /// Which daemon.
        kind: Kind,
        /// The image.
        name: String,
    },
    /// In the storage of Podman, Buildah and CRI-O.
    Storage {
        /// The image, by name or identifier.
        name: String,
    },
    /// In the storage of Docker's daemon, which need not run.
    DockerStorage {
        /// The image, by name or identifier.
        name: String,
    },
    /// In the store of containerd.
    Containerd {
        /// The image, by name.
        name: String,
    },
    /// No image: a root file system that lies in a folder.
    Root(PathBuf),
}

/// Why a text names no image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// Nothing follows the word.
    #[error("`{0}` names nothing: write what is meant behind the colon")]
    Empty(String),
    /// No image reference.
    #[error(transparent)]
    Reference(#[from] ImageRefError),
}

impl Target {
    /// Reads what begins with the word of a kind of source; none for other texts.
    pub fn parse_prefixed(text: &str) -> Option<Result<Self, TargetError>> {
        let (word, rest) = text.split_once(':')?;
        let place = |rest: &str| {
            let (path, name) = split_name(rest);
            (PathBuf::from(path), name.map(str::to_owned))
        };
        let target = match word {
            "docker" if rest.starts_with("//") => {
                return Some(Self::registry(rest.trim_start_matches('/')));
            }
            "registry" => return Some(Self::registry(rest)),
            "docker-archive" | "oci-archive" if rest == "-" => Self::StandardInput { name: None },
            "docker-archive" | "oci-archive" => {
                let (path, name) = place(rest);
                Self::File { path, name }
            }
            "oci" | "oci-dir" => {
                let (path, name) = place(rest);
                Self::Folder { path, name }
            }
            "dir" | "rootfs" => {
                let path = PathBuf::from(rest);
                if word == "dir" && is_transport_folder(&path) {
                    Self::Folder { path, name: None }
                } else {
                    Self::Root(path)
                }
            }
            "docker-daemon" | "docker" => Self::Daemon { kind: Kind::Docker, name: rest.to_owned() },
            "podman" => Self::Daemon { kind: Kind::Podman, name: rest.to_owned() },
            "containerd" => Self::Containerd { name: rest.to_owned() },
            "docker-storage" => Self::DockerStorage { name: rest.to_owned() },
            "containers-storage" => Self::Storage { name: rest.to_owned() },
            _ => return None,
        };
        Some(if rest.is_empty() { Err(TargetError::Empty(text.to_owned())) } else { Ok(target) })
    }

    /// What a path is, by what lies there: an archive or a layout of an image; none where it is neither.
    pub fn of_path(path: &Path) -> Option<Self> {
        let path = path.to_owned();
        if path.is_dir() {
            return is_layout(&path).then_some(Self::Folder { path, name: None });
        }
        is_archive(&path).then_some(Self::File { path, name: None })
    }

    /// Whether a text that names no file may name an image of a registry.
    pub fn parse_reference(text: &str) -> Result<Self, TargetError> {
        Self::registry(text)
    }

    fn registry(text: &str) -> Result<Self, TargetError> {
        Ok(Self::Registry(text.parse()?))
    }
}

/// A path and the image behind a colon; a drive of Windows is no path by itself.
fn split_name(text: &str) -> (&str, Option<&str>) {
    if Path::new(text).exists() {
        return (text, None);
    }
    let start = if text.get(1..3) == Some(":\\") { 2 } else { 0 };
    match text.get(start..).and_then(|rest| rest.find(':')) {
        Some(at) => (text.get(..start + at).unwrap_or_default(), text.get(start + at + 1..)),
        None => (text, None),
    }
}

/// Whether a folder is a layout.
fn is_layout(path: &Path) -> bool {
    path.join("oci-layout").is_file() && path.join("index.json").is_file()
}

/// Whether a folder is what `skopeo copy` writes for `dir:`.
fn is_transport_folder(path: &Path) -> bool {
    path.join("version").is_file() && path.join("manifest.json").is_file()
}

/// Whether a file may be an archive of an image: a tar by its first header, or a packed one by its first bytes and
/// its name.
fn is_archive(path: &Path) -> bool {
    let mut block = Vec::new();
    let Ok(file) = File::open(path) else { return false };
    if !fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
        || file.take(512).read_to_end(&mut block).is_err()
    {
        return false;
    }
    if block.get(257..262) == Some(b"ustar") {
        return true;
    }
    let packed = block.starts_with(&[0x1f, 0x8b, 0x08]) || block.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    packed && holds_image(path)
}

/// Whether a packed archive has the first file of an image near its beginning; charts are packed archives too.
fn holds_image(path: &Path) -> bool {
    use sekisho_oci::budget::Budget;
    use sekisho_oci::layer::{Expected, LayerReader};
    let Ok(file) = File::open(path) else { return false };
    let budget = Budget { entries: 10_000, bytes: 256 << 20, ..Budget::default() };
    let reader = std::io::BufReader::with_capacity(128 << 10, file);
    let Ok(mut archive) = LayerReader::new(reader, Expected::default(), budget) else { return false };
    while let Ok(Some(entry)) = archive.next_entry() {
        let name = entry.path.trim_start_matches("./");
        if matches!(name, "manifest.json" | "oci-layout" | "index.json") || name.starts_with("blobs/sha256") {
            return true;
        }
        // What `docker save` of old writes first: a folder or a configuration named by a digest.
        let first = name.split(['/', '.']).next().unwrap_or_default();
        if first.len() == 64 && first.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return true;
        }
    }
    false
}
