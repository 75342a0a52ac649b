//! Admission control and Pod Security: what counts as a gap and what does not.

use sekisho_finding::{Confidence, Severity};

use crate::support::{check, findings, said};

fn namespace(name: &str, labels: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{{labels}}}}}\n")
}

const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

#[test]
fn a_namespace_has_one_fault_of_pod_security_at_most() {
    let checks =
        ["namespace-without-pod-security", "pod-security-warn-only", "namespace-privileged-pod-security"];
    for (labels, expected) in [
        (String::new(), [1, 0, 0]),
        (format!("{ENFORCE}: restricted"), [0, 0, 0]),
        (format!("{ENFORCE}: baseline, pod-security.kubernetes.io/warn: restricted"), [0, 0, 0]),
        (format!("{ENFORCE}: privileged"), [0, 0, 1]),
        (format!("{ENFORCE}: privileged, pod-security.kubernetes.io/warn: restricted"), [0, 0, 1]),
        (format!("{ENFORCE}: Baseline"), [1, 0, 0]),
        (format!("{ENFORCE}: \"\""), [1, 0, 0]),
        ("pod-security.kubernetes.io/warn: restricted".to_owned(), [0, 1, 0]),
        ("pod-security.kubernetes.io/audit: baseline".to_owned(), [0, 1, 0]),
        ("pod-security.kubernetes.io/audit: privileged".to_owned(), [1, 0, 0]),
        (format!("{ENFORCE}-version: latest"), [1, 0, 0]),
    ] {
        let text = namespace("shop", &labels);
        let found = checks.map(|id| findings(check(id), &text).len());
        assert_eq!(found, expected, "{labels}");
    }
}

#[test]
fn namespaces_of_kubernetes_itself_are_left_alone() {
    for name in ["kube-system", "kube-public", "kube-node-lease"] {
        assert!(findings(check("namespace-without-pod-security"), &namespace(name, "")).is_empty());
    }
    let privileged = namespace("kube-system", &format!("{ENFORCE}: privileged"));
    assert!(findings(check("namespace-privileged-pod-security"), &privileged).is_empty());
    assert_eq!(findings(check("namespace-without-pod-security"), &namespace("kube-flannel", "")).len(), 1);
}

#[test]
fn a_default_of_the_api_server_stands_in_for_labels() {
    let configured = |level: &str| {
        format!(
            "{}---\napiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- name: PodSecurity\n  configuration:\n    \
             apiVersion: pod-security.admission.config.k8s.io/v1\n    kind: PodSecurityConfiguration\n    defaults: {{enforce: {level}}}\n",
            namespace("shop", "")
        )
    };
    assert!(findings(check("namespace-without-pod-security"), &configured("baseline")).is_empty());
    assert_eq!(findings(check("namespace-without-pod-security"), &configured("privileged")).len(), 1);
}

#[test]
fn a_namespace_of_node_agents_needs_its_level() {
    let agent = "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent, namespace: agents}\n\
                 spec: {template: {spec: {hostPID: true, containers: [{name: a, image: a}]}}}\n";
    let text = [namespace("agents", &format!("{ENFORCE}: privileged")), agent.to_owned()].concat();
    let found = findings(check("namespace-privileged-pod-security"), &text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Low);
    assert!(found[0].message.to_string().contains("`agent`"), "{}", found[0].message);
}

fn webhook(version: &str, kind: &str, fields: &str) -> String {
    format!(
        "apiVersion: admissionregistration.k8s.io/{version}\nkind: {kind}\nmetadata: {{name: guard}}\n\
         webhooks:\n- {{name: guard.example.com, {fields}}}\n"
    )
}

fn rule(group: &str, resource: &str) -> String {
    format!(
        "rules: [{{apiGroups: ['{group}'], apiVersions: ['*'], operations: [CREATE], resources: ['{resource}']}}]"
    )
}

#[test]
fn a_webhook_that_fails_open_counts_where_it_guards_something() {
    let open = |group: &str, resource: &str| {
        let fields = format!("failurePolicy: Ignore, {}", rule(group, resource));
        findings(check("webhook-fails-open"), &webhook("v1", "ValidatingWebhookConfiguration", &fields)).len()
    };
    for (group, resource) in [
        ("", "pods"),
        ("*", "*"),
        ("*", "*/*"),
        ("", "pods/exec"),
        ("", "pods/ephemeralcontainers"),
        ("", "pods/*"),
        ("apps", "deployments"),
        ("apps", "*"),
        ("*", "pods"),
        ("", "secrets"),
        ("rbac.authorization.k8s.io", "clusterrolebindings"),
    ] {
        assert_eq!(open(group, resource), 1, "{group}/{resource}");
    }
    for (group, resource) in [
        ("monitoring.coreos.com", "prometheusrules"),
        ("monitoring.coreos.com", "*"),
        ("", "events"),
        ("apps", "deployments/scale"),
        ("apps", "pods"),
        ("networking.istio.io", "*"),
    ] {
        assert_eq!(open(group, resource), 0, "{group}/{resource}");
    }
}

