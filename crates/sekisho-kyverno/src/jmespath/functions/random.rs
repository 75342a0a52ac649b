//! Texts that a regular expression matches, drawn from the random sequence.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::function::{Argument, Function, Given, Type, function, text};
use crate::jmespath::error::JmespathError;
use crate::jmespath::surroundings::Surroundings;
use crate::regex;

pub(super) const TABLE: &[Function] = &[function(("random", &[&[Type::String]], random))];

/// How often something is repeated at most that has no bound of its own.
const UNBOUNDED: u32 = 4096;

fn random(given: &[Argument<'_>], around: &Surroundings<'_>) -> Given {
    let pattern = text(given, 0)?;
    if pattern.is_empty() {
        return Err(JmespathError::refused("no pattern provided"));
    }
    around.meter.work(pattern.len().saturating_mul(100))?;
    let tree = regex::tree(&pattern).map_err(|error| JmespathError::refused(error.to_string()))?;
    let mut text = String::new();
    draw(&tree, &mut text, around)?;
    Ok(text.into())
}

fn draw(tree: &Hir, text: &mut String, around: &Surroundings<'_>) -> Result<(), JmespathError> {
    around.meter.work(1)?;
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => Ok(()),
        HirKind::Literal(literal) => {
            around.text(literal.0.len())?;
            text.push_str(&String::from_utf8_lossy(&literal.0));
            Ok(())
        }
        HirKind::Class(class) => {
            around.text(4)?;
            text.extend(letter(class, around));
            Ok(())
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or_else(|| repetition.min.max(UNBOUNDED));
            let choices = u64::from(most.saturating_sub(repetition.min)) + 1;
            let times = u64::from(repetition.min) + around.random() % choices;
            (0..times).try_for_each(|_| draw(&repetition.sub, text, around))
        }
        HirKind::Capture(capture) => draw(&capture.sub, text, around),
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| draw(part, text, around)),
        HirKind::Alternation(parts) => match pick(parts.len() as u64, around) {
            Some(place) => parts.get(place).map_or(Ok(()), |part| draw(part, text, around)),
            None => Ok(()),
        },
    }
}

fn pick(choices: u64, around: &Surroundings<'_>) -> Option<usize> {
    usize::try_from(around.random().checked_rem(choices)?).ok()
}

/// A letter of a class: a printable one of ASCII where there is any.
fn letter(class: &Class, around: &Surroundings<'_>) -> Option<char> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => {
            class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
        }
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
        }
    };
    let printable: Vec<(u32, u32)> = ranges
        .iter()
        .map(|(start, end)| ((*start).max(0x20), (*end).min(0x7e)))
        .filter(|(start, end)| start <= end)
        .collect();
    let ranges = if printable.is_empty() { ranges } else { printable };
    let count: u64 = ranges.iter().map(|(start, end)| u64::from(end - start) + 1).sum();
    let mut place = around.random().checked_rem(count)?;
    for (start, end) in ranges {
        let width = u64::from(end - start) + 1;
        if place < width {
            return char::from_u32(start + u32::try_from(place).ok()?);
        }
        place -= width;
    }
    None
}
