//! The rules that the project brings, in `rules/audit`. That each fires on its log, and not on the one beside it, is tested by
//! the command (`policy test rules`).
#![allow(clippy::disallowed_methods, reason = "the rules and their logs are files of the repository")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sekisho_audit::{Parser, SOURCE};
use sekisho_falco::{Evaluator, LoadBudget, Loader, Matching, RuleSet};
use sekisho_framework::control;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules/audit")
}

fn load() -> RuleSet {
    let mut loader = Loader::new(sekisho_audit::catalog(), LoadBudget::default());
    let mut files: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|kind| kind == "yaml"));
    // What the others share comes first.
    files.sort_by_key(|path| (!path.ends_with("00-macros.yaml"), path.clone()));
    let mut rules = None;
    for path in files {
        let (result, compiled) = loader.load(&fs::read_to_string(&path).unwrap());
        assert!(!result.has_errors(), "{}: {:?}", path.display(), result.messages());
        rules = compiled;
    }
    rules.unwrap()
}

/// The rules that match an event of a log.
fn found(rules: &RuleSet, log: &str) -> Vec<BTreeSet<String>> {
    let (mut parser, mut evaluator) = (Parser::default(), Evaluator::new());
    let mut all = Vec::new();
    for line in log.lines() {
        parser.parse(line.as_bytes()).unwrap().events(&mut |event| {
            let matches = rules.matches(&mut evaluator, &event.unwrap(), Matching::All);
            for found in &matches {
                assert!(!found.output.contains("user=<NA>"), "{}", found.output);
            }
            all.push(matches.iter().map(|found| found.rule.name.clone()).collect());
        });
    }
    all
}

#[test]
fn each_is_mapped() {
    let rules = load();
    for rule in rules.rules() {
        assert_eq!(rule.source, SOURCE, "{}", rule.name);
        let is_slug =
            rule.name.chars().all(|character| character.is_ascii_alphanumeric() || character == ' ');
        assert!(is_slug, "{}: a name is made of letters, figures and blanks", rule.name);
        for framework in ["attack/", "owasp-2022/", "owasp-2025/", "matrix/"] {
            assert!(rule.tags.iter().any(|tag| tag.starts_with(framework)), "{}: no {framework}", rule.name);
        }
        for tag in &rule.tags {
            match tag.split_once('/') {
                Some(("matrix", cell)) => {
                    let parts: Vec<_> = cell.split('/').collect();
                    let known = [
                        &["cloud", "cluster", "container", "code"][..],
                        &["develop", "distribute", "deploy", "run"],
                        &["preventive", "detective", "responsive"],
                    ];
                    assert_eq!(parts.len(), 3, "{}: {tag}", rule.name);
                    assert!(
                        parts.iter().zip(known).all(|(part, known)| known.contains(part)),
                        "{}: {tag}",
                        rule.name
                    );
                }
                Some(_) => {
                    assert!(control(tag).is_some(), "{}: {tag} is no known control", rule.name);
                }
                None => assert_eq!(tag, "audit", "{}", rule.name),
            }
        }
    }
}

#[test]
fn what_the_control_plane_does_is_no_news() {
    let rules = load();
    let quiet = include_str!("../data/control-plane.log");
    for (line, names) in found(&rules, quiet).iter().enumerate() {
        assert!(names.is_empty(), "line {}: {names:?}", line + 1);
    }
}
