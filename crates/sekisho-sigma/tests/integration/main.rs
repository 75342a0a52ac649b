//! Rules and events in, matches out.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod conditions;
mod correlations;
mod files;
mod hostile;
mod values;

use sekisho_audit::{Parser, SOURCE};
use sekisho_falco::{Evaluator, LoadBudget, Loader, Matching, RuleSet};
use sekisho_manifest::SourceId;
use sekisho_sigma::{Budget, SigmaErrorKind, SigmaFile, load};

/// A file with one rule of this detection, whose lines are not indented.
fn file(detection: &str) -> String {
    let indented = detection.replace('\n', "\n    ");
    format!(
        "title: A rule\nlogsource:\n    product: kubernetes\n    service: audit\ndetection:\n    {indented}\n"
    )
}

fn read(text: &str) -> SigmaFile {
    load(SourceId(0), text, &Budget::default())
}

fn compiled(text: &str) -> RuleSet {
    let read = read(text);
    assert_eq!(read.errors, [], "{text}");
    let rules = read.rules.into_iter().map(|rule| {
        let name = rule.title.clone();
        rule.into_rule(name, SOURCE)
    });
    let (result, rules) = Loader::new(sekisho_audit::catalog(), LoadBudget::default()).add(rules.collect());
    rules.unwrap_or_else(|| panic!("{:?}", result.messages()))
}

/// The outputs of the rules that match an event with these members.
fn outputs(rules: &RuleSet, members: &str) -> Vec<String> {
    let event = format!(
        "{{\"kind\":\"Event\",\"auditID\":\"1\",\"stageTimestamp\":\"2026-01-02T03:04:05Z\",{members}}}"
    );
    let mut parser = Parser::default();
    let mut all = Vec::new();
    parser.parse(event.as_bytes()).unwrap().events(&mut |event| {
        let found = rules.matches(&mut Evaluator::new(), &event.unwrap(), Matching::All);
        all.extend(found.iter().map(|found| found.output.clone()));
    });
    all
}

/// Whether a detection finds an event with these members.
fn finds(detection: &str, members: &str) -> bool {
    !outputs(&compiled(&file(detection)), members).is_empty()
}

/// Whether an event whose verb is this text is found by a search of the verb.
fn verb(search: &str, verb: &str) -> bool {
    finds(&format!("s:\n    {search}\ncondition: s"), &format!("\"verb\":{}", json(verb)))
}

fn json(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// Why a detection is refused.
fn refused(detection: &str) -> SigmaErrorKind {
    let read = read(&file(detection));
    assert!(read.rules.is_empty(), "{detection}");
    read.errors[0].kind.clone()
}
