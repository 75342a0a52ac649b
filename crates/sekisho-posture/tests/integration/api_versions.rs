//! API versions that are removed or deprecated: in which release, and whether the version alone can change.

use sekisho_finding::{Confidence, Finding, Safety};
use sekisho_manifest::edit::edit;
use sekisho_posture::{Settings, examine};

use crate::support::{check, inventory};

fn found(id: &str, minor: Option<u32>, text: &str) -> Vec<Finding> {
    examine(&inventory(text), &[check(id)], &Settings { kubernetes_minor: minor, ..Settings::default() })
}

fn object(version: &str, kind: &str, rest: &str) -> String {
    format!("apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: a\n{rest}")
}

#[test]
fn a_version_is_first_deprecated_and_then_removed() {
    let text = object("policy/v1beta1", "PodSecurityPolicy", "");
    let counts = |minor| {
        ["deprecated-api-version", "removed-api-version"].map(|id| found(id, Some(minor), &text).len())
    };
    assert_eq!([20, 21, 24, 25, 36].map(counts), [[0, 0], [1, 0], [1, 0], [0, 1], [0, 1]]);
    assert_eq!(found("removed-api-version", None, &text).len(), 1);
    assert_eq!(found("deprecated-api-version", None, &text).len(), 0);
}

#[test]
fn messages_name_the_release_and_the_replacement() {
    let said = |id, minor, version, kind| {
        let findings = found(id, minor, &object(version, kind, ""));
        findings.first().map(|finding| finding.message.to_string())
    };
    for (id, minor, version, kind, expected) in [
        (
            "removed-api-version",
            Some(34),
            "extensions/v1beta1",
            "Ingress",
            "`extensions/v1beta1` Ingress was removed in Kubernetes 1.22, use `networking.k8s.io/v1 Ingress`",
        ),
        (
            "removed-api-version",
            None,
            "policy/v1beta1",
            "PodSecurityPolicy",
            "`policy/v1beta1` PodSecurityPolicy was removed in Kubernetes 1.25, and nothing took its place",
        ),
        (
            "removed-api-version",
            Some(27),
            "flowcontrol.apiserver.k8s.io/v1beta1",
            "FlowSchema",
            "`flowcontrol.apiserver.k8s.io/v1beta1` FlowSchema was removed in Kubernetes 1.26, \
             use `flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema`",
        ),
        (
            "deprecated-api-version",
            Some(22),
            "batch/v1beta1",
            "CronJob",
            "`batch/v1beta1` CronJob is deprecated and leaves in Kubernetes 1.25, use `batch/v1 CronJob`",
        ),
        (
            "deprecated-api-version",
            None,
            "v1",
            "Endpoints",
            "`v1` Endpoints is deprecated since Kubernetes 1.33, use `discovery.k8s.io/v1 EndpointSlice`",
        ),
    ] {
        assert_eq!(said(id, minor, version, kind).as_deref(), Some(expected));
    }
}

#[test]
fn what_a_supported_release_serves_is_less_surely_removed() {
    let confidence = |minor, version, kind| {
        found("removed-api-version", minor, &object(version, kind, ""))
            .first()
            .map(|finding| finding.confidence)
    };
    assert_eq!(confidence(None, "batch/v1beta1", "CronJob"), Some(Confidence::High));
    assert_eq!(confidence(None, "networking.k8s.io/v1beta1", "ServiceCIDR"), Some(Confidence::Medium));
    assert_eq!(confidence(Some(37), "networking.k8s.io/v1beta1", "ServiceCIDR"), Some(Confidence::High));
    assert_eq!(confidence(Some(36), "networking.k8s.io/v1beta1", "ServiceCIDR"), None);
}

