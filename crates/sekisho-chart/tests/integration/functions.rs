//! Each function against what Helm makes of the same calls: `tests/functions/*.jsonl`, answered by
//! `tests/oracle` with the environment variable `TZ` set to `UTC`.

use std::collections::{BTreeMap, BTreeSet};

use crate::language::check;

macro_rules! families {
    ($($family:ident,)*) => {
        $(
            #[test]
            fn $family() {
                check(include_str!(concat!("../functions/", stringify!($family), ".jsonl")));
            }
        )*

        /// The tables of all families.
        const TABLES: &[&str] =
            &[$(include_str!(concat!("../functions/", stringify!($family), ".jsonl")),)*];
    };
}

families! {
    cases,
    certificates,
    dates,
    dicts,
    digests,
    encodings,
    floats,
    flow,
    integers,
    json,
    lists,
    merging,
    network,
    passwords,
    paths,
    random,
    regex,
    semver,
    strings,
    toml,
    types,
    urls,
    wrapping,
    yaml,
}

/// The functions of Go's template language itself, which `tests/cases` holds.
const LANGUAGE: &[&str] = &[
    "and", "call", "eq", "ge", "gt", "html", "index", "js", "le", "len", "lt", "ne", "not", "or", "print",
    "printf", "println", "urlquery",
];

/// The functions that Helm adds to them: what its engine registers, as `tests/oracle` lists it.
const REGISTERED: &str = include_str!("../functions/names.txt");

#[test]
fn every_function_of_helm_is_there_and_no_other() {
    let mut names: Vec<_> = REGISTERED.lines().chain(LANGUAGE.iter().copied()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(sekisho_chart::functions::names(), names);
}

/// The words of a template that stand in no text between quotes and are no field or variable.
fn words(template: &str) -> BTreeSet<String> {
    let template = template.replace("\\\"", "");
    let mut words = BTreeSet::new();
    // Every other part stands between quotes.
    for code in template.split(['"', '`']).step_by(2) {
        let is_of_word =
            |character: char| character.is_alphanumeric() || matches!(character, '_' | '.' | '$');
        words.extend(code.split(|character| !is_of_word(character)).map(str::to_owned));
    }
    words
}

#[test]
fn every_function_has_cases() {
    let mut counts: BTreeMap<&str, usize> = REGISTERED.lines().map(|name| (name, 0)).collect();
    for case in TABLES.iter().flat_map(|table| table.lines()) {
        let case: serde_json::Value = serde_json::from_str(case).unwrap();
        for word in words(case["templates"]["t"].as_str().unwrap()) {
            if let Some(count) = counts.get_mut(word.as_str()) {
                *count += 1;
            }
        }
    }
    let few: Vec<_> = counts.iter().filter(|(_, count)| **count < 6).collect();
    assert!(few.is_empty(), "fewer than 6 cases: {few:?}");
}

macro_rules! chart {
    ($($file:literal,)*) => {
        &[$(include_str!(concat!("../charts/functions/templates/", $file, ".yaml")),)*]
    };
}

/// The chart that `cargo xtask conformance helm` renders beside the real helm.
const CHART: &[&str] = chart![
    "certificates",
    "dates",
    "dicts",
    "floats",
    "formats",
    "integers",
    "lists",
    "logic",
    "random",
    "strings",
    "texts",
];

#[test]
fn a_chart_calls_every_function() {
    let called = CHART.iter().flat_map(|template| {
        // Keys have the names of functions too.
        let actions = template.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
        actions.flat_map(words)
    });
    let called: BTreeSet<_> = called.collect();
    let missing: Vec<_> =
        sekisho_chart::functions::names().into_iter().filter(|name| !called.contains(*name)).collect();
    assert!(missing.is_empty(), "not called: {missing:?}");
}
