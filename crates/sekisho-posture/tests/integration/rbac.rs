//! What roles grant and whom bindings name: the meaning that the API server's authorizer gives to rules.

use sekisho_finding::{Confidence, Finding, Severity};

use crate::support::findings_of;

const CHECKS: &[&str] = &[
    "all-service-accounts-binding",
    "anonymous-binding",
    "authenticated-binding",
    "bind-roles",
    "cluster-admin-binding",
    "cluster-wide-edit-binding",
    "create-workloads",
    "csr-approval",
    "dangling-role-ref",
    "dangling-subject",
    "default-service-account-binding",
    "delete-events",
    "ephemeral-containers-write",
    "escalate-roles",
    "impersonate",
    "masters-binding",
    "namespace-label-write",
    "network-policy-write",
    "nodes-proxy",
    "persistent-volume-write",
    "pods-attach",
    "pods-exec",
    "pods-portforward",
    "policy-write",
    "read-secrets",
    "role-write",
    "service-status-patch",
    "system-config-map-write",
    "token-creation",
    "unauthenticated-binding",
    "webhook-configuration-write",
    "wildcard-api-groups",
    "wildcard-resources",
    "wildcard-verbs",
];

fn all_findings(text: &str) -> Vec<Finding> {
    findings_of(CHECKS, text)
}

const BINDING: &str = "
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}
subjects: [{kind: ServiceAccount, name: app, namespace: shop}]
";

fn role(kind: &str, rules: &str) -> String {
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: r, namespace: shop}}\nrules: {rules}\n"
    )
}

/// The slugs that a text gives rise to, sorted, the dangling ones left out.
fn slugs(text: &str) -> Vec<String> {
    let mut slugs: Vec<String> = all_findings(text)
        .iter()
        .map(|finding| finding.rule.to_string())
        .filter(|slug| !slug.starts_with("dangling-"))
        .collect();
    slugs.sort();
    slugs
}

fn cluster(rules: &str) -> Vec<String> {
    slugs(&role("ClusterRole", rules))
}

fn one(text: &str, slug: &str) -> Finding {
    let mut found: Vec<Finding> =
        all_findings(text).into_iter().filter(|finding| finding.rule == slug).collect();
    assert_eq!(found.len(), 1, "{slug} in\n{text}");
    found.remove(0)
}

#[test]
fn everything_is_one_finding() {
    let rules = r#"[{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}, {nonResourceURLs: ["*"], verbs: ["*"]},
        {apiGroups: [""], resources: [secrets, pods/exec], verbs: ["*"]}]"#;
    assert_eq!(cluster(rules), ["wildcard-resources"]);
    assert_eq!(one(&role("ClusterRole", rules), "wildcard-resources").severity, Severity::Critical);
    assert_eq!(one(&role("Role", rules), "wildcard-resources").severity, Severity::High);
}

