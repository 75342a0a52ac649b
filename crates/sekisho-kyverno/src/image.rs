//! Images as Kyverno sees them: a reference with its registry, path, name, tag and digest.

use smol_str::{SmolStr, format_smolstr};

use crate::settings::Settings;
use crate::value::{Map, Value};

/// A reference to an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The registry; empty where none is written and the default one is not shown.
    pub registry: SmolStr,
    /// The last part of the path.
    pub name: SmolStr,
    /// The path in the registry.
    pub path: SmolStr,
    /// The tag; `latest` where neither a tag nor a digest is written.
    pub tag: SmolStr,
    /// The digest; empty where none is written.
    pub digest: SmolStr,
    reference: SmolStr,
    with_tag: SmolStr,
}

/// Why a text is no reference to an image. The texts are Kyverno's, since policies' results quote them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("bad image: {full}, defaultRegistry: {registry}, enableDefaultRegistryMutation: {shown}: {reason}")]
pub struct ImageError {
    full: String,
    registry: SmolStr,
    shown: bool,
    reason: &'static str,
}

const SHAPE: &str = "invalid reference format";

impl Image {
    /// Reads a reference.
    pub fn parse(text: &str, settings: &Settings) -> Result<Self, ImageError> {
        let has_registry = text.split_once('/').is_some_and(|(host, _)| {
            host.contains(['.', ':']) || host == "localhost" || host.chars().any(char::is_uppercase)
        });
        let full =
            if has_registry { text.to_owned() } else { format!("{}/{text}", settings.default_registry) };
        let error = |reason| ImageError {
            full: full.clone(),
            registry: settings.default_registry.clone(),
            shown: settings.shows_default_registry,
            reason,
        };
        let parts = Parts::read(&full).map_err(error)?;
        let shows = has_registry || settings.shows_default_registry;
        let registry = if shows { SmolStr::new(parts.registry) } else { SmolStr::default() };
        let path = SmolStr::new(parts.path);
        let tag = match (parts.tag, parts.digest) {
            ("", "") => "latest",
            (tag, _) => tag,
        };
        let place = if registry.is_empty() { path.clone() } else { format_smolstr!("{registry}/{path}") };
        let with_tag = format_smolstr!("{place}:{tag}");
        let reference = match parts.digest {
            "" => with_tag.clone(),
            digest => format_smolstr!("{place}@{digest}"),
        };
        let name = SmolStr::new(path.rsplit('/').next().unwrap_or(&path));
        let (registry, path) = match path.split_once('/') {
            // A first part that can be no registry by its underscore is one all the same.
            Some((first, rest)) if registry.is_empty() && first.contains('_') => (first.into(), rest.into()),
            _ => (registry, path),
        };
        Ok(Self { registry, name, path, tag: tag.into(), digest: parts.digest.into(), reference, with_tag })
    }

    /// The whole reference, by its digest where it has one.
    pub fn reference(&self) -> SmolStr {
        self.reference.clone()
    }

    /// The image as variables see it; what is empty is left out.
    pub fn to_value(&self) -> Map {
        let fields = [
            ("registry", &self.registry),
            ("name", &self.name),
            ("path", &self.path),
            ("tag", &self.tag),
            ("digest", &self.digest),
            ("reference", &self.reference),
            ("referenceWithTag", &self.with_tag),
        ];
        let shown = |field: &(&str, &SmolStr)| matches!(field.0, "name" | "path") || !field.1.is_empty();
        fields
            .into_iter()
            .filter(shown)
            .map(|(key, text)| (SmolStr::new_static(key), Value::String(text.clone())))
            .collect()
    }
}

/// The parts of a reference that begins with a registry.
struct Parts<'t> {
    registry: &'t str,
    path: &'t str,
    tag: &'t str,
    digest: &'t str,
}

impl<'t> Parts<'t> {
    fn read(text: &'t str) -> Result<Self, &'static str> {
        match Self::split(text) {
            Some(parts) => parts.checked(),
            None if Parts::split(&text.to_lowercase()).is_some() => Err("repository name must be lowercase"),
            None => Err(SHAPE),
        }
    }

    fn split(text: &'t str) -> Option<Self> {
        let (rest, digest) = text.split_once('@').unwrap_or((text, ""));
        if text.contains('@') && !is_digest(digest) {
            return None;
        }
        let (registry, rest) = rest.split_once('/')?;
        let (path, tag) = rest.split_once(':').unwrap_or((rest, ""));
        let fits = is_registry(registry)
            && path.split('/').all(is_component)
            && (is_tag(tag) || (tag.is_empty() && !rest.contains(':')));
        fits.then_some(Self { registry, path, tag, digest })
    }

    fn checked(self) -> Result<Self, &'static str> {
        if self.path.len() > 255 {
            return Err("repository name must not be more than 255 characters");
        }
        if let Some((algorithm, hex)) = self.digest.split_once(':') {
            let length = match algorithm {
                "sha256" => 64,
                "sha384" => 96,
                "sha512" => 128,
                _ => return Err("unsupported digest algorithm"),
            };
            if hex.len() != length {
                return Err("invalid checksum digest length");
            }
            if hex.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return Err("invalid checksum digest format");
            }
        }
        Ok(self)
    }
}

fn is_registry(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => {
            let is_address =
                !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
            if !is_address {
                return false;
            }
            ("localhost", port.strip_prefix(':').or(port.is_empty().then_some("0")))
        }
        None => text.split_once(':').map_or((text, Some("0")), |(host, port)| (host, Some(port))),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    port.is_some_and(is_port) && host.split('.').all(is_label)
}

/// Lower case letters and digits, with single dots, one or two underscores, or dashes between them.
fn is_component(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = bytes.first().zip(bytes.last()).is_some_and(|(first, last)| is_word(*first) && is_word(*last));
    let separators = text.split(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    ends && separators
        .into_iter()
        .all(|between| matches!(between, "" | "." | "_" | "__") || between.bytes().all(|byte| byte == b'-'))
}

fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else { return false };
    let is_part = |part: &str| {
        part.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    algorithm.split(['-', '_', '+', '.']).all(is_part)
        && hex.len() >= 32
        && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}
