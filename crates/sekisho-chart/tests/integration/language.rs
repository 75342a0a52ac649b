//! The language against what Go and Helm make of the same templates.
//!
//! Each line of `tests/cases/*.jsonl` is a case with the answer of `tests/oracle`; to add one, write a line
//! without answer and run the oracle over the file.

use std::collections::BTreeMap;

use sekisho_chart::template::TemplateError;

use crate::support::render;

const DEFAULT_VALUES: &str = include_str!("../cases/values.yaml");

/// Runs the cases of a file, and tells of all that differ.
pub(crate) fn check(cases: &str) {
    let mut differences = Vec::new();
    for (number, line) in cases.lines().enumerate() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let templates: BTreeMap<String, String> = serde_json::from_value(case["templates"].clone()).unwrap();
        let values = case["values"].as_str().unwrap_or(DEFAULT_VALUES);
        let name = case["render"].as_str().unwrap_or("t");
        let got = match render(&templates, values, name) {
            Ok(text) => text,
            Err(error) => format!("error: {}", message(&error)),
        };
        let want = match (case["output"].as_str(), case["error"].as_str()) {
            (Some(output), _) => output.to_owned(),
            (None, error) => format!("error: {}", error.unwrap_or("none")),
        };
        if got != want {
            let number = number + 1;
            differences.push(format!("line {number}: {templates:?}\n  want {want:?}\n  got  {got:?}"));
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

/// The message as Helm's engine words it inside, where a refusal is marked.
fn message(error: &TemplateError) -> String {
    match error.refusal() {
        Some(refusal) => {
            let message = error.to_string();
            format!(
                "{}HELM_ERR_START{refusal}HELM_ERR_END",
                message.strip_suffix(refusal).unwrap_or(&message)
            )
        }
        None => error.to_string(),
    }
}

#[test]
fn language_is_that_of_go() {
    check(include_str!("../cases/language.jsonl"));
}

#[test]
fn printing_is_that_of_go() {
    check(include_str!("../cases/printing.jsonl"));
}
