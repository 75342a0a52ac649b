//! Audit events of a real API server: its log, what it sends to a port, and roles that are made of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sekisho_cluster::{Access, Connection, Identity, Options};
use serde_json::json;

use super::{ApiServer, objects, wait};
use crate::command::Workbench;

/// The folder of the server.
fn folder() -> PathBuf {
    let kubeconfig = PathBuf::from(std::env::var_os("SEKISHO_TEST_KUBECONFIG").expect("a server"));
    kubeconfig.parent().and_then(Path::parent).expect("a folder").to_owned()
}

/// Where the server sends its events.
fn address() -> String {
    let config = fs::read_to_string(folder().join("audit.kubeconfig")).expect("the server sends events");
    let rest = config.split("https://").nth(1).expect("an address");
    rest.split('/').next().expect("an address").to_owned()
}

fn binding(name: &str, role: &str, subject: serde_json::Value) -> String {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [subject],
    })
    .to_string()
}

const BINDINGS: &str = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

#[test]
fn what_happens_is_told_from_the_port_and_from_the_log() {
    let Some(server) = ApiServer::get() else { return };
    let bench = Workbench::new();
    let pki = folder().join("pki");
    let file = |name: &str| pki.join(name).display().to_string();
    let alerts = bench.path().join("alerts.txt");
    let mut watch = Command::new(env!("CARGO_BIN_EXE_sekisho"))
        .args([
            "watch",
            "--audit-webhook",
            &address(),
            "--matching",
            "all",
            "--client-name",
            "kube-apiserver",
        ])
        .args(["--tls-certificate", &file("server.crt"), "--tls-key", &file("server.key")])
        .args(["--client-ca", &file("ca.crt"), "--to", &format!("file:{}", alerts.display())])
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let name = "audit-administration";
    let subject = json!({"kind": "User", "name": "audit-nobody", "apiGroup": "rbac.authorization.k8s.io"});
    let is_told = |text: &str| {
        text.lines().any(|line| line.contains("cluster-admin was handed out") && line.contains(name))
    };
    wait("the alert comes over the wire", || {
        // What is sent before somebody listens is lost.
        let _ = server.connection.delete(&format!("{BINDINGS}/{name}"));
        server
            .connection
            .create(BINDINGS, &binding(name, "cluster-admin", subject.clone()))
            .expect("it is made");
        fs::read_to_string(&alerts).is_ok_and(|text| is_told(&text)).then_some(())
    });
    server.connection.delete(&format!("{BINDINGS}/{name}")).expect("it is removed");
    watch.kill().expect("it runs");
    let _ = watch.wait();
    let log = folder().join("audit.log").display().to_string();
    let ran = bench.run(&["watch", "--audit-log", &log, "--matching", "all", "--rate", "0"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(is_told(&ran.out), "{}", ran.err);
}

#[test]
fn the_least_roles_are_enough_and_no_more() {
    let Some(server) = ApiServer::get() else { return };
    let (namespace, account) = ("audit-least", "system:serviceaccount:audit-least:web");
    server.namespace(namespace, &[]);
    let account_json = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "web", "namespace": namespace}});
    for object in objects(&account_json.to_string()) {
        server.create(&object, namespace);
    }
    let wide = "audit-least-wide";
    let subject = json!({"kind": "ServiceAccount", "name": "web", "namespace": namespace});
    let _ = server.connection.create(BINDINGS, &binding(wide, "cluster-admin", subject));
    let kubeconfig = PathBuf::from(std::env::var_os("SEKISHO_TEST_KUBECONFIG").expect("a server"));
    let access = Access::find(Some(&kubeconfig), None).expect("an access");
    let identity = Identity {
        user: Some(account.to_owned()),
        groups: vec![
            "system:serviceaccounts".into(),
            format!("system:serviceaccounts:{namespace}"),
            "system:authenticated".into(),
        ],
        ..Identity::default()
    };
    let web = Connection::new(&access, &Options { identity, ..Options::default() }).expect("a connection");
    let maps = format!("/api/v1/namespaces/{namespace}/configmaps");
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}}).to_string();
    let work = || -> Vec<bool> {
        let made = web.create(&maps, &map).is_ok();
        let read = web.get(&format!("{maps}/settings")).is_ok();
        let listed = web.get(&format!("/api/v1/namespaces/{namespace}/pods")).is_ok();
        let nodes = web.get("/api/v1/nodes").is_ok();
        let metrics = web.get("/apis/apps/v1/deployments?limit=1").is_ok();
        let removed = web.delete(&format!("{maps}/settings")).is_ok();
        vec![made, read, listed, nodes, metrics, removed]
    };
    wait("the wide role holds", || work().iter().all(|done| *done).then_some(()));
    server.connection.delete(&format!("{BINDINGS}/{wide}")).expect("it is removed");
    wait("the wide role no longer holds", || work().iter().all(|done| !*done).then_some(()));

    let bench = Workbench::new();
    let log = folder().join("audit.log").display().to_string();
    let ran = bench.run(&[
        "access",
        "least-privilege",
        "--from-audit",
        &log,
        "--identity",
        "audit-least/web",
        "-f",
        "yaml",
    ]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!ran.out.contains("'*'") && !ran.out.contains("secrets"), "{}", ran.out);
    for object in objects(&ran.out) {
        server.create(&object, namespace);
    }
    wait("the least roles are enough", || work().iter().all(|done| *done).then_some(()));
    assert!(web.get(&format!("/api/v1/namespaces/{namespace}/secrets")).is_err());
    assert!(web.get("/api/v1/pods").is_err());
    assert!(web.get(&format!("{maps}/other")).is_err());
}
