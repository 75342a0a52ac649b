//! Requirements: which versions a range of an ecosystem's own language takes in.
//!
//! Every language becomes alternatives of clauses, and a clause is an interval, an exception, or one of Python's
//! own comparisons. What tools do with pre-releases is a rule beside them.

mod composer;
mod maven;
mod nuget;
mod plain;
mod pypi;
mod rubygems;
mod semver;
mod vers;

use std::cmp::Ordering;
use std::fmt;

use crate::order;
use crate::scheme::Scheme;
use crate::version::{Version, VersionError};

/// The language that a requirement is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// npm: `^1.2 || 2.x`, `1.0 - 2.0`.
    Npm,
    /// Cargo: `1.2`, which means `^1.2`, and `>=1, <3`.
    Cargo,
    /// Hex: `~> 1.2 and != 1.2.5`.
    Hex,
    /// Dart: `^1.2.3`, `>=1.0.0 <2.0.0`, `any`.
    Pub,
    /// Python: `~=1.4, !=1.4.2`.
    Pypi,
    /// Maven: `[1.0,2.0),[3.0,)`. A version alone means itself.
    Maven,
    /// RubyGems: `~> 1.2, >= 1.2.5`.
    RubyGems,
    /// Composer: `^1.2 | ~2.0@beta`.
    Composer,
    /// NuGet: `[1.0,2.0)`. A version alone means it or a newer one.
    NuGet,
    /// Comparisons with `<`, `<=`, `=`, `!=`, `>=`, `>` between commas or spaces, alternatives between bars, under
    /// any scheme. Debian's `<<` and `>>` mean less and greater.
    Plain(Scheme),
}

/// Why a text is no requirement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequirementError {
    /// Longer than [`Requirement::LONGEST`].
    #[error("a range of {0} bytes is longer than the limit of 16384: shorten it")]
    Long(usize),
    /// Not of the language.
    #[error("`{0}` is no range of versions: write it in its ecosystem's own language")]
    Shape(String),
    /// A version in it cannot be read.
    #[error(transparent)]
    Version(#[from] VersionError),
}

/// One end of an interval.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The version at the end.
    pub version: Version,
    /// Whether it is within.
    pub inclusive: bool,
}

/// What lies between two ends; an absent end is open.
#[derive(Debug, Clone, Default)]
pub struct Interval {
    /// The oldest.
    pub low: Option<Bound>,
    /// The newest.
    pub high: Option<Bound>,
}

impl Interval {
    /// From a version on.
    pub fn from(version: Version, inclusive: bool) -> Self {
        Self { low: Some(Bound { version, inclusive }), high: None }
    }

    /// Up to a version.
    pub fn to(version: Version, inclusive: bool) -> Self {
        Self { low: None, high: Some(Bound { version, inclusive }) }
    }

    /// One version alone.
    pub fn exactly(version: Version) -> Self {
        let bound = Bound { version, inclusive: true };
        Self { low: Some(bound.clone()), high: Some(bound) }
    }

    /// Whether a version lies within; one of another scheme does not.
    pub fn contains(&self, version: &Version) -> bool {
        let above = self.low.as_ref().is_none_or(|low| match version.compare(&low.version) {
            Some(Ordering::Greater) => true,
            Some(Ordering::Equal) => low.inclusive,
            _ => false,
        });
        above
            && self.high.as_ref().is_none_or(|high| match version.compare(&high.version) {
                Some(Ordering::Less) => true,
                Some(Ordering::Equal) => high.inclusive,
                _ => false,
            })
    }

    /// What lies within both; none where their versions cannot be compared.
    fn and(self, other: &Self) -> Option<Self> {
        let nearer = |own: Option<Bound>, other: &Option<Bound>, wanted: Ordering| match (own, other) {
            (Some(own), Some(other)) => match other.version.compare(&own.version)? {
                Ordering::Equal => Some(Some(Bound { inclusive: own.inclusive && other.inclusive, ..own })),
                order if order == wanted => Some(Some(other.clone())),
                _ => Some(Some(own)),
            },
            (own, other) => Some(own.or_else(|| other.clone())),
        };
        Some(Self {
            low: nearer(self.low, &other.low, Ordering::Greater)?,
            high: nearer(self.high, &other.high, Ordering::Less)?,
        })
    }

