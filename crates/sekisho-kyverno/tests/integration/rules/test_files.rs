//! Kyverno's own test files.

use std::collections::HashMap;

use sekisho_kyverno::Settings;
use sekisho_kyverno::testing::{Files, NoOtherPolicies, Row, TestFile, run};
use sekisho_manifest::{Budget, Format, Node, SourceId, load};

use super::node;

struct Memory(HashMap<&'static str, &'static str>);

impl Files for Memory {
    fn documents(&self, path: &str) -> Result<Vec<Node>, String> {
        let text = self.0.get(path).ok_or_else(|| format!("there is no `{path}`"))?;
        let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
        Ok(loaded.documents.into_iter().map(|document| document.root).collect())
    }
}

const POLICY: &str = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: p}
spec:
  rules:
  - name: r
    context:
    - name: allowed
      configMap: {name: c, namespace: default}
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate:
      message: m
      deny:
        conditions:
          any:
          - {key: '{{ request.object.spec.a }}', operator: NotEquals, value: '{{ allowed.data.a }}'}
  - name: mutates
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    mutate: {patchStrategicMerge: {data: {b: w}}}
";

const RESOURCES: &str = "
apiVersion: v1
kind: Pod
metadata: {name: good}
spec: {a: x}
---
apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: other}
spec: {a: z}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: map}
data: {a: x}
";

fn rows(results: &str) -> Vec<Row> {
    let files = Memory(HashMap::from([
        ("p.yaml", POLICY),
        ("r.yaml", RESOURCES),
        ("v.yaml", "{policies: [{name: p, rules: [{name: r, values: {allowed.data.a: x}}]}]}"),
        (
            "patched.yaml",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: map, namespace: default}, data: {a: x, b: w}}",
        ),
        (
            "wrong.yaml",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: map, namespace: default}, data: {a: x, b: q}}",
        ),
    ]));
    let test = TestFile::read(&node(&format!(
        "{{apiVersion: cli.kyverno.io/v1alpha1, kind: Test, metadata: {{name: t}}, policies: [p.yaml], resources: [r.yaml], variables: v.yaml, \
         results: {results}}}"
    )))
    .expect("a test");
    run(&test, &files, &NoOtherPolicies, &Settings::default(), None).expect("rows")
}

fn misses(results: &str) -> Vec<Option<String>> {
    rows(results).into_iter().map(|row| row.miss).collect()
}

#[test]
fn rows_are_what_the_rules_say() {
    assert_eq!(
        misses(
            "[{policy: p, rule: r, kind: Pod, resources: [good], result: pass}, {policy: p, rule: r, kind: Pod, resources: [other/bad], result: fail}]"
        ),
        [None, None]
    );
    assert_eq!(
        misses("[{policy: p, rule: r, kind: Pod, resources: [good, bad], result: fail}]"),
        [Some("want fail, got pass: validation rule 'r' passed.".to_owned()), None]
    );
}

#[test]
fn patched_resources_are_compared() {
    let row = |file: &str| {
        misses(&format!(
            "[{{policy: p, rule: mutates, kind: ConfigMap, resources: [map], result: pass, patchedResources: {file}}}]"
        ))
    };
    assert_eq!(row("patched.yaml"), [None]);
    assert_eq!(row("wrong.yaml"), [Some("wrong.yaml: .data.b is \"w\", not \"q\"".to_owned())]);
}

#[test]
fn what_is_not_there_is_said() {
    assert_eq!(
        misses(
            "[{policy: p, rule: r, kind: Pod, resources: [gone], result: pass}, {policy: q, rule: r, kind: Pod, resources: [good], result: pass}]"
        ),
        [
            Some("no such resource".to_owned()),
            Some("there is no such policy among those of the test".to_owned())
        ]
    );
    let rows = rows("[{policy: p, rule: none, kind: Pod, resources: [good], result: pass}]");
    assert_eq!((rows[0].found, rows[0].miss.as_ref()), (None, None));
}
