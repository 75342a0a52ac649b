//! The model of an advisory: facts only.

use sekisho_version::Ecosystem;

use crate::cvss::Vector;
use crate::severity::Severity;

/// One advisory.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Advisory {
    /// Its identifier, such as `GHSA-…`, `CVE-…` or `DSA-…`.
    pub id: String,
    /// Other identifiers of the same vulnerability.
    pub aliases: Vec<String>,
    /// Vulnerabilities that this one is about, in a distribution's own record.
    pub upstream: Vec<String>,
    /// One line about it.
    pub summary: String,
    /// When it was published, in RFC 3339.
    pub published: Option<String>,
    /// When it last changed, in RFC 3339.
    pub modified: Option<String>,
    /// When it was withdrawn; then it holds of nothing.
    pub withdrawn: Option<String>,
    /// How severe it is wherever a package says nothing else.
    pub ratings: Vec<Rating>,
    /// The packages that it is about.
    pub affected: Vec<Affected>,
}

impl Advisory {
    /// Whether it speaks of a package that is malicious itself (`MAL-…`).
    pub fn is_malicious_package(&self) -> bool {
        self.id.starts_with("MAL-")
    }

    /// Whether it is about a vulnerability. Distributions publish errata of other kinds in the same way, told by their
    /// identifiers; one that mends a vulnerability all the same names it.
    pub fn is_about_security(&self) -> bool {
        const OTHERS: [&str; 6] = ["ALBA-", "ALEA-", "RHBA-", "RHEA-", "RLBA-", "RLEA-"];
        !OTHERS.iter().any(|begin| self.id.starts_with(begin))
            || !self.aliases.is_empty()
            || !self.upstream.is_empty()
    }

    /// All identifiers, its own first.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        std::iter::once(&self.id).chain(&self.aliases).chain(&self.upstream).map(String::as_str)
    }

    /// The worst of the ratings that hold for one of its packages.
    pub fn severity(&self, affected: &Affected) -> Option<Severity> {
        let own = affected.ratings.iter().map(Rating::severity).max();
        own.or_else(|| self.ratings.iter().map(Rating::severity).max())
    }
}

/// A package that an advisory is about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Affected {
    /// Its ecosystem; none where the format names one that is not known.
    pub ecosystem: Option<Ecosystem>,
    /// The release of a distribution, such as `12` or `v3.20`.
    pub release: Option<String>,
    /// Its name, as the ecosystem writes it.
    pub name: String,
    /// How severe it is here.
    pub ratings: Vec<Rating>,
    /// From which version to which.
    pub ranges: Vec<Range>,
    /// Versions one by one.
    pub versions: Vec<String>,
    /// Requirements in the ecosystem's own language; a version in any of them is affected.
    pub within: Vec<String>,
    /// Requirements whose versions are not affected, whatever else is said.
    pub not_within: Vec<String>,
    /// Versions that are said to mend it, where the ranges need not end at them.
    pub fixes: Vec<String>,
    /// What the distribution says that it does about it.
    pub status: Option<Status>,
    /// The parts of the package that are affected, where only some are: paths of Go packages, names of modules.
    pub parts: Vec<String>,
}

/// How the versions of a range are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeKind {
    /// By semantic versioning.
    Semver,
    /// By the ecosystem's own order.
    Ecosystem,
    /// By the history of a repository: the events are commits.
    Git,
}

/// Events along an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// The order.
    pub kind: RangeKind,
    /// The repository of a [`RangeKind::Git`] range.
    pub repository: Option<String>,
    /// What happens at which version, in no order that one may rely on.
    pub events: Vec<Event>,
}

/// What happens at a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// From here on versions are affected; `0` is before all.
    Introduced(String),
    /// From here on they no longer are.
    Fixed(String),
    /// This is the last one that is.
    LastAffected(String),
    /// Versions from here on are not spoken of.
    Limit(String),
}

/// How severe something is.
#[derive(Debug, Clone, PartialEq)]
pub enum Rating {
    /// A vector, with which the score can be computed.
    Vector(Vector),
    /// A word.
    Word(Severity),
}

impl Rating {
    /// As a word.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Vector(vector) => vector.severity(),
            Self::Word(severity) => *severity,
        }
    }

    /// The score in tenths, where there is one.
    pub fn score(&self) -> Option<u8> {
        match self {
            Self::Vector(vector) => Some(vector.score()),
            Self::Word(_) => None,
        }
    }
}

/// What a distribution does about a vulnerability in a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nothing is decided.
    UnderInvestigation,
    /// A fix will come later.
    Deferred,
    /// No fix will come.
    WillNotFix,
    /// The release or the package is no longer kept.
    EndOfLife,
    /// The package is not affected.
    NotAffected,
}

impl Status {
    /// Reads the words of distributions, without regard to case, spaces, hyphens and underscores.
    pub fn named(word: &str) -> Option<Self> {
        let bare: String = word
            .chars()
            .filter(char::is_ascii_alphabetic)
            .map(|letter| letter.to_ascii_lowercase())
            .collect();
        Some(match bare.as_str() {
            "underinvestigation" | "notyetassigned" | "undetermined" => Self::UnderInvestigation,
            "deferred" | "fixdeferred" | "postponed" => Self::Deferred,
            "wontfix" | "willnotfix" | "ignored" | "nodsa" => Self::WillNotFix,
            "endoflife" | "outofsupportscope" | "outofstandardsupport" => Self::EndOfLife,
            "notaffected" => Self::NotAffected,
            _ => return None,
        })
    }
}
