//! JSON of other hands, through the one loader.

use sekisho_manifest::{Budget, Format, Node, SourceId, load};

/// A text of JSON as a tree; none where it is none.
pub(crate) fn parsed(text: &str) -> Option<Node> {
    let loaded = load(SourceId(0), text, Format::Json, &Budget::default());
    if loaded.errors.is_empty() {
        loaded.documents.into_iter().next().map(|document| document.root)
    } else {
        None
    }
}
