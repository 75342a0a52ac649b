//! `GlobalContextEntry`: what is gathered under a name, as rules and expressions see it.

use sekisho_manifest::Budget;
use sekisho_policy::{Bundle, BundleOptions, Material, Need, Options, Outcome, Text};

use super::calls::{MAP, cluster};
use super::creation;
use crate::documents::objects;

const ENTRIES: &str = "
apiVersion: kyverno.io/v2
kind: GlobalContextEntry
metadata: {name: herd}
spec:
  kubernetesResource: {group: farm.io, version: v1, resource: oxen, namespace: shop}
  projections: [{name: names, jmesPath: '[].metadata.name'}, {name: none, jmesPath: '[5]'}]
---
apiVersion: kyverno.io/v2beta1
kind: GlobalContextEntry
metadata: {name: everywhere}
spec:
  kubernetesResource: {group: farm.io, version: v1, resource: oxen}
---
apiVersion: kyverno.io/v2alpha1
kind: GlobalContextEntry
metadata: {name: asked}
spec:
  apiCall: {urlPath: '/apis/farm.io/v1/namespaces/shop/oxen?labelSelector=size=large', refreshInterval: 1h}
  projections: [{name: names, jmesPath: 'items[].metadata.name'}, {name: none, jmesPath: 'items[5]'}]
---
apiVersion: kyverno.io/v2
kind: GlobalContextEntry
metadata: {name: unread}
spec: {kubernetesResource: {group: farm.io, version: v1, resource: goats}}
---
apiVersion: kyverno.io/v2
kind: GlobalContextEntry
metadata: {name: absent}
spec: {kubernetesResource: {group: none.io, version: v1, resource: birds}}
---
apiVersion: kyverno.io/v2
kind: GlobalContextEntry
metadata: {name: abroad}
spec: {apiCall: {service: {url: 'https://a.example'}}}
---
apiVersion: kyverno.io/v2
kind: GlobalContextEntry
metadata: {name: written}
spec: {apiCall: {urlPath: /apis/farm.io/v1/oxen, method: POST, data: [{key: a, value: b}]}}
";

/// The only verdict of a policy beside the entries.
fn said(policy: &str) -> (Outcome, String) {
    let loaded = sekisho_policy::load(&objects(&format!("{ENTRIES}---\n{policy}")), &[], &Options::default());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let review = loaded.policies.review(&creation(MAP), &cluster());
    assert_eq!(review.verdicts.len(), 1, "{:?}", review.verdicts);
    let verdict = &review.verdicts[0];
    (verdict.outcome, verdict.message.clone())
}

/// What a rule says that denies with what it finds.
fn referred(name: &str, jmespath: &str) -> (Outcome, String) {
    said(&format!(
        "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{rules: [{{name: r, \
         match: {{any: [{{resources: {{kinds: [ConfigMap]}}}}]}}, \
         context: [{{name: found, globalReference: {{name: {name}, jmesPath: '{jmespath}'}}}}], \
         validate: {{message: 'found {{{{ to_string(found) }}}}', deny: {{conditions: {{any: \
         [{{key: '{{{{ to_string(found) }}}}', operator: NotEquals, value: ''}}]}}}}}}}}]}}}}"
    ))
}

fn expressed(expression: &str) -> (Outcome, String) {
    said(&format!(
        "{{apiVersion: policies.kyverno.io/v1, kind: ValidatingPolicy, metadata: {{name: p}}, spec: {{\
         matchConstraints: {{resourceRules: [{{apiGroups: [''], apiVersions: [v1], operations: [CREATE], \
         resources: [configmaps]}}]}}, validations: [{{expression: \"{expression}\", message: 'no'}}]}}}}"
    ))
}

#[test]
fn rules_see_objects_answers_and_their_parts() {
    let found = |name: &str, jmespath: &str| referred(name, jmespath).1;
    assert_eq!(found("herd", "[].metadata.name"), "found [\"a\",\"b\"]");
    assert_eq!(found("herd", "[?metadata.labels.size == `\"large\"`] | [0].kind"), "found Ox");
    assert_eq!(found("herd.names", ""), "found [\"a\",\"b\"]");
    assert_eq!(found("herd.names.more", "length(@)"), "found 2");
    assert_eq!(found("everywhere", "length(@)"), "found 3");
    assert_eq!(found("asked", "items[].metadata.name"), "found [\"b\"]");
    assert_eq!(found("asked.names", "[0]"), "found b");
    assert_eq!(
        found("\"herd.{{ request.object.metadata.namespace == 'shop' && 'names' }}\"", ""),
        "found [\"a\",\"b\"]"
    );
}

