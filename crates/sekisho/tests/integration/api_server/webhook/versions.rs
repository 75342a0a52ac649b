//! Objects that come in another version than policies name: they are judged all the same.

use serde_json::{Value, json};

use super::{Webhook, refuses};
use crate::api_server::{objects, wait};

const POLICIES: &str = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: widgets}
spec:
  validationFailureAction: Enforce
  rules:
  - name: size
    match: {any: [{resources: {kinds: [versions.example.dev/v1/Widget]}}]}
    validate: {message: widgets are small, pattern: {spec: {size: '<5'}}}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: scaling}
spec:
  validationFailureAction: Enforce
  rules:
  - name: most
    match: {any: [{resources: {kinds: [autoscaling/v2/HorizontalPodAutoscaler]}}]}
    validate: {message: at most five, pattern: {spec: {maxReplicas: '<=5'}}}
---
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: colours}
spec:
  validationActions: [Deny]
  matchConstraints: {resourceRules: [{apiGroups: [versions.example.dev], apiVersions: [v1], operations: [CREATE], resources: [widgets]}]}
  validations: [{expression: object.spec.colour == 'red', message: widgets are red}]
---
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: exactly}
spec:
  validationActions: [Deny]
  matchConstraints: {matchPolicy: Exact, resourceRules: [{apiGroups: [versions.example.dev], apiVersions: [v1], operations: [CREATE], resources: [widgets]}]}
  validations: [{expression: object.metadata.name != 'exact', message: by its version alone}]
";

const GROUP: &str = "versions.example.dev";

fn definition() -> Value {
    let version = |name: &str, stores: bool| {
        json!({
            "name": name, "served": true, "storage": stores,
            "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
        })
    };
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("widgets.{GROUP}")},
        "spec": {
            "group": GROUP, "scope": "Namespaced",
            "names": {"kind": "Widget", "plural": "widgets", "singular": "widget", "listKind": "WidgetList"},
            "versions": [version("v1", true), version("v2", false)],
        },
    })
}

/// Catalogue 42.
#[test]
fn no_other_version_is_a_way_around_a_policy() {
    let Some(webhook) = Webhook::start("versions", POLICIES, &[]) else { return };
    let space = "webhook-versions";
    webhook.namespace(space);
    let definition = objects(&definition().to_string()).pop().expect("an object");
    webhook.server.create(&definition, "");
    let path = |version: &str| format!("/apis/{GROUP}/{version}/namespaces/{space}/widgets");
    wait("widgets are served", || webhook.server.connection.get(&path("v2")).ok());
    let make = |version: &str, name: &str, size: u32, colour: &str| {
        let widget = json!({
            "apiVersion": format!("{GROUP}/{version}"), "kind": "Widget", "metadata": {"name": name},
            "spec": {"size": size, "colour": colour},
        });
        webhook.server.connection.create(&format!("{}?dryRun=All", path(version)), &widget.to_string())
    };
    for version in ["v1", "v2"] {
        let outcome = make(version, "large", 7, "red");
        assert!(refuses(&outcome, "widgets are small"), "{version} {outcome:?}");
        let outcome = make(version, "blue", 1, "blue");
        assert!(refuses(&outcome, "widgets are red"), "{version} {outcome:?}");
        make(version, "fits", 1, "red").expect("it keeps to the rules");
    }
    let outcome = make("v1", "exact", 1, "red");
    assert!(refuses(&outcome, "by its version alone"), "{outcome:?}");
    make("v2", "exact", 1, "red").expect("another version is not meant");

    for version in ["v1", "v2"] {
        let scaler = |most: u32| {
            json!({
                "apiVersion": format!("autoscaling/{version}"), "kind": "HorizontalPodAutoscaler",
                "metadata": {"name": "web"},
                "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}, "maxReplicas": most},
            })
        };
        let outcome = webhook.create_with(space, &scaler(9), "?dryRun=All");
        assert!(refuses(&outcome, "at most five"), "{version} {outcome:?}");
        webhook.create_with(space, &scaler(5), "?dryRun=All").expect("it keeps to the rule");
    }
    webhook.server.delete(&definition, "");
}
