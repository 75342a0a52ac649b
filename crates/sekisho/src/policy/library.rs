//! Folders of Kubescape's rules: what makes one, and what is read of it.
//!
//! A rule is a folder with `rule.metadata.json` and `raw.rego`. A library has `rules`, `controls` and
//! `frameworks`; naming a file of a framework or a control applies its rules alone.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sekisho_manifest::{Budget, Format, Node, Source, SourceId, decode, load};
use sekisho_policy::Material;
use sekisho_policy::kubescape::{Inputs, RuleFiles};

use super::modules;

/// The file that makes a folder a rule.
const METADATA: &str = "rule.metadata.json";

/// What lies in a library and is no manifest of a policy.
pub(super) const NO_MANIFESTS: [&str; 4] =
    [METADATA, "**/test/*/**", "attack-tracks/**", "default-config-inputs.json"];

/// How deep folders are followed.
const DEEPEST: usize = 64;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    /// The folders of rules.
    pub(crate) rules: Vec<PathBuf>,
    /// The files of controls; none: each rule stands for itself.
    controls: Option<Vec<PathBuf>>,
    /// The controls that a framework or the user names; none: all.
    wanted: Option<BTreeSet<String>>,
    /// The files of frameworks and controls that the user named.
    named: BTreeSet<PathBuf>,
    /// The folders of libraries.
    roots: BTreeSet<PathBuf>,
}

/// Looks for rules below files and folders.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Folders> {
    let mut found = Folders::default();
    for path in paths {
        if path.is_dir() {
            found.walk(path)?;
        } else if path.extension() == Some(OsStr::new("json")) {
            found.enter(path)?;
        }
    }
    found.rules.sort();
    found.rules.dedup();
    Ok(found)
}

impl Folders {
    fn walk(&mut self, folder: &Path) -> Result<()> {
        let before = self.rules.len();
        let is_metadata = |path: &Path| path.file_name() == Some(OsStr::new(METADATA));
        let mut files = Vec::new();
        modules::walk(folder, &is_metadata, &mut files, DEEPEST)?;
        self.rules.extend(files.iter().filter_map(|file| file.parent()).map(Path::to_owned));
        let controls = folder.join("controls");
        if self.rules.len() > before && controls.is_dir() {
            self.roots.insert(folder.to_owned());
            self.add_controls(&controls)?;
        } else if let Some(root) = self.rules.get(before).and_then(|rule| rule.parent()?.parent()) {
            self.roots.insert(root.to_owned());
        }
        Ok(())
    }

    fn add_controls(&mut self, folder: &Path) -> Result<()> {
        let is_control = |path: &Path| path.extension() == Some(OsStr::new("json"));
        let controls = self.controls.get_or_insert_default();
        modules::walk(folder, &is_control, controls, DEEPEST)?;
        controls.sort();
        controls.dedup();
        Ok(())
    }

    /// Enters a file where it is a framework or a control of a library.
    fn enter(&mut self, path: &Path) -> Result<()> {
        let Some(root) = path.parent().and_then(Path::parent) else { return Ok(()) };
        let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
        let (rules, controls) = (root.join("rules"), root.join("controls"));
        if !rules.is_dir() || !controls.is_dir() {
            return Ok(());
        }
        let Ok(document) = document(path) else { return Ok(()) };
        let active = document.get("activeControls").map(Node::items).unwrap_or_default();
        let ids: Vec<String> = match document.str("controlID") {
            "" => active.iter().map(|control| control.str("controlID").to_owned()).collect(),
            id => vec![id.to_owned()],
        };
        if ids.is_empty() {
            return Ok(());
        }
        self.wanted.get_or_insert_default().extend(ids);
        self.named.insert(path.to_owned());
        self.walk(root)
    }

    /// Whether a path that the user named is a framework or a control.
    pub(crate) fn names(&self, path: &Path) -> bool {
        self.named.contains(path)
    }

    /// Whether a file lies in the folder of a rule.
    pub(crate) fn has(&self, path: &Path) -> bool {
        path.ancestors()
            .skip(1)
            .any(|folder| self.rules.binary_search_by(|rule| rule.as_path().cmp(folder)).is_ok())
    }

    /// Reads the rules and the controls; modules become sources. What cannot be read is named with the reason.
    pub(crate) fn read(&self, material: &mut Material, data: &[PathBuf]) -> Result<()> {
        if self.rules.is_empty() {
            return Ok(());
        }
        for folder in &self.rules {
            match rule(folder, material.next_source()) {
                Ok((files, text)) => {
                    material.add_source(text, None);
                    material.library.rules.push(files);
                }
                Err(error) => material.unread.push((folder.display().to_string(), format!("{error:#}"))),
            }
        }
        if let Some(files) = &self.controls {
            let mut controls = Vec::new();
            for file in files {
                match document(file) {
                    Ok(control) => controls.push(control),
                    Err(error) => material.unread.push((file.display().to_string(), format!("{error:#}"))),
                }
            }
            if let Some(wanted) = &self.wanted {
                controls.retain(|control| wanted.contains(control.str("controlID")));
            }
            material.library.controls = Some(controls);
        }
        material.library.inputs = self.inputs(data)?;
        Ok(())
    }

    /// The settings of controls: those that a library brings, then those that the user gives.
    pub(crate) fn inputs(&self, data: &[PathBuf]) -> Result<Inputs> {
        let mut inputs = Inputs::default();
        let defaults = self.roots.iter().map(|root| root.join("default-config-inputs.json"));
        let mut given: Vec<Node> = Vec::new();
        for file in defaults.filter(|file| file.is_file()) {
            given.push(document(&file)?);
        }
        given.extend(modules::data(data)?);
        for node in given {
            let node = node.get("settings").unwrap_or(&node);
            inputs.put(node);
        }
        Ok(inputs)
    }
}

fn rule(folder: &Path, source: SourceId) -> Result<(RuleFiles, Source)> {
    let metadata = document(&folder.join(METADATA))?;
    let module = folder.join("raw.rego");
    let text = text(&module)?;
    let filter = folder.join("filter.rego");
    let filter = if filter.is_file() { Some(self::text(&filter)?) } else { None };
    let file = module.display().to_string();
    let shown = Source::new(file.as_str(), text.as_str());
    Ok((RuleFiles { source, file, module: text, filter, metadata }, shown))
}

pub(super) fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))
}

/// The one document of a file.
pub(super) fn document(path: &Path) -> Result<Node> {
    let named = || format!("cannot read `{}`", path.display());
    let bytes = fs::read(path).with_context(named)?;
    let text = decode(SourceId(0), &bytes).with_context(named)?;
    let loaded = load(SourceId(0), &text, Format::Detect, &Budget::default());
    let first = loaded.documents.into_iter().next();
    first.map(|document| document.root).with_context(|| format!("`{}` holds no document", path.display()))
}
