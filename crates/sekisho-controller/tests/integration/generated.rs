//! What is made carries the labels of what made it, and cleanup policies wait for their time.

use sekisho_controller::{Cleaner, labelled};
use sekisho_manifest::{Budget, Document, Format, SourceId, load};
use sekisho_policy::{Asked, EffectKind, Kinds, NoFacts, Request, Views};

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
    let object = labelled(&effects[0], &trigger);
    assert_eq!(object["metadata"]["namespace"], "shop");
    let labels = &object["metadata"]["labels"];
    assert_eq!(labels["app.kubernetes.io/managed-by"], "kyverno");
    assert_eq!(labels["generate.kyverno.io/policy-name"], "deny-by-default");
    assert_eq!(labels["generate.kyverno.io/rule-name"], "network-policy");
    assert_eq!(labels["generate.kyverno.io/trigger-kind"], "Namespace");
    assert_eq!(labels["generate.kyverno.io/trigger-uid"], "u1");
}

#[test]
fn cleanup_waits_for_its_time() {
    let bundle = bundle(&[("a.yaml", CLEANUP)]);
    let mut cleaner = Cleaner::default();
    let start = 1_767_225_600;
    let mut due = |after: i64| cleaner.due(&bundle, start + after).0.len();
    assert_eq!([0, 100, 299, 300, 301, 599, 605, 606].map(&mut due), [0, 0, 0, 1, 0, 0, 1, 0]);
    let policy = &bundle.loaded.cleanups[0];
    assert_eq!(policy.kinds().unwrap(), ["ConfigMap"]);
    let removes = |labels: &str| {
        let text = format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: x, labels: {labels}}}}}");
        policy.removes(&request(&text), &NoFacts)
    };
    assert_eq!(removes("{old: 'yes'}"), Ok(true));
    assert_eq!(removes("{old: 'no'}"), Ok(false));
}
