//! Version specifiers of Python. See PEP 440, "Version specifiers".

use std::cmp::Ordering;

use super::{Clause, RequirementError, shape, split_operator};
use crate::order::pypi::{Parts, split};
use crate::scheme::Scheme;
use crate::version::Version;

/// A comparison that order alone does not tell.
#[derive(Debug, Clone)]
pub(super) struct Comparison {
    operator: Operator,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    /// `==1.2.*`
    Prefix,
    /// `!=1.2.*`
    NotPrefix,
    /// `===`
    Arbitrary,
}

pub(super) fn parse(text: &str) -> Result<Vec<Vec<Clause>>, RequirementError> {
    text.split("||").map(clauses).collect()
}

fn clauses(text: &str) -> Result<Vec<Clause>, RequirementError> {
    let mut found = Vec::new();
    let text = text.trim().trim_start_matches('(').trim_end_matches(')');
    // Space separates as well where advisories leave commas out.
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty() && *part != "*") {
        for comparison in super::comparisons(part, &[' ']) {
            comparison_clauses(comparison, text, &mut found)?;
        }
    }
    Ok(found)
}

fn comparison_clauses(comparison: &str, text: &str, found: &mut Vec<Clause>) -> Result<(), RequirementError> {
    let (operator, version) = split_operator(comparison);
    let mut push = |operator, version: &str| -> Result<(), RequirementError> {
        let version = Version::parse(Scheme::Pypi, version)?;
        if operator != Operator::Arbitrary && split(&version.text().to_ascii_lowercase()).is_none() {
            return Err(shape(text));
        }
        found.push(Clause::Python(Comparison { operator, version }));
        Ok(())
    };
    match (operator, version.strip_suffix(".*")) {
        ("==" | "", Some(prefix)) => push(Operator::Prefix, prefix),
        ("!=", Some(prefix)) => push(Operator::NotPrefix, prefix),
        (_, Some(_)) => Err(shape(text)),
        ("<", _) => push(Operator::Less, version),
        ("<=", _) => push(Operator::LessOrEqual, version),
        (">", _) => push(Operator::Greater, version),
        (">=", _) => push(Operator::GreaterOrEqual, version),
        ("==" | "=" | "", _) => push(Operator::Equal, version),
        ("!=", _) => push(Operator::NotEqual, version),
        ("===", _) => push(Operator::Arbitrary, version),
        ("~=", _) => {
            let lowered = version.to_ascii_lowercase();
            let parts = split(&lowered).ok_or_else(|| shape(text))?;
            let (prefix, _) = parts.release.rsplit_once('.').ok_or_else(|| shape(text))?;
            let epoch = if parts.epoch.is_empty() { String::new() } else { format!("{}!", parts.epoch) };
            push(Operator::GreaterOrEqual, version)?;
            push(Operator::Prefix, &format!("{epoch}{prefix}"))
        }
        _ => Err(shape(text)),
    }
}

impl Comparison {
    /// The version from which on it no longer holds.
    pub(super) fn end(&self) -> Option<&Version> {
        (self.operator == Operator::Less).then_some(&self.version)
    }

    /// The version with which it begins to hold.
    pub(super) fn beginning(&self) -> Option<&Version> {
        matches!(self.operator, Operator::GreaterOrEqual | Operator::Equal).then_some(&self.version)
    }

    /// By order alone: what an advisory calls `<2` takes in the pre-releases of 2.
    pub(super) fn covers(&self, version: &Version) -> bool {
        let order = version.compare(&self.version).filter(|_| version.is_regular());
        match self.operator {
            Operator::Less => order.is_some_and(Ordering::is_lt),
            Operator::Greater => order.is_some_and(Ordering::is_gt),
            _ => self.holds(version),
        }
    }

