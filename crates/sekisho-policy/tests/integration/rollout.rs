//! How rules are introduced: stages, their dates, and what becomes of verdicts.

use sekisho_manifest::{Budget, Document, Format, Node, SourceId, load};
use sekisho_policy::{Expectation, Kinds, NoFacts, Options, PolicySet, Request, Rollout, RuleName, Stage};

/// 2026-01-01.
const NEW_YEAR: i64 = 20_454;

const POLICIES: &str = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: require-team}
spec:
  validationFailureAction: Enforce
  rules:
  - name: team
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: needs a team, pattern: {metadata: {labels: {team: '?*'}}}}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: add-owner}
spec:
  rules:
  - name: owner
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    mutate: {patchStrategicMerge: {metadata: {labels: {owner: nobody}}}}
";

fn node(text: &str) -> Node {
    load(SourceId(0), text, Format::Detect, &Budget::default()).documents.remove(0).root
}

fn rollout(text: &str) -> Rollout {
    let (rollout, problems) = Rollout::read(&node(text));
    assert_eq!(problems, []);
    rollout
}

fn on(rollout: &Rollout, day: i64) -> (Expectation, bool) {
    let read = |text: &str| {
        let loaded = load(SourceId(0), text, Format::Detect, &Budget::default());
        loaded.documents.iter().flat_map(Document::objects).collect::<Vec<_>>()
    };
    let loaded = sekisho_policy::load(&read(POLICIES), &[], &Options::default());
    let policies: PolicySet = loaded.policies.staged(rollout, day);
    let object = &read("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")[0];
    let review = policies.review(&Request::create(object, &Kinds::new([]), "default"), &NoFacts);
    (Expectation::of(&review.verdicts), review.changed.is_some())
}

#[test]
fn a_rule_records_then_warns_then_refuses() {
    let rollout = rollout("- {policy: 'require-*', steps: {warn: 2026-01-11, enforce: 2026-01-21}}");
    for (day, wanted) in [
        (0, Expectation::Audit),
        (9, Expectation::Audit),
        (10, Expectation::Warn),
        (19, Expectation::Warn),
        (20, Expectation::Deny),
        (2_000, Expectation::Deny),
    ] {
        assert_eq!(on(&rollout, NEW_YEAR + day), (wanted, true), "{day}");
    }
    assert_eq!(rollout.next_change(NEW_YEAR), Some(NEW_YEAR + 10));
    assert_eq!(rollout.next_change(NEW_YEAR + 10), Some(NEW_YEAR + 20));
    assert_eq!(rollout.next_change(NEW_YEAR + 20), None);
}

#[test]
fn what_changes_objects_does_so_when_it_is_enforced() {
    let rollout = rollout("- {policy: add-owner, kind: ClusterPolicy, steps: {enforce: 2026-01-02}}");
    assert_eq!(on(&rollout, NEW_YEAR), (Expectation::Deny, false));
    assert_eq!(on(&rollout, NEW_YEAR + 1), (Expectation::Deny, true));
    assert_eq!(on(&Rollout::default(), NEW_YEAR), (Expectation::Deny, true));
}

#[test]
fn single_rules_and_the_last_entry_count() {
    let rollout = rollout(
        "- {policy: '*', steps: {shadow: 2020-01-01}}\n\
         - {policy: a, steps: {enforce: 2020-01-01}}\n\
         - {policy: a, rule: strict, steps: {warn: 2020-01-01}}\n",
    );
    let stage = |policy: &str, rule: &str| {
        rollout
            .stage(&RuleName { rule: rule.into(), ..RuleName::of_policy("ClusterPolicy", policy) }, NEW_YEAR)
    };
    assert_eq!(stage("b", "x"), Stage::Shadow);
    assert_eq!(stage("a", "x"), Stage::Enforce);
    assert_eq!(stage("a", "strict"), Stage::Warn);
    assert_eq!(stage("a", "autogen-cronjob-strict"), Stage::Warn);
}

#[test]
fn dates_that_are_none_are_problems() {
    for date in
        ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "26-01-01", "tomorrow", "2026-01-01-01"]
    {
        let (_, problems) = Rollout::read(&node(&format!("- {{policy: x, steps: {{warn: '{date}'}}}}")));
        assert_eq!(problems.len(), 1, "{date}");
    }
    assert_eq!(rollout("- {policy: x, steps: {warn: 2028-02-29}}").next_change(0), Some(21_243));
}
