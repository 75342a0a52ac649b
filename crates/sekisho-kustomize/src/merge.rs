//! Strategic merge patches: a patch laid over an object, lists merged by the keys that the schema names.

mod list;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sekisho_manifest::{Entry, Node, SourceId, Value};
use smol_str::{SmolStr, format_smolstr};

use crate::error::{BuildErrorKind, Fault, Result};
use crate::id::Id;
use crate::resource::Resource;
use crate::schema::{Schema, Schemas};
use crate::texts::{Texts, canonical};
use crate::tree;

/// The key of a directive in a patch.
const DIRECTIVE: &str = "$patch";

/// Lays a strategic merge patch over an object as `patchesStrategicMerge` does, by the schemas of the built-in
/// kinds; also what names the object may change. None where the patch deletes the object.
pub fn merge_strategic(object: &Node, patch: &Node) -> Result<Option<Node>, BuildErrorKind> {
    let texts = Texts::new(SourceId::default());
    let schemas = Schemas::default();
    let merging = Merging { texts: &texts, schemas: &schemas };
    let id = Id::default();
    let mut walk = Walk { merging: &merging, path: Vec::new(), object: &id };
    let merged = walk.values(Some(object), Some(patch), None).map_err(|fault| fault.kind)?;
    Ok(match merged {
        Merged::Kept(root) | Merged::Taken(root) if !tree::is_empty(&root) => Some(root),
        _ => None,
    })
}

/// A strategic merge patch.
#[derive(Debug, Clone)]
pub(crate) struct StrategicPatch {
    pub(crate) root: Node,
    pub(crate) allow_name_change: bool,
    pub(crate) allow_kind_change: bool,
}

/// What a merge needs beside the two trees.
pub(crate) struct Merging<'b> {
    pub(crate) texts: &'b Texts,
    pub(crate) schemas: &'b Schemas,
}

/// What becomes of a value.
enum Merged {
    /// It goes.
    Nothing,
    /// The value that was there, with what the patch changed.
    Kept(Node),
    /// The patch's value.
    Taken(Node),
    /// A null that the object spells out, and that stays.
    Null(Node),
}

/// What a patch says about a whole mapping or list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

impl Merging<'_> {
    /// Lays a patch over an object; kind, name and namespace stay unless the patch may change them. The
    /// object is null afterwards when the patch deletes it.
    pub(crate) fn apply(&self, resource: &mut Resource, patch: &StrategicPatch) -> Result<()> {
        if patch.allow_name_change || patch.allow_kind_change {
            resource.remember();
        }
        let id = resource.id();
        let before = resource.root.clone();
        let mut walk = Walk { merging: self, path: Vec::new(), object: &id };
        match walk.values(Some(&before), Some(&patch.root), None)? {
            Merged::Kept(root) if !tree::is_empty(&root) => resource.root = root,
            // Kustomize loses what would take the place of the whole object.
            Merged::Taken(root) if !tree::is_empty(&root) => {}
            _ => {
                resource.root.value = Value::Null;
                return Ok(());
            }
        }
        resource.settle();
        if patch.root.at(&["metadata"]).and_then(|node| node.entry("annotations")).is_some_and(sweeps) {
            resource.forget();
        }
        if !patch.allow_kind_change {
            restore(&mut resource.root, &before, "kind");
        }
        let empty = tree::mapping(before.span);
        let old = before.get("metadata").unwrap_or(&empty);
        if let Some(metadata) = tree::mapping_at(&mut resource.root, "metadata", before.span) {
            if !patch.allow_name_change {
                restore(metadata, old, "name");
            }
            restore(metadata, old, "namespace");
        }
        Ok(())
    }

    /// Merges values of a chart: the second over the first.
    pub(crate) fn values(&self, under: &Node, over: &Node) -> Result<Node> {
        let mut walk = Walk { merging: self, path: Vec::new(), object: &Id::default() };
        Ok(match walk.values(Some(under), Some(over), None)? {
            Merged::Kept(node) | Merged::Taken(node) | Merged::Null(node) => node,
            Merged::Nothing => tree::mapping(under.span),
        })
    }
}

/// Whether a patch takes away all that stands at a key.
fn sweeps(entry: &Entry) -> bool {
    let directive = entry.node.entry(DIRECTIVE).map(|entry| canonical(&entry.node.value));
    entry.node.is_null() || directive.is_some_and(|directive| directive != "merge")
}

