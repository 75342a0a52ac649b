//! Entries of Kyverno's global context, as the cluster is.

use serde_json::json;

use super::{Webhook, config_map, refuses};
use crate::api_server::wait;

const POLICIES: &str = r#"
apiVersion: kyverno.io/v2
kind: GlobalContextEntry
metadata: {name: taken}
spec:
  kubernetesResource: {version: v1, resource: configmaps, namespace: webhook-entries}
  projections: [{name: names, jmesPath: "[].metadata.name"}]
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: referred}
spec:
  validationFailureAction: Enforce
  background: false
  rules:
  - name: referred
    match: {any: [{resources: {kinds: [ConfigMap], names: [referred]}}]}
    context: [{name: names, globalReference: {name: taken.names}}]
    validate:
      message: 'taken: {{ names }}'
      deny: {conditions: {any: [{key: first, operator: AnyIn, value: '{{ names }}'}]}}
---
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: expressed}
spec:
  validationActions: [Deny]
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
  matchConditions: [{name: own, expression: "object.metadata.name == 'expressed'"}]
  validations:
  - {expression: "!globalContext.Get('taken', 'names').exists(name, name == 'first')", message: "it is taken"}
"#;

#[test]
fn entries_hold_what_the_cluster_has() {
    let Some(webhook) = Webhook::start("entries", POLICIES, &[]) else { return };
    let name = "webhook-entries";
    webhook.namespace(name);
    let ask = |own: &str| webhook.create_with(name, &config_map(own, json!({})), "?dryRun=All");
    ask("referred").expect("nothing is taken");
    ask("expressed").expect("nothing is taken");
    webhook.create(name, &config_map("first", json!({}))).expect("it passes");
    wait("rules see it", || refuses(&ask("referred"), "first").then_some(()));
    wait("expressions see it", || refuses(&ask("expressed"), "it is taken").then_some(()));
}
