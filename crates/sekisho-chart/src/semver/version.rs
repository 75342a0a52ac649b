//! A version: three numbers, a prerelease, build metadata.

use std::cmp::Ordering;
use std::fmt;

use smol_str::SmolStr;

/// The longest version that is read, in bytes.
const LONGEST: usize = 256;

/// A semantic version.
///
/// Two versions are equal when neither goes before the other: build metadata does not count.
#[derive(Debug, Clone)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    /// What stands behind `-`; empty where nothing does.
    pub prerelease: SmolStr,
    /// What stands behind `+`; empty where nothing does.
    pub metadata: SmolStr,
    /// The version as it was written.
    pub original: SmolStr,
}

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// It does not look like one.
    #[error("invalid semantic version")]
    Invalid,
    /// A number of the prerelease begins with 0.
    #[error("version segment starts with 0")]
    LeadingZero,
    /// A number does not fit 64 bits.
    #[error("error parsing version segment: strconv.ParseUint: parsing \"{0}\": value out of range")]
    TooLarge(SmolStr),
    /// It is longer than any version.
    #[error("version string is too long (max {LONGEST} bytes)")]
    TooLong,
}

impl Version {
    /// Reads a version: `1.2.3-rc.1+build`, also with a `v` before it, with fewer than three numbers, which
    /// are then 0, and with zeros before numbers.
    ///
    /// # Errors
    /// Where the text is none.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > LONGEST {
            return Err(VersionError::TooLong);
        }
        let mut scan = Scan::new(text);
        scan.skip('v');
        let major = scan.take_while(is_digit);
        let minor = scan.part_behind('.', is_digit);
        let patch = scan.part_behind('.', is_digit);
        let prerelease = scan.identifiers_behind('-');
        let metadata = scan.identifiers_behind('+');
        if major.is_empty() || !scan.is_at_end() {
            return Err(VersionError::Invalid);
        }
        let leading_zero = |part: &str| part.len() > 1 && part.starts_with('0') && part.chars().all(is_digit);
        if prerelease.split('.').any(leading_zero) {
            return Err(VersionError::LeadingZero);
        }
        Ok(Self {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            prerelease: prerelease.into(),
            metadata: metadata.into(),
            original: text.into(),
        })
    }
}

fn number(digits: &str) -> Result<u64, VersionError> {
    if digits.is_empty() { Ok(0) } else { digits.parse().map_err(|_| VersionError::TooLarge(digits.into())) }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let numbers = |version: &Self| (version.major, version.minor, version.patch);
        numbers(self)
            .cmp(&numbers(other))
            // A release goes behind its prereleases.
            .then_with(|| self.prerelease.is_empty().cmp(&other.prerelease.is_empty()))
            .then_with(|| compare_prereleases(&self.prerelease, &other.prerelease))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

/// The order of prereleases, part by part: numbers by value and before words, words by their bytes, and a
/// missing part before any other.
pub(super) fn compare_prereleases(one: &str, other: &str) -> Ordering {
    let (mut ones, mut others) = (one.split('.'), other.split('.'));
    loop {
        let (one, other) = match (ones.next(), others.next()) {
            (None, None) => return Ordering::Equal,
            (one, other) => (one.unwrap_or(""), other.unwrap_or("")),
        };
        let order = if one.is_empty() || other.is_empty() {
            other.is_empty().cmp(&one.is_empty())
        } else {
            match (one.parse::<u64>(), other.parse::<u64>()) {
                (Ok(one), Ok(other)) => one.cmp(&other),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => one.cmp(other),
            }
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

pub(super) fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

/// Reads a text from its start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan<'t> {
    rest: &'t str,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    pub(super) fn rest(&self) -> &'t str {
        self.rest
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Goes over a character, if it is the next one.
    pub(super) fn skip(&mut self, character: char) -> bool {
        self.skip_text(character.encode_utf8(&mut [0; 4]))
    }

    /// Goes over a text, if it comes next.
    pub(super) fn skip_text(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Goes over spaces and says whether there were any.
    pub(super) fn skip_spaces(&mut self) -> bool {
        !self.take_while(|character| matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{c}')).is_empty()
    }

    pub(super) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|character| !fits(character)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// What fits behind a mark; empty, and the mark is left, where nothing does.
    pub(super) fn part_behind(&mut self, mark: char, fits: impl Fn(char) -> bool) -> &'t str {
        let mut ahead = *self;
        if !ahead.skip(mark) {
            return "";
        }
        let part = ahead.take_while(fits);
        if !part.is_empty() {
            *self = ahead;
        }
        part
    }

    /// Identifiers parted by dots behind a mark.
    pub(super) fn identifiers_behind(&mut self, mark: char) -> &'t str {
        let fits = |character: char| character.is_ascii_alphanumeric() || character == '-';
        let start = self.rest;
        if self.part_behind(mark, fits).is_empty() {
            return "";
        }
        while !self.part_behind('.', fits).is_empty() {}
        start.get(1..start.len() - self.rest.len()).unwrap_or("")
    }
}