#[test]
fn webhook_defaults_differ_between_versions() {
    let rules = rule("", "pods");
    let found = |id: &str, version: &str| {
        findings(check(id), &webhook(version, "ValidatingWebhookConfiguration", &rules)).len()
    };
    assert_eq!(found("webhook-fails-open", "v1"), 0);
    assert_eq!(found("webhook-fails-open", "v1beta1"), 1);
    assert_eq!(found("webhook-slow-timeout", "v1"), 0);
    assert_eq!(found("webhook-slow-timeout", "v1beta1"), 1);
    let slow = |seconds: &str| {
        findings(
            check("webhook-slow-timeout"),
            &webhook("v1", "MutatingWebhookConfiguration", &format!("timeoutSeconds: {seconds}")),
        )
        .len()
    };
    assert_eq!((slow("10"), slow("11"), slow("null")), (0, 1, 0));
}

#[test]
fn a_mutating_webhook_that_fails_open_is_a_hint() {
    let of = |resource: &str| {
        let text = webhook(
            "v1",
            "MutatingWebhookConfiguration",
            &format!("failurePolicy: Ignore, {}", rule("", resource)),
        );
        findings(check("webhook-fails-open"), &text)
    };
    assert_eq!(of("pods")[0].confidence, Confidence::Low);
    assert!(of("secrets").is_empty());
}

#[test]
fn a_guard_over_namespace_labels_makes_them_good_to_exempt_by() {
    let exempting = "
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: guard}
webhooks:
- name: pods.guard.example.com
  failurePolicy: Ignore
  rules: [{apiGroups: ['*'], apiVersions: ['*'], operations: [CREATE, UPDATE], resources: ['*']}]
  namespaceSelector: {matchExpressions: [{key: guard.example.com/ignore, operator: DoesNotExist}]}
";
    let keeper = "\
- name: labels.guard.example.com
  failurePolicy: Fail
  rules: [{apiGroups: [''], apiVersions: ['*'], operations: [CREATE, UPDATE], resources: [namespaces]}]
  namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: [guard]}]}
";
    let id = "webhook-exempted-by-tenant-label";
    let alone = findings(check(id), exempting);
    assert_eq!(alone.len(), 1);
    assert_eq!(alone[0].confidence, Confidence::Low);
    assert!(findings(check(id), &[exempting, keeper].concat()).is_empty());
}

#[test]
fn only_exemptions_count_and_only_where_something_is_guarded() {
    let of = |selector: &str, group: &str, resource: &str| {
        let fields = format!("{}, objectSelector: {{matchExpressions: [{selector}]}}", rule(group, resource));
        findings(
            check("webhook-exempted-by-tenant-label"),
            &webhook("v1", "ValidatingWebhookConfiguration", &fields),
        )
        .len()
    };
    assert_eq!(of("{key: skip, operator: DoesNotExist}", "", "pods"), 1);
    assert_eq!(of("{key: skip, operator: NotIn, values: ['true']}", "", "pods"), 1);
    assert_eq!(of("{key: ask, operator: Exists}", "", "pods"), 0);
    assert_eq!(of("{key: ask, operator: In, values: ['true']}", "", "pods"), 0);
    assert_eq!(of("{key: skip, operator: DoesNotExist}", "example.com", "widgets"), 0);
}

#[test]
fn a_policy_is_bound_by_a_binding_of_its_own_kind_and_name() {
    let policy = "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: a}\nspec: {validations: []}\n";
    let binding = |kind: &str, name: &str| {
        format!(
            "{policy}---\napiVersion: admissionregistration.k8s.io/v1beta1\nkind: {kind}\nmetadata: {{name: b}}\nspec: {{policyName: {name}, validationActions: [Deny]}}\n"
        )
    };
    let found = |text: &str| findings(check("admission-policy-without-binding"), text).len();
    assert_eq!(found(policy), 1);
    assert_eq!(found(&binding("ValidatingAdmissionPolicyBinding", "a")), 0);
    assert_eq!(found(&binding("ValidatingAdmissionPolicyBinding", "b")), 1);
    assert_eq!(found(&binding("MutatingAdmissionPolicyBinding", "a")), 1);
}

