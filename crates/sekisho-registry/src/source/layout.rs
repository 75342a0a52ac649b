//! Images of layouts and of Docker's own form, in folders and archives.

use std::path::Path;
use std::sync::Arc;

use sekisho_oci::archive::{
    DOCKER_MANIFEST, DockerEntry, LAYOUT_INDEX, LAYOUT_MARK, LIST_LIMIT, blob_path, check_layout_mark,
    choose_in_layout, docker_entries, layout_index,
};
use sekisho_oci::digest::Digest;
use sekisho_oci::document::{CONFIGURATION_LIMIT, Descriptor, MANIFEST_LIMIT, ManifestDocument};
use sekisho_oci::layer::{Expected, read_document};

use super::platform::{self, Documents};
use super::store::{Shared, Store};
use super::{LayerBytes, Layers, Opened, Wanted, announced};
use crate::error::SourceError;

/// Layers by their paths in a store.
#[derive(Debug)]
struct Stored {
    store: Shared,
    layers: Vec<String>,
}

impl Layers for Stored {
    fn open(&self, index: usize) -> Result<LayerBytes, SourceError> {
        let path = self.layers.get(index).map(String::as_str).unwrap_or_default();
        self.store.open(path).map(LayerBytes::Section)
    }
}

/// Opens an image of a folder.
pub(super) fn open_folder(path: &Path, name: Option<&str>, wanted: &Wanted) -> Result<Opened, SourceError> {
    open(Store::Folder(path.to_owned()), name, wanted)
}

/// Opens an image of a store, of whatever form it is.
pub(super) fn open(store: Store, name: Option<&str>, wanted: &Wanted) -> Result<Opened, SourceError> {
    if store.has(LAYOUT_MARK) && store.has(LAYOUT_INDEX) {
        return open_layout(store, name, wanted);
    }
    if store.has(DOCKER_MANIFEST) {
        let bytes = read(&store, DOCKER_MANIFEST, LIST_LIMIT)?;
        // `skopeo copy dir:` puts the manifest there, and its blobs beside it.
        if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
            return open_manifest(store, &bytes, wanted, |digest| digest.value().to_owned());
        }
        return open_docker(store, &bytes, name, wanted);
    }
    Err(SourceError::Missing { what: store.name(), path: format!("{LAYOUT_INDEX} or {DOCKER_MANIFEST}") })
}

fn read(store: &Store, path: &str, limit: u64) -> Result<Vec<u8>, SourceError> {
    let what = || format!("{}: {path}", store.name());
    read_document(store.reader(path)?, &Expected::default(), limit)
        .map_err(|source| SourceError::Archive { what: what(), source })
}

fn open_docker(
    store: Store,
    list: &[u8],
    name: Option<&str>,
    wanted: &Wanted,
) -> Result<Opened, SourceError> {
    let what = store.name();
    let entries =
        docker_entries(list).map_err(|source| SourceError::Document { what: what.clone(), source })?;
    let entry = DockerEntry::choose(&entries, name)
        .map_err(|source| SourceError::Select { what: what.clone(), source })?;
    let configuration = read(&store, &entry.config, CONFIGURATION_LIMIT)?;
    let image =
        entry.image(&configuration).map_err(|source| SourceError::Image { what: what.clone(), source })?;
    platform::check(&what, &image.configuration, wanted)?;
    let shown = match (name.or_else(|| entry.names().next()), entries.len()) {
        (Some(name), _) => format!("{what}:{name}"),
        (None, _) => what,
    };
    let layers = entry.layers.clone();
    let layers = Box::new(Stored { store: Arc::new(store), layers });
    Ok(Opened { name: shown, image, other_platforms: Vec::new(), layers })
}