/// Gives a field the value that it has in another node.
fn restore(node: &mut Node, from: &Node, key: &str) {
    match from.entry(key).filter(|entry| !entry.node.is_null()) {
        Some(entry) => {
            if let Some(mapping) = node.as_mapping_mut() {
                mapping.put(entry.clone());
            }
        }
        None => tree::remove(node, key),
    }
}

/// The way down through two trees.
struct Walk<'w> {
    merging: &'w Merging<'w>,
    /// The keys above the current value.
    path: Vec<SmolStr>,
    object: &'w Id,
}

impl Walk<'_> {
    fn values(
        &mut self,
        dest: Option<&Node>,
        patch: Option<&Node>,
        schema: Option<Schema>,
    ) -> Result<Merged> {
        let schema = schema.or_else(|| self.schema_of(dest).or_else(|| self.schema_of(patch)));
        match (present(dest), present(patch)) {
            (Some(value), None) | (None, Some(value)) => match value {
                Value::Mapping(_) => self.mappings(dest, patch, schema.as_ref()),
                Value::Sequence(_) => self.lists(dest, patch, schema.as_ref()),
                _ => Ok(scalars(dest, patch)),
            },
            (None, None) | (Some(Value::Mapping(_)), Some(Value::Mapping(_))) => {
                self.mappings(dest, patch, schema.as_ref())
            }
            (Some(Value::Sequence(_)), Some(Value::Sequence(_))) => self.lists(dest, patch, schema.as_ref()),
            (Some(Value::Mapping(_) | Value::Sequence(_)), Some(_))
            | (Some(_), Some(Value::Mapping(_) | Value::Sequence(_))) => Err(self.mismatch(dest, patch)),
            (Some(_), Some(_)) => Ok(scalars(dest, patch)),
        }
    }

    /// What is known of a value that names its own kind.
    fn schema_of(&self, node: Option<&Node>) -> Option<Schema> {
        let node = node?;
        let (api_version, kind) = (node.str("apiVersion"), node.str("kind"));
        if api_version.is_empty() || kind.is_empty() {
            return None;
        }
        self.merging.schemas.of(api_version, kind)
    }

    fn mappings(
        &mut self,
        dest: Option<&Node>,
        patch: Option<&Node>,
        schema: Option<&Schema>,
    ) -> Result<Merged> {
        let nothing = |node: Option<&Node>| node.is_none_or(Node::is_null);
        if nothing(dest) {
            let Some(patch) = patch else {
                let kept = dest.filter(|node| !self.merging.texts.text(node).is_empty());
                return Ok(kept.map_or(Merged::Nothing, |node| Merged::Null(node.clone())));
            };
            // A null in what a patch adds takes away what is not there.
            if patch.is_null() {
                return Ok(Merged::Nothing);
            }
            // Here a directive that is unknown is left for the object's own validation.
            let (directive, patch) =
                mapping_directive(patch).unwrap_or_else(|_| (Directive::Merge, patch.clone()));
            if directive == Directive::Delete {
                return Ok(Merged::Nothing);
            }
            return Ok(Merged::Taken(self.fields(&patch, Some(&patch), schema)?));
        }
        let Some(dest) = dest else { return Ok(Merged::Nothing) };
        let Some(patch) = patch else { return Ok(Merged::Kept(self.fields(dest, None, schema)?)) };
        if patch.is_null() {
            return Ok(Merged::Nothing);
        }
        let (directive, rest) = mapping_directive(patch)?;
        // A mapping that is merged with itself loses its directive on both sides.
        let dest = if is_same(dest, patch) { &rest } else { dest };
        match directive {
            Directive::Delete => Ok(Merged::Nothing),
            Directive::Replace => Ok(Merged::Taken(self.fields(&rest, Some(&rest), schema)?)),
            Directive::Merge => Ok(Merged::Kept(self.fields(dest, Some(&rest), schema)?)),
        }
    }

    /// Merges the fields of two mappings. Where nothing changes, the first one is handed on as it is.
    fn fields(&mut self, dest: &Node, patch: Option<&Node>, schema: Option<&Schema>) -> Result<Node> {
        let patched: HashMap<&str, &Entry> =
            patch.map_or(&[][..], Node::entries).iter().map(|entry| (entry.key.as_str(), entry)).collect();
        let mut entries = Vec::with_capacity(dest.entries().len());
        let mut changed = false;
        for entry in dest.entries() {
            let with = patched.get(entry.key.as_str()).copied();
            let field = schema.and_then(|schema| schema.field(&entry.key));
            self.path.push(entry.key.clone());
            let merged = self.values(Some(&entry.node), with.map(|entry| &entry.node), field)?;
            self.path.pop();
            let (node, key_span) = match merged {
                Merged::Nothing => {
                    changed = true;
                    continue;
                }
                Merged::Null(node) | Merged::Kept(node) => (node, entry.key_span),
                Merged::Taken(node) => (self.quoted_like(&entry.node, node), with.unwrap_or(entry).key_span),
            };
            if node.is_null() && !entry.node.is_null() {
                changed = true;
                continue;
            }
            changed |= !is_same(&node, &entry.node);
            entries.push(tree::entry(entry.key.clone(), key_span, node));
        }
        if !patched.is_empty() {
            let known: HashSet<&str> = dest.entries().iter().map(|entry| entry.key.as_str()).collect();
            let new = patch.map_or(&[][..], Node::entries);
            for entry in new.iter().filter(|entry| !known.contains(entry.key.as_str())) {
                let field = schema.and_then(|schema| schema.field(&entry.key));
                self.path.push(entry.key.clone());
                let merged = self.values(None, Some(&entry.node), field)?;
                self.path.pop();
                if let Merged::Kept(node) | Merged::Taken(node) = merged
                    && !node.is_null()
                {
                    changed = true;
                    entries.push(tree::entry(entry.key.clone(), entry.key_span, node));
                }
            }
        }
        Ok(if changed { tree::mapping_of(entries, dest.span) } else { dest.clone() })
    }

    /// A value that takes the place of text in quotes is text too, as if the quotes had stayed.
    fn quoted_like(&self, old: &Node, new: Node) -> Node {
        let texts = self.merging.texts;
        let is_text = matches!(new.value, Value::String(_) | Value::Null);
        if is_text || !tree::is_scalar(&new) || !texts.is_quoted(old) {
            return new;
        }
        tree::text(texts.text(&new), new.span)
    }

    fn lists(
        &mut self,
        dest: Option<&Node>,
        patch: Option<&Node>,
        schema: Option<&Schema>,
    ) -> Result<Merged> {
        match schema.and_then(|schema| Some((schema, schema.merge_keys()?))) {
            Some((schema, keys)) => self.keyed_lists(dest, patch, schema, &keys),
            None => Ok(scalars(dest, patch)),
        }
    }

    fn mismatch(&self, dest: Option<&Node>, patch: Option<&Node>) -> Fault {
        let what = |node: Option<&Node>| node.map_or("nothing", tree::kind);
        let kind = BuildErrorKind::MergeType {
            object: format_smolstr!("{}", self.object),
            field: self.path.join(".").into(),
            base: what(dest),
            patch: what(patch),
        };
        match patch.or(dest) {
            Some(node) => kind.at(node.span),
            None => kind.into(),
        }
    }
}

