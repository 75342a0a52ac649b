//! Each function against what Helm makes of the same calls: `tests/functions/*.jsonl`, answered by
//! `tests/oracle` with the environment variable `TZ` set to `UTC`.

use std::collections::BTreeMap;

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

#[test]
fn every_function_has_cases() {
    let mut counts: BTreeMap<&str, usize> =
        sekisho_chart::functions::names().into_iter().map(|name| (name, 0)).collect();
    for name in LANGUAGE {
        assert!(counts.remove(name).is_some(), "`{name}` is missing");
    }
    for case in TABLES.iter().flat_map(|table| table.lines()) {
        let case: serde_json::Value = serde_json::from_str(case).unwrap();
        let template = case["templates"]["t"].as_str().unwrap();
        let words = template.split(|character: char| !(character.is_alphanumeric() || character == '_'));
        let mut words: Vec<_> = words.collect();
        words.sort_unstable();
        words.dedup();
        for word in words {
            if let Some(count) = counts.get_mut(word) {
                *count += 1;
            }
        }
    }
    let few: Vec<_> = counts.iter().filter(|(_, count)| **count < 6).collect();
    assert!(few.is_empty(), "fewer than 6 cases: {few:?}");
    assert_eq!(counts.len(), 222, "Helm 4.2 has 222 functions besides those of the language");
}
