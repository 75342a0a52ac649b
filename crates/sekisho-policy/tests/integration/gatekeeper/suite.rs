//! Test suites: which cases pass, and why others do not.

use sekisho_policy::gatekeeper::Engine;
use sekisho_policy::gatekeeper::suite::{CaseOutcome, run};

use super::{LABELS, POD, constraint};
use crate::documents::objects;

fn read(path: &str) -> Result<Vec<sekisho_manifest::Object>, String> {
    match path {
        "template.yaml" => Ok(objects(LABELS)),
        "team.yaml" => Ok(objects(&constraint("{parameters: {labels: [team]}}"))),
        "wrong.yaml" => Ok(objects(&constraint("{parameters: {labels: [1]}}"))),
        "pod.yaml" => Ok(objects(POD)),
        "two.yaml" => Ok(objects(&format!("{POD}\n---\n{POD}"))),
        "review.yaml" => Ok(objects(&format!(
            "{{apiVersion: admission.k8s.io/v1, kind: AdmissionReview, request: {{operation: DELETE, oldObject: {POD}}}}}"
        ))),
        other => Err(format!("`{other}` is not there")),
    }
}

/// What comes of one case.
fn outcome(about: &str, case: &str) -> CaseOutcome {
    let suites = format!(
        "{{apiVersion: test.gatekeeper.sh/v1alpha1, kind: Suite, tests: \
         [{{name: t, template: template.yaml, {about}, cases: [{{name: c, {case}}}]}}]}}"
    );
    let suite = &objects(&suites)[0];
    run(&suite.root, &[Engine::Cel], &read).remove(0).outcome
}

fn fails(outcome: &CaseOutcome, reason: &str) -> bool {
    matches!(outcome, CaseOutcome::Fail(text) if text.contains(reason))
}

#[test]
fn assertions_count_the_violations_that_fit() {
    let with = |assertions: &str| {
        outcome("constraint: team.yaml", &format!("object: pod.yaml, assertions: [{assertions}]"))
    };
    for right in [
        "{violations: yes}",
        "{violations: 'yes'}",
        "{}",
        "{violations: 1}",
        "{violations: 1, message: 'missing team'}",
        "{violations: no, message: 'owner'}",
        "{violations: 0, message: '^team'}",
    ] {
        assert_eq!(with(right), CaseOutcome::Pass, "{right}");
    }
    assert!(fails(&with("{violations: no}"), "got 1 violations, wanted false"));
    assert!(fails(&with("{violations: 2}"), "got 1 violations, wanted 2"));
    assert!(fails(&with("{message: owner}"), "got 0 violations that fit `owner`"));
    assert!(fails(&with("{violations: maybe}"), "must be a number"));
    assert!(fails(&with("{message: '('}"), "`(`"));
    assert!(fails(&with(""), "no assertions"));
}

#[test]
fn reviews_of_deletions_judge_what_goes() {
    let case = "object: review.yaml, assertions: [{violations: 1}]";
    assert_eq!(outcome("constraint: team.yaml", case), CaseOutcome::Pass);
}

#[test]
fn what_is_wrong_with_a_suite_is_said() {
    let case = "object: pod.yaml, assertions: [{violations: yes}]";
    assert!(fails(&outcome("constraint: absent.yaml", case), "`absent.yaml` is not there"));
    assert!(fails(&outcome("constraint: wrong.yaml", case), "must be of type string"));
    assert!(fails(&outcome("constraint: pod.yaml", case), "holds no constraint"));
    assert!(fails(
        &outcome("constraint: team.yaml", "object: two.yaml, assertions: [{}]"),
        "must hold one object"
    ));
    assert_eq!(outcome("constraint: wrong.yaml, invalid: true", case), CaseOutcome::Pass);
    assert!(fails(&outcome("constraint: team.yaml, invalid: true", case), "the constraint is valid"));
    assert_eq!(outcome("constraint: team.yaml, skip: true", case), CaseOutcome::Skipped);
    assert_eq!(outcome("constraint: team.yaml", "skip: true, object: x"), CaseOutcome::Skipped);
}