#[test]
fn what_is_not_known_is_an_error() {
    let rows = [
        ("herd.other", "projection \"other\" not found"),
        ("asked.none", "no data available"),
        ("none", "the global context entry `none` is not known"),
        ("none.part", "the global context entry `none.part` is not known"),
        ("unread", "the answer to `/apis/farm.io/v1/goats` is not known"),
        ("absent", "the server could not find the requested resource"),
        ("abroad", "the answer to `https://a.example` is not known"),
        ("written", "the answer to `/apis/farm.io/v1/oxen` is not known"),
    ];
    for (name, why) in rows {
        let (outcome, message) = referred(name, "");
        assert_eq!(outcome, Outcome::Error, "{name}: {message}");
        assert!(message.contains(why), "{name}: {message}");
    }
}

#[test]
fn expressions_see_the_same() {
    let rows = [
        "globalContext.Get('herd', 'names') == ['a', 'b']",
        "globalContext.Get('herd', '').map(ox, ox.metadata.name) == ['a', 'b']",
        "dyn(globalContext.Get('herd', 'none')) == null",
        "globalContext.Get('asked', '').items.size() == 1 && globalContext.Get('asked').items[0].metadata.name == 'b'",
        "!globalContext.Get('everywhere').exists(ox, ox.metadata.name == object.metadata.name)",
    ];
    for expression in rows {
        assert_eq!(expressed(expression).0, Outcome::Pass, "{expression}: {}", expressed(expression).1);
    }
    assert_eq!(expressed("globalContext.Get('herd', 'names') == ['a']"), (Outcome::Fail, "no".to_owned()));
    let rows = [
        ("globalContext.Get('none') == null", "unknown fact: the global context `none`"),
        ("globalContext.Get('abroad') == null", "unknown fact: the global context `abroad`"),
        ("globalContext.Get('herd', 'other') == null", "projection \"other\" not found"),
    ];
    for (expression, why) in rows {
        let (outcome, message) = expressed(expression);
        assert_eq!(outcome, Outcome::Error, "{expression}: {message}");
        assert!(message.contains(why), "{expression}: {message}");
    }
}

#[test]
fn what_entries_hold_is_looked_at() {
    let text = Text { path: "entries.yaml".into(), bytes: ENTRIES.as_bytes().into(), provenance: None };
    let bundle = Bundle::compile(Material::of_texts(&[text], &Budget::default()), &BundleOptions::default());
    let needs = bundle.needs();
    assert!(bundle.is_whole());
    for need in [Need::plural("farm.io", "v1", "oxen"), Need::plural("none.io", "v1", "birds")] {
        assert!(needs.contains(&need), "{needs:?}");
    }
}

#[test]
fn entries_with_mistakes_are_not_used() {
    let rows = [
        ("v1", "{kubernetesResource: {version: v1, resource: pods}}", "has no version `kyverno.io/v1`"),
        ("v2", "{}", "either `kubernetesResource` or `apiCall`"),
        ("v2", "{kubernetesResource: {version: v2, resource: pods}}", "a group, a version"),
        ("v2", "{kubernetesResource: {version: v1, resource: 'pods/status'}}", "subresources"),
        ("v2", "{apiCall: {refreshInterval: 1m}}", "either `service` or `urlPath`"),
        ("v2", "{apiCall: {urlPath: /api/v1/pods}, projections: [{name: e, jmesPath: a}]}", "another than"),
        ("v2", "{apiCall: {urlPath: /api/v1/pods}, projections: [{name: p, jmesPath: 'a['}]}", "`p`"),
    ];
    for (version, spec, why) in rows {
        let text = format!(
            "{{apiVersion: kyverno.io/{version}, kind: GlobalContextEntry, metadata: {{name: e}}, spec: {spec}}}"
        );
        let loaded = sekisho_policy::load(&objects(&text), &[], &Options::default());
        let said: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
        assert!(said.len() == 1 && said[0].contains(why), "{spec}: {said:?}");
    }
}
