//! Ranges of Maven: sets between brackets, and comparisons where there are none.

use super::{Bound, Clause, Interval, RequirementError, plain, shape};
use crate::scheme::Scheme;
use crate::version::Version;

pub(super) fn parse(text: &str) -> Result<Vec<Vec<Clause>>, RequirementError> {
    let mut alternatives = Vec::new();
    for alternative in text.split("||") {
        if alternative.trim_start().starts_with(['[', '(']) {
            alternatives.extend(sets(Scheme::Maven, alternative)?);
        } else {
            alternatives.extend(plain::parse(Scheme::Maven, alternative)?);
        }
    }
    Ok(alternatives)
}

/// `[1,2),(3,]`: intervals between commas.
pub(super) fn sets(scheme: Scheme, text: &str) -> Result<Vec<Vec<Clause>>, RequirementError> {
    let mut alternatives = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let low_inclusive = rest.starts_with('[');
        let inner = rest.strip_prefix(['[', '(']).ok_or_else(|| shape(text))?;
        let end = inner.find([']', ')']).ok_or_else(|| shape(text))?;
        let (inner, after) = inner.split_at(end);
        let high_inclusive = after.starts_with(']');
        let bound = |end: &str, inclusive| -> Result<Option<Bound>, RequirementError> {
            let end = end.trim();
            if end.is_empty() {
                return Ok(None);
            }
            Ok(Some(Bound { version: Version::parse(scheme, end)?, inclusive }))
        };
        let interval = match inner.split_once(',') {
            Some((_, high)) if high.contains(',') => return Err(shape(text)),
            Some((low, high)) => {
                Interval { low: bound(low, low_inclusive)?, high: bound(high, high_inclusive)? }
            }
            None if low_inclusive && high_inclusive => Interval::exactly(Version::parse(scheme, inner)?),
            None => return Err(shape(text)),
        };
        alternatives.push(vec![Clause::Within(interval)]);
        rest = after.get(1..).unwrap_or_default().trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Ok(alternatives)
}
