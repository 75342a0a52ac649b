//! Rules for what happens at run time, in Falco's language and Sigma's, as policies: found in folders, linted, compared.

pub(crate) mod diff;
pub(crate) mod lint;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::watch::rules::{collect, is_falco, is_sigma};

/// The rule files among files and folders, in the order in which they are loaded.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        if !path.exists() && path.to_str().is_some_and(sekisho_source::Location::is_remote) {
            continue;
        }
        let mut files = Vec::new();
        collect(path, &mut files)?;
        for file in files {
            if is_rules(&file)? {
                found.push(file);
            }
        }
    }
    Ok(found)
}

/// Whether a file holds rules for events.
pub(crate) fn is_rules(path: &Path) -> Result<bool> {
    let is_yaml = path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml");
    if !is_yaml {
        return Ok(false);
    }
    let bytes = fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    // Of another encoding are manifests at best.
    Ok(std::str::from_utf8(&bytes).is_ok_and(|text| is_falco(text) || is_sigma(text)))
}