fn open_layout(store: Store, name: Option<&str>, wanted: &Wanted) -> Result<Opened, SourceError> {
    let what = store.name();
    let fault = |source| SourceError::Document { what: what.clone(), source };
    check_layout_mark(&read(&store, LAYOUT_MARK, LIST_LIMIT)?).map_err(fault)?;
    let index = layout_index(&read(&store, LAYOUT_INDEX, MANIFEST_LIMIT)?).map_err(fault)?;
    // Images without names that differ in their platforms are one image for several platforms.
    let is_by_platform = name.is_none()
        && index.images().count() > 1
        && index
            .images()
            .all(|one| one.platform.is_some() && sekisho_oci::archive::layout_names(one).next().is_none());
    let chosen = if is_by_platform {
        platform::choose(&what, &index, wanted)?.clone()
    } else {
        let chosen = choose_in_layout(&index, name);
        chosen.map_err(|source| SourceError::Select { what: what.clone(), source })?.clone()
    };
    let files = InStore { store: &store, path: &blob_path };
    let bytes = files.document(&chosen, MANIFEST_LIMIT)?;
    let media_type = Some(chosen.media_type.as_str()).filter(|name| !name.is_empty());
    let document = ManifestDocument::parse(&bytes, media_type).map_err(fault)?;
    let resolved = platform::resolve(&what, chosen.digest.clone(), document, wanted, &files)?;
    let shown = match name.or_else(|| sekisho_oci::archive::layout_names(&chosen).next()) {
        Some(name) => format!("{what}:{name}"),
        None => what.clone(),
    };
    Ok(finish(store, shown, resolved, blob_path))
}

/// Opens the image of a digest whose blobs lie in a store as those of a layout do.
pub(super) fn open_digest(
    store: Store,
    name: &str,
    digest: &Digest,
    wanted: &Wanted,
) -> Result<Opened, SourceError> {
    let what = format!("{}: {name}", store.name());
    let path = blob_path(digest);
    let expected = Expected { digest: Some(digest.clone()), ..Expected::default() };
    let bytes = read_document(store.reader(&path)?, &expected, MANIFEST_LIMIT)
        .map_err(|source| SourceError::Archive { what: what.clone(), source })?;
    let document = ManifestDocument::parse(&bytes, None)
        .map_err(|source| SourceError::Document { what: what.clone(), source })?;
    let files = InStore { store: &store, path: &blob_path };
    let resolved = platform::resolve(&what, digest.clone(), document, wanted, &files)?;
    Ok(finish(store, name.to_owned(), resolved, blob_path))
}

/// Opens the image of a manifest whose blobs lie beside it.
fn open_manifest(
    store: Store,
    bytes: &[u8],
    wanted: &Wanted,
    path: fn(&Digest) -> String,
) -> Result<Opened, SourceError> {
    let what = store.name();
    let document = ManifestDocument::parse(bytes, None)
        .map_err(|source| SourceError::Document { what: what.clone(), source })?;
    let files = InStore { store: &store, path: &path };
    let resolved = platform::resolve(&what, Digest::of(bytes), document, wanted, &files)?;
    Ok(finish(store, what, resolved, path))
}

fn finish(store: Store, name: String, resolved: platform::Resolved, path: fn(&Digest) -> String) -> Opened {
    let layers = resolved.image.layers.iter();
    let paths =
        layers.map(|layer| layer.descriptor.as_ref().map(|one| path(&one.digest)).unwrap_or_default());
    let layers = Box::new(Stored { layers: paths.collect(), store: Arc::new(store) });
    Opened { name, image: resolved.image, other_platforms: resolved.other_platforms, layers }
}

/// Documents that lie in a store under the digests that name them.
struct InStore<'s> {
    store: &'s Store,
    path: &'s dyn Fn(&Digest) -> String,
}

impl Documents for InStore<'_> {
    fn document(&self, descriptor: &Descriptor, limit: u64) -> Result<Vec<u8>, SourceError> {
        let path = (self.path)(&descriptor.digest);
        read_document(self.store.reader(&path)?, &announced(descriptor), limit)
            .map_err(|source| SourceError::Archive { what: format!("{}: {path}", self.store.name()), source })
    }
}
