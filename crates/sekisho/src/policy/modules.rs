//! Modules of Rego and the data that they look at: what of the policies is in no manifest.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sekisho_manifest::{Budget, Entry, Format, Mapping, Node, Source, SourceId, Value, decode, load};
use sekisho_policy::rego::{Module, Packages};
use smol_str::SmolStr;

/// How modules are to be used.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// Files and folders whose content rules find below `data`.
    pub(crate) data: Vec<PathBuf>,
    /// The packages whose rules are applied.
    pub(crate) packages: Packages,
    /// Whether to say what can be said of modules that compile.
    pub(crate) lint: bool,
}

/// A module that was read.
#[derive(Debug)]
pub(crate) struct Text {
    /// Its file, as it is shown.
    pub(crate) file: String,
    pub(crate) text: String,
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
pub(crate) fn read(paths: &[PathBuf]) -> (Vec<Text>, Vec<(String, String)>) {
    let (mut texts, mut unread) = (Vec::new(), Vec::new());
    for path in paths {
        let file = shown(path);
        match read_one(path) {
            Ok(text) => texts.push(Text { file, text }),
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

impl Text {
    /// The text as a source of places.
    pub(crate) fn source(&self) -> Source {
        Source::new(self.file.as_str(), self.text.as_str())
    }

    /// The text as a module whose places count in this source.
    pub(crate) fn module(&self, source: SourceId) -> Module<'_> {
        Module { source, file: &self.file, text: &self.text }
    }
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
    let mut node = document(file)?;
    for folder in place.components().rev() {
        let key = folder.as_os_str().to_string_lossy();
        let span = node.span;
        let entry = Entry { key: SmolStr::new(key), key_span: span, node };
        node = Node { span, value: Value::Mapping(Mapping::new(vec![entry]).into()) };
    }
    match merged {
        None => *merged = Some(node),
        Some(known) => merge(known, node, DEEPEST)
            .map_err(|key| anyhow::anyhow!("`{}`: another file gives `{key}` too", file.display()))?,
    }
    Ok(())
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
    match root {
        Some(root) if root.as_mapping().is_some() => Ok(root),
        _ => bail!("`{}` holds no object: data is an object whose keys stand below `data`", file.display()),
    }
}

/// Puts what is new into what is known; the key where both have something else than objects.
fn merge(known: &mut Node, new: Node, depth: usize) -> Result<(), SmolStr> {
    let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
    for entry in new.entries() {
        let Some(mapping) = known.as_mapping_mut() else { return Err(entry.key.clone()) };
        match mapping.value_mut(&entry.key) {
            None => mapping.put(entry.clone()),
            Some(there) if there.as_mapping().is_some() && entry.node.as_mapping().is_some() => {
                merge(there, entry.node.clone(), depth)?;
            }
            Some(_) => return Err(entry.key.clone()),
        }
    }
    Ok(())
}

/// Data of two origins as one.
pub(crate) fn join(one: Option<Node>, two: Option<Node>) -> Result<Option<Node>> {
    match (one, two) {
        (Some(mut one), Some(two)) => {
            merge(&mut one, two, DEEPEST)
                .map_err(|key| anyhow::anyhow!("`{key}` of the data is given twice: leave one out"))?;
            Ok(Some(one))
        }
        (one, two) => Ok(one.or(two)),
    }
}
