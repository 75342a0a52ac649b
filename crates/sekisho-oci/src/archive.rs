//! Archives of whole images: what `docker save` and `skopeo copy` write, in Docker's own form and as OCI layouts.

use std::collections::HashMap;
use std::io::{BufRead, Seek, SeekFrom};

use serde::Deserialize;
use smol_str::SmolStr;

use crate::budget::Budget;
use crate::digest::Digest;
use crate::document::{Configuration, Descriptor, DocumentError, Index, ManifestDocument};
use crate::error::ArchiveError;
use crate::image::{Image, ImageError};
use crate::tar::{TarKind, TarReader};

/// The file that lists the images of Docker's own form.
pub const DOCKER_MANIFEST: &str = "manifest.json";
/// The file that lists the images of an OCI layout.
pub const LAYOUT_INDEX: &str = "index.json";
/// The file that says that a folder is an OCI layout.
pub const LAYOUT_MARK: &str = "oci-layout";
/// The most bytes of a list of images.
pub const LIST_LIMIT: u64 = 4 << 20;

/// Where the files of an archive lie in it.
#[derive(Debug, Default)]
pub struct Contents {
    files: HashMap<String, Extent>,
    links: HashMap<String, String>,
}

/// Where a file lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Its first byte.
    pub offset: u64,
    /// How many bytes it has.
    pub size: u64,
}

/// The most files of an archive of an image: a few for each layer.
const FILES: u64 = 100_000;

impl Contents {
    /// Goes over an archive that is not packed, from one header to the next. A path that stands twice is what it was
    /// first, as for programs that look for one file.
    pub fn read(mut bytes: impl BufRead + Seek, budget: Budget) -> Result<Self, ArchiveError> {
        let mut contents = Self::default();
        let end = bytes.seek(SeekFrom::End(0))?;
        let mut header = 0;
        for _ in 0..FILES {
            bytes.seek(SeekFrom::Start(header))?;
            let mut archive = TarReader::new(&mut bytes, budget);
            let Some(entry) = archive.next_entry()? else { return Ok(contents) };
            let next = header.saturating_add(archive.next_header());
            if next > end {
                return Err(ArchiveError::Broken { offset: header, message: "it breaks off" });
            }
            let offset = entry.offset.map(|offset| offset.saturating_add(header));
            header = next;
            let path = tidy(&entry.path);
            match (entry.kind, offset) {
                (TarKind::File, Some(offset)) => {
                    contents.files.entry(path).or_insert(Extent { offset, size: entry.size });
                }
                // Layers that are the same stand once in old archives, with links for the others.
                (TarKind::Symlink(target), _) => {
                    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                    let target = tidy(&format!("{folder}/{target}"));
                    contents.links.entry(path).or_insert(target);
                }
                (TarKind::Hardlink(target), _) => {
                    contents.links.entry(path).or_insert(tidy(&target));
                }
                _ => {}
            }
        }
        Err(ArchiveError::Entries { limit: FILES })
    }

    /// Where a file lies; links are followed.
    pub fn find(&self, path: &str) -> Option<Extent> {
        let mut path = tidy(path);
        for _ in 0..8 {
            if let Some(extent) = self.files.get(&path) {
                return Some(*extent);
            }
            path.clone_from(self.links.get(&path)?);
        }
        None
    }
}

/// A path with `.` and `..` worked out; it does not lead out.
fn tidy(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// An image of an archive in Docker's own form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DockerEntry {
    /// The path of the configuration.
    pub config: String,
    /// The names of the image.
    #[serde(default)]
    pub repo_tags: Option<Vec<String>>,
    /// The paths of the layers, the lowest first.
    pub layers: Vec<String>,
    /// What is said of layers, by diff id.
    #[serde(default)]
    pub layer_sources: Option<HashMap<String, Descriptor>>,
}

/// Why an archive or a layout does not give the image that was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SelectError {
    /// Nothing in it is an image.
    #[error("it holds no image")]
    Empty,
    /// There are several images.
    #[error("it holds {count} images: name one of {names}")]
    Several {
        /// How many.
        count: usize,
        /// The names of some.
        names: String,
    },
    /// The image that was asked for is not there.
    #[error("it holds no image `{name}`, only {names}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names of some.
        names: String,
    },
}

/// Names for a message: the first few.
fn some<'n>(names: impl Iterator<Item = &'n str>) -> String {
    const SHOWN: usize = 5;
    let mut names: Vec<String> = names.take(SHOWN + 1).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        names.truncate(SHOWN);
        names.push("others".to_owned());
    }
    if names.is_empty() { "images without a name".to_owned() } else { names.join(", ") }
}

/// Reads the list of images of Docker's own form.
pub fn docker_entries(bytes: &[u8]) -> Result<Vec<DockerEntry>, DocumentError> {
    serde_json::from_slice(bytes)
        .map_err(|error| DocumentError::Broken { what: DOCKER_MANIFEST, message: error.to_string() })
}

