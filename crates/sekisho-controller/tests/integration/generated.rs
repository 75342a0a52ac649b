//! What is made carries the labels of what made it, and cleanup policies wait for their time.

use std::collections::BTreeSet;

use sekisho_controller::{Cause, Cleaner, labelled, wanted};
use sekisho_manifest::{Budget, Document, Format, SourceId, load};
use sekisho_policy::{Asked, EffectKind, Kinds, NoFacts, Request, RuleName, Views};

use crate::support::bundle;

const GENERATE: &str = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: deny-by-default}
spec:
  rules:
  - name: network-policy
    match: {any: [{resources: {kinds: [Namespace]}}]}
    generate:
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      name: default-deny
      namespace: '{{request.object.metadata.name}}'
      synchronize: true
      data: {spec: {podSelector: {}, policyTypes: [Ingress]}}
";

const CLEANUP: &str = r#"
apiVersion: kyverno.io/v2
kind: ClusterCleanupPolicy
metadata: {name: old-maps}
spec:
  schedule: '*/5 * * * *'
  match: {any: [{resources: {kinds: [ConfigMap]}}]}
  conditions: {all: [{key: "{{ target.metadata.labels.old || 'no' }}", operator: Equals, value: 'yes'}]}
"#;

fn request(text: &str) -> Request {
    let loaded = load(SourceId(0), text, Format::Detect, &Budget::default());
    let object = loaded.documents.iter().flat_map(Document::objects).next().unwrap();
    Request::create(&object, &Kinds::default(), "default")
}

#[test]
fn what_is_made_says_what_made_it_of_what() {
    let bundle = bundle(&[("a.yaml", GENERATE)]);
    let trigger = request("{apiVersion: v1, kind: Namespace, metadata: {name: shop, uid: u1}}");
    let views = Views::default();
    let policy = bundle.loaded.policies.iter().next().unwrap();
    let effects = policy.effects(&Asked::new(&trigger, &views), &NoFacts, &mut Vec::new());
    assert_eq!(effects.len(), 1);
    assert_eq!(effects[0].kind, EffectKind::Keep);
    assert!(!policy.is_retroactive());
    let object = labelled(&effects[0], &trigger, "sekisho/controller");
    assert_eq!(object["metadata"]["namespace"], "shop");
    let labels = &object["metadata"]["labels"];
    assert_eq!(labels["app.kubernetes.io/managed-by"], "kyverno");
    assert_eq!(labels["generate.kyverno.io/policy-name"], "deny-by-default");
    assert_eq!(labels["generate.kyverno.io/rule-name"], "network-policy");
    assert_eq!(labels["generate.kyverno.io/trigger-kind"], "Namespace");
    assert_eq!(labels["generate.kyverno.io/trigger-uid"], "u1");
    assert_eq!(object["metadata"]["annotations"]["sekisho/maker"], "sekisho/controller");
}

#[test]
fn cleanup_waits_for_its_time() {
    let bundle = bundle(&[("a.yaml", CLEANUP)]);
    let mut cleaner = Cleaner::default();
    let start = 1_767_225_600;
    let mut due = |after: i64| cleaner.due(&bundle, start + after).0.len();
    assert_eq!([0, 100, 299, 300, 301, 599, 605, 606].map(&mut due), [0, 0, 0, 1, 0, 0, 1, 0]);
    let policy = &bundle.loaded.cleanups[0];
    assert!(policy.concerns("ConfigMap", "configmaps") && !policy.concerns("Secret", "secrets"));
    let removes = |labels: &str| {
        let text = format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: x, labels: {labels}}}}}");
        policy.removes(&request(&text), &NoFacts)
    };
    assert_eq!(removes("{old: 'yes'}"), Ok(true));
    assert_eq!(removes("{old: 'no'}"), Ok(false));
}

#[test]
fn who_is_asked_rests_on_why_an_object_is_looked_at() {
    let bundle = bundle(&[
        ("a.yaml", GENERATE),
        (
            "b.yaml",
            &GENERATE
                .replace("deny-by-default", "second")
                .replace("rules:", "generateExisting: true\n  rules:"),
        ),
    ]);
    let trigger = request("{apiVersion: v1, kind: Namespace, metadata: {name: shop, uid: u1}}");
    let makers = |cause, keeping: &BTreeSet<RuleName>| -> Vec<String> {
        let wanted = wanted(&bundle, &trigger, &NoFacts, cause, keeping);
        assert!(wanted.errors.is_empty());
        wanted.effects.iter().map(|effect| effect.rule.policy.to_string()).collect()
    };
    let nobody = BTreeSet::new();
    assert_eq!(makers(Cause::Came, &nobody), ["deny-by-default", "second"]);
    assert_eq!(makers(Cause::Was, &nobody), ["second"]);
    assert_eq!(makers(Cause::Again, &nobody), ["second"]);
    let first = BTreeSet::from([RuleName::of_policy("ClusterPolicy", "deny-by-default")]);
    assert_eq!(makers(Cause::Again, &first), ["deny-by-default", "second"]);
}

#[test]
fn what_rules_make_and_change_is_known_before() {
    let clones = GENERATE
        .replace("data: {spec: {podSelector: {}, policyTypes: [Ingress]}}", "clone: {name: a, namespace: b}");
    let mutating = "
apiVersion: policies.kyverno.io/v1
kind: MutatingPolicy
metadata: {name: others}
spec:
  evaluation: {mutateExisting: {enabled: true}}
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [namespaces]}]}
  targetMatchConstraints: {resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: [deployments]}]}
  variables: [{name: map, expression: 'resource.Get(\"v1\", \"configmaps\", \"a\", \"b\")'}]
  mutations: [{patchType: JSONPatch, jsonPatch: {expression: '[JSONPatch{op: \"remove\", path: \"/a\"}]'}}]
";
    let bundle = bundle(&[("a.yaml", &clones), ("b.yaml", &mutating.replace('\\', ""))]);
    let shown = |needs: BTreeSet<sekisho_policy::Need>| -> Vec<String> {
        needs.iter().map(|need| format!("{}/{} {:?}", need.group, need.version, need.what)).collect()
    };
    assert_eq!(shown(bundle.made()), ["networking.k8s.io/v1 Kind(\"NetworkPolicy\")"]);
    assert_eq!(
        shown(bundle.effect_needs()),
        ["apps/v1 Plural(\"deployments\")", "networking.k8s.io/v1 Kind(\"NetworkPolicy\")"]
    );
    assert_eq!(shown(bundle.needs()), ["/v1 Kind(\"Namespace\")", "/v1 Plural(\"configmaps\")"]);
}