/// Version, kind, the rest of the object, and how safe a change of the version alone is.
const RENAMES: &[(&str, &str, &str, Option<Safety>)] = &[
    ("batch/v1beta1", "CronJob", "", Some(Safety::Safe)),
    ("apps/v1beta2", "StatefulSet", "", Some(Safety::Safe)),
    ("apps/v1beta1", "Deployment", "spec: {template: {}}\n", None),
    ("apps/v1beta1", "Deployment", "spec: {selector: {matchLabels: {a: b}}}\n", Some(Safety::Safe)),
    (
        "extensions/v1beta1",
        "Deployment",
        "spec: {selector: {matchLabels: {a: b}}, rollbackTo: {revision: 1}}\n",
        None,
    ),
    ("extensions/v1beta1", "DaemonSet", "spec: {selector: {matchLabels: {a: b}}}\n", Some(Safety::Unsafe)),
    (
        "extensions/v1beta1",
        "DaemonSet",
        "spec: {selector: {matchLabels: {a: b}}, updateStrategy: {type: OnDelete}}\n",
        Some(Safety::Safe),
    ),
    ("extensions/v1beta1", "Ingress", "", None),
    ("networking.k8s.io/v1beta1", "Ingress", "", None),
    ("extensions/v1beta1", "NetworkPolicy", "", Some(Safety::Safe)),
    (
        "policy/v1beta1",
        "PodDisruptionBudget",
        "spec: {selector: {matchLabels: {a: b}}}\n",
        Some(Safety::Safe),
    ),
    ("policy/v1beta1", "PodDisruptionBudget", "spec: {selector: {}}\n", Some(Safety::Unsafe)),
    (
        "autoscaling/v2beta2",
        "HorizontalPodAutoscaler",
        "spec: {metrics: [{type: Resource}]}\n",
        Some(Safety::Safe),
    ),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler", "spec: {metrics: [{type: Resource}]}\n", None),
    ("autoscaling/v2beta1", "HorizontalPodAutoscaler", "spec: {maxReplicas: 3}\n", Some(Safety::Safe)),
    ("rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", "", Some(Safety::Safe)),
    (
        "rbac.authorization.k8s.io/v1alpha1",
        "ClusterRoleBinding",
        "subjects: [{kind: User, name: '*'}]\n",
        None,
    ),
    ("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", "", None),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", "", None),
    ("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy", "", Some(Safety::Safe)),
    (
        "flowcontrol.apiserver.k8s.io/v1beta2",
        "PriorityLevelConfiguration",
        "spec: {limited: {assuredConcurrencyShares: 5}}\n",
        None,
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta3",
        "PriorityLevelConfiguration",
        "spec: {limited: {nominalConcurrencyShares: 5}}\n",
        Some(Safety::Safe),
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta3",
        "PriorityLevelConfiguration",
        "spec: {limited: {nominalConcurrencyShares: 0}}\n",
        None,
    ),
    ("certificates.k8s.io/v1beta1", "CertificateSigningRequest", "spec: {request: YQ==}\n", None),
    ("apps/v1alpha1", "PetSet", "", None),
];

#[test]
fn the_version_alone_is_changed_only_where_that_is_enough() {
    for (version, kind, rest, safety) in RENAMES {
        let text = object(version, kind, rest);
        let findings = found("removed-api-version", Some(34), &text);
        let [finding] = &findings[..] else { panic!("{version} {kind}: {findings:?}") };
        assert_eq!(finding.fix.as_ref().map(|fix| fix.safety), *safety, "{version} {kind}: {rest}");
    }
}

#[test]
fn the_fix_changes_the_version_in_place() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- kind: CronJob\n  apiVersion: \"batch/v1beta1\" # old\n  metadata: {name: a}\n";
    let findings = found("removed-api-version", Some(34), text);
    let fix = findings[0].fix.as_ref().expect("a fix");
    assert_eq!(fix.description, "set `apiVersion: batch/v1`");
    let changes: Vec<_> = fix.edits.iter().map(|edit| edit.change.clone()).collect();
    assert_eq!(edit(text, &changes).expect("the edit"), text.replace("batch/v1beta1", "batch/v1"));
}
