//! Which requests a rule concerns.

use sekisho_kyverno::matching::{Kind, KindSelector, Operation, User};
use sekisho_kyverno::rule::Request;

use super::{policy, results, value};

/// Whether a rule with this `match` (and the rest of the rule behind it) concerns a request.
fn concerns(filter: &str, request: &Request) -> bool {
    let policy = policy(&format!(
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {{name: p}}\nspec:\n  background: false\n  rules:\n  - name: r\n    \
         match: {filter}\n    validate: {{message: m, deny: {{}}}}\n"
    ));
    results(&policy, request).iter().any(|result| result.rule == "r")
}

fn object(text: &str) -> Request {
    Request::create(value(text))
}

fn pod() -> Request {
    object(
        "{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop, labels: {app: web, tier: front}, \
         annotations: {owner: team-a}}}",
    )
}

#[test]
fn kinds_are_written_in_many_ways() {
    let deployment = object("{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}");
    let rows = [
        ("Deployment", true),
        ("apps/v1/Deployment", true),
        ("apps/*/Deployment", true),
        ("v1/Deployment", true),
        ("*/Deployment", true),
        ("*", true),
        ("*/*", true),
        ("Deploy*", true),
        ("batch/v1/Deployment", false),
        ("apps/v2/Deployment", false),
        ("deployment", false),
        ("Deployment/scale", false),
        ("Deployment.scale", false),
    ];
    for (kind, wanted) in rows {
        assert_eq!(
            concerns(&format!("{{any: [{{resources: {{kinds: ['{kind}']}}}}]}}"), &deployment),
            wanted,
            "{kind}"
        );
    }
}

#[test]
fn subresources_are_selected_by_name() {
    let exec = Request { subresource: "exec".into(), ..pod() };
    let status = Request { subresource: "status".into(), ..pod() };
    let ephemeral = Request { subresource: "ephemeralcontainers".into(), ..pod() };
    let rows = [
        ("Pod/exec", &exec, true),
        ("Pod", &exec, false),
        ("v1/Pod.status", &status, true),
        ("*/*", &exec, true),
        ("Pod/*", &exec, true),
        ("Pod", &ephemeral, true),
    ];
    for (kind, request, wanted) in rows {
        assert_eq!(
            concerns(&format!("{{any: [{{resources: {{kinds: ['{kind}']}}}}]}}"), request),
            wanted,
            "{kind}"
        );
    }
    assert_eq!(KindSelector::parse("a/b/c/d/e").kind(), "");
}

#[test]
fn everything_in_a_block_must_hold() {
    let rows = [
        ("{kinds: [Pod], names: ['web-*']}", true),
        ("{kinds: [Pod], names: ['db-*', 'web-?']}", true),
        ("{kinds: [Pod], name: 'db-*'}", false),
        ("{kinds: [Pod], namespaces: [shop, bank]}", true),
        ("{kinds: [Pod], namespaces: ['b*']}", false),
        ("{kinds: [Pod], annotations: {owner: 'team-*'}}", true),
        ("{kinds: [Pod], annotations: {owner: other}}", false),
        ("{kinds: [Pod], selector: {matchLabels: {app: web}}}", true),
        ("{kinds: [Pod], selector: {matchLabels: {'a*': 'w?b'}}}", true),
        ("{kinds: [Pod], selector: {matchLabels: {app: db}}}", false),
        ("{kinds: [Pod], selector: {matchExpressions: [{key: tier, operator: In, values: [front]}]}}", true),
        ("{kinds: [Pod], selector: {matchExpressions: [{key: tier, operator: DoesNotExist}]}}", false),
        ("{kinds: [Pod], operations: [CREATE]}", true),
        ("{kinds: [Pod], operations: [DELETE]}", false),
    ];
    for (resources, wanted) in rows {
        assert_eq!(
            concerns(&format!("{{any: [{{resources: {resources}}}]}}"), &pod()),
            wanted,
            "{resources}"
        );
        assert_eq!(concerns(&format!("{{resources: {resources}}}"), &pod()), wanted, "old form: {resources}");
        let excluded = format!(
            "{{any: [{{resources: {{kinds: [Pod]}}}}]}}\n    exclude: {{any: [{{resources: {resources}}}]}}"
        );
        assert_eq!(concerns(&excluded, &pod()), !wanted, "excluded: {resources}");
    }
}

#[test]
fn all_blocks_must_hold_where_all_is_written() {
    let both = "{all: [{resources: {kinds: [Pod]}}, {resources: {names: ['web-*']}}]}";
    let one = "{all: [{resources: {kinds: [Pod]}}, {resources: {names: ['db-*']}}]}";
    assert!(concerns(both, &pod()));
    assert!(!concerns(one, &pod()));
}

#[test]
fn labels_of_the_namespace_count() {
    let filter =
        "{any: [{resources: {kinds: [Pod, Namespace], namespaceSelector: {matchLabels: {env: prod}}}}]}";
    let labelled = Request { namespace_labels: Some(value("{env: prod}")), ..pod() };
    assert!(concerns(filter, &labelled));
    assert!(!concerns(filter, &pod()));
    let namespace = object("{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {env: prod}}}");
    assert!(!concerns(filter, &namespace));
}

#[test]
fn users_count_where_they_are_known() {
    let filter = "{any: [{resources: {kinds: [Pod]}, subjects: [{kind: Group, name: 'dev*'}, \
                  {kind: ServiceAccount, name: bot, namespace: ci}], clusterRoles: [edit]}]}";
    let known = |name: &str, groups: &[&str], role: &str| Request {
        user: Some(User {
            name: name.into(),
            groups: groups.iter().map(|group| (*group).into()).collect(),
            cluster_roles: vec![role.into()],
            ..User::default()
        }),
        ..pod()
    };
    assert!(concerns(filter, &pod()));
    assert!(concerns(filter, &known("ann", &["devs"], "edit")));
    assert!(concerns(filter, &known("system:serviceaccount:ci:bot", &[], "edit")));
    assert!(!concerns(filter, &known("ann", &["devs"], "view")));
    assert!(!concerns(filter, &known("ann", &["ops"], "edit")));
}

#[test]
fn a_policy_of_a_namespace_stays_there() {
    let policy = policy(
        "{apiVersion: kyverno.io/v1, kind: Policy, metadata: {name: p, namespace: shop}, spec: {rules: [{name: r, \
         match: {any: [{resources: {kinds: [Pod]}}]}, validate: {message: m, deny: {}}}]}}",
    );
    assert_eq!(results(&policy, &pod()).len(), 1);
    let elsewhere = object("{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: bank}}");
    assert!(results(&policy, &elsewhere).is_empty());
}

#[test]
fn what_is_deleted_is_looked_at_as_it_was() {
    let old = value("{apiVersion: v1, kind: Pod, metadata: {name: web-1, namespace: shop}}");
    let request = Request {
        kind: Kind::of(&old),
        old_object: Some(old),
        operation: Operation::Delete,
        ..Request::default()
    };
    assert!(concerns("{any: [{resources: {kinds: [Pod], operations: [DELETE]}}]}", &request));
}