    fn bounds(&self) -> impl Iterator<Item = &Bound> {
        self.low.iter().chain(&self.high)
    }
}

fn exclusive(bound: Option<&Bound>) -> Option<&Version> {
    bound.filter(|bound| !bound.inclusive).map(|bound| &bound.version)
}

fn inclusive(bound: Option<&Bound>) -> Option<&Version> {
    bound.filter(|bound| bound.inclusive).map(|bound| &bound.version)
}

/// One condition of an alternative.
#[derive(Debug, Clone)]
enum Clause {
    Within(Interval),
    Not(Version),
    Python(pypi::Comparison),
}

impl Clause {
    /// As the tool has it.
    fn holds(&self, version: &Version) -> bool {
        match self {
            Self::Python(comparison) => comparison.holds(version),
            _ => self.covers(version),
        }
    }

    /// By order alone.
    fn covers(&self, version: &Version) -> bool {
        match self {
            Self::Within(interval) => interval.contains(version),
            Self::Not(other) => version.compare(other).is_some_and(Ordering::is_ne),
            Self::Python(comparison) => comparison.covers(version),
        }
    }
}

/// What a tool does with pre-releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prereleases {
    /// They are versions as others.
    Ordinary,
    /// Only beside a bound that is a pre-release of the same numbers.
    OfNamedNumbers,
    /// Branches of Composer match themselves alone.
    Branches,
}

/// A set of versions, as an ecosystem's own language says it.
#[derive(Debug, Clone)]
pub struct Requirement {
    text: String,
    scheme: Scheme,
    alternatives: Vec<Vec<Clause>>,
    prereleases: Prereleases,
}

impl Requirement {
    /// The longest text that is read as a requirement, in bytes.
    pub const LONGEST: usize = 16_384;

    /// Reads a requirement.
    pub fn parse(language: Language, text: &str) -> Result<Self, RequirementError> {
        if text.len() > Self::LONGEST {
            return Err(RequirementError::Long(text.len()));
        }
        let (scheme, prereleases) = match language {
            Language::Npm | Language::Cargo => (Scheme::Semver, Prereleases::OfNamedNumbers),
            Language::Hex => (Scheme::Semver, Prereleases::Ordinary),
            Language::Pub => (Scheme::Pub, Prereleases::Ordinary),
            Language::Pypi => (Scheme::Pypi, Prereleases::Ordinary),
            Language::Maven => (Scheme::Maven, Prereleases::Ordinary),
            Language::RubyGems => (Scheme::RubyGems, Prereleases::Ordinary),
            Language::Composer => (Scheme::Composer, Prereleases::Branches),
            Language::NuGet => (Scheme::NuGet, Prereleases::Ordinary),
            Language::Plain(scheme) => (scheme, Prereleases::Ordinary),
        };
        let alternatives = match language {
            Language::Npm => semver::npm(text)?,
            Language::Cargo => semver::cargo(text)?,
            Language::Hex => semver::hex(text)?,
            Language::Pub => semver::dart(text)?,
            Language::Pypi => pypi::parse(text)?,
            Language::Maven => maven::parse(text)?,
            Language::RubyGems => rubygems::parse(text)?,
            Language::Composer => composer::parse(text)?,
            Language::NuGet => nuget::parse(text)?,
            Language::Plain(scheme) => plain::parse(scheme, text)?,
        };
        Ok(Self { text: text.to_owned(), scheme, alternatives, prereleases })
    }

    /// Reads a range of the VERS specification: `vers:npm/>=1.0.0|<2.0.0`.
    pub fn parse_vers(text: &str) -> Result<Self, RequirementError> {
        if text.len() > Self::LONGEST {
            return Err(RequirementError::Long(text.len()));
        }
        let (scheme, alternatives) = vers::parse(text)?;
        Ok(Self { text: text.to_owned(), scheme, alternatives, prereleases: Prereleases::Ordinary })
    }

    /// The scheme of the versions that it is about.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The versions at which one of its conditions ceases to hold, themselves outside: `2` of `<2`.
    pub fn ends(&self) -> impl Iterator<Item = &Version> {
        self.alternatives.iter().flatten().filter_map(|clause| match clause {
            Clause::Within(interval) => exclusive(interval.high.as_ref()),
            Clause::Not(_) => None,
            Clause::Python(comparison) => comparison.end(),
        })
    }

