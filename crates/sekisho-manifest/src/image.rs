//! Image references, read and completed as Docker and the kubelet do.

use std::fmt;
use std::str::FromStr;

use smol_str::{SmolStr, format_smolstr};

/// The registry of a reference that names none.
const DEFAULT_REGISTRY: &str = "docker.io";
/// An old name of the same registry, which Docker still replaces.
const OLD_DEFAULT_REGISTRY: &str = "index.docker.io";
/// How long registry and repository may be together.
const MAX_NAME: usize = 255;
/// How long a tag may be.
const MAX_TAG: usize = 128;

/// An image reference with its registry and repository written out: `nginx` is `docker.io/library/nginx`.
///
/// The grammar is that of the `reference` package of the distribution project, which Docker, containerd and
/// the kubelet share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageRef {
    /// The host, with its port where one is written: `docker.io`, `localhost:5000`.
    pub registry: SmolStr,
    /// The path in the registry: `library/nginx`.
    pub repository: SmolStr,
    /// The tag, where one is written.
    pub tag: Option<SmolStr>,
    /// The digest, where one is written: `sha256:…`.
    pub digest: Option<SmolStr>,
}

/// Why a text is no image reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageRefError {
    /// Nothing stands where the repository should.
    #[error("the image reference names no repository")]
    NoRepository,
    /// Registry and repository are longer than 255 characters together.
    #[error("the image reference is longer than 255 characters")]
    TooLong,
    /// The text is 64 hexadecimal digits, which Docker takes for a local identifier.
    #[error("`{0}` is a local image identifier: give a repository")]
    Identifier(String),
    /// The host is not well-formed.
    #[error("`{0}` is no registry host: use letters, digits, dots, dashes and a port")]
    Registry(String),
    /// The repository is not well-formed.
    #[error("`{0}` is no repository: use lower case letters, digits and single separators")]
    Repository(String),
    /// The tag is not well-formed.
    #[error("`{0}` is no tag: use up to 128 letters, digits, `_`, `.` and `-`")]
    Tag(String),
    /// The digest is not well-formed.
    #[error("`{0}` is no digest: write the algorithm, a colon and the hexadecimal value")]
    Digest(String),
}

impl ImageRef {
    /// The tag that a registry is asked for: the one written, else `latest` unless a digest is written.
    pub fn requested_tag(&self) -> Option<&str> {
        match (&self.tag, &self.digest) {
            (Some(tag), _) => Some(tag),
            (None, Some(_)) => None,
            (None, None) => Some("latest"),
        }
    }

    /// Registry and repository, without tag and digest.
    pub fn name(&self) -> SmolStr {
        format_smolstr!("{}/{}", self.registry, self.repository)
    }
}

impl FromStr for ImageRef {
    type Err = ImageRefError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(ImageRefError::Identifier(text.to_owned()));
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(checked_digest(digest)?)),
            None => (text, None),
        };
        let (registry, rest) = split_registry(rest);
        let (repository, tag) = match rest.rsplit_once(':') {
            Some((repository, tag)) => (repository, Some(checked_tag(tag)?)),
            None => (rest, None),
        };
        if repository.is_empty() {
            return Err(ImageRefError::NoRepository);
        }
        if !is_registry(registry) {
            return Err(ImageRefError::Registry(registry.to_owned()));
        }
        if !repository.split('/').all(is_component) {
            return Err(ImageRefError::Repository(repository.to_owned()));
        }
        let official = registry == DEFAULT_REGISTRY && !repository.contains('/');
        let repository =
            if official { format_smolstr!("library/{repository}") } else { SmolStr::new(repository) };
        if registry.len() + 1 + repository.len() > MAX_NAME {
            return Err(ImageRefError::TooLong);
        }
        Ok(Self { registry: SmolStr::new(registry), repository, tag, digest })
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// The part before the first slash is a registry when it cannot be a folder of Docker Hub.
fn split_registry(text: &str) -> (&str, &str) {
    match text.split_once('/') {
        Some((OLD_DEFAULT_REGISTRY, rest)) => (DEFAULT_REGISTRY, rest),
        Some((host, rest)) if host == "localhost" || host.contains(['.', ':']) || has_upper(host) => {
            (host, rest)
        }
        _ => (DEFAULT_REGISTRY, text),
    }
}

fn has_upper(text: &str) -> bool {
    text.chars().any(char::is_uppercase)
}

fn is_registry(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, port)) => {
                let address = address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
                return address && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
            }
            None => return false,
        },
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    host.split('.').all(is_label) && port.is_none_or(is_port)
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_label(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Lower case letters and digits, with one of `.`, `_`, `__` or any number of `-` between them.
fn is_component(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut words = text.split(|letter: char| letter.is_ascii() && is_word(letter as u8)).peekable();
    // What is left between words are the separators; the first and the last are the ends of the text.
    let first = words.next();
    if first != Some("") || text.is_empty() {
        return false;
    }
    while let Some(separator) = words.next() {
        let ends = words.peek().is_none();
        let allowed = match separator {
            "" => true,
            "." | "_" | "__" => !ends,
            dashes => !ends && dashes.bytes().all(|byte| byte == b'-'),
        };
        if !allowed {
            return false;
        }
    }
    true
}

fn checked_tag(text: &str) -> Result<SmolStr, ImageRefError> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let good = text.len() <= MAX_TAG
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'));
    if good { Ok(SmolStr::new(text)) } else { Err(ImageRefError::Tag(text.to_owned())) }
}

fn checked_digest(text: &str) -> Result<SmolStr, ImageRefError> {
    let error = || ImageRefError::Digest(text.to_owned());
    let (algorithm, value) = text.split_once(':').ok_or_else(error)?;
    let named = algorithm.split(['-', '_', '+', '.']).all(|part| {
        part.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    let long = match algorithm {
        "sha256" => value.len() == 64,
        "sha384" => value.len() == 96,
        "sha512" => value.len() == 128,
        _ => value.len() >= 32,
    };
    let known = matches!(algorithm, "sha256" | "sha384" | "sha512");
    let hexadecimal =
        value.bytes().all(|byte| byte.is_ascii_hexdigit() && !(known && byte.is_ascii_uppercase()));
    if named && long && hexadecimal { Ok(SmolStr::new(text)) } else { Err(error()) }
}
