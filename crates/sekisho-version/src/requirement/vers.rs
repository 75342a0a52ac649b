//! The VERS specification: `vers:<type>/<comparisons between bars>`. Comparisons stand in the order of their
//! versions; neighbours that face each other bound an interval.

use super::{Bound, Clause, Interval, RequirementError, shape};
use crate::ecosystem::Ecosystem;
use crate::purl::decode;
use crate::scheme::Scheme;
use crate::version::Version;

pub(super) fn parse(text: &str) -> Result<(Scheme, Vec<Vec<Clause>>), RequirementError> {
    let (kind, comparisons) =
        text.strip_prefix("vers:").and_then(|rest| rest.split_once('/')).ok_or_else(|| shape(text))?;
    let scheme = scheme(kind).ok_or_else(|| shape(text))?;
    if comparisons.trim() == "*" {
        return Ok((scheme, vec![vec![Clause::Within(Interval::default())]]));
    }
    let mut intervals: Vec<Interval> = Vec::new();
    let mut exceptions: Vec<Clause> = Vec::new();
    // A lower bound that waits for its upper one.
    let mut open: Option<Bound> = None;
    for comparison in comparisons.split('|') {
        let (operator, version) = super::split_operator(comparison.trim());
        let version = Version::parse(scheme, &decode(version).ok_or_else(|| shape(text))?)?;
        let inclusive = operator.ends_with('=');
        match operator {
            ">" | ">=" => {
                // Of two lower bounds in a row the first holds.
                open.get_or_insert(Bound { version, inclusive });
            }
            "<" | "<=" => {
                let high = Some(Bound { version, inclusive });
                match (open.take(), intervals.last_mut()) {
                    // Of two upper bounds in a row the last holds.
                    (None, Some(last)) if last.low.is_none() || last.high.is_some() => last.high = high,
                    (low, _) => intervals.push(Interval { low, high }),
                }
            }
            "" | "=" => intervals.push(Interval::exactly(version)),
            "!=" => exceptions.push(Clause::Not(version)),
            _ => return Err(shape(text)),
        }
    }
    if let Some(low) = open {
        intervals.push(Interval { low: Some(low), high: None });
    }
    if intervals.is_empty() {
        intervals.push(Interval::default());
    }
    let with_exceptions = |interval| [vec![Clause::Within(interval)], exceptions.clone()].concat();
    Ok((scheme, intervals.into_iter().map(with_exceptions).collect()))
}

fn scheme(kind: &str) -> Option<Scheme> {
    Some(match kind {
        "deb" => Scheme::Debian,
        "rpm" => Scheme::Rpm,
        "apk" | "alpine" => Scheme::Alpine,
        "alpm" | "arch" => Scheme::Pacman,
        "ebuild" | "gentoo" => Scheme::Gentoo,
        "semver" | "generic" | "github" | "none" | "intdot" => Scheme::Semver,
        kind => Ecosystem::of_package_url(kind, None)?.scheme(),
    })
}
