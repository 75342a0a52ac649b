//! Constraints against versions. The answers in `cases.tsv` are those of Masterminds/semver 3.5.0, the library
//! that Helm 4.2 compares versions with.

use sekisho_chart::semver::{Constraint, Version, fits};

/// What the library would answer, in the words of the table.
fn answer(constraint: &str, version: &str) -> String {
    match (Version::parse(version), Constraint::parse(constraint)) {
        (Err(error), _) => format!("verr:{error}"),
        (_, Err(error)) => format!("cerr:{error}"),
        (Ok(version), Ok(constraint)) => constraint.allows(&version).to_string(),
    }
}

#[test]
fn answers_are_those_of_helm() {
    for line in include_str!("cases.tsv").lines() {
        let [constraint, version, wanted] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("no row of three columns: {line}");
        };
        assert_eq!(answer(constraint, version), wanted, "{constraint:?} against {version:?}");
    }
}

#[test]
fn the_rules_of_each_operator_hold() {
    for (constraint, version, wanted) in [
        ("^1.2.3", "1.9.0", true),
        ("^1.2.3", "2.0.0", false),
        ("^0.2", "0.3.0", false),
        ("~1.2", "1.2.9", true),
        ("~1", "1.9", true),
        ("1.x.x", "1.4.2", true),
        ("2.x", "1.4.2", false),
        (">=1.19.0-0", "v1.33.4-gke.1245000", true),
        (">=1.19.0", "v1.33.4-gke.1245000", false),
        ("1.2 - 1.4.5", "1.4.5", true),
        ("<1 || >=2.1", "2.1.0", true),
        ("*", "7.0.0", true),
        ("", "7.0.0", false),
        ("*", "seven", false),
    ] {
        assert_eq!(fits(constraint, version), wanted, "{constraint:?} against {version:?}");
    }
}

#[test]
fn a_constraint_too_long_or_of_too_many_groups_is_refused() {
    let long = format!(">={}", "1".repeat(600));
    assert_eq!(
        Constraint::parse(&long).unwrap_err().to_string(),
        "constraint string is too long (max 512 bytes)"
    );
    let many = vec!["1"; 40].join("||");
    assert_eq!(Constraint::parse(&many).unwrap_err().to_string(), "too many constraint groups (max 32)");
    assert_eq!(
        Version::parse(&"1".repeat(300)).unwrap_err().to_string(),
        "version string is too long (max 256 bytes)"
    );
}

#[test]
fn versions_are_ordered_with_prereleases_before_releases() {
    let mut sorted: Vec<_> = ["1.0.0", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0-alpha", "0.9", "1.0.0-rc.x"]
        .map(|text| Version::parse(text).unwrap())
        .into();
    sorted.sort();
    let shown: Vec<_> = sorted.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["0.9.0", "1.0.0-alpha", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0-rc.x", "1.0.0"]);
}
