//! `sekisho scan cluster` against a real API server.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ApiServer, alone, beside_others, files, objects, wait};
use crate::command::{Ran, Workbench};

/// Scans the cluster of the tests.
fn scan(arguments: &[&str]) -> Ran {
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let mut all =
        vec!["scan", "cluster", "--kubeconfig", &kubeconfig, "--format", "json", "--fail-on", "none"];
    all.extend(arguments);
    Workbench::new().run(&all)
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err))
}

/// The findings of a report, as rule, object, container and message.
fn findings(report: &Value) -> BTreeSet<(String, String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let all = report["findings"].as_array().expect("findings");
    all.iter()
        .map(|finding| {
            let object = &finding["object"];
            let name =
                format!("{} {}/{}", text(&object["kind"]), text(&object["namespace"]), text(&object["name"]));
            (text(&finding["rule"]), name, text(&finding["container"]), text(&finding["message"]))
        })
        .collect()
}

/// Waits until the ReplicaSets of a namespace have made their Pods.
fn settle(server: &ApiServer, namespace: &str, pods: usize) {
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    wait("the Pods are there", || {
        let list = server.connection.get(&path).expect("Pods");
        (list.get("items")?.items().len() >= pods).then_some(())
    });
}

#[test]
fn a_cluster_is_scanned_on_the_api_server_as_its_files_are() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    let mut text = String::new();
    for folder in ["data", "operations", "platform", "store"] {
        for path in files(&format!("examples/shop/{folder}"), ".yaml") {
            text += &std::fs::read_to_string(path).expect("a manifest");
            text += "\n---\n";
        }
    }
    // One of them is written for a version that no server has any more.
    let text = text.replace("batch/v1beta1", "batch/v1");
    let all = objects(&text);
    for object in all.iter().filter(|object| object.kind == "Namespace") {
        server.create(object, "");
    }
    for object in all.iter().filter(|object| object.kind != "Namespace") {
        let mut root = object.root.to_json();
        // What `kubectl apply` leaves behind repeats every value, those of credentials too.
        let applied = root.to_string();
        root["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = applied.into();
        let made = objects(&root.to_string()).pop().expect("an object");
        server.create(&made, "default");
    }
    settle(&server, "shop", 8);
    let bench = Workbench::new();
    bench.file("shop.yaml", &text);
    // What stands in its place in a cluster is not told there.
    let without =
        ["--without", "secret-in-manifest", "--without", "leaked-credential", "--kubernetes-version", "1.36"];
    let of_files =
        bench.run(&[&["scan", "shop.yaml", "--format", "json", "--fail-on", "none"], &without[..]].concat());
    let (of_files, of_cluster) = (findings(&report(&of_files)), findings(&report(&scan(&[]))));
    for object in all.iter().rev() {
        let path = format!("{}/{}", server.path(object, "default"), object.name);
        let _ = server.connection.delete(&path);
    }
    let names: BTreeSet<String> = all
        .iter()
        .map(|object| {
            format!("{} {}/{}", object.kind, object.namespace.as_deref().unwrap_or(""), object.name)
        })
        .collect();
    let of_cluster: BTreeSet<_> =
        of_cluster.into_iter().filter(|(_, name, ..)| names.contains(name)).collect();
    println!("{} findings in files, {} in the cluster", of_files.len(), of_cluster.len());
    let missing: Vec<_> = of_files.difference(&of_cluster).collect();
    let more: Vec<_> = of_cluster.difference(&of_files).collect();
    assert!(
        missing.is_empty() && more.is_empty(),
        "only in files: {missing:#?}\nonly in the cluster: {more:#?}"
    );
}

const TWINS: &str = "
apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers:
      - {name: web, image: registry.example.com/web:1, resources: {limits: {memory: 64Mi, cpu: 1}}, securityContext: {privileged: true}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: '0 4 * * *'
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: registry.example.com/report:1}]}}}}
";

