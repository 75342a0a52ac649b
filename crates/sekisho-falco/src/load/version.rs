//! Versions of the rule language and of plugins.

use std::fmt;
use std::str::FromStr;

/// Three numbers.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Version {
    /// What breaks users raises it.
    pub major: u32,
    /// What adds raises it.
    pub minor: u32,
    /// What mends raises it.
    pub patch: u32,
}

impl Version {
    /// Whether this version is good where another is required: of the same major version and not below it.
    pub fn satisfies(self, required: Self) -> bool {
        self.major == required.major && self >= required
    }
}

impl FromStr for Version {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits =
            |text: &str| text.len() - text.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().ok_or(());
        let (major, minor, patch) = (part()?, part()?, part()?);
        // A name of a build or of a pre-release may follow.
        let (patch, behind) = patch.split_at(digits(patch));
        if !(behind.is_empty() || behind.starts_with(['-', '+'])) {
            return Err(());
        }
        let number = |text: &str| text.parse().map_err(|_| ());
        Ok(Self { major: number(major)?, minor: number(minor)?, patch: number(patch)? })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}
