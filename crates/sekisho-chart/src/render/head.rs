//! What Helm reads of a document: its kind, its name, its annotations.

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::chart::{FieldError, decode};

/// The head of a document.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) api_version: SmolStr,
    pub(super) kind: SmolStr,
    pub(super) name: SmolStr,
    pub(super) annotations: Vec<(SmolStr, SmolStr)>,
}

impl Head {
    /// Reads the head of a document; one that is null has an empty head.
    pub(super) fn of(root: &Node) -> Result<Self, FieldError> {
        let mut head = Self::default();
        for (key, node) in decode::fields(root, "the document")? {
            match key.to_ascii_lowercase().as_str() {
                "apiversion" => head.api_version = decode::text(node, &key)?,
                "kind" => head.kind = decode::text(node, &key)?,
                "metadata" => head.metadata(node)?,
                _ => {}
            }
        }
        Ok(head)
    }

    fn metadata(&mut self, node: &Node) -> Result<(), FieldError> {
        for (key, node) in decode::fields(node, "metadata")? {
            let path = format!("metadata.{key}");
            match key.to_ascii_lowercase().as_str() {
                "name" => self.name = decode::text(node, &path)?,
                "annotations" => self.annotations = decode::text_map(node, &path)?,
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn annotation(&self, key: &str) -> Option<&SmolStr> {
        self.annotations.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }
}
