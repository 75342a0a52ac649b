//! What rules ask the API server for: answered from what was gathered, by what it serves.

use sekisho_manifest::Node;
use sekisho_policy::{
    Asked, EffectKind, Facts, Known, Need, Needed, ObjectQuery, Options, Outcome, Served, Snapshot, Views,
};

use super::creation;
use crate::documents::objects;

/// A cluster in which Pods and oxen were gathered, goats are unknown, and nothing else is there.
pub(super) struct Cluster(Snapshot);

impl Facts for Cluster {
    fn namespace(&self, name: &str) -> Option<Node> {
        self.0.namespace(name)
    }

    fn objects(&self, query: &ObjectQuery) -> Option<Vec<Node>> {
        self.0.objects(query)
    }

    fn everything(&self) -> Vec<Known> {
        self.0.everything()
    }

    fn served(&self, need: &Need) -> Served {
        match &need.what {
            Needed::Plural(plural) if plural == "pods" => Served::As("Pod".into()),
            Needed::Plural(plural) if plural == "oxen" => Served::As("Ox".into()),
            Needed::Kind(kind) if kind == "Ox" => Served::As("Ox".into()),
            Needed::Plural(plural) if plural == "goats" => Served::Unknown,
            Needed::Kind(kind) if kind == "Goat" => Served::Unknown,
            _ => Served::Absent,
        }
    }
}

const HERD: &str = "
{apiVersion: farm.io/v1, kind: Ox, metadata: {name: a, namespace: shop, labels: {size: small}}}
---
{apiVersion: farm.io/v1, kind: Ox, metadata: {name: b, namespace: shop, labels: {size: large}}}
---
{apiVersion: farm.io/v1, kind: Ox, metadata: {name: c, namespace: other}}
";

pub(super) const MAP: &str =
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: shop, uid: u-1}}";

pub(super) fn cluster() -> Cluster {
    Cluster(Snapshot::new(&objects(HERD), "default"))
}

/// What a rule says that denies with what it is answered.
fn said(path: &str, more: &str) -> (Outcome, String) {
    let policy = format!(
        "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{rules: [{{name: r, \
         match: {{any: [{{resources: {{kinds: [ConfigMap]}}}}]}}, \
         context: [{{name: answer, apiCall: {{urlPath: '{path}'{more}}}}}], \
         validate: {{message: 'found {{{{ to_string(answer) }}}}', deny: {{conditions: {{any: \
         [{{key: '{{{{ to_string(answer) }}}}', operator: NotEquals, value: ''}}]}}}}}}}}]}}}}"
    );
    let loaded = sekisho_policy::load(&objects(&policy), &[], &Options::default());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let review = loaded.policies.review(&creation(MAP), &cluster());
    assert_eq!(review.verdicts.len(), 1, "{:?}", review.verdicts);
    let verdict = &review.verdicts[0];
    (verdict.outcome, verdict.message.clone())
}

#[test]
fn what_nobody_serves_is_met_by_the_default() {
    let names = ", jmesPath: 'items[].metadata.name'";
    let fallback = ", jmesPath: 'items[].metadata.name', default: [none]";
    let path = "/apis/none.io/v1/birds";
    assert_eq!(said(path, fallback), (Outcome::Fail, "found [\"none\"]".to_owned()));
    let (outcome, message) = said(path, names);
    assert_eq!(outcome, Outcome::Error);
    assert!(message.contains("the server could not find the requested resource"), "{message}");
    // A list that nobody read is not a list without anything in it.
    let (outcome, message) = said("/apis/farm.io/v1/goats", names);
    assert_eq!(outcome, Outcome::Error);
    assert!(message.contains("is not known"), "{message}");
    // What is served and has no objects is empty, and no default.
    assert_eq!(said("/api/v1/pods", fallback), (Outcome::Fail, "found []".to_owned()));
    let one = ", jmesPath: 'metadata.name', default: none";
    assert_eq!(said("/apis/farm.io/v1/namespaces/shop/oxen/z", one).1, "found none");
    assert_eq!(said("/apis/farm.io/v1/namespaces/shop/oxen/a", one).1, "found a");
}

#[test]
fn a_plural_that_no_rule_makes_is_known_and_selectors_select() {
    let names = ", jmesPath: 'items[].metadata.name'";
    let found = |rest: &str| said(&format!("/apis/farm.io/v1/{rest}"), names).1;
    assert_eq!(found("oxen"), "found [\"c\",\"a\",\"b\"]");
    assert_eq!(found("namespaces/shop/oxen"), "found [\"a\",\"b\"]");
    assert_eq!(found("oxen?labelSelector=size=small&limit=500"), "found [\"a\"]");
    assert_eq!(found("oxen?labelSelector=size%20in%20(small,large),size!=small"), "found [\"b\"]");
    assert_eq!(found("oxen?labelSelector=%21size"), "found [\"c\"]");
    assert_eq!(found("oxen?fieldSelector=metadata.name!=a,metadata.namespace=shop"), "found [\"b\"]");
    let (outcome, message) = said("/apis/farm.io/v1/oxen?fieldSelector=spec.age=3", names);
    assert_eq!(outcome, Outcome::Error, "{message}");
}

#[test]
fn a_copy_goes_with_its_source_and_stays_where_that_is_unknown() {
    let effects = |kind: &str, name: &str, synchronize: bool| {
        let policy = format!(
            "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{rules: [{{name: r, \
             match: {{any: [{{resources: {{kinds: [ConfigMap]}}}}]}}, \
             generate: {{apiVersion: farm.io/v1, kind: {kind}, name: copy, namespace: shop, \
             synchronize: {synchronize}, clone: {{name: {name}, namespace: other}}}}}}]}}}}"
        );
        let loaded = sekisho_policy::load(&objects(&policy), &[], &Options::default());
        let (request, views, mut verdicts) = (creation(MAP), Views::default(), Vec::new());
        let policy = loaded.policies.iter().next().unwrap();
        let effects = policy.effects(&Asked::new(&request, &views), &cluster(), &mut verdicts);
        let effects: Vec<(EffectKind, String)> = effects
            .iter()
            .map(|effect| {
                (effect.kind, effect.object.at(&["metadata", "name"]).unwrap().as_str().unwrap().to_owned())
            })
            .collect();
        (effects, verdicts[0].outcome)
    };
    let copy = |kind| vec![(kind, "copy".to_owned())];
    assert_eq!(effects("Ox", "c", true), (copy(EffectKind::Keep), Outcome::Pass));
    assert_eq!(effects("Ox", "gone", true), (copy(EffectKind::Withdraw), Outcome::Error));
    assert_eq!(effects("Ox", "gone", false), (vec![], Outcome::Error));
    assert_eq!(effects("Goat", "c", true), (vec![], Outcome::Error));
    assert_eq!(effects("Bird", "c", true), (vec![], Outcome::Error));
}
