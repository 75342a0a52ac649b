//! `AssignImage`: changes the domain, the path or the tag of an image reference, each by itself.

use std::sync::LazyLock;

use regex::Regex;
use sekisho_manifest::{Entry, Mapping, Node, Span, Value};
use smol_str::SmolStr;

use super::apply::{MutationError, Setter};

/// The parts to write; empty: as they are.
#[derive(Debug, Clone)]
pub(crate) struct ImageParts {
    pub(crate) domain: SmolStr,
    pub(crate) path: SmolStr,
    pub(crate) tag: SmolStr,
}

/// A host with a dot in it or `localhost`, and a port.
static DOMAIN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(?:(?-u:\w)[(?-u:\w)-]*\.[(?-u:\w).-]*(?-u:\w)|localhost)(?::[0-9]+)?$").ok()
});

/// Path components as registries have them.
static PATH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[a-z0-9]+(?:(?:[._/]|__|-*)[a-z0-9]+)*$").ok());

/// A tag behind `:`, or a digest behind `@`.
static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let digest = r"@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}";
    Regex::new(&format!(r"^(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}|{digest})$")).ok()
});

impl ImageParts {
    /// What is wrong with the parts: applied again and again, they must come to an end.
    pub(crate) fn problem(&self) -> Option<String> {
        let Self { domain, path, tag } = self;
        let wrong = |text: &str, pattern: &LazyLock<Option<Regex>>| {
            !text.is_empty() && !pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
        };
        if domain.is_empty() && path.is_empty() && tag.is_empty() {
            return Some(
                "at least one of `assignDomain`, `assignPath` and `assignTag` must be set".to_owned(),
            );
        }
        if wrong(domain, &DOMAIN) {
            return Some(format!(
                "assignDomain `{domain}` must be a fully-qualified domain name or localhost"
            ));
        }
        if wrong(path, &PATH) {
            return Some(format!("assignPath `{path}` must be a valid docker image path"));
        }
        if wrong(tag, &TAG) {
            return Some(format!(
                "assignTag `{tag}` must be a valid docker image tag or digest starting with `:` or `@`"
            ));
        }
        (domain.is_empty() && split_domain(path).0.is_some()).then(|| {
            format!(
                "assignDomain must be set if the first part of assignPath `{path}` can be interpreted as part of a domain"
            )
        })
    }

    /// An image reference with these parts.
    pub(crate) fn applied_to(&self, reference: &str) -> String {
        let (domain, rest) = split_domain(reference);
        let (path, tag) = rest.split_at(rest.find([':', '@']).unwrap_or(rest.len()));
        let or = |new: &'_ SmolStr, old: &str| if new.is_empty() { old.to_owned() } else { new.to_string() };
        let domain = or(&self.domain, domain.unwrap_or_default());
        let slash = if domain.is_empty() { "" } else { "/" };
        format!("{domain}{slash}{}{}", or(&self.path, path), or(&self.tag, tag))
    }
}

/// The domain of an image reference, and the rest behind its slash.
fn split_domain(reference: &str) -> (Option<&str>, &str) {
    match reference.split_once('/') {
        Some((domain, rest)) if domain.contains(['.', ':']) || domain == "localhost" => (Some(domain), rest),
        _ => (None, reference),
    }
}

impl Setter for ImageParts {
    fn set(&self, object: &mut Mapping, key: &SmolStr, span: Span) -> Result<(), MutationError> {
        let current = match object.entry(key).map(|entry| &entry.node.value) {
            None => SmolStr::default(),
            Some(Value::String(text)) => text.clone(),
            Some(_) => {
                let message = "expected value at AssignImage location to be a string".to_owned();
                return Err(MutationError::Value(message));
            }
        };
        let node = Node { span, value: Value::String(self.applied_to(&current).into()) };
        object.put(Entry { key: key.clone(), key_span: span, node });
        Ok(())
    }
}
