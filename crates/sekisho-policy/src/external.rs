//! Declared answers of external data providers: documents of kind `ExternalData`; and the providers that there are.

use std::collections::{HashMap, HashSet};

use data_encoding::BASE64;
use sekisho_manifest::{Node, Object};

use crate::facts::ExternalAnswer;

/// Answers by provider and key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answers {
    answers: HashMap<String, HashMap<String, ExternalAnswer>>,
    /// The providers that are registered; none where no document says.
    providers: Option<HashSet<String>>,
}

impl Answers {
    /// Whether an object declares answers.
    pub(crate) fn is(object: &Object) -> bool {
        object.is("sekisho", "ExternalData")
    }

    /// Enters the answers of a document; of two answers to a key the first holds.
    pub(crate) fn enter(&mut self, document: &Node) {
        let answers = self.answers.entry(document.str("provider").to_owned()).or_default();
        for answer in document.get("answers").map(Node::items).unwrap_or_default() {
            let null = || Node { span: answer.span, value: sekisho_manifest::Value::Null };
            answers.entry(answer.str("key").to_owned()).or_insert_with(|| ExternalAnswer {
                value: answer.get("value").cloned().unwrap_or_else(null),
                error: answer.str("error").to_owned(),
            });
        }
    }

    /// Enters a provider that is registered, unless Gatekeeper would not take it.
    pub(crate) fn register(&mut self, provider: &Object) {
        let providers = self.providers.get_or_insert_default();
        if fault(provider).is_none() {
            providers.insert(provider.name.to_string());
        }
    }

    /// Whether there is such a provider, as far as is known.
    pub(crate) fn has_provider(&self, name: &str) -> bool {
        self.providers.as_ref().is_none_or(|known| known.contains(name))
    }

    /// The answer of a provider to a key.
    pub(crate) fn find(&self, provider: &str, key: &str) -> Option<ExternalAnswer> {
        if !self.has_provider(provider) {
            return None;
        }
        self.answers.get(provider)?.get(key).cloned()
    }
}

/// Whether an object registers a provider with Gatekeeper.
pub(crate) fn is_provider(object: &Object) -> bool {
    object.is("externaldata.gatekeeper.sh", "Provider")
}

/// Why Gatekeeper takes no notice of a provider; none where it does.
pub(crate) fn fault(provider: &Object) -> Option<&'static str> {
    let spec = provider.root.get("spec");
    let text = |key: &str| spec.map_or("", |spec| spec.str(key));
    if provider.name.is_empty() {
        return Some("a provider needs a name");
    }
    if !text("url").starts_with("https://") {
        return Some("the `url` of a provider begins with `https://`");
    }
    let timeout = spec.and_then(|spec| spec.get("timeout")).and_then(Node::as_i64);
    if timeout.is_none_or(|seconds| seconds <= 0) {
        return Some("the `timeout` of a provider is a number of seconds above zero");
    }
    let bundle = BASE64.decode(text("caBundle").as_bytes()).unwrap_or_default();
    if !bundle.starts_with(b"-----BEGIN ") {
        return Some("the `caBundle` of a provider is a certificate as PEM, in base64");
    }
    None
}
