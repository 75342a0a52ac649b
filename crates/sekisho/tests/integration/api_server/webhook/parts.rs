//! Parts of objects that are asked about by themselves (catalogue 34, 35).

use serde_json::json;

use super::{Webhook, pod, refuses};

/// Refuses each part of a Pod or a Deployment to whoever names it `no`.
const POLICIES: &str = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: parts}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [''], apiVersions: ['*'], operations: [CREATE, UPDATE], resources: [pods/ephemeralcontainers, pods/status, pods/eviction, pods/binding]}
    - {apiGroups: [apps], apiVersions: ['*'], operations: [UPDATE], resources: [deployments/scale, deployments/status]}
    - {apiGroups: [''], apiVersions: ['*'], operations: [CONNECT], resources: [pods/exec, pods/attach, pods/portforward]}
  validations:
  - expression: "request.name != 'no'"
    messageExpression: "'nobody touches ' + request.resource.resource + '/' + request.subResource + ' by ' + request.operation"
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: parts}
spec: {policyName: parts, validationActions: [Deny]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: commands}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CONNECT], resources: [pods/exec]}]}
  validations: [{expression: "!('sh' in object.?command.orValue([]))", message: no shells}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: commands}
spec: {policyName: commands, validationActions: [Deny]}
"#;

#[test]
fn every_part_of_an_object_is_asked_about_as_itself() {
    let Some(webhook) = Webhook::start("parts", POLICIES, &[]) else { return };
    let name = "webhook-parts";
    webhook.namespace(name);
    for one in ["no", "yes"] {
        webhook.create(name, &pod(one)).expect("it passes");
        let deployment = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": one},
            "spec": {"replicas": 0, "selector": {"matchLabels": {"app": one}},
                     "template": {"metadata": {"labels": {"app": one}}, "spec": pod(one)["spec"]}},
        });
        webhook.create(name, &deployment).expect("it passes");
    }
    let connection = &webhook.server.connection;
    let pods = |one: &str, part: &str| format!("/api/v1/namespaces/{name}/pods/{one}/{part}");
    let deployments =
        |one: &str, part: &str| format!("/apis/apps/v1/namespaces/{name}/deployments/{one}/{part}");
    let debug = json!({"spec": {"ephemeralContainers": [{"name": "debug", "image": "a"}]}});
    let status = json!({"status": {"message": "x"}});
    let scale = json!({"spec": {"replicas": 0}});
    let patched = [
        (pods("no", "ephemeralcontainers"), &debug, "pods/ephemeralcontainers by UPDATE"),
        (pods("no", "status"), &status, "pods/status by UPDATE"),
        (deployments("no", "scale"), &scale, "deployments/scale by UPDATE"),
        (
            deployments("no", "status"),
            &json!({"status": {"observedGeneration": 9}}),
            "deployments/status by UPDATE",
        ),
    ];
    for (path, change, words) in &patched {
        let outcome = webhook.patch(path, change);
        assert!(refuses(&outcome, &format!("nobody touches {words}")), "{path}: {outcome:?}");
        webhook.patch(&path.replace("/no/", "/yes/"), change).expect("it passes");
    }
    let eviction = |one: &str| json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": one, "namespace": name}});
    let binding = |one: &str| {
        json!({"apiVersion": "v1", "kind": "Binding", "metadata": {"name": one, "namespace": name},
               "target": {"apiVersion": "v1", "kind": "Node", "name": "node"}})
    };
    let posted = [
        ("binding", binding("no"), "pods/binding by CREATE"),
        ("eviction", eviction("no"), "pods/eviction by CREATE"),
        ("exec?command=ls&container=main&stdout=true", json!({}), "pods/exec by CONNECT"),
        ("attach?container=main&stdout=true", json!({}), "pods/attach by CONNECT"),
        ("portforward?ports=80", json!({}), "pods/portforward by CONNECT"),
    ];
    for (part, body, words) in &posted {
        let outcome = connection.create(&pods("no", part), &body.to_string());
        assert!(refuses(&outcome, &format!("nobody touches {words}")), "{part}: {outcome:?}");
    }
    connection.create(&pods("yes", "binding"), &binding("yes").to_string()).expect("it is bound");
    let shell = connection.create(&pods("yes", "exec?command=sh&container=main&stdout=true"), "{}");
    assert!(refuses(&shell, "no shells"), "{shell:?}");
    // There is no node to go on with, which is no word of the webhook.
    let other = connection.create(&pods("yes", "exec?command=ls&container=main&stdout=true"), "{}");
    assert!(!refuses(&other, ""), "{other:?}");
    connection.create(&pods("yes", "eviction"), &eviction("yes").to_string()).expect("it is evicted");
}