/// The value of a node that is there and not null.
fn present(node: Option<&Node>) -> Option<&Value> {
    node.filter(|node| !node.is_null()).map(|node| &node.value)
}

/// What stays of two values of which the later one wins.
fn scalars(dest: Option<&Node>, patch: Option<&Node>) -> Merged {
    match (dest, patch) {
        (_, Some(patch)) => Merged::Taken(patch.clone()),
        (Some(dest), None) => Merged::Kept(dest.clone()),
        (None, None) => Merged::Nothing,
    }
}

/// Whether two values are one, so that nothing has to be written.
fn is_same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Mapping(one), Value::Mapping(other)) => Arc::ptr_eq(one, other),
        (Value::Sequence(one), Value::Sequence(other)) => Arc::ptr_eq(one, other),
        _ => one == other,
    }
}

fn directive_named(name: &str, node: &Node) -> Result<Directive> {
    match name {
        "merge" => Ok(Directive::Merge),
        "replace" => Ok(Directive::Replace),
        "delete" => Ok(Directive::Delete),
        _ => Err(BuildErrorKind::Strategy(name.into()).at(node.span)),
    }
}

/// What a mapping of a patch says about itself, and the mapping without that.
fn mapping_directive(patch: &Node) -> Result<(Directive, Node)> {
    let Some(entry) = patch.entry(DIRECTIVE) else { return Ok((Directive::Merge, patch.clone())) };
    let directive = directive_named(&canonical(&entry.node.value), &entry.node)?;
    let mut rest = patch.clone();
    tree::remove(&mut rest, DIRECTIVE);
    Ok((directive, rest))
}