#[test]
fn gatekeeper_denies_unless_it_is_told_otherwise() {
    let found = |spec: &str| {
        let text = format!(
            "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: K8sAllowedRepos\nmetadata: {{name: repos}}\nspec: {spec}\n"
        );
        findings(check("gatekeeper-dryrun"), &text).len()
    };
    assert_eq!(found("{match: {}}"), 0);
    assert_eq!(found("{enforcementAction: deny}"), 0);
    assert_eq!(found("{enforcementAction: null}"), 0);
    assert_eq!(found("{enforcementAction: dryrun}"), 1);
    assert_eq!(found("{enforcementAction: warn}"), 1);
    assert_eq!(found("{enforcementAction: scoped}"), 1);
    let scoped = |action: &str, point: &str| {
        found(&format!(
            "{{enforcementAction: scoped, scopedEnforcementActions: [{{action: {action}, enforcementPoints: [{{name: {point}}}]}}]}}"
        ))
    };
    assert_eq!(scoped("deny", "validation.gatekeeper.sh"), 0);
    assert_eq!(scoped("deny", "vap.k8s.io"), 0);
    assert_eq!(scoped("deny", "\"*\""), 0);
    assert_eq!(scoped("deny", "audit.gatekeeper.sh"), 1);
    assert_eq!(scoped("warn", "\"*\""), 1);
}

#[test]
fn kyverno_takes_the_nearest_action() {
    let found = |spec: &str, rule: &str| {
        let text = format!(
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: p}}\nspec: {{{spec} rules: [{{name: r, {rule}}}]}}\n"
        );
        said(check("kyverno-audit"), &text)
    };
    let validate = "validate: {message: m}";
    assert_eq!(found("", validate).len(), 1);
    assert_eq!(found("validationFailureAction: audit,", validate).len(), 1);
    assert!(found("validationFailureAction: Enforce,", validate).is_empty());
    assert!(found("validationFailureAction: enforce,", validate).is_empty());
    assert!(found("", "validate: {failureAction: Enforce}").is_empty());
    assert_eq!(found("validationFailureAction: Enforce,", "validate: {failureAction: Audit}").len(), 1);
    assert!(found("", "mutate: {}").is_empty());
    assert!(found("", "generate: {}").is_empty());
    assert_eq!(found("", "verifyImages: [{imageReferences: ['*']}]").len(), 1);
    assert!(found("", "verifyImages: [{failureAction: Enforce}]").is_empty());
    let overrides = "validationFailureActionOverrides: [{action: Enforce, namespaces: [prod]}],";
    assert!(found(&format!("validationFailureAction: Audit, {overrides}"), validate).is_empty());
    assert_eq!(found("validationFailureAction: Enforce, admission: false,", validate).len(), 1);
}

#[test]
fn kyvernos_policies_in_cel_deny_unless_told_otherwise() {
    let found = |kind: &str, spec: &str| {
        let text = format!(
            "apiVersion: policies.kyverno.io/v1alpha1\nkind: {kind}\nmetadata: {{name: p}}\nspec: {spec}\n"
        );
        findings(check("kyverno-audit"), &text).len()
    };
    assert_eq!(found("ValidatingPolicy", "{}"), 0);
    assert_eq!(found("ValidatingPolicy", "{validationActions: [Audit]}"), 1);
    assert_eq!(found("ValidatingPolicy", "{validationActions: [Deny, Audit]}"), 0);
    assert_eq!(found("ImageValidatingPolicy", "{validationActions: [Warn]}"), 1);
    assert_eq!(found("NamespacedValidatingPolicy", "{validationActions: [Audit]}"), 1);
    assert_eq!(found("ValidatingPolicy", "{validationActions: [Audit], evaluation: {mode: JSON}}"), 0);
    assert_eq!(found("ValidatingPolicy", "{evaluation: {admission: {enabled: false}}}"), 1);
    assert_eq!(found("MutatingPolicy", "{validationActions: [Audit]}"), 0);
}

#[test]
fn a_policy_that_refuses_nothing_does_not_also_fail_open() {
    let of = |action: &str| {
        let text = format!(
            "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: p}}\nspec: {{validationFailureAction: {action}, failurePolicy: Ignore, rules: [{{name: r, validate: {{message: m}}}}]}}\n"
        );
        findings(check("admission-policy-fails-open"), &text).len()
    };
    assert_eq!((of("Enforce"), of("Audit")), (1, 0));
}

#[test]
fn what_kyverno_adds_is_reckoned_with() {
    let adding = "---\napiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: add}\nspec: {rules: [\
                  {name: deny, generate: {kind: NetworkPolicy, name: default-deny}}, \
                  {name: label, mutate: {patchStrategicMerge: {metadata: {labels: {+(pod-security.kubernetes.io/enforce): baseline}}}}}]}\n";
    for id in ["namespace-without-pod-security", "namespace-without-default-deny-ingress"] {
        let confidence =
            |more: &str| findings(check(id), &[namespace("shop", "").as_str(), more].concat())[0].confidence;
        assert_ne!(confidence(""), Confidence::Low, "{id}");
        assert_eq!(confidence(adding), Confidence::Low, "{id}");
    }
}