    /// As the packaging library of Python has it.
    pub(super) fn holds(&self, version: &Version) -> bool {
        if self.operator == Operator::Arbitrary {
            return version.text().eq_ignore_ascii_case(self.version.text());
        }
        let (ours, theirs) = (version.text().to_ascii_lowercase(), self.version.text().to_ascii_lowercase());
        let (Some(candidate), Some(named)) = (split(&ours), split(&theirs)) else { return false };
        match self.operator {
            Operator::Prefix => has_prefix(&candidate, &named),
            Operator::NotPrefix => !has_prefix(&candidate, &named),
            Operator::Equal => self.compare_public(version, &named).is_eq(),
            Operator::NotEqual => self.compare_public(version, &named).is_ne(),
            Operator::LessOrEqual => public(version, &self.version).is_le(),
            Operator::GreaterOrEqual => public(version, &self.version).is_ge(),
            Operator::Less => {
                version.compare(&self.version).is_some_and(Ordering::is_lt)
                    && !is_prerelease_of(&candidate, &named)
            }
            Operator::Greater => {
                public(version, &self.version).is_gt() && !is_post_release_of(&candidate, &named)
            }
            Operator::Arbitrary => false,
        }
    }

    /// Equality passes over a local version unless it is asked for.
    fn compare_public(&self, version: &Version, named: &Parts<'_>) -> Ordering {
        if named.local.is_some() {
            version.compare(&self.version).unwrap_or(Ordering::Less)
        } else {
            public(version, &self.version)
        }
    }
}

/// The order without local versions.
fn public(left: &Version, right: &Version) -> Ordering {
    let strip = |version: &Version| match version.text().split_once('+') {
        Some((public, _)) => Version::parse(Scheme::Pypi, public).ok(),
        None => Some(version.clone()),
    };
    let (Some(left), Some(right)) = (strip(left), strip(right)) else { return Ordering::Less };
    left.compare(&right).unwrap_or(Ordering::Less)
}

/// `<2` leaves out the pre-releases of 2, and `<2.post1` the developers' releases of 2.post1.
fn is_prerelease_of(version: &Parts<'_>, named: &Parts<'_>) -> bool {
    if named.pre.is_some() || named.dev.is_some() || !same_base(version, named) {
        return false;
    }
    match named.post {
        None => version.pre.is_some() || version.dev.is_some(),
        Some(number) => {
            let is_same_post = |post: &str| post.trim_start_matches('0') == number.trim_start_matches('0');
            version.pre.is_none() && version.post.is_some_and(is_same_post) && version.dev.is_some()
        }
    }
}

/// `>2` leaves out the post-releases of 2, and `>2rc1` those of 2rc1.
fn is_post_release_of(version: &Parts<'_>, named: &Parts<'_>) -> bool {
    let pre =
        |parts: &Parts<'_>| parts.pre.map(|(kind, number)| (kind, number.trim_start_matches('0').to_owned()));
    named.post.is_none()
        && named.dev.is_none()
        && version.post.is_some()
        && same_base(version, named)
        && pre(version) == pre(named)
}

fn numbers(release: &str) -> impl Iterator<Item = &str> {
    release.split('.').map(|number| number.trim_start_matches('0'))
}

fn same_epoch(left: &Parts<'_>, right: &Parts<'_>) -> bool {
    left.epoch.trim_start_matches('0') == right.epoch.trim_start_matches('0')
}

/// Whether the numbers are the same, zeros at their ends aside.
fn same_base(left: &Parts<'_>, right: &Parts<'_>) -> bool {
    let length = left.release.split('.').count().max(right.release.split('.').count());
    let padded = |release| numbers(release).chain(std::iter::repeat("")).take(length);
    same_epoch(left, right) && padded(left.release).eq(padded(right.release))
}

fn has_prefix(version: &Parts<'_>, prefix: &Parts<'_>) -> bool {
    let length = prefix.release.split('.').count();
    same_epoch(version, prefix)
        && numbers(version.release).chain(std::iter::repeat("")).take(length).eq(numbers(prefix.release))
}
