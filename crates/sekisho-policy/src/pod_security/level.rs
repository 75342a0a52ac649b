//! The levels of the Pod Security Standards and the versions that they come in.

use std::fmt;

/// How much a Pod may do; each level allows less than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Anything.
    Privileged,
    /// What is no known way to more privileges.
    Baseline,
    /// What hardening asks for.
    Restricted,
}

/// The state of the standards at a release of Kubernetes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// As of `v1.MINOR`; a release newer than the newest known one counts as that.
    Minor(u64),
    /// The newest known.
    Latest,
}

/// A level in a version: `restricted:latest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LevelVersion {
    /// The level.
    pub level: Level,
    /// The version.
    pub version: Version,
}

/// A level or version that is none; the text is the API server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LevelError {
    /// The level is none of the three.
    #[error("must be one of privileged, baseline, restricted")]
    Level,
    /// The version is neither `latest` nor `v1.` and a number.
    #[error("must be \"latest\" or \"v1.x\"")]
    Version,
}

impl Level {
    /// As labels name it: `restricted`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }

    /// Reads the value of a label.
    pub fn parse(text: &str) -> Result<Self, LevelError> {
        [Self::Privileged, Self::Baseline, Self::Restricted]
            .into_iter()
            .find(|level| level.as_str() == text)
            .ok_or(LevelError::Level)
    }
}

impl Version {
    /// Reads the value of a label: `latest`, `v1.27`.
    pub fn parse(text: &str) -> Result<Self, LevelError> {
        if text == "latest" {
            return Ok(Self::Latest);
        }
        let minor = text.strip_prefix("v1.").ok_or(LevelError::Version)?;
        let leads_with_zero = minor.len() > 1 && minor.starts_with('0');
        if leads_with_zero || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(LevelError::Version);
        }
        // The API server's integers have a sign.
        let minor: i64 = minor.parse().map_err(|_| LevelError::Version)?;
        minor.try_into().map(Self::Minor).map_err(|_| LevelError::Version)
    }
}

impl LevelVersion {
    /// A level as it is now.
    pub const fn latest(level: Level) -> Self {
        Self { level, version: Version::Latest }
    }

    /// Reads `restricted` or `restricted:v1.31`.
    pub fn parse(text: &str) -> Result<Self, LevelError> {
        match text.split_once(':') {
            Some((level, version)) => {
                Ok(Self { level: Level::parse(level)?, version: Version::parse(version)? })
            }
            None => Level::parse(text).map(Self::latest),
        }
    }

    /// Whether two policies ask for the same.
    pub fn is_equivalent(self, other: Self) -> bool {
        self.level == other.level && (self.level == Level::Privileged || self.version == other.version)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Minor(minor) => write!(f, "v1.{minor}"),
            Self::Latest => f.write_str("latest"),
        }
    }
}

impl fmt::Display for LevelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level, self.version)
    }
}
