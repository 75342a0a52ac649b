//! `.helmignore`.

use sekisho_chart::chart::{Ignore, IgnoreError};

use crate::in_memory::{chart_yaml, folder};

fn ignored(rules: &str, path: &str) -> bool {
    Ignore::parse(rules).unwrap().ignores_file(path)
}

#[test]
fn rules_match_names_paths_and_folders() {
    for (rules, path, wanted) in [
        ("*.txt", "a/b/notes.txt", true),
        ("*.txt", "notes.text", false),
        ("/a.txt", "a.txt", true),
        ("/a.txt", "b/a.txt", false),
        ("b/a.txt", "b/a.txt", true),
        ("b/a.txt", "c/b/a.txt", false),
        ("b/*.txt", "b/c/a.txt", false),
        ("docs/", "docs/a.md", true),
        ("docs/", "docs", false),
        ("docs", "x/docs/deep/a.md", true),
        ("a[b-d].txt", "ac.txt", true),
        ("a[^b-d].txt", "ac.txt", false),
        ("a\\*.txt", "a*.txt", true),
        ("a\\*.txt", "ab.txt", false),
        ("?at", "cat", true),
        ("?at", "at", false),
        ("# *", "a", false),
        ("  *.bak  ", "a.bak", true),
        // A rule with `!` leaves out what it does not match.
        ("!keep.txt", "other.txt", true),
        ("!keep.txt", "keep.txt", false),
        ("\u{feff}*.bak", "a.bak", true),
        // Hidden files in `templates/`, whatever the rules say.
        ("", "templates/.hidden.yaml", true),
        ("", "templates/sub/.hidden.yaml", false),
        ("", ".hidden", false),
    ] {
        assert_eq!(ignored(rules, path), wanted, "{rules:?} {path:?}");
    }
}

#[test]
fn bad_rules_are_errors() {
    assert_eq!(Ignore::parse("a\n**/b").unwrap_err(), IgnoreError::DoubleStar { line: 2 });
    for rule in ["a[", "a[]", "a[b", "a[-c]", "a\\"] {
        assert_eq!(Ignore::parse(rule).unwrap_err(), IgnoreError::Pattern { line: 1, rule: rule.into() });
    }
    assert_eq!(
        Ignore::parse(&"a\n".repeat(10_001)).unwrap_err(),
        IgnoreError::TooManyRules { limit: 10_000 }
    );
}

#[test]
fn what_is_ignored_is_no_part_of_the_chart() {
    let chart = folder(&[
        (".helmignore", "*.bak\ncrds/\n"),
        ("Chart.yaml", &chart_yaml("demo", "")),
        ("templates/a.yaml", ""),
        ("templates/a.yaml.bak", "{{ nonsense"),
        ("crds/b.yaml", ""),
    ])
    .unwrap();
    assert_eq!(chart.templates.len(), 1);
    assert!(chart.definitions.is_empty());
}
