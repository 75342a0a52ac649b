//! The smallest roles.

use sekisho_access::{Economy, Identity, least};
use sekisho_manifest::to_yaml;
use serde_json::Value;

use super::{WEB, usage, web};

fn rules(lines: &str) -> Vec<(String, Vec<Value>)> {
    rules_with(lines, &Economy::default())
}

fn rules_with(lines: &str, economy: &Economy) -> Vec<(String, Vec<Value>)> {
    let usage = usage(lines);
    let roles = least(&web(), usage.of(&web()).unwrap(), economy).roles;
    roles
        .iter()
        .map(|role| {
            let namespace = role.namespace.as_deref().unwrap_or("*").to_owned();
            (namespace, role.rules.iter().map(sekisho_access::RoleRule::to_json).collect())
        })
        .collect()
}

fn shown(lines: &str) -> Vec<String> {
    let scopes = rules(lines);
    scopes
        .into_iter()
        .flat_map(|(namespace, rules)| rules.into_iter().map(move |rule| format!("{namespace} {rule}")))
        .collect()
}

#[test]
fn verbs_and_resources_are_joined() {
    let found = shown(&format!(
        "{WEB} list pods shop/
         {WEB} watch pods shop/
         {WEB} list services shop/
         {WEB} watch services shop/
         {WEB} list deployments.apps shop/
         {WEB} get pods/log shop/a-1-abcde"
    ));
    assert_eq!(
        found,
        [
            r#"shop {"apiGroups":[""],"resources":["pods/log"],"verbs":["get"]}"#,
            r#"shop {"apiGroups":[""],"resources":["pods","services"],"verbs":["list","watch"]}"#,
            r#"shop {"apiGroups":["apps"],"resources":["deployments"],"verbs":["list"]}"#,
        ]
    );
}

#[test]
fn few_names_are_named() {
    let few = shown(&format!(
        "{WEB} get configmaps shop/a
         {WEB} get configmaps shop/b
         {WEB} update configmaps shop/a
         {WEB} create configmaps shop/c"
    ));
    assert_eq!(
        few,
        [
            r#"shop {"apiGroups":[""],"resources":["configmaps"],"verbs":["create"]}"#,
            r#"shop {"apiGroups":[""],"resourceNames":["a","b"],"resources":["configmaps"],"verbs":["get"]}"#,
            r#"shop {"apiGroups":[""],"resourceNames":["a"],"resources":["configmaps"],"verbs":["update"]}"#,
        ]
    );
    let line = |number: i32| format!("{WEB} get configmaps shop/c{number}x\n");
    let many = (0..6).map(line).collect::<Vec<_>>().concat();
    assert_eq!(shown(&many), [r#"shop {"apiGroups":[""],"resources":["configmaps"],"verbs":["get"]}"#]);
    let all = (0..500).map(line).collect::<Vec<_>>().concat();
    assert_eq!(shown(&all), [r#"shop {"apiGroups":[""],"resources":["configmaps"],"verbs":["get"]}"#]);
}

#[test]
fn names_that_will_not_come_again_are_not_named() {
    for name in ["web-7f9c4-x2x4z", "web-abcde"] {
        let found = shown(&format!("{WEB} get pods shop/{name}"));
        assert_eq!(found, [r#"shop {"apiGroups":[""],"resources":["pods"],"verbs":["get"]}"#], "{name}");
    }
    let kept = shown(&format!("{WEB} get pods shop/db-0"));
    assert_eq!(
        kept,
        [r#"shop {"apiGroups":[""],"resourceNames":["db-0"],"resources":["pods"],"verbs":["get"]}"#]
    );
    let job = shown(&format!("{WEB} get jobs.batch shop/import-x2x4z"));
    assert_eq!(job, [r#"shop {"apiGroups":["batch"],"resources":["jobs"],"verbs":["get"]}"#]);
}

#[test]
fn namespaces_and_the_cluster() {
    let found = shown(&format!(
        "{WEB} list pods
         {WEB} list pods shop/
         {WEB} get pods shop/db-0
         {WEB} get nodes n1
         {WEB} get /metrics
         {WEB} get /debug/x"
    ));
    assert_eq!(
        found,
        [
            r#"* {"apiGroups":[""],"resourceNames":["n1"],"resources":["nodes"],"verbs":["get"]}"#,
            r#"* {"apiGroups":[""],"resources":["pods"],"verbs":["list"]}"#,
            r#"* {"nonResourceURLs":["/debug/x","/metrics"],"verbs":["get"]}"#,
            r#"shop {"apiGroups":[""],"resourceNames":["db-0"],"resources":["pods"],"verbs":["get"]}"#,
        ]
    );
}

#[test]
fn what_everyone_may_and_what_was_refused_is_left_out() {
    let lines = format!(
        "{WEB} get /api/v1
         {WEB} get /version
         {WEB} create selfsubjectaccessreviews.authorization.k8s.io
         {WEB} list secrets shop/ 403
         {WEB} get pods shop/db-0 404"
    );
    assert_eq!(shown(&lines).len(), 1);
    let economy = Economy { everyones: true, ..Economy::default() };
    assert_eq!(rules_with(&lines, &economy).len(), 2);
    let usage = usage(&lines);
    let refused: Vec<_> = usage.of(&web()).unwrap().refused.keys().map(ToString::to_string).collect();
    assert_eq!(refused, ["list secrets in shop"]);
}

#[test]
fn making_by_changing_needs_both() {
    let found = shown(&format!("{WEB} patch configmaps shop/a 201"));
    assert_eq!(
        found,
        [
            r#"shop {"apiGroups":[""],"resourceNames":["a"],"resources":["configmaps"],"verbs":["create","patch"]}"#
        ]
    );
}

#[test]
fn asking_for_others_needs_to_be_allowed() {
    let event = r#"{"kind":"Event","stage":"ResponseComplete","stageTimestamp":"2026-01-02T03:04:05Z","verb":"list",
        "user":{"username":"jane","groups":["system:authenticated"]},
        "impersonatedUser":{"username":"system:serviceaccount:shop:web","groups":["system:serviceaccounts","ops","system:authenticated"]},
        "objectRef":{"resource":"pods","namespace":"shop"},"responseStatus":{"code":200}}"#;
    let usage = super::log(&event.replace('\n', ""));
    let jane = Identity::of("jane");
    let asked: Vec<_> = usage.of(&jane).unwrap().questions().map(|asked| asked.to_string()).collect();
    assert_eq!(asked, ["impersonate groups ops", "impersonate serviceaccounts web in shop"]);
    let web: Vec<_> = usage.of(&web()).unwrap().questions().map(|asked| asked.to_string()).collect();
    assert_eq!(web, ["list pods in shop"]);
}

#[test]
fn manifests() {
    let usage = usage(&format!("{WEB} list pods shop/\njane@example.com list nodes"));
    let of = |identity: &Identity| {
        let roles = least(identity, usage.of(identity).unwrap(), &Economy::default());
        roles.manifests().iter().map(to_yaml).collect::<Vec<_>>().join("---\n")
    };
    let web = of(&web());
    assert!(
        web.contains("kind: Role\n")
            && web.contains("name: least:shop:web")
            && web.contains("kind: RoleBinding")
    );
    assert!(web.contains("kind: ServiceAccount"), "{web}");
    let jane = of(&Identity::of("jane@example.com"));
    assert!(jane.contains("kind: ClusterRole\n") && jane.contains("name: jane@example.com"), "{jane}");
}
