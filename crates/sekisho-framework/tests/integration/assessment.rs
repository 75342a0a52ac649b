//! States of controls are never mixed up: each test is a story an auditor could check.

use sekisho_framework::{
    ControlResult, ControlState, Evidence, Outcome, RuleRun, Run, assess, control, frameworks,
};

/// The result of one control, `framework/control`.
fn result<'a>(id: &str, run: &'a Run<'a>) -> ControlResult<'a> {
    let (framework, control) = control(id).expect("a known control");
    assess(framework, run).into_iter().find(|result| result.control == control).expect("a result")
}

fn state(id: &str, rules: &[RuleRun<'static>]) -> ControlState {
    result(id, &Run { rules: rules.to_vec(), unreadable: 0 }).state
}

fn rule(name: &'static str, control: &'static str, outcome: Outcome) -> RuleRun<'static> {
    RuleRun { rule: name, controls: vec!["owasp-2022/K99", control], outcome }
}

fn ran(evidence: &[Evidence], subjects: usize, findings: usize) -> Outcome {
    Outcome::Ran { evidence: evidence.to_vec(), subjects, findings, excepted: 0 }
}

const MANIFEST: &[Evidence] = &[Evidence::Manifest];
const CLUSTER: &[Evidence] = &[Evidence::Cluster];
const NODE: &[Evidence] = &[Evidence::Node];

/// Answered by manifests alone.
const POD: &str = "pss/privileged";
/// A setting of a component: the cluster or the node shows it.
const COMPONENT: &str = "cis-1.12/1.2.1";
/// What a cluster holds, and a person's judgement of it.
const JUDGED: &str = "cis-1.12/5.1.1";

#[test]
fn results_come_for_every_control_in_the_order_of_the_document() {
    for framework in frameworks() {
        let run = Run::default();
        let results = assess(framework, &run);
        let controls: Vec<_> = results.iter().map(|result| result.control).collect();
        assert_eq!(controls, framework.controls().collect::<Vec<_>>());
    }
}

#[test]
fn a_run_that_knows_no_rule_passes_nothing() {
    for framework in frameworks() {
        for result in assess(framework, &Run::default()) {
            assert!(
                matches!(result.state, ControlState::NotAutomated | ControlState::Manual),
                "{}/{} is {}",
                framework.id,
                result.control.id,
                result.state
            );
            assert_eq!(result.missing.len(), result.control.evidence.len());
        }
    }
}

#[test]
fn a_control_passes_when_all_it_needs_was_seen_and_nothing_found() {
    assert_eq!(state(POD, &[rule("a", POD, ran(MANIFEST, 3, 0))]), ControlState::Passed);
}

#[test]
fn one_finding_of_one_rule_fails_it() {
    let good = rule("a", POD, ran(MANIFEST, 3, 0));
    let bad = rule("b", POD, ran(MANIFEST, 3, 1));
    assert_eq!(state(POD, &[good.clone(), bad.clone()]), ControlState::Failed);
    let silent = rule("c", POD, Outcome::NotRun);
    assert_eq!(state(POD, &[bad, silent]), ControlState::Failed, "more evidence would not undo it");
}

#[test]
fn findings_that_are_all_set_aside_are_neither_passed_nor_failed() {
    let aside = Outcome::Ran { evidence: MANIFEST.to_vec(), subjects: 3, findings: 0, excepted: 2 };
    assert_eq!(state(POD, &[rule("a", POD, aside.clone())]), ControlState::Excepted);
    let open = rule("b", POD, ran(MANIFEST, 3, 1));
    assert_eq!(state(POD, &[rule("a", POD, aside), open]), ControlState::Failed);
}

#[test]
fn a_rule_that_did_not_run_keeps_a_control_from_passing() {
    let seen = rule("a", POD, ran(MANIFEST, 3, 0));
    let silent = rule("b", POD, Outcome::NotRun);
    assert_eq!(state(POD, &[seen, silent.clone()]), ControlState::PartlyExamined);
    assert_eq!(state(POD, &[silent]), ControlState::NotExamined);
}

