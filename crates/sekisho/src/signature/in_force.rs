//! The trust policies that a bundle brings: `trust` in the `sekisho.yaml` at its root, with the bundle as what conditions
//! know as `bundle`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use sekisho_source::Bundle;
use sekisho_trust::{BundleInForce, Policy};
use tempfile::TempDir;

use super::policies;
use crate::bundle::write_files;
use crate::config::{Config, FILE_NAME};

/// A bundle as files, with what its `sekisho.yaml` says. The files go with it.
#[derive(Debug)]
pub(crate) struct InForce {
    folder: TempDir,
    /// Its trust policies.
    pub(crate) trust: Vec<Policy>,
    /// Which bundle it is.
    pub(crate) bundle: Arc<BundleInForce>,
}

impl InForce {
    /// Lays out the files of a bundle and reads what they say of trust.
    pub(crate) fn of(bundle: &Bundle) -> Result<Self> {
        let folder = tempfile::tempdir().context("cannot make a folder for the bundle")?;
        write_files(bundle, folder.path())?;
        let configuration = folder.path().join(FILE_NAME);
        if !configuration.exists() {
            // None that lies above the folder counts.
            fs::write(&configuration, "").context("cannot write the configuration")?;
        }
        let config = Config::find(Some(&configuration), folder.path())?;
        let known = Arc::new(BundleInForce {
            digest: bundle.digest().to_string(),
            commit: bundle.provenance.commit.to_string(),
            source: bundle.provenance.source.to_string(),
        });
        let within = |policy: Policy| policy.within(Arc::clone(&known));
        let trust = policies::of_config(&config)?.into_iter().map(within).collect();
        Ok(Self { folder, trust, bundle: known })
    }

    /// The folder of its files.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The bundle in a few words: the beginnings of its digest and its commit.
    pub(crate) fn named(&self) -> String {
        let short = |text: &str, length| text.chars().take(length).collect::<String>();
        let digest = short(&self.bundle.digest, 19);
        match self.bundle.commit.as_str() {
            "" => format!("bundle {digest}"),
            commit => format!("bundle {digest} (commit {})", short(commit, 12)),
        }
    }

    /// Its `sekisho.yaml`, which may be empty.
    pub(crate) fn configuration(&self) -> PathBuf {
        self.folder().join(FILE_NAME)
    }
}
