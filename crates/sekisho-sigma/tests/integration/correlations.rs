//! Rules over what other rules found.

use sekisho_sigma::{Correlator, SigmaErrorKind};

use super::read;

/// A correlation of the rules `a`, `b` and `c` with these lines.
fn correlator(lines: &str) -> Correlator {
    let read = read(&text(lines));
    assert_eq!(read.errors, []);
    Correlator::new(read.correlations)
}

fn text(lines: &str) -> String {
    format!("title: C\nid: one\nlevel: high\ncorrelation:\n    {}\n", lines.replace('\n', "\n    "))
}

fn why(lines: &str) -> SigmaErrorKind {
    read(&text(lines)).errors[0].kind.clone()
}

const SECOND: i128 = 1_000_000_000;

/// What holds after each match: rule, second, user, object. Numbers are what was counted.
fn play(lines: &str, matches: &[(&str, i128, &str, &str)]) -> Vec<u64> {
    let mut correlator = correlator(lines);
    let one = |(rule, time, user, object): &(&str, i128, &str, &str)| {
        let values = |field: &str| match field {
            "user.username" if !user.is_empty() => vec![(*user).to_owned()],
            "objectRef.name" => vec![(*object).to_owned()],
            _ => Vec::new(),
        };
        let found = correlator.take(rule, time * SECOND, &values);
        found.first().map_or(0, |found| found.count)
    };
    matches.iter().map(one).collect()
}

#[test]
fn events_are_counted_in_a_time_and_a_group() {
    let lines = "type: event_count\nrules: a\ngroup-by: [user.username]\ntimespan: 10s\ncondition: {gte: 3}";
    let seen = [
        ("a", 0, "ada", ""),
        ("a", 1, "ada", ""),
        ("b", 2, "ada", ""),
        ("a", 2, "bob", ""),
        // Who is not known is in no group.
        ("a", 2, "", ""),
        ("a", 10, "ada", ""),
        // It begins anew.
        ("a", 11, "ada", ""),
        ("a", 12, "bob", ""),
        // The first of these is over.
        ("a", 13, "bob", ""),
    ];
    assert_eq!(play(lines, &seen), [0, 0, 0, 0, 0, 3, 0, 0, 0]);
    let found = play(
        "type: event_count\nrules: [a, b]\ntimespan: 1m\ncondition: {gt: 1, lt: 3}",
        &[("a", 0, "ada", ""), ("b", 59, "bob", "")],
    );
    assert_eq!(found, [0, 2]);
}

#[test]
fn values_are_counted_once() {
    let lines = "type: value_count\nrules: [a]\ngroup-by: user.username\ntimespan: 1h\ncondition: {field: objectRef.name, gte: 3}";
    let seen = [
        ("a", 0, "ada", "x"),
        ("a", 1, "ada", "x"),
        ("a", 2, "ada", "y"),
        ("a", 3, "ada", "x"),
        ("a", 4, "ada", "z"),
    ];
    assert_eq!(play(lines, &seen), [0, 0, 0, 0, 3]);
    // The first was too long ago when the third comes.
    let late = [("a", 0, "ada", "x"), ("a", 3_000, "ada", "y"), ("a", 3_601, "ada", "z")];
    assert_eq!(play(lines, &late), [0, 0, 0]);
}

#[test]
fn rules_that_come_together() {
    let lines = "type: temporal\nrules: [a, b, c]\ngroup-by: [user.username]\ntimespan: 1m";
    assert_eq!(
        play(lines, &[("c", 0, "u", ""), ("a", 10, "u", ""), ("a", 20, "u", ""), ("b", 60, "u", "")]),
        [0, 0, 0, 3]
    );
    assert_eq!(play(lines, &[("c", 0, "u", ""), ("a", 10, "v", ""), ("b", 20, "u", "")]), [0, 0, 0]);
    assert_eq!(play(lines, &[("c", 0, "u", ""), ("a", 10, "u", ""), ("b", 61, "u", "")]), [0, 0, 0]);
    let some = format!("{lines}\ncondition: {{gte: 2}}");
    assert_eq!(play(&some, &[("c", 0, "u", ""), ("c", 1, "u", ""), ("a", 10, "u", "")]), [0, 0, 2]);
}

#[test]
fn rules_that_come_in_order() {
    let lines = "type: temporal_ordered\nrules: [a, b, c]\ntimespan: 1m";
    assert_eq!(play(lines, &[("a", 0, "", ""), ("b", 10, "", ""), ("c", 60, "", "")]), [0, 0, 3]);
    assert_eq!(play(lines, &[("c", 0, "", ""), ("b", 10, "", ""), ("a", 20, "", "")]), [0, 0, 0]);
    // The later beginning is the one that counts.
    let again = [("a", 0, "", ""), ("a", 30, "", ""), ("b", 40, "", ""), ("c", 80, "", "")];
    assert_eq!(play(lines, &again), [0, 0, 0, 3]);
    // One event is not two steps.
    assert_eq!(
        play("type: temporal_ordered\nrules: [a, a]\ntimespan: 1m", &[("a", 0, "", ""), ("a", 1, "", "")]),
        [0, 2]
    );
}

