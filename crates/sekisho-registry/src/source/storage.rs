//! Images in the storage that Podman, Buildah and CRI-O share: layers as folders of the overlay file system.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use sekisho_oci::digest::Digest;
use sekisho_oci::document::{CONFIGURATION_LIMIT, Configuration};
use sekisho_oci::image::{Image, LAYER_LIMIT};
use sekisho_oci::layer::{Expected, read_document};
use serde::Deserialize;

use super::{LayerBytes, Layers, Opened, Wanted, platform};
use crate::error::SourceError;

#[derive(Deserialize)]
struct StoredImage {
    id: String,
    #[serde(default)]
    names: Option<Vec<String>>,
    #[serde(default)]
    layer: String,
}

#[derive(Deserialize)]
struct StoredLayer {
    id: String,
    #[serde(default)]
    parent: String,
}

/// The most bytes of a list of images or layers.
pub(super) const LIST_LIMIT: u64 = 64 << 20;

/// Layers as folders.
#[derive(Debug)]
pub(super) struct Folders(pub(super) Vec<PathBuf>);

impl Layers for Folders {
    fn open(&self, index: usize) -> Result<LayerBytes, SourceError> {
        Ok(LayerBytes::Folder(self.0.get(index).cloned().unwrap_or_default()))
    }
}

/// Opens an image by its name or identifier; `[overlay@/folder]name` names the storage too.
pub(super) fn open(name: &str, wanted: &Wanted) -> Result<Opened, SourceError> {
    let what = format!("containers-storage:{name}");
    let fault = |message: String| SourceError::Store { what: what.clone(), message };
    let (root, name) = match name.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((place, name)) => {
            let place = place.split('+').next().unwrap_or(place);
            let (driver, root) = place.split_once('@').unwrap_or(("overlay", place));
            if !matches!(driver, "overlay" | "overlay2") {
                return Err(fault(format!("the driver `{driver}` is not read: only `overlay` is")));
            }
            (PathBuf::from(root), name)
        }
        None => (usual_root().ok_or_else(|| fault("no storage is found".to_owned()))?, name),
    };
    let list = |file: &str| -> Result<Vec<u8>, SourceError> {
        let path = root.join(file);
        let opened = fs::File::open(&path);
        let opened = opened.map_err(|source| SourceError::File { path: path.clone(), source })?;
        read_document(opened, &Expected::default(), LIST_LIMIT)
            .map_err(|source| SourceError::Archive { what: path.display().to_string(), source })
    };
    let broken = |file: &str, error: serde_json::Error| fault(format!("`{file}` is broken: {error}"));
    let (images, layers) = ("overlay-images/images.json", "overlay-layers/layers.json");
    let known: Vec<StoredImage> =
        serde_json::from_slice(&list(images)?).map_err(|error| broken(images, error))?;
    let image = known
        .iter()
        .find(|image| image.is(name))
        .ok_or_else(|| fault("there is no such image".to_owned()))?;
    let known: Vec<StoredLayer> =
        serde_json::from_slice(&list(layers)?).map_err(|error| broken(layers, error))?;
    let parents: HashMap<&str, &str> =
        known.iter().map(|layer| (layer.id.as_str(), layer.parent.as_str())).collect();
    let mut chain = Vec::new();
    let mut next = image.layer.as_str();
    while !next.is_empty() {
        if !is_identifier(next) || chain.len() >= LAYER_LIMIT {
            return Err(fault(format!("`{layers}` is broken: its layers have no beginning")));
        }
        chain.push(root.join("overlay").join(next).join("diff"));
        next = parents.get(next).copied().unwrap_or_default();
    }
    chain.reverse();

    if !is_identifier(&image.id) {
        return Err(fault(format!("`{images}` is broken: `{}` is no identifier", image.id)));
    }
    let key = BASE64.encode(format!("sha256:{}", image.id).as_bytes());
    let bytes = list(&format!("overlay-images/{}/={key}", image.id))?;
    if bytes.len() as u64 > CONFIGURATION_LIMIT {
        return Err(fault("its configuration is too large".to_owned()));
    }
    let document = |source| SourceError::Document { what: what.clone(), source };
    let configuration = Configuration::parse(&bytes).map_err(document)?;
    platform::check(&what, &configuration, wanted)?;
    let image = Image::of_layers(None, Digest::of(&bytes), vec![None; chain.len()], configuration)
        .map_err(|source| SourceError::Image { what: what.clone(), source })?;
    Ok(Opened { name: what.clone(), image, other_platforms: Vec::new(), layers: Box::new(Folders(chain)) })
}

impl StoredImage {
    fn is(&self, wanted: &str) -> bool {
        let is_name = |name: &String| {
            is_same_name(name, wanted)
                || name
                    .strip_prefix("localhost/")
                    .is_some_and(|rest| rest == wanted || rest.strip_suffix(":latest") == Some(wanted))
        };
        self.names.iter().flatten().any(is_name) || (wanted.len() >= 12 && self.id.starts_with(wanted))
    }
}

/// Whether two names are of the same image, whether written out or short.
pub(super) fn is_same_name(name: &str, wanted: &str) -> bool {
    let read = |text: &str| text.parse::<sekisho_manifest::ImageRef>().ok();
    name == wanted
        || match (read(name), read(wanted)) {
            (Some(one), Some(other)) => {
                one.name() == other.name() && one.requested_tag() == other.requested_tag()
            }
            _ => false,
        }
}

/// Whether a text is an identifier, and so no path that leads elsewhere.
pub(super) fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Where the storage of the user or of the machine is.
fn usual_root() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")));
    let own = data.map(|folder| folder.join("containers/storage"));
    let system = Some(PathBuf::from("/var/lib/containers/storage"));
    [own, system].into_iter().flatten().find(|root: &PathBuf| is_storage(root))
}

fn is_storage(root: &Path) -> bool {
    root.join("overlay-images/images.json").is_file()
}
