//! Whether requirements contradict each other.

use smol_str::{SmolStr, format_smolstr};

use super::{Operator, Requirement, label};

/// The most characters of a label's value.
const LONGEST: usize = 63;

/// Whether some labels meet all of these requirements, which are sorted by key.
pub(super) fn all(requirements: &[Requirement]) -> bool {
    requirements.chunk_by(|one, next| one.key() == next.key()).all(one_label)
}

/// Whether one label, there or missing, meets all of these requirements on it.
fn one_label(requirements: &[Requirement]) -> bool {
    let meets = |value: Option<&str>| requirements.iter().all(|one| one.matches_value(value));
    if meets(None) {
        return true;
    }
    if requirements.iter().any(|one| one.operator() == Operator::DoesNotExist) {
        return false;
    }
    // The values of any `In` are all that come into question.
    if let Some(listed) = requirements.iter().find(|one| one.operator() == Operator::In) {
        return listed.values().iter().any(|value| meets(Some(value)));
    }
    let bounded = |operator| move |one: &&Requirement| one.operator() == operator;
    let above =
        requirements.iter().filter(bounded(Operator::GreaterThan)).filter_map(Requirement::number).max();
    let below = requirements.iter().filter(bounded(Operator::LessThan)).filter_map(Requirement::number).min();
    if above.is_none() && below.is_none() {
        // Only `NotIn` and `Exists` are left: values without number are free.
        return true;
    }
    // A value begins with a digit, so no number in it is below zero.
    let Some(first) = above.map_or(Some(0), |above| above.checked_add(1)) else { return false };
    let last = below.map_or(i64::MAX, |below| below.saturating_sub(1));
    // `NotIn` forbids a finite list: among one candidate more than it has values, one is free.
    let forbidden: usize = requirements
        .iter()
        .filter(|one| one.operator() == Operator::NotIn)
        .map(|one| one.values().len())
        .sum();
    (first..=last).flat_map(spellings).take(forbidden.saturating_add(1)).any(|value| meets(Some(&value)))
}

/// The ways to write a number as a label's value: with zeros before it, as many as fit.
fn spellings(number: i64) -> impl Iterator<Item = SmolStr> {
    (1..=LONGEST)
        .map(move |width| format_smolstr!("{number:0width$}"))
        .filter(move |text| label::is_value(text))
}
