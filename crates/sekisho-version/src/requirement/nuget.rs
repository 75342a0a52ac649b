//! Ranges of NuGet: an interval, or the oldest version that will do, which may end in a star.

use super::{Clause, Interval, RequirementError, maven, plain, shape};
use crate::scheme::Scheme;
use crate::version::Version;

pub(super) fn parse(text: &str) -> Result<Vec<Vec<Clause>>, RequirementError> {
    let trimmed = text.trim();
    if trimmed.starts_with(['[', '(']) {
        return maven::sets(Scheme::NuGet, trimmed);
    }
    if trimmed.contains(['<', '>', '=', '|']) {
        return plain::parse(Scheme::NuGet, trimmed);
    }
    let lowest = match trimmed.split_once('*') {
        Some((numbers, "" | "-*")) => {
            let numbers = numbers.trim_end_matches(['.', '-']);
            let suffix = if trimmed.ends_with("-*") { "-0" } else { "" };
            format!("{}{suffix}", if numbers.is_empty() { "0" } else { numbers })
        }
        Some(_) => return Err(shape(text)),
        None => trimmed.to_owned(),
    };
    Ok(vec![vec![Clause::Within(Interval::from(Version::parse(Scheme::NuGet, &lowest)?, true))]])
}
