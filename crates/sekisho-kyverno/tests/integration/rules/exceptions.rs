//! Exceptions, failure actions, and updates of what did not hold before.

use sekisho_kyverno::matching::Operation;
use sekisho_kyverno::policy::FailureAction;
use sekisho_kyverno::rule::{Request, Snapshot, Status, validate};

use super::{exception, in_world, pod, policy, results, rule};

const PATTERN: &str = "    validate:\n      message: m\n      pattern: {spec: {a: 1}}\n";

#[test]
fn an_exception_lets_off_from_the_rules_that_it_names() {
    let policy = rule(PATTERN);
    let rows = [
        ("[{policyName: p, ruleNames: [r]}]", "{kinds: [Pod]}", true),
        ("[{policyName: p, ruleNames: ['*']}]", "{kinds: [Pod], names: ['web*']}", true),
        ("[{policyName: p, ruleNames: [x]}]", "{kinds: [Pod]}", false),
        ("[{policyName: q, ruleNames: [r]}]", "{kinds: [Pod]}", false),
        ("[{policyName: p, ruleNames: [r]}]", "{kinds: [Pod], names: [db]}", false),
    ];
    for (rules, resources, let_off) in rows {
        let exception = exception(&format!(
            "{{apiVersion: kyverno.io/v2, kind: PolicyException, metadata: {{name: e, namespace: ns}}, spec: {{exceptions: {rules}, \
             match: {{any: [{{resources: {resources}}}]}}}}}}"
        ));
        let results = in_world(&Snapshot::default(), &[&exception], |world| {
            validate(&policy, &Request::create(pod("{a: 2}")), world)
        });
        let [result] = results.as_slice() else { panic!("{results:?}") };
        if let_off {
            assert_eq!(result.status, Status::Skip);
            assert_eq!(result.message, "rule is skipped due to policy exceptionsns/e");
            assert_eq!(result.exceptions, ["ns/e"]);
        } else {
            assert_eq!(result.status, Status::Fail, "{rules} {resources}");
        }
    }
}

#[test]
fn the_action_is_the_rules_or_the_policys_or_that_of_the_namespace() {
    let action = |spec: &str, validate: &str| {
        let policy = policy(&format!(
            "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{{spec} rules: [{{name: r, match: {{any: \
             [{{resources: {{kinds: [Pod]}}}}]}}, validate: {{{validate} message: m, pattern: {{spec: {{a: 1}}}}}}}}]}}}}"
        ));
        results(&policy, &Request::create(pod("{a: 2}")))[0].action
    };
    assert_eq!(action("", ""), FailureAction::Audit);
    assert_eq!(action("validationFailureAction: Enforce,", ""), FailureAction::Enforce);
    assert_eq!(action("validationFailureAction: enforce,", "failureAction: Audit,"), FailureAction::Audit);
    let overrides = "failureActionOverrides: [{action: Enforce, namespaces: ['sh*']}],";
    assert_eq!(action("", overrides), FailureAction::Enforce);
    let elsewhere = "failureActionOverrides: [{action: Enforce, namespaces: [bank]}],";
    assert_eq!(action("", elsewhere), FailureAction::Audit);
}

#[test]
fn what_did_not_hold_before_may_be_changed() {
    let update = |validate: &str, old: &str| {
        let policy = policy(&format!(
            "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{rules: [{{name: r, match: {{any: [{{resources: \
             {{kinds: [Pod]}}}}]}}, validate: {{{validate} failureAction: Enforce, message: m, pattern: {{spec: {{a: 1}}}}}}}}]}}}}"
        ));
        let request = Request {
            old_object: Some(pod(old)),
            operation: Operation::Update,
            ..Request::create(pod("{a: 2}"))
        };
        results(&policy, &request)[0].status
    };
    assert_eq!(update("", "{a: 3}"), Status::Skip);
    assert_eq!(update("", "{a: 1}"), Status::Fail);
    assert_eq!(update("allowExistingViolations: false,", "{a: 3}"), Status::Fail);
}

#[test]
fn only_the_first_rule_applies_where_the_policy_says_so() {
    let rules = "rules: [{name: one, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {message: m, pattern: {spec: {a: 1}}}}, {name: two, \
                 match: {any: [{resources: {kinds: [Pod]}}]}, validate: {message: m, pattern: {spec: {a: 1}}}}]";
    let count = |apply: &str| {
        let policy = policy(&format!(
            "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{{apply} {rules}}}}}"
        ));
        results(&policy, &Request::create(pod("{a: 1}"))).len()
    };
    assert_eq!(count(""), 2);
    assert_eq!(count("applyRules: One,"), 1);
}

#[test]
fn a_policy_that_is_not_scored_warns() {
    let policy = policy(
        "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: p, annotations: {policies.kyverno.io/scored: 'false'}}, spec: {rules: \
         [{name: r, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {message: m, pattern: {spec: {a: 1}}}}]}}",
    );
    assert_eq!(results(&policy, &Request::create(pod("{a: 2}")))[0].status, Status::Warn);
}
