//! Refusals, warnings, records, changes, parameters, exceptions, dry runs.

use std::fs;

use sekisho_manifest::Node;
use serde_json::json;

use super::{Webhook, certificates, config_map, pod, refuses};
use crate::api_server::wait;

const POLICIES: &str = r#"
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: team}
spec:
  validationFailureAction: Enforce
  background: false
  rules:
  - name: team
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate: {message: say who owns it, pattern: {metadata: {labels: {name: '?*'}}}}
---
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: legacy, namespace: webhook-verdicts}
spec:
  exceptions: [{policyName: team, ruleNames: [team]}]
  match: {any: [{resources: {kinds: [ConfigMap], namespaces: [webhook-verdicts], names: [legacy-*]}}]}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: zone}
spec:
  rules:
  - name: zone
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    mutate: {patchStrategicMerge: {metadata: {labels: {+(zone): east}}}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: lenient}
spec:
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [configmaps]}]}
  validations: [{expression: "!('old' in object.?data.orValue({}))", message: old settings}]
  auditAnnotations: [{key: size, valueExpression: "string(size(object.?data.orValue({})))"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: lenient}
spec: {policyName: lenient, validationActions: [Warn, Audit]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: sizes}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}
  validations: [{expression: "size(object.spec.containers) <= int(params.data.containers)", message: too many containers}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: sizes}
spec:
  policyName: sizes
  validationActions: [Deny]
  paramRef: {name: sizes, namespace: webhook-parameters, parameterNotFoundAction: Deny}
"#;

/// Catalogue 41: the exception of a namespace holds in it and nowhere else.
#[test]
fn the_api_server_does_what_the_webhook_says() {
    let Some(webhook) = Webhook::start("verdicts", POLICIES, &[]) else { return };
    let (here, elsewhere) = ("webhook-verdicts", "webhook-verdicts-2");
    webhook.namespace(here);
    webhook.namespace(elsewhere);

    let refused = webhook.create(here, &config_map("without", json!({})));
    assert!(refuses(&refused, "say who owns it"), "{refused:?}");
    let message = refused.expect_err("it is refused").to_string();
    assert!(message.contains("ClusterPolicy team") && message.contains("policies.yaml:"), "{message}");

    let (stored, warnings) =
        webhook.create(here, &config_map("named", json!({"name": "a"}))).expect("it passes");
    assert_eq!(stored.at(&["metadata", "labels", "zone"]).and_then(Node::as_str), Some("east"));
    assert_eq!(warnings, Vec::<String>::new());
    let (stored, _) =
        webhook.create(here, &config_map("zoned", json!({"name": "a", "zone": "west"}))).expect("it passes");
    assert_eq!(stored.at(&["metadata", "labels", "zone"]).and_then(Node::as_str), Some("west"));

    let mut old = config_map("old", json!({"name": "a"}));
    old["data"]["old"] = "x".into();
    let (_, warnings) = webhook.create(here, &old).expect("it passes");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("old settings (ValidatingAdmissionPolicy lenient"), "{warnings:?}");
    let recorded = wait("the API server writes its record", || {
        let log = fs::read_to_string(certificates().parent()?.join("audit.log")).ok()?;
        let key = "\"fail.verdicts.sekisho.dev/violations\":";
        log.lines().find(|line| line.contains(key) && line.contains("old settings")).map(str::to_owned)
    });
    assert!(recorded.contains("\"fail.verdicts.sekisho.dev/lenient.size\":\"2\""), "{recorded}");

    // A clean object that becomes a bad one (catalogue 36).
    let path = format!("/api/v1/namespaces/{here}/configmaps/named");
    let outcome = webhook.patch(&path, &json!({"metadata": {"labels": {"name": null}}}));
    assert!(refuses(&outcome, "say who owns it"), "{outcome:?}");

    let exempt = config_map("legacy-a", json!({}));
    webhook.create(here, &exempt).expect("the exception holds");
    let outcome = webhook.create(elsewhere, &exempt);
    assert!(refuses(&outcome, "say who owns it"), "{outcome:?}");
}

