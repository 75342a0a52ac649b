//! `image(…)`: references to images, and their parts.

use std::sync::Arc;

use sekisho_cel::{Call, Environment, Failure, Foreign, Value};
use smol_str::{SmolStr, format_smolstr};

use super::function::{Given, failed, globals, members, text, value};

const IMAGE: &str = "kyverno.image";

/// A reference, as the container registries' own library reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Reference {
    pub(in super::super) registry: SmolStr,
    pub(in super::super) repository: SmolStr,
    /// As it is written; `latest` where neither tag nor digest is.
    pub(in super::super) tag: SmolStr,
    pub(in super::super) digest: SmolStr,
}

const DEFAULT_REGISTRY: &str = "index.docker.io";

impl Reference {
    /// Reads a reference; none where it is none.
    pub(in super::super) fn parse(text: &str) -> Option<Self> {
        if let Some((name, digest)) = text.split_once('@') {
            let hex = digest.strip_prefix("sha256:")?;
            let is_hex = hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if !is_hex {
                return None;
            }
            let (name, tag) = split_tag(name);
            let (registry, repository) = place(name)?;
            return Some(Self { registry, repository, tag: tag.into(), digest: digest.into() });
        }
        let (name, tag) = split_tag(text);
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if text.ends_with(':') || tag.len() > 128 || !tag.bytes().all(is_letter) {
            return None;
        }
        let (registry, repository) = place(name)?;
        let tag = if tag.is_empty() { "latest" } else { tag };
        Some(Self { registry, repository, tag: tag.into(), digest: SmolStr::default() })
    }

    fn identifier(&self) -> SmolStr {
        match (self.tag.as_str(), self.digest.as_str()) {
            (tag, "") => tag.into(),
            ("", digest) => digest.into(),
            (tag, digest) => format_smolstr!("{tag}@{digest}"),
        }
    }
}

/// A name and the tag behind it; empty where there is none.
fn split_tag(text: &str) -> (&str, &str) {
    match text.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (text, ""),
    }
}

/// Registry and repository of a name.
fn place(name: &str) -> Option<(SmolStr, SmolStr)> {
    let host = name.split_once('/').filter(|(host, _)| host.contains(['.', ':']) || *host == "localhost");
    let (registry, repository) = host.unwrap_or(("", name));
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-./".contains(&byte);
    if !(2..=255).contains(&repository.len()) || !repository.bytes().all(is_letter) {
        return None;
    }
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:[]~%".contains(&byte);
    if !registry.bytes().all(is_host) {
        return None;
    }
    let registry = match registry {
        "" | "docker.io" => DEFAULT_REGISTRY,
        other => other,
    };
    let implied = registry == DEFAULT_REGISTRY && !repository.contains('/');
    let repository = if implied { format_smolstr!("library/{repository}") } else { SmolStr::new(repository) };
    Some((registry.into(), repository))
}

/// What a function does.
type Code = fn(&mut Call<'_>) -> Given;

#[derive(Debug)]
struct Image(Arc<Reference>);

impl Foreign for Image {
    fn type_name(&self) -> SmolStr {
        SmolStr::new_static(IMAGE)
    }

    fn is_equal(&self, other: &dyn Foreign) -> bool {
        let other: &dyn std::any::Any = other;
        other.downcast_ref::<Self>().is_some_and(|other| self.0 == other.0)
    }
}

pub(super) fn extend(environment: Environment) -> Environment {
    let environment = environment.with_foreign_type(IMAGE);
    let signature = format!("string -> {IMAGE}");
    let environment = globals(environment, &["image", "parseImageReference"], &signature, parse);
    let environment = globals(environment, &["isImage"], "string -> bool", |call| {
        Ok(Value::Bool(Reference::parse(&text(call, 0)?).is_some()))
    });
    let to_bool = format!("{IMAGE} -> bool");
    let to_text = format!("{IMAGE} -> string");
    let environment = members(environment, &["containsDigest"], &to_bool, |call| {
        Ok(Value::Bool(!reference(call)?.digest.is_empty()))
    });
    let parts: [(&'static str, Code); 6] = [
        ("registry", |call| Ok(Value::String(reference(call)?.registry.clone()))),
        ("repository", |call| Ok(Value::String(reference(call)?.repository.clone()))),
        ("identifier", |call| Ok(Value::String(reference(call)?.identifier()))),
        ("identifierWithSeparator", |call| {
            let image = reference(call)?;
            let shown = match image.digest.as_str() {
                "" => format_smolstr!(":{}", image.tag),
                digest => format_smolstr!("@{digest}"),
            };
            Ok(Value::String(shown))
        }),
        ("tag", |call| Ok(Value::String(reference(call)?.tag.clone()))),
        ("digest", |call| Ok(Value::String(reference(call)?.digest.clone()))),
    ];
    parts
        .into_iter()
        .fold(environment, |environment, (name, code)| members(environment, &[name], &to_text, code))
}

fn parse(call: &mut Call<'_>) -> Given {
    let text = text(call, 0)?;
    match Reference::parse(&text) {
        Some(reference) => Ok(Value::foreign(Image(Arc::new(reference)))),
        None => Err(failed(format!("could not parse reference: {text}"))),
    }
}

fn reference(call: &Call<'_>) -> Result<Arc<Reference>, Failure> {
    value(call, 0).as_foreign::<Image>().map(|image| Arc::clone(&image.0)).ok_or(Failure::NoSuchOverload)
}
