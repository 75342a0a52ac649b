//! Kyverno's policies in a set: what they say, what they change, what they make, and what refuses.

use sekisho_manifest::{Budget, Document, Format, Node, SourceId, load};
use sekisho_policy::kyverno;
use sekisho_policy::{Enforcement, Kinds, NoFacts, Outcome, Policy, PolicySet, Request, Review};

fn nodes(text: &str) -> Vec<Node> {
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    assert!(loaded.errors.is_empty(), "{:?}", loaded.errors);
    loaded.documents.into_iter().map(|document| document.root).collect()
}

fn review(policies: &str, object: &str) -> Review {
    let loaded = kyverno::load(&nodes(policies), sekisho_kyverno::context::Settings::default());
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    let mut set = PolicySet::new();
    set.extend(loaded.policies.into_iter().map(|policy| -> Box<dyn Policy> { Box::new(policy) }));
    let documents = load(SourceId(0), object, Format::Yaml, &Budget::default()).documents;
    let objects: Vec<_> = documents.iter().flat_map(Document::objects).collect();
    set.review(&Request::create(&objects[0], &Kinds::default(), "default"), &NoFacts)
}

/// A policy of one rule that looks at Pods.
fn policy(name: &str, rule: &str) -> String {
    format!(
        "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: {name}}}, spec: {{rules: [{{name: r, \
         match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}, {rule}}}]}}}}"
    )
}

fn standards(rest: &str) -> String {
    policy("standards", &format!("validate: {{podSecurity: {{level: baseline, version: latest{rest}}}}}"))
}

const PRIVILEGED: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {hostNetwork: true, containers: \
                          [{name: a, image: registry/a, securityContext: {privileged: true}, livenessProbe: \
                          {tcpSocket: {host: elsewhere, port: 1}}}]}}";

#[test]
fn pods_are_held_to_the_standards() {
    let review = review(&standards(""), PRIVILEGED);
    let [verdict] = review.verdicts.as_slice() else { panic!("{:?}", review.verdicts) };
    assert_eq!((verdict.outcome, verdict.enforcement.as_slice()), (Outcome::Fail, &[Enforcement::Audit][..]));
    assert_eq!(
        verdict.message,
        "Validation rule 'r' failed. It violates PodSecurity \"baseline:latest\": (Forbidden reason: host \
         namespaces, field error list: [spec.hostNetwork is forbidden, forbidden values found: true])(Forbidden \
         reason: probe or lifecycle host, field error list: [])(Forbidden reason: privileged, field error list: \
         [spec.containers[0].securityContext.privileged is forbidden, forbidden values found: true])"
    );
}

#[test]
fn exclusions_let_off_what_they_name_and_no_more() {
    let exclude = ", exclude: [{controlName: Host Namespaces}, {controlName: Privileged Containers, images: \
                   [registry/*], restrictedField: 'spec.containers[*].securityContext.privileged', values: ['true']}]";
    let review = review(&standards(exclude), PRIVILEGED);
    let message = &review.verdicts[0].message;
    assert!(
        message.ends_with("(Forbidden reason: probe or lifecycle host, field error list: [])"),
        "{message}"
    );
    assert!(!message.contains("host namespaces") && !message.contains("privileged"), "{message}");
}

#[test]
fn what_is_changed_is_what_is_judged() {
    let change = policy("change", "mutate: {patchStrategicMerge: {metadata: {labels: {+(team): a}}}}");
    let judge = policy(
        "judge",
        "validate: {failureAction: Enforce, message: m, pattern: {metadata: {labels: {team: b}}}}",
    );
    let review = review(
        &format!("{change}\n---\n{judge}"),
        "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {}}",
    );
    let changed = review.changed.expect("a label was added");
    assert_eq!(changed.at(&["metadata", "labels", "team"]).and_then(Node::as_str), Some("a"));
    let refusal = review.verdicts.iter().find(|verdict| verdict.outcome == Outcome::Fail).expect("a refusal");
    assert_eq!(refusal.enforcement, [Enforcement::Deny]);
    assert_eq!(refusal.message, "validation error: m. rule r failed at path /metadata/labels/team/");
    assert_eq!(refusal.places.iter().map(ToString::to_string).collect::<Vec<_>>(), ["metadata.labels.team"]);
}

#[test]
fn what_would_be_made_is_shown() {
    let make = policy(
        "make",
        "generate: {apiVersion: v1, kind: ConfigMap, name: '{{ request.object.metadata.name }}-config', namespace: \
         shop, data: {data: {a: b}}}",
    );
    let review =
        review(&make, "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {}}");
    let [generated] = review.generated.as_slice() else { panic!("{:?}", review.verdicts) };
    assert_eq!(generated.at(&["metadata", "name"]).and_then(Node::as_str), Some("web-config"));
    assert_eq!(generated.at(&["data", "a"]).and_then(Node::as_str), Some("b"));
}

#[test]
fn a_policy_with_mistakes_is_refused_and_the_others_are_not() {
    let sound = policy("sound", "validate: {message: m, deny: {}}");
    let wrong = policy("wrong", "validate: {message: m, denied: {}}");
    let loaded = kyverno::load(
        &nodes(&format!("{wrong}\n---\n{sound}")),
        sekisho_kyverno::context::Settings::default(),
    );
    assert_eq!(loaded.policies.iter().map(|policy| policy.name().as_str()).collect::<Vec<_>>(), ["sound"]);
    assert!(!loaded.problems.is_empty() && loaded.problems.iter().all(|(place, _)| *place == 0));
}
