//! Texts → objects, as kustomize reads the files of resources and patches.

use std::collections::VecDeque;

use sekisho_manifest::{
    Format, LoadErrorKind, Loaded, Node, SourceId, Value, decode, load, load_one, load_one_as,
};

use crate::embedded::Embedded;
use crate::error::{BuildErrorKind, Fault, Result};
use crate::{tree, yaml3};

/// The objects of a text whose spans count in the text itself.
pub(crate) fn objects(text: &str, source: SourceId, budget: &sekisho_manifest::Budget) -> Result<Vec<Node>> {
    let loaded = load(source, text, Format::YamlCore, budget);
    refuse(&loaded)?;
    let mut queue = VecDeque::with_capacity(loaded.documents.len());
    for document in loaded.documents {
        let root = yaml3::adapt(&document.root, text)?.unwrap_or(document.root);
        queue.extend(Some(root).filter(|root| !tree::is_empty(root)));
    }
    let mut objects = Vec::with_capacity(queue.len());
    while let Some(root) = queue.pop_front() {
        complete(&root)?;
        let items = root.entry("items").map(|entry| &entry.node);
        match items.filter(|_| kind(&root).ends_with("List")) {
            None => objects.push(root),
            Some(items) => match &items.value {
                Value::Sequence(items) => {
                    queue.extend(items.iter().filter(|item| !tree::is_empty(item)).cloned());
                }
                Value::Null => {}
                _ => {
                    let field = "items".into();
                    return Err(BuildErrorKind::Type { field, expected: "a list" }.at(items.span));
                }
            },
        }
    }
    Ok(objects)
}

/// The objects of a text within a kustomization.
pub(crate) fn embedded_objects(
    embedded: &Embedded<'_>,
    budget: &sekisho_manifest::Budget,
) -> Result<Vec<Node>> {
    let objects =
        objects(embedded.text, SourceId::default(), budget).map_err(|fault| embedded.fault(fault))?;
    Ok(objects.iter().map(|object| embedded.relocate(object)).collect())
}

/// The one document of a text, as the API server reads it; null where the text holds nothing.
pub(crate) fn document(text: &str, source: SourceId, budget: &sekisho_manifest::Budget) -> Result<Node> {
    single(load_one(source, text, budget), source)
}

fn single(mut loaded: Loaded, source: SourceId) -> Result<Node> {
    if let Some(error) = loaded.errors.first() {
        return Err(BuildErrorKind::Load(error.kind.clone()).at(error.span));
    }
    let span = sekisho_manifest::Span { source, ..sekisho_manifest::Span::default() };
    let nothing = Node { span, value: Value::Null };
    Ok(loaded.documents.pop().map_or(nothing, |document| document.root))
}

/// The one document of a text as kustomize itself reads it, to whom `yes` is text.
pub(crate) fn core_document(text: &str, source: SourceId, budget: &sekisho_manifest::Budget) -> Result<Node> {
    single(load_one_as(source, text, Format::YamlCore, budget), source)
}

/// The document of a JSON patch: JSON where it begins with `[`, else YAML.
pub(crate) fn json_or_yaml(text: &str, source: SourceId, budget: &sekisho_manifest::Budget) -> Result<Node> {
    if !text.starts_with('[') {
        return document(text, source, budget);
    }
    let mut loaded = load(source, text, Format::Json, budget);
    if let Some(error) = loaded.errors.first() {
        return Err(BuildErrorKind::Load(error.kind.clone()).at(error.span));
    }
    match loaded.documents.pop().filter(|_| loaded.documents.is_empty()) {
        Some(document) => Ok(document.root),
        None => Err(BuildErrorKind::Patch("the JSON patch is followed by more text".to_owned()).into()),
    }
}

/// The bytes of a file as text.
pub(crate) fn text(source: SourceId, bytes: Vec<u8>) -> Result<String> {
    match decode(source, &bytes) {
        Ok(text) => Ok(text.into_owned()),
        Err(error) => Err(Fault { kind: BuildErrorKind::Load(error.kind), span: None }),
    }
}

/// What makes kustomize refuse a text: whatever is no YAML, and keys that stand twice.
fn refuse(loaded: &Loaded) -> Result<()> {
    let twice = loaded.warnings.iter().find(|warning| {
        matches!(warning.kind, LoadErrorKind::DuplicateKey { .. } | LoadErrorKind::AmbiguousKey { .. })
    });
    match loaded.errors.first().or(twice) {
        Some(error) => Err(BuildErrorKind::Load(error.kind.clone()).at(error.span)),
        None => Ok(()),
    }
}

fn kind(root: &Node) -> smol_str::SmolStr {
    root.get("kind").map_or_else(Default::default, |kind| crate::texts::canonical(&kind.value))
}

/// Whether an object names its kind and itself, which a list need not.
pub(crate) fn complete(root: &Node) -> Result<()> {
    let kind = kind(root);
    if kind.is_empty() {
        return Err(BuildErrorKind::Incomplete("kind").at(root.span));
    }
    let name = root.at(&["metadata", "name"]).map(|name| crate::texts::canonical(&name.value));
    if !kind.ends_with("List") && name.is_none_or(|name| name.is_empty()) {
        return Err(BuildErrorKind::Incomplete("metadata.name").at(root.span));
    }
    Ok(())
}
