//! What selectors look at: anything that has labels.

use std::collections::BTreeMap;

use crate::workload::Pod;
use crate::{Node, Object};

/// Something that has labels.
pub trait Labels {
    /// The value of a label; none where it is missing.
    fn label_value(&self, key: &str) -> Option<&str>;
}

impl Labels for Node {
    /// The labels of a mapping. A null is no text, as the API server reads it.
    fn label_value(&self, key: &str) -> Option<&str> {
        self.entry(key).and_then(|entry| super::text_or_null(&entry.node))
    }
}

impl Labels for Object {
    fn label_value(&self, key: &str) -> Option<&str> {
        self.root.at(&["metadata", "labels"])?.label_value(key)
    }
}

impl Labels for Pod<'_> {
    fn label_value(&self, key: &str) -> Option<&str> {
        self.metadata?.get("labels")?.label_value(key)
    }
}

impl<L: Labels + ?Sized> Labels for Option<&L> {
    /// None has no labels.
    fn label_value(&self, key: &str) -> Option<&str> {
        self.and_then(|labels| labels.label_value(key))
    }
}

impl<K: AsRef<str>, V: AsRef<str>> Labels for [(K, V)] {
    fn label_value(&self, key: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.as_ref() == key).map(|(_, value)| value.as_ref())
    }
}

impl<K: std::borrow::Borrow<str> + Ord, V: AsRef<str>> Labels for BTreeMap<K, V> {
    fn label_value(&self, key: &str) -> Option<&str> {
        self.get(key).map(AsRef::as_ref)
    }
}

/// Whether a text can be a label's key: a name, behind an optional domain and `/`.
pub(super) fn is_key(text: &str) -> bool {
    match text.split_once('/') {
        Some((domain, name)) => is_domain(domain) && is_name(name),
        None => is_name(text),
    }
}

/// Whether a text can be a label's value.
pub(super) fn is_value(text: &str) -> bool {
    text.is_empty() || is_name(text)
}

fn is_name(text: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

fn is_domain(text: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(plain)
            && bytes.last().is_some_and(plain)
            && bytes.iter().all(|byte| plain(byte) || *byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_part)
}
