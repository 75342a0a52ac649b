//! Unified differences: they say how to get from one text to the other, and briefly.

use proptest::prelude::*;
use sekisho_manifest::edit::diff;

/// Applies a unified difference, as `patch` does.
fn patch(old: &str, difference: &str) -> String {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let mut out = String::new();
    let mut at = 0;
    let mut lines = difference.split_inclusive('\n').skip(2).peekable();
    while let Some(line) = lines.next() {
        let text = line.get(1..).expect("a mark");
        let ends = lines.peek().is_some_and(|next| next.starts_with('\\'));
        let text = if ends { text.trim_end_matches('\n') } else { text };
        match line.as_bytes()[0] {
            b'@' => {
                let range = line.split(' ').nth(1).expect("a range").trim_start_matches('-');
                let (start, count) = range.split_once(',').unwrap_or((range, "1"));
                let start: usize = start.parse().expect("a number");
                let start = if count == "0" { start } else { start - 1 };
                out.extend(old[at..start].iter().copied());
                at = start;
            }
            b' ' | b'-' => {
                assert_eq!(old[at], text, "{difference}");
                out.push_str(if line.starts_with(' ') { text } else { "" });
                at += 1;
            }
            b'+' => out.push_str(text),
            b'\\' => {}
            other => panic!("`{}` marks no line", char::from(other)),
        }
    }
    out.extend(old[at..].iter().copied());
    out
}

/// Numbers, each on a line.
fn numbers(range: std::ops::Range<usize>) -> String {
    range.map(|number| number.to_string() + "\n").collect()
}

#[test]
fn differences_look_as_git_shows_them() {
    assert_eq!(diff("", "a\n", "x"), "--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+a\n");
    assert_eq!(diff("a\n", "", "x"), "--- a/x\n+++ b/x\n@@ -1 +0,0 @@\n-a\n");
    assert_eq!(
        diff("a", "a\n", "x"),
        "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"
    );
    // Six lines between two changes still make one hunk, seven make two.
    let old = numbers(1..30);
    let two = |second: &str| diff(&old, &old.replacen("5\n", "five\n", 1).replacen(second, "x\n", 1), "x");
    assert_eq!(two("\n12\n").matches("@@ -").count(), 1);
    assert_eq!(two("\n14\n").matches("@@ -").count(), 2);
    assert!(two("\n14\n").contains("@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"));
}

#[test]
fn many_differences_in_long_texts_cost_little() {
    let old: String = (0..200_000).map(|number| ["a\n", "b\n", "b\n", "c\n"][number % 4]).collect();
    let new: String = old
        .split_inclusive('\n')
        .enumerate()
        .map(|(number, line)| if number % 5 == 0 { format!("{line}more\n") } else { line.to_owned() })
        .collect();
    let found = diff(&old, &new, "x");
    assert_eq!(found.lines().filter(|line| *line == "+more").count(), 40_000);
    assert_eq!(patch(&old, &found), new);
    let other = numbers(0..20_000);
    assert_eq!(patch(&old, &diff(&old, &other, "x")), other);
}

proptest! {
    #[test]
    fn a_difference_leads_from_one_text_to_the_other(
        old in "([abc]\n){0,40}[abc]?", new in "([abc]\n){0,40}[abc]?"
    ) {
        let found = diff(&old, &new, "x");
        prop_assert_eq!(found.is_empty(), old == new);
        prop_assert_eq!(patch(&old, &found), new, "{}", found);
    }

    #[test]
    fn a_small_change_is_a_small_difference(
        lines in prop::collection::vec("[a-d]{1,2}\n", 1..60), at in any::<prop::sample::Index>(), more in "[x-z]\n"
    ) {
        let old: String = lines.concat();
        let mut changed = lines.clone();
        changed.insert(at.index(lines.len()), more);
        let found = diff(&old, &changed.concat(), "x");
        prop_assert_eq!(found.lines().skip(3).filter(|line| line.starts_with(['+', '-'])).count(), 1, "{}", found);
    }
}