#[test]
fn fields_may_have_other_names_in_other_rules() {
    let lines = "type: temporal\nrules: [a, b]\ngroup-by: [who]\ntimespan: 1m\naliases:\n    who: {a: user.username, b: objectRef.name}";
    assert_eq!(play(lines, &[("a", 0, "ada", "web"), ("b", 1, "bob", "ada")]), [0, 2]);
    assert_eq!(play(lines, &[("a", 0, "ada", "web"), ("b", 1, "ada", "web")]), [0, 0]);
}

#[test]
fn correlations_of_correlations() {
    let first =
        text("type: event_count\nrules: a\ngroup-by: [user.username]\ntimespan: 1m\ncondition: {gte: 2}");
    let second = text("type: temporal\nrules: [C (one), b]\ngroup-by: [user.username]\ntimespan: 1m")
        .replace("id: one", "id: two");
    let read = read(&format!("{first}---\n{second}"));
    assert_eq!(read.errors, []);
    let mut correlator = Correlator::new(read.correlations);
    let values = |field: &str| if field == "user.username" { vec!["ada".to_owned()] } else { Vec::new() };
    let mut take = |rule: &str, time: i128| -> Vec<usize> {
        correlator.take(rule, time * SECOND, &values).iter().map(|found| found.place).collect()
    };
    assert_eq!((take("b", 0), take("a", 1), take("a", 2)), (vec![], vec![], vec![0, 1]));
}

#[test]
fn rules_that_only_correlations_tell_of() {
    let lines = "type: event_count\nrules: a\ntimespan: 1m\ncondition: {gte: 2}";
    assert!(correlator(lines).is_silent("a") && !correlator(lines).is_silent("b"));
    assert!(!correlator(&format!("{lines}\ngenerate: true")).is_silent("a"));
}

#[test]
fn what_is_wrong_is_said() {
    let with = |lines: &str| why(lines).to_string();
    assert_eq!(with("type: event_count\ntimespan: 1m"), "a rule needs `rules`");
    assert_eq!(with("rules: a\ntimespan: 1m"), "a rule needs `type`");
    assert_eq!(with("type: event_count\nrules: a\ncondition: {gte: 1}"), "a rule needs `timespan`");
    assert_eq!(with("type: event_count\nrules: a\ntimespan: 1m"), "a rule needs `condition`");
    assert_eq!(
        with("type: value_count\nrules: a\ntimespan: 1m\ncondition: {gte: 1}"),
        "a rule needs `condition.field`"
    );
    for (lines, said) in [
        ("type: temporal\nrules: [a, b]\ntimespan: 1m\ncondition: a and not b", "join rules by `and`"),
        ("type: temporal\nrules: [a, b]\ntimespan: 1m\ncondition: [a]", "`condition` must be a map"),
        ("type: near\nrules: a\ntimespan: 1m", "`type` must be event_count"),
        ("type: value_sum\nrules: a\ntimespan: 1m\ncondition: {field: x, gte: 1}", "sums and averages"),
        (
            "type: event_count\nrules: a\ntimespan: soon\ncondition: {gte: 1}",
            "`timespan` must be a number with",
        ),
        (
            "type: event_count\nrules: a\ntimespan: 1m\ncondition: {gte: many}",
            "must be made of whole numbers",
        ),
        ("type: event_count\nrules: a\ntimespan: 1m\ncondition: {gte: 1000000}", "counts to 10,000"),
        ("type: event_count\nrules: a\ntimespan: 99999999999y\ncondition: {gte: 1}", "`timespan` must be"),
    ] {
        assert!(with(lines).contains(said), "{lines}: {}", with(lines));
    }
}

/// Groups beyond all number are forgotten, the oldest first.
#[test]
fn memory_is_bounded() {
    let mut correlator = correlator(
        "type: event_count\nrules: a\ngroup-by: [user.username]\ntimespan: 30d\ncondition: {gte: 3}",
    );
    for number in 0..60_000_i128 {
        let values = |_: &str| vec![format!("user-{number}")];
        assert!(correlator.take("a", number * SECOND, &values).is_empty());
    }
    assert!(correlator.forgotten() >= 20_000, "{}", correlator.forgotten());
    let last = |_: &str| vec!["user-59999".to_owned()];
    assert!(correlator.take("a", 60_000 * SECOND, &last).is_empty());
    assert_eq!(correlator.take("a", 60_001 * SECOND, &last).len(), 1);
}

/// One value over and over does not push the others out, and long values need no more memory than short ones.
#[test]
fn values_are_bounded() {
    let lines = "type: value_count\nrules: a\ngroup-by: [user.username]\ntimespan: 1d\ncondition: {field: objectRef.name, gte: 4}";
    let mut correlator = correlator(lines);
    let mut take = |name: &str, time: i128| {
        let values = |field: &str| match field {
            "user.username" => vec!["u".repeat(1_000)],
            _ => vec![name.to_owned()],
        };
        correlator.take("a", time, &values).pop()
    };
    assert_eq!((take("x", 0), take("y", 1)), (None, None));
    assert!((2..30_000).all(|time| take("z", time).is_none()));
    let found = take(&"long".repeat(100_000), 30_000).unwrap();
    assert_eq!(found.count, 4);
    assert!(found.group[0].1.len() < 300);
}
