//! Images in the storage of Docker's daemon, read from its folder: of a disk that is mounted, or where no daemon runs.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use sekisho_oci::digest::Digest;
use sekisho_oci::document::{CONFIGURATION_LIMIT, Configuration};
use sekisho_oci::image::{Image, LAYER_LIMIT};
use sekisho_oci::layer::{Expected, read_document};
use serde::Deserialize;

use super::storage::{Folders, LIST_LIMIT, is_identifier, is_same_name};
use super::{Opened, Wanted, platform};
use crate::error::SourceError;

/// Where the daemon keeps its data, unless it was told otherwise.
const USUAL: &str = "/var/lib/docker";
/// The storage driver that is read, by which the folders are called.
const DRIVER: &str = "overlay2";
/// The longest file with one digest or identifier.
const SHORT: u64 = 256;

/// The names of images: by repository, then by name with tag or digest.
#[derive(Deserialize)]
struct Repositories {
    #[serde(rename = "Repositories", default)]
    repositories: HashMap<String, HashMap<String, String>>,
}

/// Opens an image by its name or identifier; `[/folder]name` names the folder of the daemon's data too.
pub(super) fn open(name: &str, wanted: &Wanted) -> Result<Opened, SourceError> {
    let what = format!("docker-storage:{name}");
    let (data, name) = match name.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((place, name)) => (Path::new(place), name),
        None => (Path::new(USUAL), name),
    };
    let store = Store { what: &what, data, images: data.join("image").join(DRIVER) };
    let id = store.identifier(name)?;
    let bytes = store.read(&format!("imagedb/content/sha256/{}", id.value()), CONFIGURATION_LIMIT)?;
    if Digest::of(&bytes) != id {
        return Err(store.fault(format!("its configuration is not `{id}`")));
    }
    let document = |source| SourceError::Document { what: what.clone(), source };
    let configuration = Configuration::parse(&bytes).map_err(document)?;
    platform::check(&what, &configuration, wanted)?;
    let folders = store.layers(configuration.diff_ids())?;
    let image = Image::of_layers(None, id, vec![None; folders.len()], configuration)
        .map_err(|source| SourceError::Image { what: what.clone(), source })?;
    let layers = Box::new(Folders(folders));
    Ok(Opened { name: what.clone(), image, other_platforms: Vec::new(), layers })
}

/// The storage, and what is looked for in it.
struct Store<'s> {
    what: &'s str,
    data: &'s Path,
    images: PathBuf,
}

impl Store<'_> {
    fn fault(&self, message: String) -> SourceError {
        SourceError::Store { what: self.what.to_owned(), message }
    }

    fn read(&self, file: &str, limit: u64) -> Result<Vec<u8>, SourceError> {
        let path = self.images.join(file);
        let opened =
            fs::File::open(&path).map_err(|source| SourceError::File { path: path.clone(), source })?;
        read_document(opened, &Expected::default(), limit)
            .map_err(|source| SourceError::Archive { what: path.display().to_string(), source })
    }

    /// The digest of the configuration of an image, which is its identifier.
    fn identifier(&self, name: &str) -> Result<Digest, SourceError> {
        let known: Repositories = serde_json::from_slice(&self.read("repositories.json", LIST_LIMIT)?)
            .map_err(|error| self.fault(format!("`repositories.json` is broken: {error}")))?;
        let short = name.strip_prefix("sha256:").unwrap_or(name);
        let is_id = |id: &str| {
            short.len() >= 12 && id.strip_prefix("sha256:").is_some_and(|id| id.starts_with(short))
        };
        let names = || known.repositories.values().flatten();
        let found = names()
            .find(|(known, _)| is_same_name(known, name))
            .or_else(|| names().find(|(_, id)| is_id(id)))
            .map(|(_, id)| id.clone());
        // An image without a name is not listed, but lies there under its whole identifier.
        let found = found.or_else(|| (short.len() == 64).then(|| format!("sha256:{short}")));
        let found = found.ok_or_else(|| self.fault("there is no such image".to_owned()))?;
        match found.parse::<Digest>() {
            Ok(digest) if is_identifier(digest.value()) => Ok(digest),
            _ => Err(self.fault(format!("`repositories.json` is broken: `{found}` is no identifier"))),
        }
    }

    /// The folders of layers. A layer is kept by its own digest together with those of all below it.
    fn layers(&self, diff_ids: &[Digest]) -> Result<Vec<PathBuf>, SourceError> {
        let mut folders = Vec::new();
        let mut chain: Option<Digest> = None;
        for diff_id in diff_ids.iter().take(LAYER_LIMIT + 1) {
            let next = match &chain {
                Some(below) => Digest::of(format!("{below} {diff_id}").as_bytes()),
                None => diff_id.clone(),
            };
            let bytes = self.read(&format!("layerdb/sha256/{}/cache-id", next.value()), SHORT)?;
            let text = String::from_utf8_lossy(&bytes);
            let cache = text.trim();
            if !is_identifier(cache) {
                return Err(self.fault(format!("the layer `{next}` has no folder: `cache-id` is broken")));
            }
            folders.push(self.data.join(DRIVER).join(cache).join("diff"));
            chain = Some(next);
        }
        Ok(folders)
    }
}
