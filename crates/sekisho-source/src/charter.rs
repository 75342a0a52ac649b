//! What a bundle says of itself: `sekisho-bundle.yaml` at its root, a document of kind `PolicyBundle`.
//!
//! It holds which rules are introduced when ([`Rollout`]), which files must not be approved by who changed them, and
//! who may sign exceptions.

use sekisho_manifest::{Budget, Format, Node, SourceId, Value, decode, load};
use sekisho_policy::Rollout;

use crate::bundle::Bundle;
use crate::owners::{glob, path_fits};

/// The name of the file.
pub const CHARTER: &str = "sekisho-bundle.yaml";

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Charter {
    /// Which rules are introduced when.
    pub rollout: Rollout,
    /// Which changes somebody else must approve.
    pub separation: Vec<Separation>,
    /// Who may sign exceptions; none: anybody.
    pub exceptions: Option<Vec<String>>,
}

/// Files whose changes somebody else than their author must approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Separation {
    /// Patterns of paths; a folder stands for all that lies in it.
    pub paths: Vec<String>,
    /// Patterns of who may approve; empty: every allowed signer.
    pub approvers: Vec<String>,
}

/// What is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{CHARTER}`, line {line}: {problem}")]
pub struct CharterError {
    /// The line, the first is 1.
    pub line: u32,
    /// What is wrong.
    pub problem: String,
}

impl Charter {
    /// Of the files of a bundle; a bundle without the file demands nothing.
    pub fn of_bundle(bundle: &Bundle) -> Result<Self, CharterError> {
        Self::of(bundle.files().iter().map(|file| (file.path.as_str(), file.bytes.as_slice())))
    }

    pub(crate) fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<Self, CharterError> {
        match files.into_iter().find(|(path, _)| *path == CHARTER) {
            Some((_, bytes)) => Self::read(bytes),
            None => Ok(Self::default()),
        }
    }

    /// Reads the file. Whatever is wrong is an error: a demand that is passed over would not be kept.
    pub fn read(bytes: &[u8]) -> Result<Self, CharterError> {
        let first = |problem: String| CharterError { line: 1, problem };
        let text = decode(SourceId(0), bytes).map_err(|error| first(error.to_string()))?;
        let loaded = load(SourceId(0), &text, Format::Detect, &Budget::default());
        let line = |node: &Node| {
            let before = text.get(..node.span.start as usize).unwrap_or_default();
            u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX)
        };
        if let Some(error) = loaded.errors.first() {
            return Err(first(error.to_string()));
        }
        let [document] = loaded.documents.as_slice() else {
            return Err(first("write one document of kind `PolicyBundle`".to_owned()));
        };
        let root = &document.root;
        let error = |node: &Node, problem: String| CharterError { line: line(node), problem };
        if root.str("apiVersion") != "sekisho/v1" || root.str("kind") != "PolicyBundle" {
            return Err(first("write `apiVersion: sekisho/v1` and `kind: PolicyBundle`".to_owned()));
        }
        known(root, &["apiVersion", "kind", "metadata", "rollout", "separation", "exceptions"])
            .map_err(|(node, problem)| error(node, problem))?;
        let rollout = match root.get("rollout") {
            Some(node) => {
                let (rollout, problems) = Rollout::read(node);
                if let Some(problem) = problems.first() {
                    let before = text.get(..problem.span.start as usize).unwrap_or_default();
                    let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX);
                    return Err(CharterError { line, problem: problem.message.clone() });
                }
                rollout
            }
            None => Rollout::default(),
        };
        let mut separation = Vec::new();
        for node in root.get("separation").map(Node::items).unwrap_or_default() {
            known(node, &["paths", "approvers"]).map_err(|(node, problem)| error(node, problem))?;
            let paths = texts(node, "paths").map_err(|(node, problem)| error(node, problem))?;
            let paths = paths.filter(|paths| !paths.is_empty());
            let paths = paths.ok_or_else(|| error(node, "name the files in `paths`".to_owned()))?;
            let approvers = texts(node, "approvers").map_err(|(node, problem)| error(node, problem))?;
            separation.push(Separation { paths, approvers: approvers.unwrap_or_default() });
        }
        if let Some(node) = root.get("separation").filter(|node| !matches!(node.value, Value::Sequence(_))) {
            return Err(error(node, "`separation` is a list".to_owned()));
        }
        let exceptions = match root.get("exceptions") {
            None => None,
            Some(node) => {
                known(node, &["approvers"]).map_err(|(node, problem)| error(node, problem))?;
                let approvers = texts(node, "approvers").map_err(|(node, problem)| error(node, problem))?;
                Some(approvers.ok_or_else(|| error(node, "name who may sign in `approvers`".to_owned()))?)
            }
        };
        Ok(Self { rollout, separation, exceptions })
    }

    /// Whether anything is demanded of commits.
    pub fn demands(&self) -> bool {
        !self.separation.is_empty() || self.exceptions.is_some()
    }

    /// What is demanded of changes of a file: patterns of approvers, each demand by itself. The file of demands is
    /// itself under all of them.
    pub(crate) fn separated(&self, path: &str) -> Vec<&[String]> {
        let meant =
            |one: &&Separation| path == CHARTER || one.paths.iter().any(|pattern| path_fits(pattern, path));
        self.separation.iter().filter(meant).map(|one| one.approvers.as_slice()).collect()
    }
}

/// Whether a principal fits one of some patterns; a key may have several principals, parted by commas.
pub(crate) fn allows(patterns: &[String], principal: &str) -> bool {
    let fits = |pattern: &String, name: &str| glob(&pattern.to_lowercase(), &name.to_lowercase());
    principal.split(',').any(|name| patterns.iter().any(|pattern| fits(pattern, name)))
}

/// Whether a file holds exceptions to policies.
pub(crate) fn holds_exceptions(path: &str, bytes: &[u8]) -> bool {
    if ![".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end)) {
        return false;
    }
    let Ok(text) = decode(SourceId(0), bytes) else { return false };
    if !text.contains("PolicyException") && !text.contains("exceptions") {
        return false;
    }
    let loaded = load(SourceId(0), &text, Format::Detect, &Budget::default());
    let is_own = path.rsplit('/').next().is_some_and(|name| matches!(name, "sekisho.yaml" | "sekisho.yml"));
    loaded.documents.iter().any(|document| {
        (is_own && document.root.get("exceptions").is_some())
            || document.objects().iter().any(|object| object.kind == "PolicyException")
    })
}

type Wrong<'a> = (&'a Node, String);

fn known<'a>(node: &'a Node, fields: &[&str]) -> Result<(), Wrong<'a>> {
    if node.as_mapping().is_none() {
        return Err((node, format!("write a mapping of {}", fields.join(", "))));
    }
    match node.entries().iter().find(|entry| !fields.contains(&entry.key.as_str())) {
        Some(entry) => {
            Err((&entry.node, format!("`{}` is no field here: use {}", entry.key, fields.join(", "))))
        }
        None => Ok(()),
    }
}

fn texts<'a>(node: &'a Node, key: &str) -> Result<Option<Vec<String>>, Wrong<'a>> {
    let Some(list) = node.get(key) else { return Ok(None) };
    if !matches!(list.value, Value::Sequence(_)) {
        return Err((list, format!("`{key}` is a list of texts")));
    }
    let text = |item: &'a Node| {
        item.as_str().map(str::to_owned).ok_or((item, format!("`{key}` is a list of texts")))
    };
    list.items().iter().map(text).collect::<Result<Vec<_>, _>>().map(Some)
}
