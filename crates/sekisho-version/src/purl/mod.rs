//! Package URLs: read, built, and written in their one canonical form. See github.com/package-url/purl-spec.

mod kinds;
mod serial;

use std::collections::BTreeMap;
use std::fmt;

use crate::ecosystem::Ecosystem;

/// A package URL in its normal form: what its type reads without regard to case is in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageUrl {
    kind: String,
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    qualifiers: BTreeMap<String, String>,
    subpath: Option<String>,
}

/// Why a text is no package URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackageUrlError {
    /// Longer than [`PackageUrl::LONGEST`].
    #[error("a package URL of {0} bytes is longer than the limit of 16384: shorten it")]
    Long(usize),
    /// It does not begin with `pkg:`.
    #[error("`{0}` is no package URL: begin it with `pkg:` and a type")]
    Scheme(String),
    /// No type, or one with characters that types do not have.
    #[error("`{0}` is no type of packages: use letters, digits, `.` and `-`, first a letter")]
    Kind(String),
    /// No name.
    #[error("a package URL of type `{0}` needs a name")]
    Name(String),
    /// A percent sign that encodes nothing.
    #[error("`{0}` is not percent-encoded: write `%25` for `%`")]
    Encoding(String),
    /// A qualifier's key.
    #[error("`{0}` is no key of a qualifier: use letters, digits, `.`, `-` and `_`, first a letter")]
    Qualifier(String),
    /// Against a rule of its type.
    #[error("a package URL of type `{kind}` {rule}")]
    Rule {
        /// The type.
        kind: String,
        /// What it needs or must not have.
        rule: &'static str,
    },
}

impl PackageUrl {
    /// The longest text that is read as a package URL, in bytes.
    pub const LONGEST: usize = 16_384;

    /// Reads a package URL.
    pub fn parse(text: &str) -> Result<Self, PackageUrlError> {
        if text.len() > Self::LONGEST {
            return Err(PackageUrlError::Long(text.len()));
        }
        let rest = match text.split_at_checked(4) {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("pkg:") => rest.trim_start_matches('/'),
            _ => return Err(PackageUrlError::Scheme(text.to_owned())),
        };
        let (rest, subpath) = split_last(rest, '#');
        let (rest, qualifiers) = split_last(rest, '?');
        let (kind, path) = rest.split_once('/').ok_or_else(|| PackageUrlError::Name(rest.to_owned()))?;
        let path = path.trim_start_matches('/');
        // The sign in front of a scope of npm is no separator.
        let (path, version) = match path.rfind('@') {
            // `name/@1.0` has a version and no name.
            Some(at) if path.get(..at).is_some_and(|before| before.is_empty() || before.ends_with('/')) => {
                let after = path.get(at + 1..).unwrap_or_default();
                if after.contains('/') {
                    (path, None)
                } else {
                    (path.get(..at).unwrap_or_default(), Some(after))
                }
            }
            Some(at) => (path.get(..at).unwrap_or_default(), path.get(at + 1..)),
            None => (path, None),
        };
        let (namespace, name) = match path.rsplit_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, path),
        };
        let mut pairs = BTreeMap::new();
        for pair in qualifiers.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.insert(key.to_owned(), decoded(value)?);
        }
        Self::build(
            kind,
            namespace.map(|namespace| segments(namespace, |_| true)).transpose()?.as_deref(),
            &decoded(name)?,
            version.map(decoded).transpose()?.as_deref(),
            pairs,
            subpath.map(|path| segments(path, |part| !matches!(part, "." | ".."))).transpose()?.as_deref(),
        )
    }

    /// Makes a package URL of its parts, none of them encoded.
    pub fn build(
        kind: &str,
        namespace: Option<&str>,
        name: &str,
        version: Option<&str>,
        qualifiers: BTreeMap<String, String>,
        subpath: Option<&str>,
    ) -> Result<Self, PackageUrlError> {
        let is_kind = kind.starts_with(|first: char| first.is_ascii_alphabetic())
            && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
        if !is_kind {
            return Err(PackageUrlError::Kind(kind.to_owned()));
        }
        let kind = kind.to_ascii_lowercase();
        if name.trim_matches('/').is_empty() {
            return Err(PackageUrlError::Name(kind));
        }
        let mut pairs = BTreeMap::new();
        for (key, value) in qualifiers {
            let is_key = key.starts_with(|first: char| first.is_ascii_alphabetic())
                && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
            if !is_key {
                return Err(PackageUrlError::Qualifier(key));
            }
            if !value.is_empty() {
                pairs.insert(key.to_ascii_lowercase(), value);
            }
        }
        // A path has no empty segments.
        let owned = |part: Option<&str>| {
            let segments: Vec<&str> = part?.split('/').filter(|segment| !segment.is_empty()).collect();
            Some(segments.join("/")).filter(|part| !part.is_empty())
        };
        let mut url = Self {
            kind,
            namespace: owned(namespace),
            name: name.trim_matches('/').to_owned(),
            version: version.filter(|version| !version.is_empty()).map(str::to_owned),
            qualifiers: pairs,
            subpath: owned(subpath),
        };
        kinds::normalize(&mut url)?;
        Ok(url)
    }

    /// The type, such as `npm` or `deb`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The namespace: a scope, a group, an owner, a distribution.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// A qualifier by its key.
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        self.qualifiers.get(key).map(String::as_str)
    }

    /// All qualifiers, by key.
    pub fn qualifiers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.qualifiers.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The path within the package.
    pub fn subpath(&self) -> Option<&str> {
        self.subpath.as_deref()
    }

    /// The ecosystem whose advisories speak of it.
    pub fn ecosystem(&self) -> Option<Ecosystem> {
        Ecosystem::of_package_url(&self.kind, self.namespace())
    }

    /// The name as advisories of its ecosystem write it: with the namespace where that is no distribution.
    pub fn package_name(&self) -> String {
        let Some(namespace) = self.namespace() else { return self.name.clone() };
        match self.kind.as_str() {
            "maven" => format!("{namespace}:{}", self.name),
            "deb" | "rpm" | "apk" | "alpm" | "opkg" | "ebuild" => self.name.clone(),
            _ => format!("{namespace}/{}", self.name),
        }
    }

    /// The same package without version, qualifiers and path.
    #[must_use]
    pub fn without_version(&self) -> Self {
        Self { version: None, qualifiers: BTreeMap::new(), subpath: None, ..self.clone() }
    }
}

