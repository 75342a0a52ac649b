//! Mistakes in policies, each with its place.

use super::read;

fn mistakes(text: &str) -> Vec<String> {
    read(text).errors.iter().map(|error| format!("{}: {}", error.path, error.kind)).collect()
}

/// The mistakes of a policy with these rules.
fn of_rules(rules: &str) -> Vec<String> {
    mistakes(&format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: p}}\nspec:\n  rules:\n{rules}"
    ))
}

const MATCH: &str = "match: {any: [{resources: {kinds: [Pod]}}]}";

#[test]
fn versions_and_kinds_must_be_known() {
    assert_eq!(
        mistakes("{apiVersion: kyverno.io/v9, kind: ClusterPolicy}"),
        [
            "apiVersion: `ClusterPolicy` has no version `kyverno.io/v9`: use `kyverno.io/v1`, `kyverno.io/v2beta1`"
        ]
    );
    assert_eq!(
        mistakes("{apiVersion: kyverno.io/v1, kind: ClusterPolcy}"),
        ["kind: `ClusterPolcy` of `kyverno.io/v1` is no policy of Kyverno that is known here"]
    );
    assert!(read("{apiVersion: kyverno.io/v9, kind: ClusterPolicy}").document.is_none());
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let found = of_rules(&format!(
        "  - name: a\n    {MATCH}\n    validate:\n      mesage: x\n      pattern: {{}}\n      anyPattern: []\n  - name: a\n    match: {{}}\n    \
         validate: {{deny: {{conditions: {{any: [{{key: a, operator: Equalz, value: b}}]}}}}}}\n    preconditions: 5\n"
    ));
    assert_eq!(
        found,
        [
            "spec.rules[0].validate.mesage: unknown field `mesage`: `message` may be meant",
            "spec.rules[0].validate: only one of `pattern`, `anyPattern`, `deny`, `foreach`, `podSecurity`, `cel`, `manifests` may be there",
            "spec.rules[1].name: two rules are named `a`: rename one",
            "spec.rules[1].match: `match` says nothing: name kinds",
            "spec.rules[1].validate.deny.conditions.any[0].operator: `Equalz` is not allowed here: use `Equal`, `Equals`, `NotEqual`, `NotEquals`, \
             `In`, `AnyIn`, `AllIn`, `NotIn`, `AnyNotIn`, `AllNotIn`, `GreaterThan`, `GreaterThanOrEquals`, `LessThan`, `LessThanOrEquals`, \
             `DurationGreaterThan`, `DurationGreaterThanOrEquals`, `DurationLessThan`, `DurationLessThanOrEquals`",
            "spec.rules[1].preconditions: expected a mapping",
        ]
    );
}

#[test]
fn a_rule_does_one_thing() {
    let found = of_rules(&format!("  - name: a\n    {MATCH}\n"));
    assert_eq!(
        found,
        ["spec.rules[0]: one of `validate`, `mutate`, `generate`, `verifyImages` must be there"]
    );
    let found = of_rules(&format!(
        "  - name: a\n    {MATCH}\n    validate: {{pattern: {{}}}}\n    mutate: {{patchStrategicMerge: {{}}}}\n"
    ));
    assert_eq!(
        found,
        ["spec.rules[0]: only one of `validate`, `mutate`, `generate`, `verifyImages` may be there"]
    );
}

#[test]
fn what_could_be_read_is_there_all_the_same() {
    let loaded = read(
        "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: p}, spec: {background: maybe, rules: [{name: r}]}}",
    );
    assert_eq!(loaded.errors.len(), 3, "{:?}", loaded.errors);
    assert!(loaded.document.is_some());
}

#[test]
fn context_entries_say_where_their_values_come_from() {
    let entries = "[{name: a, configMap: {name: m}}, {name: b, variable: {default: x}}, {name: request.c, variable: {value: 1}}, \
                   {name: d, apiCall: {urlPath: /api, service: {url: 'https://x'}}}]";
    let validate = "validate: {message: m, deny: {}}";
    assert_eq!(
        of_rules(&format!("  - {{name: r, {MATCH}, context: {entries}, {validate}}}\n")),
        [
            "spec.rules[0].context[0].configMap: `namespace` is missing",
            "spec.rules[0].context[1].variable: one of `value`, `jmesPath` must be there",
            "spec.rules[0].context[1].variable: `jmesPath` is missing",
            "spec.rules[0].context[2].name: `request.c` is not allowed here: use a name that no variable of Kyverno's has",
            "spec.rules[0].context[3].apiCall: only one of `urlPath`, `service` may be there",
        ]
    );
}
