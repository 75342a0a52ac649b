//! Whole clusters, small ones: what is kept of them and what is said of the rest.

use std::path::Path;

use sekisho_cluster::{Connection, Extent, Options, Survey, survey};

use crate::server::{Answer, access, serve};

/// Kinds as aggregated discovery tells them: group, plural and kind.
fn kinds(all: &[(&str, &str, &str)]) -> Answer {
    let items: Vec<String> = all
        .iter()
        .map(|(group, plural, kind)| {
            format!(
                r#"{{"metadata":{{"name":"{group}"}},"versions":[{{"version":"v1","resources":[{{"resource":"{plural}",
                    "responseKind":{{"kind":"{kind}"}},"scope":"Namespaced","verbs":["list"]}}]}}]}}"#
            )
        })
        .collect();
    ok(format!(r#"{{"kind":"APIGroupDiscoveryList","items":[{}]}}"#, items.join(",")))
}

fn ok(body: impl Into<String>) -> Answer {
    (200, "", body.into())
}

fn list(items: &[String], next: &str) -> Answer {
    ok(format!(r#"{{"metadata":{{"continue":"{next}"}},"items":[{}]}}"#, items.join(",")))
}

fn run(mut answers: Vec<Answer>) -> Survey {
    answers.insert(0, ok(r#"{"minor":"36+"}"#));
    let (address, _) = serve(answers);
    let connection = Connection::new(&access(&address, "{}", Path::new(".")), &Options::default());
    survey(&connection.expect("a connection"), &Extent::default()).expect("a survey")
}

fn object(name: &str, owner: &str, spec: &str) -> String {
    let owner = if owner.is_empty() {
        String::new()
    } else {
        format!(r#""ownerReferences":[{{"controller":true,"uid":"{owner}"}}],"#)
    };
    format!(r#"{{"metadata":{{{owner}"name":"{name}","namespace":"shop","uid":"{name}"}},"spec":{spec}}}"#)
}

const PLAIN: &str = r#"{"containers":[{"name":"web","image":"web:1"}]}"#;
/// As the API server writes it of the plain one.
const RUNNING: &str = r#"{"nodeName":"n","serviceAccountName":"default","serviceAccount":"default","priority":0,
    "tolerations":[{"key":"node.kubernetes.io/not-ready"}],"volumes":[{"name":"kube-api-access-x7","projected":{}}],
    "containers":[{"name":"web","image":"web:1","volumeMounts":[{"name":"kube-api-access-x7","mountPath":"/t"}],
    "resources":{}}]}"#;
const INJECTED: &str =
    r#"{"containers":[{"name":"web","image":"web:1"},{"name":"proxy","image":"proxy:1"}]}"#;

fn template(spec: &str) -> String {
    format!(r#"{{"template":{{"spec":{spec}}}}}"#)
}

fn places(found: &Survey) -> Vec<(&str, Option<String>)> {
    let owner = |one: &sekisho_cluster::Surveyed| {
        one.owner.as_ref().map(|owner| format!("{} {}", owner.kind, owner.name))
    };
    found.objects.iter().map(|one| (one.place.as_str(), owner(one))).collect()
}

#[test]
fn a_pod_stands_for_all_that_are_like_it() {
    let found = run(vec![
        kinds(&[("", "pods", "Pod")]),
        kinds(&[("apps", "replicasets", "ReplicaSet"), ("apps", "deployments", "Deployment")]),
        list(&[object("web", "", &template(PLAIN))], ""),
        list(&[object("web-1", "web", &template(PLAIN)), object("web-0", "web", &template(INJECTED))], ""),
        list(
            &[
                object("web-1-a", "web-1", RUNNING),
                object("web-1-b", "web-1", RUNNING),
                object("web-1-c", "web-1", INJECTED),
                object("web-1-d", "web-1", INJECTED),
                object("alone", "", PLAIN),
                object("orphan", "gone", PLAIN),
            ],
            "",
        ),
    ]);
    let of_web = Some("Deployment web".to_owned());
    assert_eq!(
        places(&found),
        [
            ("shop/deployments.apps/web", None),
            ("shop/pods/web-1-c", of_web),
            ("shop/pods/alone", None),
            ("shop/pods/orphan", None),
        ]
    );
    assert_eq!((found.read, found.kinds, found.minor), (9, 3, Some(36)));
}

#[test]
fn a_list_that_is_begun_anew_forgets_what_it_gave() {
    let pods = || list(&[object("web-1-c", "web", INJECTED)], "more");
    let found = run(vec![
        kinds(&[("", "pods", "Pod")]),
        kinds(&[("apps", "deployments", "Deployment")]),
        list(&[object("web", "", &template(PLAIN))], ""),
        pods(),
        (410, "", r#"{"kind":"Status","code":410}"#.to_owned()),
        list(&[object("web-1-c", "web", INJECTED)], ""),
    ]);
    assert_eq!(found.objects.len(), 2, "{:?}", places(&found));
    assert_eq!(found.read, 2);
}

#[test]
fn what_is_refused_is_said_and_the_rest_is_read() {
    let refused = r#"{"kind":"Status","code":403,"message":"no"}"#;
    let found = run(vec![
        kinds(&[("", "secrets", "Secret"), ("", "configmaps", "ConfigMap")]),
        kinds(&[("metrics.k8s.io", "pods", "PodMetrics"), ("example.com", "things", "Thing")]),
        (403, "", refused.to_owned()),
        list(&[object("settings", "", "{}")], ""),
        (404, "", String::new()),
    ]);
    assert_eq!(places(&found), [("shop/configmaps/settings", None)]);
    let unread: Vec<_> = found.unread.iter().map(|one| (one.what.as_str(), one.why.as_str())).collect();
    let rule = "the cluster refuses to list them; it takes a role with `apiGroups: [\"\"], resources: [secrets], verbs: \
                [list]`";
    assert_eq!(unread, [("secrets", rule)]);
}

#[test]
fn bookkeeping_credentials_and_state_are_left_out() {
    let secret = r#"{"metadata":{"name":"db","namespace":"shop","annotations":{"a":"b",
        "kubectl.kubernetes.io/last-applied-configuration":"s3cr3t"},"managedFields":[
        {"apiVersion":"v1","manager":"kubectl","fieldsV1":{"f:data":{}}},
        {"apiVersion":"v1beta1","manager":"old","time":"2026-01-01T00:00:00Z","fieldsV1":{"f:data":{}}}]},
        "type":"Opaque","data":{"password":"czNjcjN0"},"status":{"phase":"x"}}"#;
    let found = run(vec![kinds(&[("", "secrets", "Secret")]), kinds(&[]), list(&[secret.to_owned()], "")]);
    let expected = "\
apiVersion: v1
kind: Secret
metadata:
  annotations:
    a: b
  managedFields:
  - apiVersion: v1beta1
    manager: old
  name: db
  namespace: shop
type: Opaque
";
    assert_eq!(found.objects.first().map(|one| one.text.as_str()), Some(expected));
}

#[test]
fn what_is_no_object_is_said() {
    let items = ["7".to_owned(), object("settings", "", "{}"), r#"{"spec":1e999}"#.to_owned()];
    let found = run(vec![kinds(&[("", "configmaps", "ConfigMap")]), kinds(&[]), list(&items, "")]);
    assert_eq!(places(&found), [("shop/configmaps/settings", None)]);
    assert_eq!(
        found.unread.first().map(|unread| unread.why.as_str()),
        Some("2 objects of the list are none")
    );
}

#[test]
fn there_is_room_for_so_much_and_no_more() {
    let things: Vec<String> = (0..100).map(|number| object(&format!("thing-{number}"), "", "{}")).collect();
    let answers = vec![
        ok(r#"{"minor":"36"}"#),
        kinds(&[("", "configmaps", "ConfigMap")]),
        kinds(&[]),
        list(&things, ""),
    ];
    let (address, _) = serve(answers);
    let connection = Connection::new(&access(&address, "{}", Path::new(".")), &Options::default());
    let extent = Extent { bytes: 1 << 10, ..Extent::default() };
    let found = survey(&connection.expect("a connection"), &extent).expect("a survey");
    assert!(found.objects.len() < 20 && !found.objects.is_empty());
    assert_eq!(found.unread.first().map(|unread| unread.what.as_str()), Some("configmaps"));
}