#[test]
fn a_dry_run_is_answered_like_any_other_and_leaves_nothing() {
    let Some(webhook) = Webhook::start("dry", POLICIES, &[]) else { return };
    webhook.namespace("webhook-dry");
    let (made, _) = webhook
        .create_with("webhook-dry", &config_map("named", json!({"name": "a"})), "?dryRun=All")
        .expect("it would pass");
    assert_eq!(made.at(&["metadata", "labels", "zone"]).and_then(Node::as_str), Some("east"));
    let outcome = webhook.create_with("webhook-dry", &config_map("without", json!({})), "?dryRun=All");
    assert!(refuses(&outcome, "say who owns it"), "{outcome:?}");
    let gone = webhook.server.connection.get("/api/v1/namespaces/webhook-dry/configmaps/named");
    assert!(gone.expect_err("nothing is stored").is_absent());
}

/// Parameters are followed: what they say counts a moment after it was changed.
#[test]
fn parameters_count_as_they_are() {
    let Some(webhook) = Webhook::start("parameters", POLICIES, &[]) else { return };
    let name = "webhook-parameters";
    webhook.namespace(name);
    let outcome = webhook.create(name, &pod("first"));
    assert!(refuses(&outcome, "no params found"), "{outcome:?}");
    let sizes = |count: &str| {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "sizes", "labels": {"name": "a"}},
               "data": {"containers": count}})
    };
    webhook.create(name, &sizes("0")).expect("it passes");
    wait("the parameters are seen", || {
        refuses(&webhook.create_with(name, &pod("first"), "?dryRun=All"), "too many containers").then_some(())
    });
    let path = format!("/api/v1/namespaces/{name}/configmaps/sizes");
    webhook.patch(&path, &json!({"data": {"containers": "1"}})).expect("it passes");
    wait("the new parameters are seen", || webhook.create_with(name, &pod("first"), "?dryRun=All").ok());
}

/// What policies ask the API server for that it does not serve is met by their default, and where they have none nothing
/// passes.
#[test]
fn what_the_api_server_does_not_serve_is_no_empty_list() {
    let rule = |name: &str, label: &str, default: &str| {
        format!(
            "apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {{name: {name}}}
spec:
  validationFailureAction: Enforce
  rules:
  - name: birds
    match: {{any: [{{resources: {{kinds: [ConfigMap], selector: {{matchLabels: {{asks: {label}}}}}}}}}]}}
    context:
    - name: birds
      apiCall: {{urlPath: /apis/none.sekisho.dev/v1/birds, jmesPath: 'items[].metadata.name'{default}}}
    validate:
      message: 'birds {{{{ birds }}}}'
      deny: {{conditions: {{any: [{{key: '{{{{ birds }}}}', operator: Equals, value: [robin]}}]}}}}
---
"
        )
    };
    let policies = rule("with", "robin", ", default: [robin]")
        + &rule("other", "wren", ", default: [wren]")
        + &rule("without", "none", "");
    let Some(webhook) = Webhook::start("unserved", &policies, &[]) else { return };
    let name = "webhook-unserved";
    webhook.namespace(name);
    let ask =
        |label: &str| webhook.create_with(name, &config_map("asks", json!({"asks": label})), "?dryRun=All");
    let outcome = ask("robin");
    assert!(refuses(&outcome, "robin"), "{outcome:?}");
    ask("wren").expect("the default passes");
    let outcome = ask("none");
    assert!(refuses(&outcome, "the server could not find the requested resource"), "{outcome:?}");
    let (ready, detail) = webhook.readyz();
    assert!(ready && detail.contains("the API server does not have this kind"), "{detail}");
}

/// Catalogue 42: a policy for one version of a kind is for what comes in an older one.
#[test]
fn an_older_version_of_a_kind_is_no_way_around() {
    const SCALE: &str = "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: scale}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [autoscaling], apiVersions: [v2], operations: [CREATE], resources: [horizontalpodautoscalers]}
  validations: [{expression: object.spec.maxReplicas <= 3, message: too many replicas}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: scale}
spec: {policyName: scale, validationActions: [Deny]}
";
    let Some(webhook) = Webhook::start("older", SCALE, &[]) else { return };
    let name = "webhook-older";
    webhook.namespace(name);
    for version in ["autoscaling/v2", "autoscaling/v1"] {
        let scaler = |most: u8| {
            json!({"apiVersion": version, "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"},
                   "spec": {"maxReplicas": most, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}})
        };
        let outcome = webhook.create_with(name, &scaler(4), "?dryRun=All");
        assert!(refuses(&outcome, "too many replicas"), "{version}: {outcome:?}");
        webhook.create_with(name, &scaler(3), "?dryRun=All").expect("it keeps to the policy");
    }
}