    /// The versions at which one of its conditions begins to hold, themselves within: `1.2` of `>=1.2`.
    pub fn beginnings(&self) -> impl Iterator<Item = &Version> {
        self.alternatives.iter().flatten().filter_map(|clause| match clause {
            Clause::Within(interval) => inclusive(interval.low.as_ref()),
            Clause::Not(_) => None,
            Clause::Python(comparison) => comparison.beginning(),
        })
    }

    /// Intervals that together hold what [`Requirement::covers`] covers, one an alternative; none where exceptions or
    /// Python's comparisons are among the clauses.
    pub fn covered(&self) -> Option<Vec<Interval>> {
        let one = |clauses: &Vec<Clause>| {
            clauses.iter().try_fold(Interval::default(), |joined, clause| match clause {
                Clause::Within(interval) => joined.and(interval),
                _ => None,
            })
        };
        self.alternatives.iter().map(one).collect()
    }

    /// Whether the ecosystem's own tool would take this version, with that tool's rule about pre-releases.
    pub fn matches(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|clauses| {
            clauses.iter().all(|clause| clause.holds(version)) && self.admits(clauses, version)
        })
    }

    /// Whether this version lies within by order alone, as advisories mean their ranges.
    pub fn covers(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|clauses| clauses.iter().all(|clause| clause.covers(version)))
    }

    fn admits(&self, clauses: &[Clause], version: &Version) -> bool {
        let named = || {
            clauses.iter().flat_map(|clause| match clause {
                Clause::Within(interval) => interval.bounds().map(|bound| &bound.version).collect(),
                Clause::Not(version) => vec![version],
                Clause::Python(_) => Vec::new(),
            })
        };
        match self.prereleases {
            Prereleases::Ordinary => true,
            Prereleases::Branches => {
                let is_branch = version.text().starts_with("dev-");
                !is_branch || named().all(|bound| bound.text() == version.text())
            }
            _ if !version.is_prerelease() => true,
            Prereleases::OfNamedNumbers => {
                let numbers = |text| order::semver::split(text).map(|parts| parts.numbers);
                named().any(|bound| bound.is_prerelease() && numbers(bound.text()) == numbers(version.text()))
            }
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// What a clause compares with.
fn compared(operator: &str, version: Version) -> Option<Clause> {
    Some(match operator {
        "<" | "<<" => Clause::Within(Interval::to(version, false)),
        "<=" | "≤" => Clause::Within(Interval::to(version, true)),
        ">" | ">>" => Clause::Within(Interval::from(version, false)),
        ">=" | "≥" => Clause::Within(Interval::from(version, true)),
        "" | "=" | "==" => Clause::Within(Interval::exactly(version)),
        "!=" | "<>" => Clause::Not(version),
        _ => return None,
    })
}

/// An operator and what follows it, which some advisories quote.
fn split_operator(text: &str) -> (&str, &str) {
    let rest = text.trim_start_matches(['<', '>', '=', '!', '~', '^', '≤', '≥']);
    let operator = text.strip_suffix(rest).unwrap_or_default();
    (operator, rest.trim().trim_matches(['"', '\'']))
}

/// Comparisons between separators, in which space may stand between an operator and its version.
fn comparisons<'t>(text: &'t str, separators: &'t [char]) -> Vec<&'t str> {
    let is_operator = |character: char| "<>=!~^≤≥".contains(character);
    let mut found = Vec::new();
    let mut rest = text.trim_start_matches(separators);
    while !rest.is_empty() {
        let operator = rest.trim_start_matches(is_operator);
        let version = operator.trim_start();
        // Tildes and carets stand within versions of dpkg and rpm, and epochs of Python end with an exclamation mark.
        let is_end = |(at, character): (usize, char)| {
            separators.contains(&character)
                || "<>=≤≥".contains(character)
                || version.get(at..).is_some_and(|rest| rest.starts_with("!="))
        };
        let length = version.char_indices().find(|place| is_end(*place)).map(|(at, _)| at);
        let end = rest.len() - version.len() + length.unwrap_or(version.len());
        // A text that begins with none of these would not get shorter.
        let end = if end == 0 { rest.len() } else { end };
        let (comparison, after) = rest.split_at(end);
        found.push(comparison);
        rest = after.trim_start_matches(separators);
    }
    found
}

fn shape(text: &str) -> RequirementError {
    RequirementError::Shape(text.to_owned())
}
