//! Rules about Pods, written out for the controllers that make Pods.

use sekisho_kyverno::policy::Policy;
use sekisho_kyverno::rule::{Request, Status};

use super::{only, policy, results, value};

fn with(annotation: &str, filter: &str, body: &str) -> Policy {
    policy(&format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: p\n  annotations: {annotation}\nspec:\n  \
         rules:\n  - name: r\n    match: {filter}\n{body}"
    ))
}

const PODS: &str = "{any: [{resources: {kinds: [Pod]}}]}";
const PATTERN: &str =
    "    validate:\n      message: m\n      pattern:\n        spec:\n          hostNetwork: false\n";

fn names(policy: &Policy) -> Vec<&str> {
    policy.rules.iter().map(|rule| rule.name.as_str()).collect()
}

#[test]
fn a_rule_about_pods_is_copied_twice() {
    assert_eq!(names(&with("{}", PODS, PATTERN)), ["r", "autogen-r", "autogen-cronjob-r"]);
}

#[test]
fn the_annotation_names_the_controllers() {
    let controllers = |list: &str| format!("{{pod-policies.kyverno.io/autogen-controllers: '{list}'}}");
    assert_eq!(names(&with(&controllers("none"), PODS, PATTERN)), ["r"]);
    assert_eq!(names(&with(&controllers("CronJob"), PODS, PATTERN)), ["r", "autogen-cronjob-r"]);
    let policy = with(&controllers("Deployment,Job"), PODS, PATTERN);
    assert_eq!(names(&policy), ["r", "autogen-r"]);
    let template = |kind: &str, version: &str| {
        Request::create(value(&format!(
            "{{apiVersion: {version}, kind: {kind}, metadata: {{name: a}}, spec: {{template: {{spec: {{hostNetwork: true}}}}}}}}"
        )))
    };
    assert_eq!(results(&policy, &template("Deployment", "apps/v1")).len(), 1);
    assert!(results(&policy, &template("DaemonSet", "apps/v1")).is_empty());
}

#[test]
fn what_a_controller_does_not_share_is_not_copied() {
    let rows = [
        "{any: [{resources: {kinds: [Pod], names: ['a*']}}]}",
        "{any: [{resources: {kinds: [Pod], selector: {matchLabels: {a: b}}}}]}",
        "{any: [{resources: {kinds: [Pod], annotations: {a: b}}}]}",
        "{any: [{resources: {kinds: [Pod, Service]}}]}",
        "{any: [{resources: {kinds: [v1/Pod]}}]}",
        "{any: [{resources: {kinds: [Service]}}]}",
    ];
    for filter in rows {
        assert_eq!(names(&with("{}", filter, PATTERN)), ["r"], "{filter}");
    }
    let patch = "    mutate:\n      patchesJson6902: '[{\"op\": \"add\", \"path\": \"/a\", \"value\": 1}]'\n";
    assert_eq!(names(&with("{}", PODS, patch)), ["r"]);
}

#[test]
fn patterns_move_below_the_template() {
    let policy = with("{}", PODS, PATTERN);
    let deployment = value(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {spec: {hostNetwork: true}}}}",
    );
    assert_eq!(
        only(&policy, &deployment),
        (
            Status::Fail,
            "validation error: m. rule autogen-r failed at path /spec/template/spec/hostNetwork/".to_owned()
        )
    );
    let job = value(
        "{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {jobTemplate: {spec: {template: {spec: \
         {hostNetwork: false}}}}}}",
    );
    assert_eq!(only(&policy, &job).1, "validation rule 'autogen-cronjob-r' passed.");
}

#[test]
fn variables_move_too() {
    let body = "    validate:\n      message: '{{ request.object.metadata.labels.app }}'\n      deny:\n        conditions:\n          \
                any:\n          - key: '{{ request.object.spec.hostNetwork }}'\n            operator: Equals\n            value: true\n";
    let deployment = value(
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {template: {metadata: {labels: {app: inner}}, \
         spec: {hostNetwork: true}}}}",
    );
    assert_eq!(only(&with("{}", PODS, body), &deployment), (Status::Fail, "inner".to_owned()));
}

#[test]
fn other_kinds_of_the_rule_are_not_asked_twice() {
    let filter = "{any: [{resources: {kinds: [Pod]}}, {resources: {kinds: [Service]}}]}";
    let service = value("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {hostNetwork: false}}");
    assert_eq!(only(&with("{}", filter, PATTERN), &service).0, Status::Pass);
}
