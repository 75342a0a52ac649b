//! Declared answers of external data providers: documents of kind `ExternalData`.

use std::collections::HashMap;

use sekisho_manifest::{Node, Object};

use crate::facts::ExternalAnswer;

/// Answers by provider and key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers(HashMap<String, HashMap<String, ExternalAnswer>>);

impl Answers {
    /// Whether an object declares answers.
    pub(crate) fn is(object: &Object) -> bool {
        object.is("sekisho", "ExternalData")
    }

    /// Enters the answers of a document; of two answers to a key the first holds.
    pub(crate) fn enter(&mut self, document: &Node) {
        let answers = self.0.entry(document.str("provider").to_owned()).or_default();
        for answer in document.get("answers").map(Node::items).unwrap_or_default() {
            let null = || Node { span: answer.span, value: sekisho_manifest::Value::Null };
            answers.entry(answer.str("key").to_owned()).or_insert_with(|| ExternalAnswer {
                value: answer.get("value").cloned().unwrap_or_else(null),
                error: answer.str("error").to_owned(),
            });
        }
    }

    /// The answer of a provider to a key.
    pub(crate) fn find(&self, provider: &str, key: &str) -> Option<ExternalAnswer> {
        self.0.get(provider)?.get(key).cloned()
    }
}
