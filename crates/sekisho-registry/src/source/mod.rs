//! Where an image lies, and how it is opened there.

mod archive;
mod containerd;
mod daemon;
mod docker;
mod layout;
mod platform;
mod remote;
mod storage;
mod store;
mod target;

use std::path::PathBuf;
use std::sync::Arc;

use sekisho_oci::budget::Budget;
use sekisho_oci::document::Descriptor;
use sekisho_oci::image::Image;
use sekisho_oci::layer::Expected;
use sekisho_oci::platform::Platform;

pub use self::remote::digests;
pub use self::target::{Target, TargetError};
use crate::client::Client;
use crate::error::SourceError;
use crate::section::Section;

/// An image that was found, and whose layers can be read.
#[derive(Debug)]
pub struct Opened {
    /// Its name, as it is shown.
    pub name: String,
    /// What is known of it.
    pub image: Image,
    /// Images of the same name for other platforms, which are not examined.
    pub other_platforms: Vec<String>,
    layers: Box<dyn Layers>,
}

/// Where the layers of an image are.
pub(crate) trait Layers: std::fmt::Debug + Send + Sync {
    /// Opens the bytes of a layer; nothing is sent before the first byte is wanted.
    fn open(&self, index: usize) -> Result<LayerBytes, SourceError>;
}

/// The bytes of a layer.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one for each layer, and not at the same time")]
pub enum LayerBytes {
    /// An archive that comes as a stream.
    Stream(Box<crate::blob::Blob>),
    /// An archive that lies in a file.
    Section(Section),
    /// A folder, as the overlay file system keeps layers.
    Folder(PathBuf),
}

/// What is looked for, and within which limits.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The platform; without one, that of this machine, else the first there is.
    pub platform: Option<Platform>,
    /// Limits on archives of images.
    pub budget: Budget,
}

impl Opened {
    /// How a layer is called in messages.
    pub fn layer_name(&self, index: usize) -> String {
        let diff_id = self.image.layers.get(index).map(|layer| layer.diff_id.to_string());
        let short: String = diff_id.unwrap_or_default().chars().take(19).collect();
        format!("{} layer {index} ({short})", self.name)
    }

    /// Opens the bytes of a layer, with what is said of them.
    pub fn open_layer(&self, index: usize) -> Result<(LayerBytes, Expected), SourceError> {
        let bytes = self.layers.open(index)?;
        let layer = self.image.layers.get(index);
        let descriptor = layer.and_then(|layer| layer.descriptor.as_ref());
        let expected = Expected {
            digest: descriptor.map(|descriptor| descriptor.digest.clone()),
            size: descriptor.map(|descriptor| descriptor.size),
            // What an overlay file system unpacked has no bytes that could be hashed.
            diff_id: layer.map(|layer| layer.diff_id.clone()),
        };
        Ok((bytes, expected))
    }
}

/// Opens an image. A root file system is no image, and is read by [`pass_folder`](crate::pass_folder).
pub fn open(target: &Target, wanted: &Wanted, client: &Arc<Client>) -> Result<Opened, SourceError> {
    match target {
        Target::Registry(reference) => remote::open(reference, wanted, client),
        Target::File { path, name } => archive::open(path, name.as_deref(), wanted),
        Target::Folder { path, name } => layout::open_folder(path, name.as_deref(), wanted),
        Target::StandardInput { name } => archive::open_input(name.as_deref(), wanted),
        Target::Daemon { kind, name } => daemon::open(*kind, name, wanted),
        Target::Storage { name } => storage::open(name, wanted),
        Target::DockerStorage { name } => docker::open(name, wanted),
        Target::Containerd { name } => containerd::open(name, wanted),
        Target::Root(path) => Err(SourceError::Store {
            what: path.display().to_string(),
            message: "it is a root file system, and no image".to_owned(),
        }),
    }
}

/// The digest and size that a descriptor announces.
pub(crate) fn announced(descriptor: &Descriptor) -> Expected {
    Expected { digest: Some(descriptor.digest.clone()), size: Some(descriptor.size), diff_id: None }
}
