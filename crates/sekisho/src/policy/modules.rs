//! Modules of Rego and the data that they look at: what of the policies is in no manifest.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sekisho_manifest::{Budget, Format, Node, SourceId, decode, load};
use sekisho_policy::rego::Packages;
use sekisho_policy::{BundleOptions, ModuleText, Options, merge_data};

/// How modules are to be used.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// Files and folders whose content rules find below `data`.
    pub(crate) data: Vec<PathBuf>,
    /// The packages whose rules are applied.
    pub(crate) packages: Packages,
    /// Whether to say what can be said of modules that compile.
    pub(crate) lint: bool,
    /// Whether no connection may be made for policies that are elsewhere.
    pub(crate) offline: bool,
}

impl Settings {
    /// With or without connections for policies that are elsewhere.
    pub(crate) fn offline(self, offline: bool) -> Self {
        Self { offline, ..self }
    }

    /// How a bundle is compiled, whose manifests are used in this way.
    pub(crate) fn bundle_options(&self, policies: &Options) -> BundleOptions {
        BundleOptions {
            policies: policies.clone(),
            packages: self.packages.clone(),
            lint: self.lint,
            public_good: None,
            configuration: None,
        }
    }
}

/// The largest module that is read.
const LARGEST: u64 = 10 << 20;

/// How deep folders and data are followed.
const DEEPEST: usize = 64;

/// The modules below these files and folders, in the order of their names.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        if is_module(path) {
            found.push(path.clone());
        } else if path.is_dir() {
            walk(path, &is_module, &mut found, DEEPEST)?;
        }
    }
    found.dedup();
    Ok(found)
}

/// Whether a file is named as modules are.
pub(crate) fn is_module(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("rego"))
}

/// Goes through a folder in the order of names; links are not followed.
pub(crate) fn walk(
    folder: &Path,
    wanted: &dyn Fn(&Path) -> bool,
    found: &mut Vec<PathBuf>,
    depth: usize,
) -> Result<()> {
    let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
    let read = || format!("cannot read `{}`", folder.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder).with_context(read)? {
        let entry = entry.with_context(read)?;
        entries.push((entry.path(), entry.file_type().with_context(read)?));
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (path, kind) in entries {
        if kind.is_dir() && path.file_name() != Some(OsStr::new(".git")) {
            walk(&path, wanted, found, depth)?;
        } else if kind.is_file() && wanted(&path) {
            found.push(path);
        }
    }
    Ok(())
}

/// Reads modules; those that cannot be read are named with the reason.
pub(crate) fn read(paths: &[PathBuf]) -> (Vec<ModuleText>, Vec<(String, String)>) {
    let (mut texts, mut unread) = (Vec::new(), Vec::new());
    for path in paths {
        let file = shown(path);
        match read_one(path) {
            Ok(text) => texts.push(ModuleText { file, text, provenance: None }),
            Err(reason) => unread.push((file, reason)),
        }
    }
    (texts, unread)
}

fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

fn read_one(path: &Path) -> Result<String, String> {
    let metadata = fs::metadata(path).map_err(|error| error.to_string())?;
    if metadata.len() > LARGEST {
        return Err(format!("larger than {} MiB", LARGEST >> 20));
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|error| {
        format!("is no UTF-8 text: byte {} cannot be read", error.utf8_error().valid_up_to())
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// What files hold, merged: that of a folder's files below the names of the folders that they lie in.
pub(crate) fn data(paths: &[PathBuf]) -> Result<Option<Node>> {
    let mut merged: Option<Node> = None;
    for path in paths {
        let mut files = Vec::new();
        if path.is_dir() {
            walk(path, &is_data, &mut files, DEEPEST)?;
        } else {
            files.push(path.clone());
        }
        for file in files {
            let place = file.strip_prefix(path).ok().and_then(Path::parent);
            enter(&mut merged, &file, place.unwrap_or(Path::new("")))?;
        }
    }
    Ok(merged)
}

/// The files named `data` of folders, below the names of the folders that they lie in.
pub(crate) fn data_beside(folders: &[PathBuf]) -> Result<Option<Node>> {
    let is_named = |path: &Path| path.file_stem() == Some(OsStr::new("data")) && is_data(path);
    let mut merged: Option<Node> = None;
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let mut files = Vec::new();
        walk(folder, &is_named, &mut files, DEEPEST)?;
        for file in files {
            let place = file.strip_prefix(folder).ok().and_then(Path::parent);
            enter(&mut merged, &file, place.unwrap_or(Path::new("")))?;
        }
    }
    Ok(merged)
}

fn is_data(path: &Path) -> bool {
    path.extension()
        .and_then(OsStr::to_str)
        .is_some_and(|ending| ["json", "yaml", "yml"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// Merges what a file holds into what is known, below the names of folders.
fn enter(merged: &mut Option<Node>, file: &Path, place: &Path) -> Result<()> {
    let folders: Vec<_> = place.components().map(|folder| folder.as_os_str().to_string_lossy()).collect();
    let folders: Vec<&str> = folders.iter().map(AsRef::as_ref).collect();
    merge_data(merged, document(file)?, &folders).with_context(|| format!("cannot read `{}`", file.display()))
}

fn document(file: &Path) -> Result<Node> {
    let named = || format!("cannot read `{}`", file.display());
    let bytes = fs::read(file).with_context(named)?;
    let text = decode(SourceId(0), &bytes).with_context(named)?;
    let loaded = load(SourceId(0), &text, Format::Detect, &Budget::default());
    if let Some(error) = loaded.errors.first() {
        bail!("cannot read `{}`: {error}", file.display());
    }
    let root = loaded.documents.into_iter().next().map(|document| document.root);
    root.with_context(|| format!("`{}` holds no document", file.display()))
}
