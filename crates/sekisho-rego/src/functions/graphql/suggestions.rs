//! What may have been meant by a name that is not known.

use std::fmt::Write;

/// The options that are near to what was typed, the nearest first.
pub(super) fn near<'o>(typed: &str, options: impl Iterator<Item = &'o str>) -> Vec<&'o str> {
    let threshold = (typed.len().saturating_mul(2) / 5).saturating_add(1);
    let mut near: Vec<(usize, &str)> = options
        .map(|option| (distance(typed, option), option))
        .filter(|(far, _)| *far <= threshold)
        .collect();
    near.sort_by_key(|(far, _)| *far);
    near.into_iter().map(|(_, option)| option).collect()
}

/// Up to five names in quotes, the last after `or`.
fn quoted_list(items: &[&str]) -> String {
    let items = items.get(..5).unwrap_or(items);
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        let is_last = index.saturating_add(1) == items.len();
        let separator = match (index, is_last) {
            (0, _) => "",
            (1, true) if items.len() == 2 => " or ",
            (_, true) => ", or ",
            _ => ", ",
        };
        let _ = write!(text, "{separator}\"{item}\"");
    }
    text
}

/// The question that follows a message, where there is something to ask.
pub(super) fn question(prefix: &str, names: &[&str]) -> String {
    if names.is_empty() { String::new() } else { format!(" {prefix} {}?", quoted_list(names)) }
}

/// How many changes of a letter lead from one name to another; a change of case alone is one.
fn distance(one: &str, two: &str) -> usize {
    if one == two {
        return 0;
    }
    let [one, two] = [one, two].map(|name| name.to_lowercase().chars().collect::<Vec<char>>());
    if one == two {
        return 1;
    }
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (index, letter) in one.iter().enumerate() {
        let mut diagonal = index;
        let mut left = index.saturating_add(1);
        for (other, cell) in two.iter().zip(row.iter_mut().skip(1)) {
            let changed = diagonal.saturating_add(usize::from(letter != other));
            diagonal = *cell;
            left = changed.min(left.saturating_add(1)).min(cell.saturating_add(1));
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = index.saturating_add(1);
        }
    }
    row.last().copied().unwrap_or(0)
}