impl DockerEntry {
    /// The names of the image.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.repo_tags.iter().flatten().map(String::as_str)
    }

    /// Chooses the image of this name, the one at `@INDEX`, or the only one.
    pub fn choose<'e>(entries: &'e [Self], name: Option<&str>) -> Result<&'e Self, SelectError> {
        let names = || some(entries.iter().flat_map(Self::names));
        let Some(wanted) = name else {
            return match entries {
                [] => Err(SelectError::Empty),
                [one] => Ok(one),
                several => Err(SelectError::Several { count: several.len(), names: names() }),
            };
        };
        let index = wanted.strip_prefix('@').and_then(|index| index.parse::<usize>().ok());
        let found = match index {
            Some(index) => entries.get(index),
            None => entries.iter().find(|entry| entry.names().any(|name| is_same(name, wanted))),
        };
        found.ok_or_else(|| SelectError::Unknown { name: wanted.to_owned(), names: names() })
    }

    /// The image with its configuration, of which these are the bytes.
    pub fn image(&self, configuration: &[u8]) -> Result<Image, ImageError> {
        let identifier = Digest::of(configuration);
        let configuration = Configuration::parse(configuration)?;
        let known = |index: usize| {
            let diff_id = configuration.diff_ids().get(index)?;
            self.layer_sources.as_ref()?.get(&diff_id.to_string()).cloned()
        };
        // The digests of sources are those of registries; only what may not be passed on is of interest here.
        let descriptors = (0..self.layers.len()).map(|index| known(index).filter(Descriptor::is_foreign));
        let descriptors = descriptors.collect();
        Image::of_layers(None, identifier, descriptors, configuration)
    }
}

/// Whether two names mean the same image, with the parts that may be left out.
fn is_same(name: &str, wanted: &str) -> bool {
    let whole = |text: &str| {
        let text = text.strip_prefix("docker.io/").unwrap_or(text);
        let text = text.strip_prefix("library/").unwrap_or(text);
        let last = text.rsplit('/').next().unwrap_or(text);
        if last.contains(':') { text.to_owned() } else { format!("{text}:latest") }
    };
    whole(name) == whole(wanted)
}

/// The annotation that names an image of a layout.
const NAME: &str = "org.opencontainers.image.ref.name";
/// The annotation in which containerd writes the whole name.
const CONTAINERD_NAME: &str = "io.containerd.image.name";

/// The names of an image of a layout.
pub fn layout_names(descriptor: &Descriptor) -> impl Iterator<Item = &str> {
    [CONTAINERD_NAME, NAME].into_iter().filter_map(|key| descriptor.annotations.get(key)).map(String::as_str)
}

/// Chooses the image of a layout that has this name or digest, or the only one.
pub fn choose_in_layout<'i>(index: &'i Index, name: Option<&str>) -> Result<&'i Descriptor, SelectError> {
    let images: Vec<&Descriptor> = index.images().collect();
    let names = || some(images.iter().flat_map(|one| layout_names(one)));
    let Some(wanted) = name else {
        return match images[..] {
            [] => Err(SelectError::Empty),
            [one] => Ok(one),
            // Several names of one image are one image.
            [one, ref rest @ ..] if rest.iter().all(|other| other.digest == one.digest) => Ok(one),
            ref several => Err(SelectError::Several { count: several.len(), names: names() }),
        };
    };
    let is_meant = |descriptor: &&&Descriptor| {
        layout_names(descriptor).any(|name| name == wanted || is_same(name, wanted))
            || wanted.strip_prefix('@').unwrap_or(wanted) == descriptor.digest.to_string()
    };
    let found = images.iter().find(is_meant).copied();
    found.ok_or_else(|| SelectError::Unknown { name: wanted.to_owned(), names: names() })
}

/// Reads the list of images of a layout.
pub fn layout_index(bytes: &[u8]) -> Result<Index, DocumentError> {
    match ManifestDocument::parse(bytes, None)? {
        ManifestDocument::Index(index) => Ok(index),
        ManifestDocument::Manifest(_) => {
            Err(DocumentError::Broken { what: LAYOUT_INDEX, message: "it lacks `manifests`".to_owned() })
        }
    }
}

/// The path of bytes in a layout.
pub fn blob_path(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm().as_str(), digest.value())
}

/// Checks the file that says that a folder is a layout.
pub fn check_layout_mark(bytes: &[u8]) -> Result<(), DocumentError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Mark {
        image_layout_version: SmolStr,
    }
    let broken = |message: String| DocumentError::Broken { what: LAYOUT_MARK, message };
    let mark: Mark = serde_json::from_slice(bytes).map_err(|error| broken(error.to_string()))?;
    if mark.image_layout_version.starts_with("1.") {
        Ok(())
    } else {
        Err(broken(format!("its version is `{}`, not 1.0.0", mark.image_layout_version)))
    }
}
