//! The controller on the API server: it audits what exists, makes what policies generate, removes what they clean up, and
//! keeps what it found.

use std::fs;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use super::{ApiServer, beside_others, wait};
use crate::command::Workbench;

const NAMESPACE: &str = "controller-audit";

/// A process that ends with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const POLICIES: &str = "
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: controller-team}
spec:
  validationFailureAction: Audit
  rules:
  - name: team
    match: {any: [{resources: {kinds: [ConfigMap], namespaces: [controller-audit]}}]}
    validate: {message: needs a team, pattern: {metadata: {labels: {team: '?*'}}}}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: controller-generates}
spec:
  rules:
  - name: twin
    match: {any: [{resources: {kinds: [ConfigMap], namespaces: [controller-audit], selector: {matchLabels: {twin: 'yes'}}}}]}
    generate:
      apiVersion: v1
      kind: ConfigMap
      name: 'twin-of-{{request.object.metadata.name}}'
      namespace: controller-audit
      synchronize: true
      data: {metadata: {labels: {team: twins}}, data: {of: '{{request.object.metadata.name}}'}}
---
apiVersion: kyverno.io/v2
kind: ClusterCleanupPolicy
metadata: {name: controller-cleans}
spec:
  schedule: '* * * * *'
  match: {any: [{resources: {kinds: [Secret], namespaces: [controller-audit]}}]}
";

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

#[test]
fn what_exists_is_audited_and_what_policies_want_is_made() {
    let Some(server) = ApiServer::get() else { return };
    let _shared = beside_others();
    server.namespace(NAMESPACE, &[]);
    let maps = format!("/api/v1/namespaces/{NAMESPACE}/configmaps");
    let map = |name: &str, labels: serde_json::Value| {
        let object =
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": labels}});
        let _ = server.connection.delete(&format!("{maps}/{name}"));
        server.connection.create(&maps, &object.to_string()).expect("it is made");
    };
    map("before", json!({}));
    let bench = Workbench::new();
    bench.file("policies/all.yaml", POLICIES);
    let kubeconfig = std::env::var_os("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let port = free();
    let child = Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args(["serve", "controller", "--bundle", "policies", "--bundle-interval", "1", "--cache", "cache"])
        .args(["--store", "results.db", "--effects", "--lease", &format!("{NAMESPACE}/controller")])
        .args(["--status", &format!("127.0.0.1:{port}"), "--kubeconfig"])
        .arg(kubeconfig)
        .current_dir(bench.path())
        .stdout(Stdio::null())
        .stderr(fs::File::create(bench.path().join("log")).expect("a log"))
        .spawn()
        .expect("the command starts");
    let _serving = Serving(child);
    let found = || -> Option<Vec<String>> {
        let ran =
            bench.run(&["report", "--from", "results.db", "--namespace", NAMESPACE, "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&ran.out).ok()?;
        let rows = report["findings"].as_array()?;
        let mut names: Vec<String> =
            rows.iter().filter_map(|row| Some(row["name"].as_str()?.to_owned())).collect();
        names.retain(|name| name != "kube-root-ca.crt");
        Some(names)
    };
    wait("what exists is audited", || found().filter(|names| *names == ["before"]));

    map("after", json!({"twin": "yes"}));
    let twin = wait("the twin is made", || server.connection.get(&format!("{maps}/twin-of-after")).ok());
    let label =
        |key: &str| twin.at(&["metadata", "labels", key]).and_then(|node| node.as_str().map(str::to_owned));
    assert_eq!(label("generate.kyverno.io/policy-name").as_deref(), Some("controller-generates"));
    assert_eq!(label("generate.kyverno.io/trigger-kind").as_deref(), Some("ConfigMap"));
    wait("what came is audited", || found().filter(|names| *names == ["after", "before"]));

    server.connection.delete(&format!("{maps}/after")).expect("it is removed");
    wait("the twin goes with it", || server.connection.get(&format!("{maps}/twin-of-after")).err());
    wait("what is gone is no finding", || found().filter(|names| *names == ["before"]));

    // A rule that goes takes its findings with it.
    bench.file("policies/all.yaml", POLICIES.replace("labels: {team: '?*'}", "name: '?*'"));
    wait("the changed rule finds nothing", || found().filter(Vec::is_empty));
    let table = bench.run(&["report", "--from", "results.db", "--all"]);
    assert!(table.out.contains("resolved"), "{}", table.out);
}
