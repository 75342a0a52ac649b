//! Objects in the place of others: what a generated object takes over from the one that it replaces or adds to.

use std::collections::HashSet;

use sekisho_manifest::{Entry, Node, Span};

use crate::resource::Resource;
use crate::texts::Texts;
use crate::tree;

/// Puts a generated object in the place of another, whose name, labels and history it takes over; with
/// `merge`, its data too.
pub(crate) fn take_over(old: &mut Resource, new: Resource, merge: bool, texts: &Texts) {
    let mut root = new.root;
    let span = root.span;
    if let Some(metadata) = tree::mapping_at(&mut root, "metadata", span) {
        for field in ["labels", "annotations"] {
            let ours = metadata.get(field).cloned();
            let theirs = old.root.at(&["metadata", field]);
            match merged(theirs, ours.as_ref(), span, texts) {
                Some(map) => tree::set(metadata, field, span, map),
                None => tree::remove(metadata, field),
            }
        }
        for field in ["name", "namespace"] {
            match old.root.get("metadata").and_then(|metadata| metadata.entry(field)) {
                Some(entry) if !entry.node.is_null() => {
                    if let Some(mapping) = metadata.as_mapping_mut() {
                        mapping.put(entry.clone());
                    }
                }
                _ => tree::remove(metadata, field),
            }
        }
    }
    if merge {
        for field in ["data", "binaryData"] {
            let both = merged(old.root.get(field), root.get(field), span, texts);
            match both {
                Some(map) => tree::set(&mut root, field, span, map),
                None => tree::remove(&mut root, field),
            }
        }
    }
    old.root = root;
    old.needs_hash &= new.needs_hash;
    if !merge {
        old.origin = new.origin;
    }
}

/// The entries of both maps as texts, the second winning; none where there is none.
fn merged(under: Option<&Node>, over: Option<&Node>, span: Span, texts: &Texts) -> Option<Node> {
    let mut entries: Vec<Entry> = Vec::new();
    let over = over.map_or(&[][..], Node::entries);
    let hidden: HashSet<&str> = over.iter().map(|entry| entry.key.as_str()).collect();
    let kept =
        under.map_or(&[][..], Node::entries).iter().filter(|entry| !hidden.contains(entry.key.as_str()));
    for entry in kept.chain(over) {
        let text = if entry.node.is_null() { "".into() } else { texts.text(&entry.node) };
        entries.push(tree::entry(entry.key.clone(), entry.key_span, tree::text(text, entry.node.span)));
    }
    (!entries.is_empty()).then(|| tree::mapping_of(entries, span))
}
