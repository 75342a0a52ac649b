//! The configuration of an image: how it runs, how it was built, what its layers are.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use smol_str::SmolStr;

use super::object::{keys, or_default, read, text_or_nothing};
use super::{CONFIGURATION_LIMIT, DocumentError};
use crate::digest::Digest;
use crate::platform::Platform;

/// The configuration of an image.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Configuration {
    /// When it was built.
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub created: Option<String>,
    /// Who built it.
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub author: Option<String>,
    /// What it is built for.
    #[serde(flatten)]
    pub platform: Platform,
    /// How it runs.
    #[serde(default, deserialize_with = "or_default")]
    pub config: Settings,
    /// What its layers are.
    #[serde(default, deserialize_with = "or_default")]
    rootfs: RootFs,
    /// How it was built, the first step first.
    #[serde(default, deserialize_with = "or_default")]
    pub history: Vec<History>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
struct RootFs {
    #[serde(default, deserialize_with = "or_default")]
    diff_ids: Vec<Digest>,
}

/// How an image runs.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Settings {
    /// The user, and the group behind a colon.
    #[serde(default, deserialize_with = "or_default")]
    pub user: String,
    /// Ports that it listens on: `80/tcp`.
    #[serde(default, deserialize_with = "keys")]
    pub exposed_ports: BTreeSet<String>,
    /// Environment variables, each `NAME=value`.
    #[serde(default, deserialize_with = "or_default")]
    pub env: Vec<String>,
    /// The program.
    #[serde(default, deserialize_with = "or_default")]
    pub entrypoint: Vec<String>,
    /// Its arguments, or the program where there is no entry point.
    #[serde(default, deserialize_with = "or_default")]
    pub cmd: Vec<String>,
    /// Folders that are volumes.
    #[serde(default, deserialize_with = "keys")]
    pub volumes: BTreeSet<String>,
    /// Where it starts.
    #[serde(default, deserialize_with = "or_default")]
    pub working_dir: String,
    /// Labels.
    #[serde(default, deserialize_with = "or_default")]
    pub labels: BTreeMap<String, String>,
    /// What tells it to stop.
    #[serde(default, deserialize_with = "or_default")]
    pub stop_signal: String,
    /// What builds on it runs first.
    #[serde(default, deserialize_with = "or_default")]
    pub on_build: Vec<String>,
    /// How it is asked whether it is well.
    #[serde(default)]
    pub healthcheck: Option<Healthcheck>,
}

/// How an image is asked whether it is well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Healthcheck {
    /// The program: `NONE`, `CMD` and words, or `CMD-SHELL` and a line.
    #[serde(default, deserialize_with = "or_default")]
    pub test: Vec<String>,
}

/// A step of a build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct History {
    /// When.
    #[serde(default, deserialize_with = "text_or_nothing")]
    pub created: Option<String>,
    /// The instruction.
    #[serde(default, deserialize_with = "or_default")]
    pub created_by: String,
    /// Who.
    #[serde(default, deserialize_with = "or_default")]
    pub author: String,
    /// What is said of it.
    #[serde(default, deserialize_with = "or_default")]
    pub comment: String,
    /// Whether it made no layer.
    #[serde(default, deserialize_with = "or_default")]
    pub empty_layer: bool,
}

impl Configuration {
    /// Reads a configuration.
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        const KEYS: [&str; 6] = ["config", "rootfs", "history", "architecture", "os", "variant"];
        read("configuration", bytes, &KEYS, CONFIGURATION_LIMIT)
    }

    /// The digests of the layers' bytes when unpacked, the lowest first.
    pub fn diff_ids(&self) -> &[Digest] {
        &self.rootfs.diff_ids
    }

    /// The instructions that made the layers, one a layer as far as they are known.
    pub fn layer_instructions(&self) -> Vec<SmolStr> {
        let made = self.history.iter().filter(|step| !step.empty_layer);
        made.map(|step| SmolStr::new(&step.created_by)).collect()
    }

    /// The environment variables, by name; the last of a name counts.
    pub fn variables(&self) -> BTreeMap<&str, &str> {
        self.config.env.iter().filter_map(|line| line.split_once('=')).collect()
    }
}
