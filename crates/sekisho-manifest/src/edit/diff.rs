//! What a change did, as people and `patch` read it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;

/// Lines around a change that are shown with it.
const CONTEXT: usize = 3;

/// So many equal lines end a difference. Edits are small and lie apart; with this the cost grows with the
/// length of the texts and not with the number of their differences.
const APART: usize = 8;

/// The most lines that one difference takes away and adds before its way is fixed, so that texts which have
/// nothing in common cost no more.
const REACH: usize = 256;

/// The unified difference between two texts of a file, with three lines around each change; empty where
/// they are the same.
pub fn diff(old: &str, new: &str, name: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let mut out = String::new();
    for hunk in hunks(&differences(&old, &new)) {
        if out.is_empty() {
            let name = name.trim_start_matches('/');
            // Writing to a text cannot fail.
            let _ = writeln!(out, "--- a/{name}\n+++ b/{name}");
        }
        write_hunk(&mut out, &hunk, &old, &new);
    }
    out
}

/// Lines of the old text in whose place lines of the new one stand; either may be none.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Difference {
    old: Range<usize>,
    new: Range<usize>,
}

/// Differences so near to each other that they are shown together.
fn hunks(differences: &[Difference]) -> Vec<Vec<Difference>> {
    let mut hunks: Vec<Vec<Difference>> = Vec::new();
    for difference in differences {
        match hunks.last_mut() {
            Some(hunk)
                if hunk.last().is_some_and(|last| difference.old.start - last.old.end <= 2 * CONTEXT) =>
            {
                hunk.push(difference.clone());
            }
            _ => hunks.push(vec![difference.clone()]),
        }
    }
    hunks
}

fn write_hunk(out: &mut String, hunk: &[Difference], old: &[&str], new: &[&str]) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return };
    let before = first.old.start.min(CONTEXT);
    let after = (old.len() - last.old.end).min(CONTEXT);
    let old_lines = first.old.start - before..last.old.end + after;
    let new_lines = first.new.start - before..last.new.end + after;
    let _ = writeln!(out, "@@ -{} +{} @@", lines(&old_lines), lines(&new_lines));
    let mut at = old_lines.start;
    for difference in hunk {
        write_lines(out, ' ', old, at..difference.old.start);
        write_lines(out, '-', old, difference.old.clone());
        write_lines(out, '+', new, difference.new.clone());
        at = difference.old.end;
    }
    write_lines(out, ' ', old, at..old_lines.end);
}

/// A range of lines as a hunk's head names it.
fn lines(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        count => format!("{},{count}", range.start + 1),
    }
}

