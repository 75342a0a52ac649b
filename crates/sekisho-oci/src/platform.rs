//! Platforms: what an image is built for, as containerd writes, completes and compares it.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use smol_str::SmolStr;

/// An operating system and an architecture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct Platform {
    /// The operating system, as Go calls it: `linux`.
    #[serde(default)]
    pub os: SmolStr,
    /// The architecture, as Go calls it: `amd64`.
    #[serde(default)]
    pub architecture: SmolStr,
    /// The variant of the architecture: `v8`; empty where there is none.
    #[serde(default)]
    pub variant: SmolStr,
    /// The version of the operating system, which Windows images have.
    #[serde(default, rename = "os.version")]
    pub os_version: SmolStr,
    /// What the operating system must have.
    #[serde(default, rename = "os.features")]
    pub os_features: Vec<SmolStr>,
}

/// A text that is no platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no platform: write it as `linux/amd64` or `linux/arm64/v8`")]
pub struct ParsePlatformError(String);

impl Platform {
    /// A platform of these words, completed.
    pub fn new(os: &str, architecture: &str, variant: &str) -> Self {
        let (architecture, variant) = normal(architecture, variant);
        Self { os: normal_os(os), architecture, variant, ..Self::default() }
    }

    /// The platform with the names that Go has.
    #[must_use]
    pub fn normalized(&self) -> Self {
        let (architecture, variant) = normal(&self.architecture, &self.variant);
        Self { os: normal_os(&self.os), architecture, variant, ..self.clone() }
    }

    /// How well an image for `other` serves here: none where it does not run, and the lower the better.
    pub fn rank(&self, other: &Self) -> Option<u32> {
        let (wanted, has) = (self.normalized(), other.normalized());
        if wanted.os != has.os {
            return None;
        }
        let distance = match (wanted.architecture.as_str(), has.architecture.as_str()) {
            (one, two) if one == two => match one {
                "amd64" | "arm" | "arm64" => {
                    let level = |platform: &Self| level(platform);
                    level(&wanted).checked_sub(level(&has))?
                }
                _ if wanted.variant == has.variant => 0,
                _ if wanted.variant.is_empty() || has.variant.is_empty() => 1,
                _ => return None,
            },
            // What runs the programs of the smaller machine is second choice.
            ("arm64", "arm") => 100 + 8_u32.checked_sub(level(&has))?,
            ("amd64", "386") => 100,
            _ => return None,
        };
        if wanted.os_version.is_empty() || wanted.os_version == has.os_version {
            return Some(distance);
        }
        // Windows runs what was built for the same build, whatever the revision.
        let build = |version: &str| version.split('.').take(3).collect::<Vec<_>>().join(".");
        (build(&wanted.os_version) == build(&has.os_version)).then_some(distance + 1)
    }

    /// The index of the platform that serves best; of equal ones the first.
    pub fn best<'p>(&self, of: impl IntoIterator<Item = &'p Self>) -> Option<usize> {
        let ranked =
            of.into_iter().enumerate().filter_map(|(index, other)| Some((self.rank(other)?, index, other)));
        // Of Windows images the newest build comes first, as a registry lists them in any order.
        ranked
            .min_by_key(|(rank, index, other)| (*rank, Reverse(version(&other.os_version)), *index))
            .map(|(_, index, _)| index)
    }
}

/// The numbers of a version of Windows.
fn version(text: &str) -> Vec<u64> {
    text.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// How new an architecture a variant names.
fn level(platform: &Platform) -> u32 {
    let number = platform.variant.strip_prefix('v').and_then(|rest| {
        let digits = rest.split('.').next()?;
        digits.parse().ok()
    });
    number.unwrap_or(match platform.architecture.as_str() {
        "arm" => 7,
        "arm64" => 8,
        _ => 1,
    })
}

fn normal_os(os: &str) -> SmolStr {
    match os.to_ascii_lowercase().as_str() {
        "macos" => "darwin".into(),
        other => other.into(),
    }
}

fn normal(architecture: &str, variant: &str) -> (SmolStr, SmolStr) {
    let (architecture, variant) = (architecture.to_ascii_lowercase(), variant.to_ascii_lowercase());
    let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
        ("i386", _) => ("386", ""),
        ("x86_64" | "x86-64" | "amd64", "" | "v1") => ("amd64", ""),
        ("x86_64" | "x86-64", variant) => ("amd64", variant),
        ("aarch64" | "arm64", "8" | "v8" | "v8.0" | "") => ("arm64", ""),
        ("aarch64", variant) => ("arm64", variant),
        ("armhf", _) | ("arm", "" | "7") => ("arm", "v7"),
        ("armel", _) | ("arm", "6") => ("arm", "v6"),
        ("arm", "5") => ("arm", "v5"),
        ("arm", "8") => ("arm", "v8"),
        (architecture, variant) => (architecture, variant),
    };
    (architecture.into(), variant.into())
}

impl FromStr for Platform {
    type Err = ParsePlatformError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParsePlatformError(text.chars().take(80).collect());
        let is_word = |word: &str| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        };
        let words: Vec<&str> = text.split('/').collect();
        if !words.iter().all(|word| is_word(word)) {
            return Err(error());
        }
        match words[..] {
            [os, architecture] => Ok(Self::new(os, architecture, "")),
            [os, architecture, variant] => Ok(Self::new(os, architecture, variant)),
            // One word is a system or an architecture; the other half is the usual one.
            [one] => match one.to_ascii_lowercase().as_str() {
                "linux" | "windows" | "darwin" | "freebsd" => Ok(Self::new(one, "amd64", "")),
                _ => Ok(Self::new("linux", one, "")),
            },
            _ => Err(error()),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_unknown = |word: &SmolStr| if word.is_empty() { "unknown".into() } else { word.clone() };
        write!(f, "{}/{}", or_unknown(&self.os), or_unknown(&self.architecture))?;
        if !self.variant.is_empty() {
            write!(f, "/{}", self.variant)?;
        }
        Ok(())
    }
}