#[test]
fn pods_on_the_api_server_belong_to_what_made_them() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    server.namespace("twins", &[]);
    for object in objects(TWINS) {
        server.create(&object, "twins");
    }
    settle(&server, "twins", 4);
    let of = |report: &Value| -> Vec<(String, String, String)> {
        let found = findings(report).into_iter();
        let kinds = ["Pod", "ReplicaSet", "Deployment", "Job", "CronJob"];
        found
            .filter(|(_, name, ..)| kinds.iter().any(|kind| name.starts_with(&format!("{kind} "))))
            .filter(|(rule, ..)| rule == "privileged-container")
            .map(|(rule, name, container, _)| (rule, name, container))
            .collect()
    };
    let before = report(&scan(&["--namespace", "twins", "--only", "privileged-container"]));
    let expected = |container: &str| {
        ("privileged-container".to_owned(), "Deployment twins/web".to_owned(), container.to_owned())
    };
    assert_eq!(of(&before), [expected("web")]);

    // Somebody puts a container into one of the Pods by hand: that no template shows.
    let pods = server.connection.get("/api/v1/namespaces/twins/pods").expect("Pods");
    let name = pods.get("items").expect("items").items()[0].at(&["metadata", "name"]).expect("a name");
    let name = name.as_str().expect("a text");
    let change = r#"{"spec":{"ephemeralContainers":[{"name":"debug","image":"busybox:1","securityContext":{"privileged":true}}]}}"#;
    let path = format!("/api/v1/namespaces/twins/pods/{name}/ephemeralcontainers");
    server.connection.patch(&path, "application/strategic-merge-patch+json", change).expect("it is put in");
    let after = report(&scan(&["--namespace", "twins", "--only", "privileged-container"]));
    assert_eq!(of(&after), [expected("debug"), expected("web")]);
    let debug =
        after["findings"].as_array().expect("findings").iter().find(|one| one["container"] == "debug");
    let file = debug.and_then(|one| one["location"]["file"].as_str()).expect("a place");
    assert_eq!(file, format!("cluster/twins/pods/{name}"), "the place is where it really stands");
    for object in objects(TWINS) {
        server.delete(&object, "twins");
    }
}

#[test]
fn what_the_api_server_refuses_is_said_and_not_passed() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    server.namespace("narrow", &[]);
    let rights = "
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: jane}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: jane}]
";
    for object in objects(rights) {
        server.create(&object, "narrow");
    }
    wait("the role holds", || {
        let ran = scan(&["--namespace", "narrow", "--as", "jane"]);
        report(&ran)["coverage"]["objects"].as_u64().filter(|objects| *objects > 1)
    });
    let ran = scan(&["--namespace", "narrow", "--as", "jane"]);
    assert_eq!(ran.status, 4, "{}", ran.err);
    let skipped = report(&ran)["coverage"]["skipped"].clone();
    let paths: Vec<&str> =
        skipped.as_array().expect("a list").iter().filter_map(|skip| skip["file"].as_str()).collect();
    assert!(paths.contains(&"cluster/secrets"), "{paths:?}");
    assert!(paths.contains(&"cluster/roles.rbac.authorization.k8s.io"), "{paths:?}");
    assert!(!paths.contains(&"cluster/pods") && !paths.contains(&"cluster/namespaces"), "{paths:?}");
    let rule = "`apiGroups: [\"\"], resources: [secrets], verbs: [list]` in the namespace `narrow`";
    let says = |skip: &Value| skip["message"].as_str().is_some_and(|message| message.contains(rule));
    assert!(skipped.as_array().expect("a list").iter().any(says), "{skipped}");
    // Without any right nothing is examined, and that is no pass either.
    assert_eq!(scan(&["--as", "nobody"]).status, 4);
}

#[test]
fn secrets_of_the_api_server_are_not_read_into_reports() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    server.namespace("secretive", &[]);
    let secret = "{apiVersion: v1, kind: Secret, metadata: {name: db, annotations: \
                  {kubectl.kubernetes.io/last-applied-configuration: 'password: hunter2hunter2'}}, \
                  stringData: {password: hunter2hunter2}}";
    for object in objects(secret) {
        server.create(&object, "secretive");
    }
    let ran = scan(&["--namespace", "secretive", "--persona", "pedantic"]);
    assert!(!ran.has("secret-in-manifest") && !ran.has("credential-in-annotation"), "{}", ran.out);
    assert!(!ran.out.contains("hunter2") && !ran.out.contains("aHVudGVyM"), "{}", ran.out);
}
