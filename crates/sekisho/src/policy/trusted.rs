//! What the `sekisho.yaml` of a folder of policies says of trust in images.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sekisho_manifest::{Budget, Source};
use sekisho_policy::{Configuration, Material, TrustText};

use crate::config::{Config, FILE_NAME};

/// The most bytes of a key, of a root of trust, or of a configuration.
const FILE_LIMIT: u64 = 4 << 20;

/// Adds what the configurations of folders say; other files are named by themselves.
pub(crate) fn add(paths: &[PathBuf], material: &mut Material) -> Result<()> {
    for path in paths {
        let is_named = path.file_name().is_some_and(|name| name == FILE_NAME);
        let file = if path.is_dir() { path.join(FILE_NAME) } else { path.clone() };
        if !file.is_file() || !(is_named || path.is_dir()) {
            continue;
        }
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let source = Source::new(file.display().to_string(), read(&file)?);
        // A file that is not there is a mistake of the entry that names it.
        material.add_trust(source, None, &Budget::default(), &|path| read(&folder.join(path)).ok());
    }
    Ok(())
}

/// The policies of trust of the configuration of this run; none where it has none.
pub(crate) fn of_config(config: &Config) -> Option<Configuration> {
    let source = config.source.as_ref().filter(|_| !config.document.trust.is_empty())?;
    let folder = Path::new(source.name.as_str()).parent().unwrap_or(Path::new("")).to_owned();
    let loaded = sekisho_manifest::load(
        sekisho_manifest::SourceId(0),
        &source.text,
        sekisho_manifest::Format::Yaml,
        &Budget::default(),
    );
    let wanted = loaded.documents.first().map(|document| TrustText::wanted(&document.root));
    let files: BTreeMap<String, String> = wanted
        .unwrap_or_default()
        .into_iter()
        .filter_map(|path| Some((path.clone(), read(&folder.join(path)).ok()?)))
        .collect();
    Some(Configuration { source: source.clone(), files })
}

fn read(path: &Path) -> Result<String> {
    let named = || format!("cannot read `{}`", path.display());
    if fs::metadata(path).with_context(named)?.len() > FILE_LIMIT {
        bail!("`{}` has more than {FILE_LIMIT} bytes, the limit", path.display());
    }
    fs::read_to_string(path).with_context(named)
}