#[test]
fn all_resources_of_one_group_are_one_finding_as_bad_as_the_worst_among_them() {
    let secrets = role("ClusterRole", r#"[{apiGroups: [""], resources: ["*"], verbs: [get, list]}]"#);
    assert_eq!(slugs(&secrets), ["wildcard-resources"]);
    let finding = one(&secrets, "wildcard-resources");
    assert_eq!(finding.severity, Severity::High);
    assert!(finding.message.to_string().contains("`secrets`"), "{}", finding.message);
    let own = role("ClusterRole", r#"[{apiGroups: [example.com], resources: ["*"], verbs: ["*"]}]"#);
    assert_eq!(one(&own, "wildcard-resources").severity, Severity::Low);
}

#[test]
fn a_wildcard_verb_on_named_resources_is_told_beside_what_it_grants() {
    assert_eq!(
        cluster(r#"[{apiGroups: [""], resources: [secrets], verbs: ["*"]}]"#),
        ["read-secrets", "wildcard-verbs"]
    );
    assert_eq!(
        cluster(r#"[{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: ["*"]}]"#),
        ["escalate-roles", "wildcard-verbs"]
    );
}

#[test]
fn resource_names_limit_reading_but_a_list_of_no_names_does_not() {
    let rule = |names: &str| {
        format!(r#"[{{apiGroups: [""], resources: [secrets], verbs: [get, list], resourceNames: {names}}}]"#)
    };
    assert!(cluster(&rule("[a]")).is_empty());
    assert_eq!(cluster(&rule("[]")), ["read-secrets"]);
    assert_eq!(cluster(&rule("null")), ["read-secrets"]);
}

#[test]
fn binding_and_impersonating_by_name_are_fine_unless_the_name_is_everything() {
    let bind = |name: &str| {
        format!(
            "[{{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind], resourceNames: [{name}]}}]"
        )
    };
    assert!(cluster(&bind("tenant")).is_empty());
    assert_eq!(cluster(&bind("cluster-admin")), ["bind-roles"]);
    let act = |name: &str| {
        format!(
            r#"[{{apiGroups: [""], resources: [groups], verbs: [impersonate], resourceNames: ["{name}"]}}]"#
        )
    };
    assert!(cluster(&act("readers")).is_empty());
    assert_eq!(cluster(&act("system:masters")), ["impersonate"]);
}

#[test]
fn subresources_are_named_with_their_parent_or_with_a_star_before_the_slash() {
    let exec = |resource: &str| {
        cluster(&format!(r#"[{{apiGroups: [""], resources: ["{resource}"], verbs: [create]}}]"#))
    };
    assert_eq!(exec("pods/exec"), ["pods-exec"]);
    assert_eq!(exec("*/exec"), ["pods-exec"]);
    // `pods/*` is a name that no resource has, and `pods` is not `pods/exec`.
    assert!(exec("pods/*").is_empty());
    assert_eq!(exec("pods"), ["create-workloads"]);
}

#[test]
fn groups_and_verbs_are_compared_as_they_are_written() {
    for rule in [
        "{apiGroups: [v1], resources: [secrets], verbs: [get]}",
        "{apiGroups: [core], resources: [secrets], verbs: [get]}",
        "{apiGroups: [''], resources: [secret], verbs: [get]}",
        "{apiGroups: [''], resources: [secrets], verbs: [GET]}",
        "{resources: [secrets], verbs: [get]}",
        "{apiGroups: [], resources: [secrets], verbs: [get]}",
        "{apiGroups: [''], resources: [secrets]}",
        "{apiGroups: '', resources: secrets, verbs: get}",
        "{apiGroups: [apps], resources: [pods], verbs: [create]}",
    ] {
        assert!(cluster(&format!("[{rule}]")).is_empty(), "{rule}");
    }
    assert_eq!(
        cluster("[{apiGroups: [apps, ''], resources: [secrets], verbs: [delete, watch]}]"),
        ["read-secrets"]
    );
}

#[test]
fn a_namespace_grants_nothing_of_the_cluster() {
    for rule in [
        "{apiGroups: [''], resources: [nodes/proxy], verbs: [get]}",
        "{apiGroups: [''], resources: [persistentvolumes], verbs: [create]}",
        "{apiGroups: [admissionregistration.k8s.io], resources: [validatingwebhookconfigurations], verbs: [patch]}",
        "{apiGroups: [''], resources: [users, groups], verbs: [impersonate]}",
        "{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}",
    ] {
        assert!(slugs(&role("Role", &format!("[{rule}]"))).is_empty(), "{rule}");
        assert_eq!(cluster(&format!("[{rule}]")).len(), 1, "{rule}");
    }
    // The object of a namespace counts as part of it.
    let own = role("Role", "[{apiGroups: [''], resources: [namespaces], verbs: [patch]}]");
    assert_eq!(slugs(&own), ["namespace-label-write"]);
}

#[test]
fn reach_and_holders_decide_how_bad_and_how_sure() {
    let rules = "[{apiGroups: [''], resources: [secrets], verbs: [list]}]";
    let unbound = one(&role("ClusterRole", rules), "read-secrets");
    assert_eq!((unbound.severity, unbound.confidence), (Severity::High, Confidence::Medium));
    let bound = one(&(role("ClusterRole", rules) + BINDING), "read-secrets");
    assert_eq!((bound.severity, bound.confidence), (Severity::High, Confidence::High));
    assert_eq!(bound.related.len(), 1);
    let narrow =
        BINDING.replace("ClusterRoleBinding", "RoleBinding").replace("name: b", "name: b, namespace: shop");
    let narrow = one(&(role("ClusterRole", rules) + &narrow), "read-secrets");
    assert_eq!((narrow.severity, narrow.confidence), (Severity::Medium, Confidence::High));
    let nobody = BINDING.replace("[{kind: ServiceAccount, name: app, namespace: shop}]", "[]");
    assert_eq!(one(&(role("ClusterRole", rules) + &nobody), "read-secrets").confidence, Confidence::Medium);
    let system = role("Role", rules).replace("namespace: shop", "namespace: kube-system");
    assert_eq!(one(&system, "read-secrets").severity, Severity::High);
}

#[test]
fn one_power_in_several_rules_is_one_finding() {
    let text = role(
        "ClusterRole",
        "[{apiGroups: [apps], resources: [deployments], verbs: [create]}, {apiGroups: [batch], resources: [jobs], verbs: [create]}]",
    );
    let finding = one(&text, "create-workloads");
    assert_eq!(finding.related.len(), 1);
    assert_eq!(finding.location.field.to_string(), "rules[0].verbs[0]");
}

#[test]
fn a_finding_points_at_the_item_that_makes_it() {
    let at = |rules: &str, slug: &str| one(&role("ClusterRole", rules), slug).location.field.to_string();
    assert_eq!(
        at("[{apiGroups: [''], resources: [configmaps, secrets], verbs: [get]}]", "read-secrets"),
        "rules[0].resources[1]"
    );
    assert_eq!(
        at(
            "[{apiGroups: [''], resources: [namespaces], verbs: [get, list, patch]}]",
            "namespace-label-write"
        ),
        "rules[0].verbs[2]"
    );
    assert_eq!(
        at("[{apiGroups: [apps, '*'], resources: [x], verbs: [get]}]", "wildcard-api-groups"),
        "rules[0].apiGroups[1]"
    );
}

#[test]
fn rules_that_a_controller_overwrites_do_not_count() {
    let text = role("ClusterRole", "[{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]")
        + "aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}\n";
    assert!(slugs(&text).is_empty());
    let null = role("ClusterRole", "[{apiGroups: [''], resources: [secrets], verbs: [get]}]")
        + "aggregationRule: null\n";
    assert_eq!(slugs(&null), ["read-secrets"]);
}

#[test]
fn kubernetes_own_roles_are_exempt_by_name_and_label_together() {
    let text = |name: &str, label: &str| {
        role("ClusterRole", "[{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]").replace(
            "{name: r, namespace: shop}",
            &format!("{{name: '{name}', labels: {{kubernetes.io/bootstrapping: {label}}}}}"),
        )
    };
    assert!(slugs(&text("cluster-admin", "rbac-defaults")).is_empty());
    assert!(slugs(&text("system:controller:x", "rbac-defaults")).is_empty());
    assert_eq!(slugs(&text("mine", "rbac-defaults")), ["wildcard-resources"]);
    assert_eq!(slugs(&text("cluster-admin", "other")), ["wildcard-resources"]);
}

#[test]
fn approval_needs_a_signer_whose_certificates_are_trusted() {
    let rules = |signers: &str| {
        cluster(&format!(
            "[{{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}}{signers}]"
        ))
    };
    let signer = |names: &str| {
        format!(", {{apiGroups: [certificates.k8s.io], resources: [signers], verbs: [approve]{names}}}")
    };
    assert_eq!(rules(""), ["csr-approval"]);
    assert_eq!(rules(&signer("")), ["csr-approval"]);
    assert_eq!(rules(&signer(", resourceNames: [kubernetes.io/kube-apiserver-client]")), ["csr-approval"]);
    assert!(rules(&signer(", resourceNames: ['issuers.cert-manager.io/*']")).is_empty());
    assert!(rules(&signer(", resourceNames: [kubernetes.io/kubelet-serving]")).is_empty());
}

#[test]
fn a_constraint_of_any_kind_is_a_policy() {
    assert_eq!(
        cluster(
            "[{apiGroups: [constraints.gatekeeper.sh], resources: [k8srequiredlabels], verbs: [delete]}]"
        ),
        ["policy-write"]
    );
    assert!(cluster("[{apiGroups: [constraints.gatekeeper.sh], resources: [k8srequiredlabels/status], verbs: [update]}]").is_empty());
    assert!(cluster("[{apiGroups: ['*'], resources: ['*/finalizers'], verbs: [update]}]").is_empty());
}

fn binding(kind: &str, role: &str, subject: &str) -> Vec<String> {
    slugs(&format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: b, namespace: shop}}\nroleRef: {role}\nsubjects: [{subject}]\n"
    ))
}

const VIEW: &str = "{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}";

#[test]
fn a_group_is_a_group_and_a_user_is_a_user() {
    let both = |kind: &str, name: &str| {
        binding("ClusterRoleBinding", VIEW, &format!("{{kind: {kind}, name: '{name}'}}"))
    };
    assert_eq!(both("User", "system:anonymous"), ["anonymous-binding"]);
    assert!(both("Group", "system:anonymous").is_empty());
    assert_eq!(both("Group", "system:unauthenticated"), ["unauthenticated-binding"]);
    assert!(both("User", "system:unauthenticated").is_empty());
    assert_eq!(both("Group", "system:authenticated"), ["authenticated-binding"]);
    assert_eq!(both("Group", "system:masters"), ["masters-binding"]);
    assert_eq!(both("Group", "system:serviceaccounts"), ["all-service-accounts-binding"]);
    assert_eq!(both("Group", "system:serviceaccounts:shop"), ["all-service-accounts-binding"]);
    assert_eq!(both("User", "system:serviceaccount:shop:default"), ["default-service-account-binding"]);
    assert!(both("User", "system:serviceaccount:shop:app").is_empty());
    // A ClusterRoleBinding has no namespace to lend.
    assert!(both("ServiceAccount", "default").is_empty());
    // A subject of another group is refused by the API server.
    assert!(
        binding("ClusterRoleBinding", VIEW, "{kind: Group, name: system:masters, apiGroup: example.com}")
            .is_empty()
    );
}

#[test]
fn a_role_binding_lends_its_namespace_to_service_accounts() {
    assert_eq!(
        binding("RoleBinding", VIEW, "{kind: ServiceAccount, name: default}"),
        ["default-service-account-binding"]
    );
    let finding = one(
        &format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: b}}\nroleRef: {VIEW}\nsubjects: [{{kind: ServiceAccount, name: default}}]\n"
        ),
        "default-service-account-binding",
    );
    assert!(finding.message.to_string().contains("`default`"), "{}", finding.message);
}

#[test]
fn public_roles_may_be_bound_to_all() {
    let public = |name: &str, group: &str| {
        binding(
            "ClusterRoleBinding",
            &format!("{{kind: ClusterRole, name: '{name}'}}"),
            &format!("{{kind: Group, name: '{group}'}}"),
        )
    };
    assert!(public("system:public-info-viewer", "system:unauthenticated").is_empty());
    assert!(public("system:discovery", "system:authenticated").is_empty());
    assert_eq!(public("system:discovery", "system:unauthenticated"), ["unauthenticated-binding"]);
    assert!(public("system:service-account-issuer-discovery", "system:serviceaccounts").is_empty());
}

#[test]
fn cluster_admin_is_a_cluster_role_bound_to_someone() {
    let admin =
        |kind: &str| format!("{{apiGroup: rbac.authorization.k8s.io, kind: {kind}, name: cluster-admin}}");
    let user = "{kind: User, name: jane}";
    assert_eq!(binding("ClusterRoleBinding", &admin("ClusterRole"), user), ["cluster-admin-binding"]);
    assert_eq!(binding("RoleBinding", &admin("ClusterRole"), user), ["cluster-admin-binding"]);
    assert!(binding("RoleBinding", &admin("Role"), user).is_empty());
    assert!(binding("ClusterRoleBinding", &admin("ClusterRole"), "").is_empty());
    assert_eq!(
        binding("ClusterRoleBinding", &admin("ClusterRole"), "{kind: Group, name: system:masters}"),
        ["masters-binding"]
    );
}

#[test]
fn references_lead_somewhere() {
    let found = |text: &str| {
        let mut found: Vec<String> =
            all_findings(text).iter().map(|finding| finding.rule.to_string()).collect();
        found.retain(|slug| slug.starts_with("dangling-"));
        found
    };
    let role_and = |name: &str, namespace: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: r, namespace: shop}}\n---\n\
             apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: app, namespace: shop}}\n---\n\
             apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: b, namespace: {namespace}}}\n\
             roleRef: {{kind: Role, name: r}}\nsubjects: [{{kind: ServiceAccount, name: {name}, namespace: shop}}]\n"
        )
    };
    assert!(found(&role_and("app", "shop")).is_empty());
    assert_eq!(found(&role_and("app", "elsewhere")), ["dangling-role-ref"]);
    assert_eq!(found(&role_and("ap", "shop")), ["dangling-subject"]);
    assert!(found(&role_and("default", "shop")).is_empty());
}

#[test]
fn wrong_types_harm_nobody() {
    for text in [
        role("ClusterRole", "{}"),
        role("ClusterRole", "[null, 1, text, [], {verbs: {}, resources: 1, apiGroups: null}]"),
        role("ClusterRole", "[{apiGroups: [1, null], resources: [true, {}], verbs: [[]]}]"),
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: []\nroleRef: 1\nsubjects: {a: b}\n".to_owned(),
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nroleRef: {kind: [], name: {}}\nsubjects: [1, {kind: User}, {name: []}]\n".to_owned(),
    ] {
        assert!(slugs(&text).is_empty(), "{text}");
    }
}