#[test]
fn manifests_alone_cannot_pass_what_needs_the_cluster_or_the_node() {
    let run = Run { rules: vec![rule("a", COMPONENT, ran(MANIFEST, 1, 0))], unreadable: 0 };
    let result = result(COMPONENT, &run);
    assert_eq!(result.state, ControlState::PartlyExamined);
    assert_eq!(result.missing, [&[Evidence::Cluster, Evidence::Node][..]]);
    assert_eq!(state(COMPONENT, &[rule("a", COMPONENT, ran(MANIFEST, 1, 1))]), ControlState::Failed);
    assert_eq!(state(COMPONENT, &[rule("a", COMPONENT, ran(CLUSTER, 1, 0))]), ControlState::Passed);
    assert_eq!(state(COMPONENT, &[rule("a", COMPONENT, ran(NODE, 1, 0))]), ControlState::Passed);
}

#[test]
fn nothing_there_is_not_applicable_only_where_all_places_were_looked_at() {
    assert_eq!(state(POD, &[rule("a", POD, ran(MANIFEST, 0, 0))]), ControlState::NotApplicable);
    // No API server among the manifests or the Pods of a managed cluster: there is one all the same.
    for evidence in [MANIFEST, CLUSTER] {
        let looked = rule("a", COMPONENT, ran(evidence, 0, 0));
        assert_eq!(state(COMPONENT, &[looked]), ControlState::NotExamined);
    }
    let both = [Evidence::Cluster, Evidence::Node];
    assert_eq!(state(COMPONENT, &[rule("a", COMPONENT, ran(&both, 0, 0))]), ControlState::NotApplicable);
    let apart = [rule("a", COMPONENT, ran(CLUSTER, 0, 0)), rule("a", COMPONENT, ran(NODE, 0, 0))];
    assert_eq!(state(COMPONENT, &apart), ControlState::NotApplicable);
}

#[test]
fn a_rule_with_nothing_to_look_at_does_not_spoil_what_others_saw() {
    let seen = rule("a", POD, ran(MANIFEST, 3, 0));
    let idle = rule("b", POD, ran(MANIFEST, 0, 0));
    assert_eq!(state(POD, &[seen, idle]), ControlState::Passed);
}

#[test]
fn the_objects_of_a_cluster_are_manifests_but_not_the_reverse() {
    assert_eq!(state(POD, &[rule("a", POD, ran(CLUSTER, 3, 0))]), ControlState::Passed);
    let admission = "cis-1.12/5.2.2";
    assert_eq!(state(admission, &[rule("a", admission, ran(MANIFEST, 3, 0))]), ControlState::PartlyExamined);
}

#[test]
fn all_needs_count() {
    // Manifests and the content of images.
    let secrets = "nist-800-190/4.1.4";
    let manifests = rule("a", secrets, ran(MANIFEST, 3, 0));
    let images = rule("b", secrets, ran(&[Evidence::Image], 2, 0));
    assert_eq!(state(secrets, std::slice::from_ref(&manifests)), ControlState::PartlyExamined);
    assert_eq!(state(secrets, &[manifests.clone(), images]), ControlState::Passed);
    let none = rule("b", secrets, ran(&[Evidence::Image], 0, 0));
    assert_eq!(state(secrets, &[manifests, none]), ControlState::Passed, "there was no image to look at");
}

#[test]
fn evidence_counts_only_where_a_rule_of_the_control_drew_on_it() {
    let secrets = "nist-800-190/4.1.4";
    let manifests = rule("a", secrets, ran(MANIFEST, 3, 0));
    let elsewhere = rule("b", "nist-800-190/4.1.1", ran(&[Evidence::Image], 2, 0));
    assert_eq!(state(secrets, &[manifests, elsewhere]), ControlState::PartlyExamined);
}

