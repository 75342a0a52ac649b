//! What `sekisho install` prints, on a real API server: taken under restricted Pod Security, and enforced.

use std::process::Command;

use sekisho_cluster::Right;
use serde_json::json;

use super::keeping::Controller;
use super::tour::kubernetes;
use super::{ApiServer, alone, objects, wait};
use crate::command::Workbench;

pub(crate) const IMAGE: &str = "registry.example.com/security/sekisho@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Removes an installation, the webhooks first.
pub(crate) struct Uninstall<'s> {
    pub(crate) server: &'s ApiServer,
    pub(crate) text: String,
}

impl Drop for Uninstall<'_> {
    fn drop(&mut self) {
        for object in objects(&self.text).iter().rev() {
            let path = format!("{}/{}", self.server.path(object, ""), object.name);
            // What was not made is not there.
            let _ = self.server.connection.delete(&path);
        }
    }
}

#[test]
fn an_installation_is_taken_by_the_api_server_and_its_pods_are_restricted() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let bench = Workbench::new();
    // Nobody answers here: closing webhooks would refuse what follows.
    let options = [
        "install",
        "--image",
        IMAGE,
        "--namespace",
        "guard",
        "--set",
        "webhooks.failClosed=false,criticalPolicies.actions={Deny}",
    ];
    let printed = bench.run(&options);
    let uninstall = Uninstall { server: &server, text: printed.out.clone() };
    let apply = [&options[..], &["--apply", "--wait", "0", "--kubeconfig", &kubeconfig]].concat();
    for _ in 0..2 {
        let ran = bench.run(&apply);
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert!(ran.err.contains("applied Deployment sekisho-admission"), "{}", ran.err);
        assert!(!ran.err.contains("warning:"), "{}", ran.err);
    }
    // The controllers make the Pods: that they stand proves that the namespace takes them.
    wait("the Pods of the webhook are there", || {
        let pods = server.connection.get("/api/v1/namespaces/guard/pods").expect("Pods");
        (pods.get("items")?.items().len() == 2).then_some(())
    });
    let namespace = server.connection.get("/api/v1/namespaces/guard").expect("the namespace");
    assert_eq!(
        namespace
            .at(&["metadata", "labels", "pod-security.kubernetes.io/enforce"])
            .and_then(|node| node.as_str()),
        Some("restricted")
    );

    // The critical rules hold though no webhook answers.
    let privileged = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "bad"},
        "spec": {"containers": [{"name": "main", "image": "registry.example.com/a:1", "securityContext": {"privileged": true}}]},
    });
    server.namespace("guarded", &[]);
    let refused = wait("the critical rules hold", || {
        server.connection.create("/api/v1/namespaces/guarded/pods?dryRun=All", &privileged.to_string()).err()
    });
    assert!(refused.to_string().contains("sekisho-privileged-container"), "{refused}");
    drop(uninstall);
    wait("the critical rules hold no more", || {
        server.connection.create("/api/v1/namespaces/guarded/pods?dryRun=All", &privileged.to_string()).ok()
    });
}