impl fmt::Display for PackageUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "pkg:{}/", self.kind)?;
        for segment in self.namespace.iter().flat_map(|namespace| namespace.split('/')) {
            encode(segment, formatter)?;
            formatter.write_str("/")?;
        }
        // Only names of type `git` hold slashes that separate.
        for (place, segment) in self.name.split('/').enumerate() {
            if place > 0 {
                formatter.write_str(if self.kind == "git" { "/" } else { "%2F" })?;
            }
            encode(segment, formatter)?;
        }
        if let Some(version) = &self.version {
            formatter.write_str("@")?;
            encode(version, formatter)?;
        }
        for (place, (key, value)) in self.qualifiers.iter().enumerate() {
            write!(formatter, "{}{key}=", if place == 0 { '?' } else { '&' })?;
            encode(value, formatter)?;
        }
        for (place, segment) in self.subpath.iter().flat_map(|path| path.split('/')).enumerate() {
            formatter.write_str(if place == 0 { "#" } else { "/" })?;
            encode(segment, formatter)?;
        }
        Ok(())
    }
}

impl std::str::FromStr for PackageUrl {
    type Err = PackageUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// Splits at the last of a character.
fn split_last(text: &str, at: char) -> (&str, Option<&str>) {
    text.rsplit_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// Decodes the segments of a path that are not empty and are kept.
fn segments(path: &str, is_kept: impl Fn(&str) -> bool) -> Result<String, PackageUrlError> {
    let mut found: Vec<String> = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        let segment = decoded(segment)?;
        if is_kept(&segment) {
            found.push(segment);
        }
    }
    Ok(found.join("/"))
}

fn decoded(text: &str) -> Result<String, PackageUrlError> {
    decode(text).ok_or_else(|| PackageUrlError::Encoding(text.to_owned()))
}

/// Decodes percent-encoded UTF-8; none where it is neither.
pub(crate) fn decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Letters, digits, `.`, `-`, `_`, `~` and `:` stand as they are.
fn encode(text: &str, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
            write!(formatter, "{}", char::from(byte))?;
        } else {
            write!(formatter, "%{byte:02X}")?;
        }
    }
    Ok(())
}
