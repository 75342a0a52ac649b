//! `MutatingPolicy`: patches of objects, of controllers' Pods, and of objects that are there.

use sekisho_kyverno::Settings;
use sekisho_policy::kyverno::cel::{NoOutside, Surroundings};
use sekisho_policy::{Asked, EffectKind, NoFacts, Options, Snapshot, Views};

use super::{creation, documents, judge_with, policies, said};
use crate::documents::objects;

const HEAD: &str = "
apiVersion: policies.kyverno.io/v1
kind: MutatingPolicy
metadata: {name: p}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}
";
const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop}, spec: {containers: [{name: c, image: i}]}}";
const CRON_JOB: &str = "{apiVersion: batch/v1, kind: CronJob, metadata: {name: a}, spec: {schedule: '* * * * *', \
                        jobTemplate: {spec: {template: {spec: {containers: [{name: c, image: i}]}}}}}}";

fn changed(policy: &str, object: &str) -> (Vec<(String, String)>, Option<serde_json::Value>) {
    let judgement = judge_with(policy, &creation(object), &NoOutside);
    let said =
        said(&judgement.results).into_iter().map(|(status, text)| (status.to_owned(), text.to_owned()));
    (said.collect(), judgement.changed.map(|object| object.to_json()))
}

#[test]
fn configurations_are_laid_over_pods_and_their_templates() {
    let policy = format!(
        "{HEAD}
  mutations:
  - patchType: ApplyConfiguration
    applyConfiguration:
      expression: \"Object{{spec: Object.spec{{hostNetwork: false}}}}\""
    );
    let (said, pod) = changed(&policy, POD);
    assert_eq!(said, [("pass".to_owned(), "success".to_owned())]);
    assert_eq!(pod.unwrap()["spec"]["hostNetwork"], false);
    let (_, job) = changed(&policy, CRON_JOB);
    assert_eq!(job.unwrap()["spec"]["jobTemplate"]["spec"]["template"]["spec"]["hostNetwork"], false);
}

#[test]
fn patches_follow_each_other() {
    let policy = format!(
        "{HEAD}
  variables:
  - {{name: label, expression: \"'x'\"}}
  matchConditions:
  - {{name: c, expression: \"variables.label == 'x'\"}}
  mutations:
  - patchType: JSONPatch
    jsonPatch:
      expression: \"[JSONPatch{{op: 'add', path: '/metadata/labels', value: {{'a': variables.label}}}}]\"
  - patchType: JSONPatch
    jsonPatch:
      expression: \"[JSONPatch{{op: 'add', path: '/metadata/labels/b', value: object.metadata.labels.a + 'y'}}]\""
    );
    let (_, pod) = changed(&policy, POD);
    assert_eq!(pod.unwrap()["metadata"]["labels"], serde_json::json!({"a": "x", "b": "xy"}));
}

#[test]
fn what_fails_is_said() {
    let policy = format!(
        "{HEAD}
  mutations:
  - patchType: JSONPatch
    jsonPatch:
      expression: \"[JSONPatch{{op: 'remove', path: '/metadata/labels/b'}}]\""
    );
    let (said, pod) = changed(&policy, POD);
    assert_eq!(said[0].0, "error");
    assert!(said[0].1.starts_with("failed to evaluate policy: JSON Patch: "), "{said:?}");
    assert_eq!(pod, None);
}

const OTHERS: &str = "
apiVersion: policies.kyverno.io/v1
kind: MutatingPolicy
metadata: {name: p}
spec:
  evaluation: {mutateExisting: {enabled: true}}
  matchConstraints:
    resourceRules:
    - {apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}
  targetMatchConstraints:
    resourceRules:
    - {apiGroups: [''], apiVersions: [v1], resources: [secrets]}
  targetMatchConditions:
  - {name: c, expression: \"object.metadata.name != 'c'\"}
  mutations:
  - patchType: JSONPatch
    jsonPatch:
      expression: \"[JSONPatch{op: 'add', path: '/type', value: request.name}]\"";

#[test]
fn objects_that_are_there_are_changed() {
    let policies = policies(OTHERS);
    let request = creation("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}");
    let targets = documents(
        "{apiVersion: v1, kind: Secret, metadata: {name: b, namespace: shop}}\n---\n{apiVersion: v1, kind: Secret, \
         metadata: {name: c, namespace: shop}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: b}}",
    );
    let (views, settings) = (Views::default(), Settings::default());
    let around = Surroundings { outside: &NoOutside, settings: &settings };
    let results = policies[0].mutate_existing(&Asked::new(&request, &views), &targets, &around);
    assert_eq!(said(&results), [("pass", "success"), ("skip", "skip")]);
    let target = results[0].target.as_ref().unwrap();
    assert_eq!(target.get("type").and_then(|value| value.as_str()), Some("a"));
}

#[test]
fn sets_apply_them_before_others_judge() {
    let policy = format!(
        "{HEAD}
  mutations:
  - patchType: JSONPatch
    jsonPatch:
      expression: \"[JSONPatch{{op: 'add', path: '/spec/hostNetwork', value: false}}]\""
    );
    let loaded = sekisho_policy::load(&objects(&policy), &[], &Options::default());
    let review = loaded.policies.review(&creation(POD), &NoFacts);
    assert_eq!(review.changed.unwrap().to_json()["spec"]["hostNetwork"], false);
}

#[test]
fn what_is_changed_elsewhere_is_an_effect() {
    let loaded = sekisho_policy::load(&objects(OTHERS), &[], &Options::default());
    let policy = loaded.policies.iter().next().unwrap();
    let facts = objects(
        "{apiVersion: v1, kind: Secret, metadata: {name: b, namespace: shop}}\n---\n{apiVersion: v1, kind: Secret, \
         metadata: {name: c, namespace: shop}}\n---\n{apiVersion: v1, kind: Pod, metadata: {name: b}}",
    );
    let facts = Snapshot::new(&facts, "default");
    let effects = |object: &str| {
        let (request, views) = (creation(object), Views::default());
        policy.effects(&Asked::new(&request, &views), &facts, &mut Vec::new())
    };
    let wanted = effects("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}");
    assert_eq!(wanted.len(), 1);
    assert_eq!((wanted[0].kind, wanted[0].object.str("type")), (EffectKind::Change, "a"));
    assert!(policy.acts() && policy.is_retroactive());
    assert!(effects("{apiVersion: v1, kind: Service, metadata: {name: a, namespace: shop}}").is_empty());
}
