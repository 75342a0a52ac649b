//! Reads the documents that tests hold as texts.

use sekisho_manifest::{Budget, Document, Format, Object, SourceId, load};

/// The objects of a text, which must have no fault.
pub(crate) fn objects(text: &str) -> Vec<Object> {
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    loaded.documents.iter().flat_map(Document::objects).collect()
}
