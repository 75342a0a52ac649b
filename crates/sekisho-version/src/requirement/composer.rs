//! Constraints of Composer. See the "Versions and constraints" article of its manual.

use super::{Clause, Interval, RequirementError, compared, shape, split_operator};
use crate::order::composer::normalize;
use crate::scheme::Scheme;
use crate::version::Version;

pub(super) fn parse(text: &str) -> Result<Vec<Vec<Clause>>, RequirementError> {
    text.split('|')
        .filter(|alternative| !alternative.trim().is_empty() || !text.contains('|'))
        .map(|alternative| clauses(alternative.trim()).ok_or_else(|| shape(text)))
        .collect()
}

fn clauses(text: &str) -> Option<Vec<Clause>> {
    if let Some((low, high)) = text.split_once(" - ") {
        let low = from(&dev(low.trim())?)?;
        let high = high.trim();
        let is_complete = high.split('.').count() > 2 || high.contains('-');
        let high = if is_complete { to(&normalize(high)?, true)? } else { to(&grown(high, None)?, false)? };
        return Some(vec![low, high]);
    }
    let mut found = Vec::new();
    for comparison in super::comparisons(text, &[',', ' ']) {
        found.extend(one(comparison)?);
    }
    if found.is_empty() {
        found.push(Clause::Within(Interval::default()));
    }
    Some(found)
}

fn one(text: &str) -> Option<Vec<Clause>> {
    let (operator, version) = split_operator(text);
    // A stability flag is for the solver, and so is a commit.
    let version = version.split(['@', '#']).next().unwrap_or_default();
    if matches!(version, "*" | "x" | "X" | "") {
        return Some(vec![Clause::Within(Interval::default())]);
    }
    match operator {
        "~" => {
            let last = numbers(version)?.len().min(4);
            Some(vec![from(&dev(version)?)?, to(&grown(version, Some(last.max(2) - 2))?, false)?])
        }
        "^" => {
            let numbers = numbers(version)?;
            let first = numbers.iter().position(|number| *number != 0);
            let place = first.unwrap_or_else(|| numbers.len().saturating_sub(1)).min(2);
            Some(vec![from(&dev(version)?)?, to(&grown(version, Some(place))?, false)?])
        }
        "" | "=" | "==" | "!=" | "<>"
            if version.ends_with(['*', 'x', 'X']) && !version.starts_with("dev-") =>
        {
            let prefix = version.split(['*', 'x', 'X']).next()?.trim_end_matches('.');
            let (low, high) = (from(&dev(prefix)?)?, to(&grown(prefix, None)?, false)?);
            (operator.is_empty() || operator.starts_with('=')).then(|| vec![low, high])
        }
        // What is before a release is before its pre-releases too.
        "<" | ">=" => Some(vec![compared(operator, parsed(&dev(version)?)?)?]),
        operator => Some(vec![compared(operator, parsed(version)?)?]),
    }
}

fn parsed(version: &str) -> Option<Version> {
    Version::parse(Scheme::Composer, version).ok()
}

fn from(version: &str) -> Option<Clause> {
    Some(Clause::Within(Interval::from(parsed(version)?, true)))
}

fn to(version: &str, inclusive: bool) -> Option<Clause> {
    Some(Clause::Within(Interval::to(parsed(version)?, inclusive)))
}

/// The normal form, as a development version where no stability is named.
fn dev(version: &str) -> Option<String> {
    let normal = normalize(version)?;
    Some(if normal.contains('-') { normal } else { format!("{normal}-dev") })
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
    let end = version.find(|character: char| !character.is_ascii_digit() && character != '.');
    let written = version.get(..end.unwrap_or(version.len()))?.trim_end_matches('.');
    written.split('.').map(|number| number.parse().ok()).collect()
}

/// The first development version after the number at this place, or the last that is written, has grown.
fn grown(version: &str, place: Option<usize>) -> Option<String> {
    let mut numbers = numbers(version)?;
    let place = place.unwrap_or(numbers.len().saturating_sub(1));
    numbers.truncate(place + 1);
    let last = numbers.last_mut()?;
    *last = last.checked_add(1)?;
    let written: Vec<String> = numbers.iter().map(u64::to_string).collect();
    dev(&written.join("."))
}