#[test]
fn what_is_printed_as_a_kustomization_or_a_chart_is_taken_from_kubectl() {
    let Some(server) = ApiServer::get() else { return };
    let Some(kubernetes) = kubernetes() else { return };
    let _alone = alone();
    let bench = Workbench::new();
    let namespace = server.space("formed");
    let set = "webhooks.failClosed=false,criticalPolicies.create=false,controller.create=true,controller.store.volume.create=true";
    let options = ["install", "--image", IMAGE, "--namespace", &namespace, "--set", set];
    let printed = bench.run(&options);
    let uninstall = Uninstall { server: &server, text: printed.out.clone() };
    let applied = |arguments: &[&str]| {
        let output = Command::new(&kubernetes)
            .args(["kubectl", "apply"])
            .args(arguments)
            .env("KUBECONFIG", std::env::var_os("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig"))
            .current_dir(bench.path())
            .output()
            .expect("kubectl runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
        said
    };
    let ran = bench.run(&[&options[..], &["--format", "kustomize", "--output", "kustomization"]].concat());
    assert_eq!(ran.status, 0, "{}", ran.err);
    let said = applied(&["-k", "kustomization"]);
    assert_eq!(said.lines().count(), objects(&printed.out).len(), "{said}");
    assert!(said.contains("deployment.apps/sekisho-controller created"), "{said}");

    // The chart with the same values is the same installation.
    let ran = bench.run(&["install", "--format", "chart", "--output", "chart"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let (repository, digest) = IMAGE.split_once('@').expect("a digest");
    let values = format!("image.repository={repository},image.digest={digest},namespace.create=true,{set}");
    let rendered =
        bench.run(&["render", "chart", "--release", "sekisho", "--namespace", &namespace, "--set", &values]);
    assert_eq!(rendered.status, 0, "{}", rendered.err);
    bench.file("rendered.yaml", &rendered.out);
    let said = applied(&["-f", "rendered.yaml"]);
    assert_eq!(said.lines().count(), objects(&printed.out).len(), "{said}");
    assert!(!said.contains(" created"), "{said}");
    drop(uninstall);
}

#[test]
fn the_controller_works_with_the_rights_that_it_is_installed_with() {
    const POLICY: &str = "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: team}, spec: {rules: [{name: team, \
        match: {any: [{resources: {kinds: [ServiceAccount]}}]}, validate: {message: needs a team, pattern: {metadata: {labels: {team: '?*'}}}}}]}}";
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let bench = Workbench::new();
    bench.file("policies/team.yaml", POLICY);
    let namespace = server.space("auditing");
    let values = "webhooks.failClosed=false,criticalPolicies.create=false,controller.create=true,\
                  controller.store.volume.create=true";
    let options =
        ["install", "--image", IMAGE, "--namespace", &namespace, "--policy", "policies", "--set", values];
    let printed = bench.run(&options);
    let _uninstall = Uninstall { server: &server, text: printed.out.clone() };
    let ran = bench.run(&[&options[..], &["--apply", "--wait", "0", "--kubeconfig", &kubeconfig]].concat());
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!ran.err.contains("warning:"), "{}", ran.err);
    wait("the Pod of the controller is there", || {
        let selector = "labelSelector=app.kubernetes.io%2Fcomponent%3Dcontroller";
        let pods =
            server.connection.get(&format!("/api/v1/namespaces/{namespace}/pods?{selector}")).expect("Pods");
        (pods.get("items")?.items().len() == 1).then_some(())
    });

    // No node runs it: what it would run as runs here, under its account.
    let (account, lease) = (
        format!("system:serviceaccount:{namespace}:sekisho-controller"),
        format!("{namespace}/sekisho-controller"),
    );
    let more =
        ["--lease", &lease, "--store", "results.db", "--as", &account, "--as-group", "system:authenticated"];
    let controller = Controller::start_with(&bench, "installed", &more);
    wait("everything was looked at", || (controller.metric("complete") == Some(1)).then_some(()));
    assert!(controller.get("/readyz").starts_with("HTTP/1.1 200"), "{}", controller.get("/readyz"));
    let found = bench.run(&["report", "--from", "results.db", "--namespace", &namespace, "--format", "json"]);
    assert!(found.out.contains("\"default\""), "{}{}", found.out, found.err);
    let doctor = bench.run(&["doctor", "--namespace", &namespace, "--kubeconfig", &kubeconfig]);
    let has = |words: &str| assert!(doctor.out.contains(words), "{words}: {}", doctor.out);
    has("problem  controller: none of 1 replicas is ready");
    has("ok       controller-rights: the controller's account has what it needs");
    has("ok       lease: `installed` works");
    drop(controller);
    let may = |verb: &'static str, resource: &'static str| {
        let right = Right { verb, resource, ..Right::default() };
        server.connection.may(right, Some((&namespace, "sekisho-controller"))).expect("an answer")
    };
    assert!(
        may("list", "pods")
            && !may("list", "secrets")
            && !may("create", "configmaps")
            && !may("delete", "pods")
    );
}

#[test]
fn the_role_for_scans_is_enough_on_the_api_server() {
    let Some(server) = ApiServer::get() else { return };
    let _alone = alone();
    let kubeconfig = std::env::var("SEKISHO_TEST_KUBECONFIG").expect("a kubeconfig");
    let bench = Workbench::new();
    let printed = bench.run(&["install", "--image", IMAGE, "--set", "scanRole.secrets=true"]);
    let role: Vec<_> =
        objects(&printed.out).into_iter().filter(|object| object.name == "sekisho-scan").collect();
    let binding = objects(
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: scanner}, \
         roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: sekisho-scan}, \
         subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: scanner}]}",
    );
    for object in role.iter().chain(&binding) {
        server.create(object, "");
    }
    let scan = ["scan", "cluster", "--kubeconfig", &kubeconfig, "--as", "scanner", "--fail-on", "none"];
    let ran = wait("the role holds", || {
        let ran = bench.run(&scan);
        (!ran.err.contains("nodes is forbidden") && ran.out.contains("Examined") && ran.status != 3)
            .then_some(ran)
    });
    let billed = bench.run(&["sbom", "cluster", "--kubeconfig", &kubeconfig, "--as", "scanner"]);
    for object in role.iter().chain(&binding) {
        server.delete(object, "");
    }
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert_eq!(billed.status, 0, "{}", billed.err);
}
