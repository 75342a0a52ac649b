//! Ranges of RubyGems. See `Gem::Requirement`.

use super::{Clause, Interval, RequirementError, compared, comparisons, shape, split_operator};
use crate::key::is_number;
use crate::order::rubygems::segments;
use crate::scheme::Scheme;
use crate::version::Version;

pub(super) fn parse(text: &str) -> Result<Vec<Vec<Clause>>, RequirementError> {
    text.split("||").map(clauses).collect()
}

fn clauses(text: &str) -> Result<Vec<Clause>, RequirementError> {
    let mut found = Vec::new();
    for comparison in comparisons(text.trim(), &[',', ' ']) {
        let (operator, version) = split_operator(comparison);
        let parsed = Version::parse(Scheme::RubyGems, version)?;
        if operator == "~>" {
            found.push(Clause::Within(Interval::from(parsed, true)));
            found.push(Clause::Within(Interval::to(next(version).ok_or_else(|| shape(text))?, false)));
        } else {
            found.push(compared(operator, parsed).ok_or_else(|| shape(text))?);
        }
    }
    if found.is_empty() {
        found.push(Clause::Within(Interval::default()));
    }
    Ok(found)
}

/// The oldest pre-release of what follows when the last number but one grows: `1.2.3` gives `1.3.A`.
fn next(version: &str) -> Option<Version> {
    let mut numbers = Vec::new();
    let mut is_text_seen = false;
    segments(version, |segment| {
        is_text_seen |= !is_number(segment);
        if !is_text_seen {
            numbers.push(segment);
        }
    });
    if numbers.len() > 1 {
        numbers.pop();
    }
    let last: u64 = numbers.pop()?.parse().ok()?;
    let grown = last.checked_add(1)?.to_string();
    numbers.push(&grown);
    Version::parse(Scheme::RubyGems, &format!("{}.A", numbers.join("."))).ok()
}
