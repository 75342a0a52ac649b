//! Lists of built-in kinds, read whole; what cannot be read is said, and the rest goes on.

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::connection::Connection;
use crate::discovery::Resource;
use crate::list::{Receiver, Selection};
use crate::scanner::Left;
use crate::status::parse;
use crate::survey::Unread;

/// Parts of objects that nobody who gathers facts reads.
pub(crate) const BOOKKEEPING: &[Left] = &[&["metadata", "managedFields"], &["metadata", "annotations"]];

/// Reads a list; why it could not be read is entered.
pub(crate) fn read(
    connection: &Connection,
    selection: &Selection<'_>,
    unread: &mut Vec<Unread>,
    take: &mut dyn FnMut(&Node),
) {
    let mut taking = Taking { take, kept: Vec::new() };
    match connection.list(selection, &mut taking) {
        Ok(_) => {
            for root in &taking.kept {
                (taking.take)(root);
            }
        }
        Err(error) => {
            unread.push(Unread { what: selection.resource.full_name(), why: error.to_string() });
        }
    }
}

/// Keeps a list until it is whole, since a list that expires begins anew.
struct Taking<'a> {
    take: &'a mut dyn FnMut(&Node),
    kept: Vec<Node>,
}

impl Receiver for Taking<'_> {
    fn item(&mut self, text: &str) -> bool {
        self.kept.extend(parse(text).filter(|root| root.as_mapping().is_some()));
        true
    }

    fn restart(&mut self) {
        self.kept.clear();
    }
}

pub(crate) fn resource(group: &str, version: &str, kind: &str, plural: &str, namespaced: bool) -> Resource {
    Resource {
        group: group.into(),
        version: version.into(),
        kind: kind.into(),
        plural: plural.into(),
        namespaced,
        verbs: vec![SmolStr::new_static("list")],
    }
}

pub(crate) fn text<'n>(root: &'n Node, path: &[&str]) -> &'n str {
    root.at(path).and_then(Node::as_str).unwrap_or("")
}

pub(crate) fn name(root: &Node) -> String {
    text(root, &["metadata", "name"]).to_owned()
}
