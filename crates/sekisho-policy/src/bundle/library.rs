//! Folders of Kubescape's rules among texts: a rule is a folder with `rule.metadata.json` and `raw.rego`; a library
//! has `rules`, `controls` and the settings of controls beside each other.

use std::collections::{BTreeMap, BTreeSet};

use sekisho_manifest::{Budget, Format, Node, Source, SourceId, decode, load};

use super::material::{Material, Text, ending, module};
use crate::kubescape::RuleFiles;

/// The file that makes a folder a rule.
const METADATA: &str = "rule.metadata.json";

/// The settings that a library brings.
const INPUTS: &str = "default-config-inputs.json";

/// The folders of rules among texts.
#[derive(Debug, Default)]
pub(super) struct Folders<'t> {
    texts: BTreeMap<&'t str, &'t Text>,
    rules: BTreeSet<&'t str>,
    roots: BTreeSet<&'t str>,
}

impl<'t> Folders<'t> {
    /// Finds them.
    pub(super) fn of(texts: &'t [Text]) -> Self {
        let mut folders = Self::default();
        for text in texts {
            folders.texts.insert(text.path.as_str(), text);
            let (folder, name) = split(&text.path);
            if name == METADATA {
                folders.rules.insert(folder);
                folders.roots.insert(split(split(folder).0).0);
            }
        }
        folders
    }

    /// Whether a text belongs to a library: it is a part of a rule, of its tests, or of what stands beside the
    /// rules.
    pub(super) fn has(&self, path: &str) -> bool {
        let mut folder = split(path).0;
        loop {
            if self.rules.contains(folder) {
                return true;
            }
            if folder.is_empty() {
                break;
            }
            folder = split(folder).0;
        }
        self.roots.iter().any(|root| {
            let Some(rest) = below(root, path) else { return false };
            rest == INPUTS || rest.starts_with("controls/") || rest.starts_with("attack-tracks/")
        })
    }

    /// Reads the rules, the controls and their settings.
    pub(super) fn read(&self, material: &mut Material, budget: &Budget) {
        for folder in &self.rules {
            self.rule(folder, material, budget);
        }
        for (path, text) in &self.texts {
            let Some(rest) = self.roots.iter().find_map(|root| below(root, path)) else { continue };
            let is_control = rest.starts_with("controls/") && ending(rest) == "json";
            if !is_control && rest != INPUTS {
                continue;
            }
            match document(text, budget) {
                Err(why) => material.fail(text, why),
                Ok(node) if is_control => material.library.controls.get_or_insert_default().push(node),
                Ok(node) => {
                    let node = node.get("settings").unwrap_or(&node);
                    material.library.inputs.put(node);
                }
            }
        }
    }

    fn rule(&self, folder: &str, material: &mut Material, budget: &Budget) {
        let find = |name: &str| {
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            self.texts.get(path.as_str()).copied()
        };
        let Some(metadata) = find(METADATA) else { return };
        let Some(raw) = find("raw.rego") else {
            return material.fail(metadata, "has no `raw.rego` beside it, which a rule needs");
        };
        let read = || -> Result<(Node, String, Option<String>), String> {
            let filter = find("filter.rego").map(|text| module(&text.bytes)).transpose()?;
            Ok((document(metadata, budget)?, module(&raw.bytes)?, filter))
        };
        match read() {
            Err(why) => material.fail(raw, why),
            Ok((metadata, module, filter)) => {
                let shown = Source::new(raw.path.clone(), module.as_str());
                let source = material.add_source(shown, raw.provenance.clone());
                let file = raw.path.to_string();
                material.library.rules.push(RuleFiles { source, file, module, filter, metadata });
            }
        }
    }
}

/// The folder of a path, and its last part.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// A path from a folder on.
fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// The one document of a text.
fn document(text: &Text, budget: &Budget) -> Result<Node, String> {
    let decoded = decode(SourceId(0), &text.bytes).map_err(|error| error.to_string())?;
    let loaded = load(SourceId(0), &decoded, Format::Detect, budget);
    let first = loaded.documents.into_iter().next();
    first.map(|document| document.root).ok_or_else(|| "holds no document".to_owned())
}
