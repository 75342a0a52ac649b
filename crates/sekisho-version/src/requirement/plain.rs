//! Comparisons under any scheme: `>= 1.2, < 2 || = 3`.

use super::{Clause, Interval, RequirementError, compared, comparisons, shape, split_operator};
use crate::scheme::Scheme;
use crate::version::Version;

pub(super) fn parse(scheme: Scheme, text: &str) -> Result<Vec<Vec<Clause>>, RequirementError> {
    text.split('|')
        .filter(|alternative| !alternative.is_empty() || !text.contains("||"))
        .map(|alternative| clauses(scheme, alternative))
        .collect()
}

fn clauses(scheme: Scheme, text: &str) -> Result<Vec<Clause>, RequirementError> {
    let text = text.trim().trim_start_matches('(').trim_end_matches(')').trim();
    if matches!(text, "" | "*" | "-any" | "any") {
        return Ok(vec![Clause::Within(Interval::default())]);
    }
    comparisons(text, &[',', ' ', '&'])
        .into_iter()
        .map(|comparison| {
            let (operator, version) = split_operator(comparison);
            compared(operator, Version::parse(scheme, version)?).ok_or_else(|| shape(text))
        })
        .collect()
}