#[test]
fn a_judgement_is_missing_until_a_person_gives_it() {
    let objects = rule("a", JUDGED, ran(CLUSTER, 3, 0));
    let run = Run { rules: vec![objects.clone()], unreadable: 0 };
    let found = result(JUDGED, &run);
    assert_eq!(found.state, ControlState::PartlyExamined);
    assert_eq!(found.missing, [&[Evidence::Manual][..]]);
    let judged = rule("review", JUDGED, ran(&[Evidence::Manual], 1, 0));
    assert_eq!(state(JUDGED, &[objects, judged]), ControlState::Passed);
    let nothing = rule("a", JUDGED, ran(CLUSTER, 0, 0));
    assert_eq!(state(JUDGED, &[nothing]), ControlState::NotApplicable, "there is nothing to judge");
}

#[test]
fn what_could_not_be_read_passes_nothing() {
    for (subjects, expected) in [(3, ControlState::PartlyExamined), (0, ControlState::NotExamined)] {
        let run = Run { rules: vec![rule("a", POD, ran(MANIFEST, subjects, 0))], unreadable: 1 };
        assert_eq!(result(POD, &run).state, expected);
    }
    let run = Run { rules: vec![rule("a", POD, ran(MANIFEST, 1, 1))], unreadable: 1 };
    assert_eq!(result(POD, &run).state, ControlState::Failed);
}

#[test]
fn rules_answer_for_the_edition_they_name() {
    let older = rule("a", "owasp-2022/K01", ran(MANIFEST, 3, 1));
    assert_eq!(state("owasp-2022/K01", std::slice::from_ref(&older)), ControlState::Failed);
    assert_eq!(state("owasp-2025/K01", &[older]), ControlState::NotAutomated);
    let former = rule("a", "cis-1.12/5.7.4", ran(CLUSTER, 3, 1));
    assert_eq!(state("cis-1.12/5.6.4", &[former]), ControlState::Failed);
}

#[test]
fn a_rule_that_ran_over_one_target_has_run() {
    let rules = [rule("a", POD, ran(MANIFEST, 3, 0)), rule("a", POD, Outcome::NotRun)];
    assert_eq!(state(POD, &rules), ControlState::Passed);
}

/// Over all small runs of two rules: a passed control has no finding, no silent rule and no need unmet; adding a
/// finding to any run fails it; and only a finding fails.
#[test]
fn laws_hold_over_all_small_runs() {
    let kinds = [Evidence::Manifest, Evidence::Cluster, Evidence::Node, Evidence::Manual];
    let mut outcomes = vec![Outcome::NotRun];
    for kind in kinds {
        for subjects in [0, 1] {
            for (findings, excepted) in [(0, 0), (0, 1), (1, 0)] {
                if subjects > 0 || findings + excepted == 0 {
                    outcomes.push(Outcome::Ran { evidence: vec![kind], subjects, findings, excepted });
                }
            }
        }
    }
    let counts = |outcome: &Outcome| match outcome {
        Outcome::Ran { findings, excepted, .. } => (*findings, *excepted),
        Outcome::NotRun => (0, 0),
    };
    for id in [POD, COMPONENT, JUDGED] {
        for first in &outcomes {
            for second in &outcomes {
                for unreadable in [0, 1] {
                    let rules = vec![rule("a", id, first.clone()), rule("b", id, second.clone())];
                    let run = Run { rules, unreadable };
                    let result = result(id, &run);
                    let findings = counts(first).0 + counts(second).0;
                    let excepted = counts(first).1 + counts(second).1;
                    assert_eq!(result.state == ControlState::Failed, findings > 0);
                    if result.state == ControlState::Passed {
                        assert_eq!((excepted, unreadable), (0, 0));
                        assert!(*first != Outcome::NotRun && *second != Outcome::NotRun);
                        assert!(result.missing.is_empty());
                    }
                }
            }
        }
    }
}
