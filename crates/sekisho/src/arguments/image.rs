//! Options for images: where they come from, and for which platform.

use std::path::PathBuf;

use clap::Args;
use sekisho_oci::platform::Platform;

use crate::target::image::{Keep, Settings};

/// Where images come from, and for which platform.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for images")]
pub(crate) struct ImageArguments {
    /// Platform of images that are built for several [default: linux and this machine's architecture]
    #[arg(long, value_name = "OS/ARCHITECTURE")]
    pub(crate) platform: Option<Platform>,
    /// File of credentials for registries: Docker's, Podman's, or a pull secret; before those of the user
    #[arg(long, value_name = "FILE")]
    pub(crate) registry_credentials: Vec<PathBuf>,
    /// Registry that may be spoken to without TLS, or with a certificate that nobody vouches for
    #[arg(long, value_name = "HOST")]
    pub(crate) insecure_registry: Vec<String>,
    /// Address that is asked first for the images of a registry
    #[arg(long, value_name = "HOST=ADDRESS", value_parser = mirror)]
    pub(crate) registry_mirror: Vec<(String, String)>,
    /// With the target `cluster`, pull and examine the images that its Pods run
    #[arg(long = "images")]
    pub(crate) running: bool,
    /// Read every layer, and keep nothing of it for the next run
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Where the packages of images are kept, for `sekisho db affected` [default: that of `sekisho.yaml`, else
    /// `sekisho/inventories.db` in the folder for caches]
    #[arg(long, value_name = "DATABASE")]
    pub(crate) inventories: Option<String>,
}

impl ImageArguments {
    /// The settings.
    pub(crate) fn settings(self, offline: bool) -> Settings {
        Settings {
            platform: self.platform,
            running: self.running,
            credentials: self.registry_credentials,
            insecure: self.insecure_registry,
            mirrors: self.registry_mirror,
            no_cache: self.no_cache,
            inventories: self.inventories,
            keep: Keep::Packages,
            offline,
        }
    }
}

fn mirror(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((host, address)) if !host.is_empty() && !address.is_empty() => {
            Ok((host.to_owned(), address.to_owned()))
        }
        _ => Err("write the registry, `=` and the address of its mirror".to_owned()),
    }
}