fn write_lines(out: &mut String, mark: char, lines: &[&str], range: Range<usize>) {
    for line in lines.get(range).unwrap_or(&[]) {
        out.push(mark);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// The differences in their order, none touching the next.
fn differences(old: &[&str], new: &[&str]) -> Vec<Difference> {
    let (old, new) = number(old, new);
    let mut found: Vec<Difference> = Vec::new();
    let (mut x, mut y) = (0, 0);
    loop {
        let equal = equal_lines(&old, &new, x, y);
        (x, y) = (x + equal, y + equal);
        if x == old.len() && y == new.len() {
            return found;
        }
        for difference in next_differences(&old, &new, x, y) {
            (x, y) = (difference.old.end, difference.new.end);
            match found
                .last_mut()
                .filter(|last| last.old.end == difference.old.start && last.new.end == difference.new.start)
            {
                Some(last) => (last.old.end, last.new.end) = (x, y),
                None => found.push(difference),
            }
        }
    }
}

/// Gives equal lines equal numbers.
fn number(old: &[&str], new: &[&str]) -> (Vec<usize>, Vec<usize>) {
    let mut numbers = HashMap::new();
    let mut of = |lines: &[&str]| {
        lines
            .iter()
            .map(|line| {
                let next = numbers.len();
                *numbers.entry((*line).to_owned()).or_insert(next)
            })
            .collect()
    };
    (of(old), of(new))
}

fn equal_lines(old: &[usize], new: &[usize], x: usize, y: usize) -> usize {
    let (old, new) = (old.get(x..).unwrap_or(&[]), new.get(y..).unwrap_or(&[]));
    old.iter().zip(new).take_while(|(old, new)| old == new).count()
}

/// The shortest way (after Myers) over the differences that begin here, up to the next long run of equal
/// lines or the end.
fn next_differences(old: &[usize], new: &[usize], x: usize, y: usize) -> Vec<Difference> {
    // For each number of lines taken away and added: how far each diagonal came, from the lowest one on.
    let mut history: Vec<Vec<Option<usize>>> = Vec::new();
    let place = |diagonal: usize, steps: usize, far: usize| (x + far, y + far + steps - 2 * diagonal);
    for steps in 0..=REACH {
        let mut reached = vec![None; steps + 1];
        let mut best: Option<(usize, usize)> = None;
        for diagonal in 0..=steps {
            let far = match history.last() {
                None => Some(0),
                Some(before) => {
                    // From the diagonal below a line is taken away, from the one above a line is added.
                    let taken =
                        diagonal.checked_sub(1).and_then(|below| *before.get(below)?).map(|far| far + 1);
                    let added = before.get(diagonal).copied().flatten();
                    let within = |far: &usize| {
                        let (x, y) = (x + far, (y + far + steps).checked_sub(2 * diagonal));
                        x <= old.len() && y.is_some_and(|y| y <= new.len())
                    };
                    taken.filter(within).max(added.filter(within))
                }
            };
            let Some(start) = far else { continue };
            let (at_x, at_y) = place(diagonal, steps, start);
            let equal = equal_lines(old, new, at_x, at_y);
            let (end_x, end_y) = (at_x + equal, at_y + equal);
            if let Some(far) = reached.get_mut(diagonal) {
                *far = Some(start + equal);
            }
            if (steps > 0 && equal >= APART) || (end_x == old.len() && end_y == new.len()) {
                history.push(reached);
                return way_back(&history, x, y, steps, diagonal, start);
            }
            if best.is_none_or(|(_, sum)| end_x + end_y > sum) {
                best = Some((diagonal, end_x + end_y));
            }
        }
        history.push(reached);
        if let (REACH, Some((diagonal, _))) = (steps, best) {
            let far = history.last().and_then(|reached| *reached.get(diagonal)?).unwrap_or(0);
            return way_back(&history, x, y, steps, diagonal, far);
        }
    }
    vec![Difference { old: x..old.len(), new: y..new.len() }]
}

/// The differences on the way from the start to where a diagonal came.
fn way_back(
    history: &[Vec<Option<usize>>],
    x: usize,
    y: usize,
    steps: usize,
    mut diagonal: usize,
    far: usize,
) -> Vec<Difference> {
    let mut found: Vec<Difference> = Vec::new();
    let mut far = far;
    for steps in (1..=steps).rev() {
        let Some(before) = history.get(steps - 1) else { break };
        let taken =
            diagonal.checked_sub(1).and_then(|below| *before.get(below)?).filter(|reached| *reached < far);
        let added = before.get(diagonal).copied().flatten().filter(|reached| *reached <= far);
        let is_taken = taken.map(|reached| reached + 1) > added;
        let start = if is_taken { taken.map(|reached| reached + 1) } else { added }.unwrap_or(far);
        let (at_x, at_y) = (x + start, (y + start + steps).saturating_sub(2 * diagonal));
        let difference = if is_taken {
            Difference { old: at_x - 1..at_x, new: at_y..at_y }
        } else {
            Difference { old: at_x..at_x, new: at_y - 1..at_y }
        };
        (far, diagonal) = if is_taken { (start - 1, diagonal - 1) } else { (start, diagonal) };
        found.push(difference);
    }
    found.reverse();
    found
}
