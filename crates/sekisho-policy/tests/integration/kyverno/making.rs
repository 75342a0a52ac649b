//! `GeneratingPolicy` and `DeletingPolicy`.

use sekisho_policy::{Asked, EffectKind, NoFacts, Options, Views};

use super::{creation, judge, said};
use crate::documents::objects;

const HEAD: &str = "
apiVersion: policies.kyverno.io/v1
kind: GeneratingPolicy
metadata: {name: p}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [namespaces]}
";
const NAMESPACE: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}";

fn made(policy: &str) -> Vec<String> {
    let results = judge(policy, NAMESPACE);
    assert_eq!(said(&results), [("pass", "policy evaluated successfully")]);
    results[0].generated.iter().map(sekisho_kyverno::Value::to_json).collect()
}

#[test]
fn expressions_make_objects() {
    let policy = format!(
        "{HEAD}
  variables:
  - name: maps
    expression: >-
      [{{'kind': dyn('ConfigMap'), 'apiVersion': dyn('v1'), 'metadata': dyn({{'name': 'm'}}), 'size': dyn(3)}}]
  generate:
  - expression: generator.Apply(object.metadata.name, variables.maps)"
    );
    let wanted = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"m\",\"namespace\":\"shop\"},\"size\":3}";
    assert_eq!(made(&policy), [wanted]);
    let loaded = sekisho_policy::load(&objects(&policy), &[], &Options::default());
    assert_eq!(loaded.policies.review(&creation(NAMESPACE), &NoFacts).generated.len(), 1);
}

#[test]
fn templates_make_objects() {
    let policy = format!(
        "{HEAD}
  generate:
  - template:
      interpolate: cel
      value: |
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: of-((object.metadata.name))
          namespace: (( object.metadata.name ))
          labels: \"(( {{'a': 'b'}} ))\"
        data: {{text: '\\((plain))', size: \"(( string(size(')')) ))\"}}
        ---
        apiVersion: v1
        kind: Secret
        metadata: {{name: s}}"
    );
    assert_eq!(
        made(&policy),
        [
            "{\"apiVersion\":\"v1\",\"data\":{\"size\":\"1\",\"text\":\"((plain))\"},\"kind\":\"ConfigMap\",\"metadata\":\
             {\"labels\":{\"a\":\"b\"},\"name\":\"of-shop\",\"namespace\":\"shop\"}}",
            "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\"}}",
        ]
    );
}

#[test]
fn judging_policies_make_nothing() {
    let policy = HEAD.replace("GeneratingPolicy", "ValidatingPolicy")
        + "  validations:\n  - {expression: \"generator.Apply('a', [])\"}";
    let message = "error: unknown fact: objects can be made by generating policies only";
    assert_eq!(said(&judge(&policy, NAMESPACE)), [("error", message)]);
}

#[test]
fn objects_are_removed_where_all_conditions_hold() {
    let policy = |condition: &str| {
        format!(
            "
apiVersion: policies.kyverno.io/v1
kind: DeletingPolicy
metadata: {{name: p}}
spec:
  schedule: '* * * * *'
  matchConstraints:
    resourceRules:
    - {{apiGroups: [''], apiVersions: [v1], resources: [namespaces]}}
  variables: [{{name: label, expression: object.metadata.name}}]
  conditions: [{{name: c, expression: \"{condition}\"}}]"
        )
    };
    let rows = [
        ("variables.label == 'shop'", ("pass", "resource matched")),
        ("variables.label == 'bank'", ("fail", "resource did not match")),
        ("object.a == 'bank'", ("error", "no such key: a")),
    ];
    for (condition, wanted) in rows {
        assert_eq!(said(&judge(&policy(condition), NAMESPACE)), [wanted]);
    }
    assert!(judge(&policy("true"), "{apiVersion: v1, kind: Secret, metadata: {name: a}}").is_empty());
}

#[test]
fn objects_are_removed_on_a_schedule() {
    let policy = "
apiVersion: policies.kyverno.io/v1
kind: DeletingPolicy
metadata: {name: old}
spec:
  schedule: '0 3 * * *'
  deletionPropagationPolicy: Orphan
  matchConstraints:
    resourceRules:
    - {apiGroups: [''], apiVersions: [v1], resources: [configmaps]}
  conditions: [{name: old, expression: \"object.metadata.labels.old == 'yes'\"}]";
    let loaded = sekisho_policy::load(&objects(policy), &[], &Options::default());
    assert_eq!((loaded.policies.len(), loaded.cleanups.len()), (0, 1));
    let cleanup = &loaded.cleanups[0];
    assert_eq!((cleanup.name().kind.as_str(), cleanup.name().policy.as_str()), ("DeletingPolicy", "old"));
    assert_eq!((cleanup.schedule(), cleanup.propagation().as_str()), ("0 3 * * *", "Orphan"));
    assert!(cleanup.concerns("ConfigMap", "configmaps") && !cleanup.concerns("Secret", "secrets"));
    let removes = |object: &str| cleanup.removes(&creation(object), &NoFacts);
    let map = |labels: &str| {
        format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: a, labels: {labels}}}}}")
    };
    assert_eq!(removes(&map("{old: 'yes'}")), Ok(true));
    assert_eq!(removes(&map("{old: 'no'}")), Ok(false));
    assert!(removes(&map("{}")).unwrap_err().contains("no such key"));
    assert_eq!(
        removes("{apiVersion: v1, kind: Secret, metadata: {name: a, labels: {old: 'yes'}}}"),
        Ok(false)
    );
}

#[test]
fn what_is_made_is_kept_where_the_policy_says_so() {
    let made = |evaluation: &str| {
        let policy = format!(
            "{HEAD}
  evaluation: {{{evaluation}}}
  generate:
  - expression: \"generator.Apply(object.metadata.name, [{{'kind': dyn('ConfigMap'), 'apiVersion': dyn('v1'), 'metadata': dyn({{'name': 'm'}})}}])\""
        );
        let loaded = sekisho_policy::load(&objects(&policy), &[], &Options::default());
        let policy = loaded.policies.iter().next().unwrap();
        let (request, views) = (creation(NAMESPACE), Views::default());
        let effects = policy.effects(&Asked::new(&request, &views), &NoFacts, &mut Vec::new());
        assert!(effects.iter().all(|effect| effect.object.str("kind") == "ConfigMap"));
        let kinds: Vec<EffectKind> = effects.iter().map(|effect| effect.kind).collect();
        (policy.acts(), policy.is_retroactive(), kinds)
    };
    assert_eq!(made(""), (true, false, vec![EffectKind::Make]));
    let synchronize = "synchronize: {enabled: true}, generateExisting: {enabled: true}";
    assert_eq!(made(synchronize), (true, true, vec![EffectKind::Keep]));
    let orphan = "synchronize: {enabled: true}, orphanDownstreamOnPolicyDelete: {enabled: true}";
    assert_eq!(made(orphan), (true, false, vec![EffectKind::KeepBeyondPolicy]));
    assert_eq!(made("admission: {enabled: false}"), (false, false, Vec::new()));
}
