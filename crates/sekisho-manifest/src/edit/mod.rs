//! Changes of single fields of a manifest's text: what is changed is said on the tree, and every byte
//! that the change does not touch stays as it was.
//!
//! The editor trusts no layout. It writes what it believes to be right, reads the result again, and gives
//! an error unless that is exactly the old tree with the changes made.

mod block;
mod change;
mod diff;
mod document;
mod error;
mod flow;
mod locate;
mod plan;
mod print;
mod rounds;
mod style;
mod text;
mod verify;

pub use change::{Change, Operation};
pub use diff::diff;
pub use error::{EditError, EditErrorKind};

use std::collections::BTreeMap;

use self::document::Part;
use self::style::Style;
use crate::{Document, FieldPath, LoadError, Loaded, Node};

/// Makes changes in a YAML or JSON text, in their order.
///
/// All paths are those of the text as it is given: taking an item away does not move, for the changes that
/// follow, the items behind it, and what a change would do within something that an earlier one took away
/// is left undone. The same change twice counts once.
pub fn edit(text: &str, changes: &[Change]) -> Result<String, EditError> {
    let Some(first) = changes.first() else { return Ok(text.to_owned()) };
    let loaded = document::read(text);
    let mut by_document: BTreeMap<u32, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        by_document.entry(change.document).or_default().push(change);
    }
    let mut out = String::with_capacity(text.len() + 64 * changes.len());
    let mut roots = BTreeMap::new();
    let mut at = 0;
    for (number, changes) in &by_document {
        let Some(document) = loaded.documents.iter().find(|document| document.index == *number) else {
            return Err(unreadable(&loaded.errors, *number, changes));
        };
        let part = Part::of(text, document);
        let style = style(text, &part, document, &loaded.documents);
        let old = text.get(part.range.clone()).unwrap_or("");
        let (new, root) = rounds::run(old, &part, &style, changes)?;
        out.push_str(text.get(at..part.range.start).unwrap_or(""));
        out.push_str(&new);
        at = part.range.end;
        roots.insert(*number, root);
    }
    out.push_str(text.get(at..).unwrap_or(""));
    if is_as_meant(&loaded, &out, &roots) {
        return Ok(out);
    }
    Err(EditError { document: first.document, path: first.path.clone(), kind: EditErrorKind::Layout })
}

/// Why a document cannot be changed that was not read.
fn unreadable(errors: &[LoadError], document: u32, changes: &[&Change]) -> EditError {
    let kind = errors
        .iter()
        .find(|error| error.document == document)
        .map_or(EditErrorKind::NoDocument, |error| EditErrorKind::Load(error.kind.clone()));
    let path = changes.first().map_or_else(FieldPath::root, |change| change.path.clone());
    EditError { document, path, kind }
}

/// The style of a document; spans are those of the whole text.
fn style(text: &str, part: &Part, document: &Document, documents: &[Document]) -> Style {
    /// How many documents beside it are looked at.
    const OTHERS: usize = 8;
    let others: Vec<(&str, &Node)> = documents
        .iter()
        .filter(|other| other.index != document.index)
        .take(OTHERS)
        .map(|other| (text, &other.root))
        .collect();
    Style::of(text, &document.root, part.format == crate::Format::Json, &others)
}

/// Whether the new text reads as the old documents with the changed ones in place of theirs.
fn is_as_meant(old: &Loaded, text: &str, changed: &BTreeMap<u32, Node>) -> bool {
    let new = document::read(text);
    new.errors.len() == old.errors.len()
        && new.documents.len() == old.documents.len()
        && new.documents.iter().zip(&old.documents).all(|(new, old)| {
            new.index == old.index && verify::same(&new.root, changed.get(&old.index).unwrap_or(&old.root))
        })
}
