//! Rules that make objects, and policies that remove them.

use sekisho_kyverno::Value;
use sekisho_kyverno::rule::{Request, RuleResult, Snapshot, Status, generate, removes};

use super::{cleanup, in_world, policy, value};

fn generated(body: &str, objects: &[Value]) -> RuleResult {
    let policy = policy(&format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: p}}\nspec:\n  rules:\n  - name: r\n    match: {{any: [{{resources: \
         {{kinds: [Namespace]}}}}]}}\n    generate: {body}\n"
    ));
    let trigger = value("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}");
    let world = Snapshot::new(objects.iter().cloned());
    let mut results = in_world(&world, &[], |world| generate(&policy, &Request::create(trigger), world));
    assert_eq!(results.len(), 1, "{results:?}");
    results.remove(0)
}

#[test]
fn data_makes_an_object_that_says_where_it_comes_from() {
    let result = generated(
        "{apiVersion: v1, kind: ConfigMap, name: c, namespace: '{{ request.object.metadata.name }}', data: {data: {a: b}}}",
        &[],
    );
    assert_eq!(result.status, Status::Pass);
    let wanted = value(
        "{apiVersion: v1, kind: ConfigMap, data: {a: b}, metadata: {name: c, namespace: shop, labels: {
          app.kubernetes.io/managed-by: kyverno, generate.kyverno.io/policy-name: p, generate.kyverno.io/policy-namespace: '',
          generate.kyverno.io/rule-name: r, generate.kyverno.io/trigger-group: '', generate.kyverno.io/trigger-kind: Namespace,
          generate.kyverno.io/trigger-namespace: '', generate.kyverno.io/trigger-uid: '', generate.kyverno.io/trigger-version: v1}}}",
    );
    assert_eq!(result.generated, [wanted]);
}

#[test]
fn clones_come_from_the_cluster() {
    let source = value(
        "{apiVersion: v1, kind: Secret, metadata: {name: pull, namespace: default, uid: u}, data: {a: b}}",
    );
    let body = "{apiVersion: v1, kind: Secret, name: pull, namespace: shop, clone: {name: pull, namespace: default}}";
    let result = generated(body, &[source]);
    assert_eq!(result.generated.len(), 1);
    let made = &result.generated[0];
    assert_eq!(made.at(&["data", "a"]).and_then(Value::as_str), Some("b"));
    assert_eq!(made.at(&["metadata", "namespace"]).and_then(Value::as_str), Some("shop"));
    assert!(made.at(&["metadata", "uid"]).is_none());
    let result = generated(body, &[]);
    assert_eq!(result.status, Status::Error);
    assert!(result.message.contains("not found"), "{}", result.message);
}

#[test]
fn lists_are_cloned_by_kind_and_label() {
    let object = |kind: &str, name: &str, label: &str| {
        value(&format!(
            "{{apiVersion: v1, kind: {kind}, metadata: {{name: {name}, namespace: default, labels: {{copy: '{label}'}}}}}}"
        ))
    };
    let result = generated(
        "{namespace: shop, cloneList: {kinds: [v1/Secret, v1/ConfigMap], namespace: default, selector: {matchLabels: {copy: 'true'}}}}",
        &[object("Secret", "a", "true"), object("Secret", "b", "false"), object("ConfigMap", "c", "true")],
    );
    let names: Vec<_> = result
        .generated
        .iter()
        .map(|made| made.at(&["metadata", "name"]).and_then(Value::as_str).unwrap_or(""))
        .collect();
    assert_eq!(names, ["a", "c"]);
}

#[test]
fn loops_make_one_object_an_element() {
    let result = generated(
        "{foreach: [{list: '[`\"a\"`, `\"b\"`]', apiVersion: v1, kind: ConfigMap, name: 'c-{{ element }}', namespace: shop, data: {}}]}",
        &[],
    );
    assert_eq!(result.generated.len(), 2, "{}", result.message);
}

#[test]
fn cleanup_removes_what_matches_and_meets_its_conditions() {
    let policy = cleanup(
        "{apiVersion: kyverno.io/v2, kind: ClusterCleanupPolicy, metadata: {name: p}, spec: {schedule: '0 * * * *', match: {any: \
         [{resources: {kinds: [Pod], names: ['tmp-*']}}]}, conditions: {all: [{key: '{{ target.spec.done }}', operator: Equals, value: true}]}}}",
    );
    assert_eq!(policy.schedule, "0 * * * *");
    let gone = |name: &str, done: bool| {
        let object = value(&format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: a}}, spec: {{done: {done}}}}}"
        ));
        in_world(&Snapshot::default(), &[], |world| removes(&policy, &Request::create(object), world))
            .expect("an answer")
    };
    assert!(gone("tmp-1", true));
    assert!(!gone("tmp-1", false));
    assert!(!gone("web", true));
}
