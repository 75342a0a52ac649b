//! Which objects a constraint looks at.

use sekisho_policy::gatekeeper::{Engine, Options};
use sekisho_policy::{NoFacts, Outcome, Snapshot};

use super::{LABELS, POD, constraint, judge, messages};
use crate::documents::objects;

/// Whether a Pod is looked at.
fn matches(matching: &str, object: &str) -> bool {
    let spec = format!("{{match: {matching}, parameters: {{labels: [absent]}}}}");
    !messages(&spec, object, Engine::Rego).is_empty()
}

#[test]
fn every_criterion_must_hold() {
    let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: kube-system, labels: {a: b}}}";
    let role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}}";
    let generated = "{apiVersion: v1, kind: Pod, metadata: {generateName: job-, namespace: shop}}";
    for (matching, object, expected) in [
        ("{}", POD, true),
        ("{kinds: [{apiGroups: [''], kinds: [Pod]}]}", POD, true),
        ("{kinds: [{apiGroups: ['*'], kinds: ['*']}]}", POD, true),
        ("{kinds: [{kinds: [Pod]}]}", POD, true),
        ("{kinds: [{apiGroups: [apps], kinds: [Pod]}]}", POD, false),
        ("{kinds: [{apiGroups: [''], kinds: [Service]}, {apiGroups: [''], kinds: [Pod]}]}", POD, true),
        ("{scope: Namespaced}", POD, true),
        ("{scope: Cluster}", POD, false),
        ("{scope: Cluster}", namespace, true),
        ("{scope: Namespaced}", namespace, false),
        ("{scope: cluster}", POD, true),
        ("{namespaces: [sh*]}", POD, true),
        ("{namespaces: ['*op']}", POD, true),
        ("{namespaces: ['*ho*']}", POD, true),
        ("{namespaces: [other]}", POD, false),
        ("{namespaces: [other]}", role, true),
        ("{namespaces: ['kube-*']}", namespace, true),
        ("{excludedNamespaces: [shop]}", POD, false),
        ("{excludedNamespaces: ['kube-*']}", namespace, false),
        ("{excludedNamespaces: [shop]}", role, true),
        ("{labelSelector: {matchLabels: {app: web}}}", POD, true),
        ("{labelSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}", POD, false),
        ("{namespaceSelector: {matchLabels: {a: b}}}", namespace, true),
        ("{namespaceSelector: {matchLabels: {a: c}}}", namespace, false),
        ("{namespaceSelector: {matchLabels: {a: b}}}", role, true),
        ("{name: web}", POD, true),
        ("{name: 'w*'}", POD, true),
        ("{name: 'job-*'}", generated, true),
        ("{name: '*-job'}", generated, false),
        ("{source: Original}", POD, true),
        ("{source: Generated}", POD, false),
        ("{scope: Namespaced, name: other}", POD, false),
    ] {
        assert_eq!(matches(matching, object), expected, "{matching} {object}");
    }
}

#[test]
fn labels_of_namespaces_are_facts_and_their_absence_a_refusal() {
    let policies = format!(
        "{LABELS}\n---\n{}",
        constraint("{match: {namespaceSelector: {matchLabels: {env: prod}}}, parameters: {labels: [app]}}")
    );
    let options = Options::default();
    let unknown = judge(&policies, POD, &NoFacts, &options);
    assert_eq!(unknown[0].outcome, Outcome::Fail);
    assert_eq!(
        unknown[0].message,
        "unable to match constraints: error matching the requested object: web :failed to run Match criteria: \
         namespace selector for namespace-scoped object but missing Namespace"
    );
    let labelled = |value: &str| {
        let text = format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: shop, labels: {{env: {value}}}}}}}"
        );
        judge(&policies, POD, &Snapshot::new(&objects(&text), ""), &options)
    };
    assert_eq!(labelled("prod")[0].outcome, Outcome::Pass);
    assert!(labelled("test").is_empty());
}
