//! Ranges of npm, Cargo, Hex and Dart: carets, tildes, wildcards and hyphens over semantic versions.

use super::{Clause, Interval, RequirementError, compared, comparisons, shape, split_operator};
use crate::scheme::Scheme;
use crate::version::Version;

/// A version of which parts may be missing.
struct Partial<'t> {
    /// The numbers that are there, up to a wildcard.
    numbers: Vec<u64>,
    /// With its hyphen.
    prerelease: &'t str,
}

impl Partial<'_> {
    fn number(&self, place: usize) -> u64 {
        self.numbers.get(place).copied().unwrap_or(0)
    }

    fn is_complete(&self) -> bool {
        self.numbers.len() > 2
    }

    /// The version with zeros for what is missing.
    fn lowest(&self) -> Option<Version> {
        let (major, minor, patch) = (self.number(0), self.number(1), self.number(2));
        version(&format!("{major}.{minor}.{patch}{}", self.prerelease))
    }

    /// The oldest pre-release of what follows when the number at this place grows.
    fn after(&self, place: usize) -> Option<Version> {
        self.grown(place, "-0")
    }

    fn grown(&self, place: usize, suffix: &str) -> Option<Version> {
        let mut numbers = [0; 3];
        for (at, number) in numbers.iter_mut().enumerate().take(place + 1) {
            *number = self.number(at);
        }
        let last = numbers.get_mut(place)?;
        *last = last.checked_add(1)?;
        let [major, minor, patch] = numbers;
        version(&format!("{major}.{minor}.{patch}{suffix}"))
    }
}

fn version(text: &str) -> Option<Version> {
    Version::parse(Scheme::Semver, text).ok()
}

fn partial(text: &str) -> Option<Partial<'_>> {
    let text = text.trim_start_matches(['=', 'v', 'V', ' ']);
    let (text, _) = text.split_once('+').unwrap_or((text, ""));
    let hyphen = text.find('-').unwrap_or(text.len());
    let (numbers_text, prerelease) = text.split_at(hyphen);
    let mut numbers = Vec::new();
    let mut is_wild = false;
    let mut count = 0;
    for part in numbers_text.split('.') {
        count += 1;
        if matches!(part, "x" | "X" | "*") || (part.is_empty() && numbers_text.is_empty()) {
            is_wild = true;
        } else if crate::key::is_number(part) {
            if !is_wild {
                numbers.push(part.parse().ok()?);
            }
        } else {
            return None;
        }
    }
    let prerelease = if numbers.len() == 3 { prerelease } else { "" };
    (count <= 3 && prerelease != "-").then_some(Partial { numbers, prerelease })
}

fn everything() -> Clause {
    Clause::Within(Interval::default())
}

/// `>=low <high`
fn between(low: Option<Version>, high: Option<Version>) -> Option<Vec<Clause>> {
    Some(vec![Clause::Within(Interval::from(low?, true)), Clause::Within(Interval::to(high?, false))])
}

/// What one comparison means; `default` is the operator where none is written.
fn expand(operator: &str, text: &str, default: &str) -> Option<Vec<Clause>> {
    let partial = partial(text)?;
    let operator = if operator.is_empty() { default } else { operator };
    let last = partial.numbers.len();
    if last == 0 {
        // `>*` and `<*` match nothing.
        return Some(match operator {
            "<" | ">" => vec![Clause::Within(Interval::to(version("0.0.0-0")?, false))],
            _ => vec![everything()],
        });
    }
    let lowest = || partial.lowest();
    match operator {
        "^" => {
            // The first number that is not zero may not grow; where only zeros are known, the last of them.
            let place = partial.numbers.iter().position(|number| *number != 0).unwrap_or(last - 1);
            between(lowest(), partial.after(place))
        }
        "~" | "~>" => between(lowest(), partial.after(1.min(last - 1))),
        "" | "=" | "==" if !partial.is_complete() => between(lowest(), partial.after(last - 1)),
        ">" if !partial.is_complete() => {
            Some(vec![Clause::Within(Interval::from(partial.grown(last - 1, "")?, true))])
        }
        "<=" if !partial.is_complete() => {
            Some(vec![Clause::Within(Interval::to(partial.after(last - 1)?, false))])
        }
        "<" if !partial.is_complete() => {
            let (major, minor) = (partial.number(0), partial.number(1));
            Some(vec![Clause::Within(Interval::to(version(&format!("{major}.{minor}.0-0"))?, false))])
        }
        operator => Some(vec![compared(operator, lowest()?)?]),
    }
}

pub(super) fn npm(text: &str) -> Result<Vec<Vec<Clause>>, RequirementError> {
    text.split("||").map(|alternative| npm_clauses(alternative).ok_or_else(|| shape(text))).collect()
}

fn npm_clauses(text: &str) -> Option<Vec<Clause>> {
    let text = text.trim();
    if matches!(text, "" | "latest") {
        return Some(vec![everything()]);
    }
    if let Some((low, high)) = text.split_once(" - ") {
        let (low, high) = (low.trim(), high.trim());
        return Some([expand(">=", low, "=")?, expand("<=", high, "=")?].concat());
    }
    let mut found = Vec::new();
    for comparison in comparisons(text, &[' ', ',', '\t']) {
        let (operator, version) = split_operator(comparison);
        found.extend(expand(operator, version, "=")?);
    }
    Some(found)
}

pub(super) fn cargo(text: &str) -> Result<Vec<Vec<Clause>>, RequirementError> {
    let mut found = Vec::new();
    for comparison in text.split(',') {
        let (operator, version) = split_operator(comparison.trim());
        let default = if version.contains('*') { "=" } else { "^" };
        found.extend(expand(operator, version, default).ok_or_else(|| shape(text))?);
    }
    Ok(vec![found])
}

pub(super) fn hex(text: &str) -> Result<Vec<Vec<Clause>>, RequirementError> {
    text.split(" or ")
        .map(|alternative| {
            let mut found = Vec::new();
            for comparison in alternative.split(" and ") {
                let (operator, version) = split_operator(comparison.trim());
                let numbers = partial(version).map_or(0, |partial| partial.numbers.len());
                let clauses = match operator {
                    // `~> 1.2` keeps the first number, `~> 1.2.3` the second.
                    "~>" if numbers == 2 => {
                        partial(version).and_then(|partial| between(partial.lowest(), partial.after(0)))
                    }
                    operator => expand(operator, version, "="),
                };
                found.extend(clauses.ok_or_else(|| shape(text))?);
            }
            Ok(found)
        })
        .collect()
}

pub(super) fn dart(text: &str) -> Result<Vec<Vec<Clause>>, RequirementError> {
    let text = text.trim();
    if matches!(text, "any" | "") {
        return Ok(vec![vec![everything()]]);
    }
    let mut found = Vec::new();
    for comparison in comparisons(text, &[' ']) {
        let (operator, version) = split_operator(comparison);
        let clauses = match operator {
            "^" => expand("^", version, "").ok_or_else(|| shape(text))?,
            // What is before a release is before its pre-releases too.
            "<" if !version.contains('-') => {
                vec![Clause::Within(Interval::to(
                    Version::parse(Scheme::Pub, &format!("{version}-0"))?,
                    false,
                ))]
            }
            operator => {
                vec![compared(operator, Version::parse(Scheme::Pub, version)?).ok_or_else(|| shape(text))?]
            }
        };
        found.extend(clauses);
    }
    for clause in &mut found {
        if let Clause::Within(interval) = clause {
            for bound in interval.low.iter_mut().chain(&mut interval.high) {
                bound.version = Version::parse(Scheme::Pub, bound.version.text())?;
            }
        }
    }
    Ok(vec![found])
}
